"""What a step says and reads, as a hash: steps with the same content hold the same rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field

from sqlglot import exp

from compplan.engine.relations import CALENDAR, RECORDS, STEPS
from compplan.engine.steps import Lowered
from compplan.immutable import immutable


@immutable
class Readings:
    """What a variant reads besides steps: for kinds of record that have other rows the table that holds them, and its calendar's schema."""

    records: Mapping[str, str] = field(default_factory=dict)
    calendar: str = CALENDAR


@immutable
class Contents:
    """The steps of a variant, the content of each by its name, and what they read besides each other."""

    lowered: Lowered
    hashes: Mapping[str, str]
    readings: Readings


def contents_of(lowered: Lowered, readings: Readings) -> Contents:
    """What each step says and reads, down to the records."""
    found: dict[str, str] = {}
    for step in lowered.steps:
        found[step.name] = query_content(step.name, [step.query, *(c.query for c in step.checks)], found, readings)
    return Contents(lowered, found, readings)


def query_content(name: str, queries: Sequence[exp.Select], hashes: Mapping[str, str], readings: Readings) -> str:
    """A hash of a name, of what queries say and of what they read; `hashes` are the contents of steps."""
    texts = [q.sql("duckdb", copy=False) for q in queries]
    read = sorted({(t.db, t.name) for q in queries for t in q.find_all(exp.Table)})
    inside = [hashes.get(n, n) if db == STEPS else readings.records.get(n, n) if db == RECORDS else readings.calendar for db, n in read]
    return hashlib.sha256(repr((name, texts, read, inside)).encode()).hexdigest()
