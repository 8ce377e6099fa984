"""Which records the figure of a period belongs to: read from the run, and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import duckdb

from compplan.engine.explanation import ComponentExplanation, Earning
from compplan.engine.explanation_records import SpreadExplanation, SpreadRow
from compplan.engine.figure_text import money
from compplan.engine.laid_out import line
from compplan.engine.observe import to_value
from compplan.engine.relations import STEPS, quoted


def spread_explained(
    connection: duckdb.DuckDBPyConnection, step: str, payee: str, period: int, words: str, credit: str
) -> SpreadExplanation:
    """The rows of one earning, by date and record; what belongs to none stands last."""
    cursor = connection.execute(f"SELECT * FROM {STEPS}.{quoted(step)} WHERE payee = ? AND period = ?", [payee, period])
    names = [d[0] for d in cursor.description or []]
    keys = sorted(n for n in names if n == "record" or n.startswith("record_"))
    sums: dict[tuple[str | None, str | None], Fraction] = {}
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        record = None if row["record"] is None else ", ".join(str(row[k]) for k in keys)
        amount = to_value(row["earned"])
        assert isinstance(amount, Fraction)
        key = record, None if record is None else str(row["date"])
        sums[key] = sums.get(key, Fraction(0)) + amount
    ordered = sorted(sums, key=lambda key: (key[0] is None, key[1] or "", key[0] or ""))
    return SpreadExplanation(words, credit, tuple(SpreadRow(record, day, sums[record, day]) for record, day in ordered))


def spread_lines(spread: SpreadExplanation, currency: str, most: int | None) -> Iterator[str]:
    """A line for each record, each with its amount; no more than so many."""
    yield line(f"    {spread.words}")
    rows = [row for row in spread.rows if row.record is not None]
    shown = rows[:most]
    for row in shown:
        yield line(f"      {row.date}  {row.record}", money(row.amount, currency))
    if len(rows) > len(shown):
        yield line(f"      and {len(rows) - len(shown)} more (--all lists them)", money(_sum(rows[len(shown) :]), currency))
    for row in spread.rows:
        if row.record is None:
            yield line(f"      of no {spread.credit}", money(row.amount, currency))


def spread_part(c: ComponentExplanation, e: Earning, currency: str) -> Iterator[str]:
    """What of a period's figure belongs to the records that are left of its spread."""
    assert e.spread is not None
    of = f"  {c.label} ({c.word} {c.name}, {c.file}, line {c.line}), of {money(e.earned, currency)} for {e.when}"
    yield line(of, money(_sum(e.spread.rows), currency))
    yield f"    {e.spread.words}"


def _sum(rows: Sequence[SpreadRow]) -> Fraction:
    return sum((row.amount for row in rows if isinstance(row.amount, Fraction)), Fraction(0))
