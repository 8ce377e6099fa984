"""Whom and what an explanation is asked for: the payee and the plans, or what was probably meant."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.suggest import closest
from compplan.engine.relations import RECORDS, quoted
from compplan.language import typed as ty
from compplan.schema import PEOPLE, Schema


def known_payee(connection: duckdb.DuckDBPyConnection, schema: Schema, payee: str) -> str | None:
    """The payee's name, where the records have names; raises `Problems` where nobody has that key."""
    people = schema.kinds[PEOPLE]
    key = quoted(people.key[0])
    named = quoted("name") if people.column("name") is not None else "NULL"
    latest = f" ORDER BY {quoted(people.valid.first)} DESC" if people.valid is not None else ""
    row = connection.execute(f"SELECT {named} FROM {RECORDS}.{PEOPLE} WHERE {key} = ?{latest}", [payee]).fetchone()
    if row is None:
        everyone = [str(r[0]) for r in connection.execute(f"SELECT {key} FROM {RECORDS}.{PEOPLE}").fetchall()]
        same = f"SELECT {key} FROM {RECORDS}.{PEOPLE} WHERE lower({named}) = lower(?)"
        found = connection.execute(same, [payee]).fetchone()
        near = str(found[0]) if found is not None else closest(payee, everyone)
        hint = f"Did you mean {near}?" if near else f"There are, for example, {', '.join(sorted(everyone)[:3])}."
        raise Problems([Diagnostic("no-payee", "There is no such person", f"The people's records have no {payee}.", None, hint)])
    return None if row[0] is None else str(row[0])


def plans_of(plans: Sequence[ty.Plan], name: str | None) -> list[ty.Plan]:
    """The plan of that name, or all of them; raises `Problems` where there is none."""
    if name is None:
        return list(plans)
    found = [p for p in plans if p.name == name]
    if not found:
        near = closest(name, [p.name for p in plans])
        hint = f"Did you mean {near}?" if near else f"There are {', '.join(p.name for p in plans)}."
        raise Problems([Diagnostic("no-plan", "There is no such plan", f"There is no plan {name}.", None, hint)])
    return found
