"""The reporting lines as a step: who is above whom, from when on and through which day, and a circle named where there is one."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import last_day_of
from compplan.engine.relations import RECORDS
from compplan.engine.scope import Scope
from compplan.engine.steps import Check, Step, table
from compplan.schema import PEOPLE, RecordKind

MANAGERS = "managers_above"


def managers_step(scope: Scope) -> Step:
    """Every person with every manager above: each pair once, however long the line; for each stretch of days, where people are dated."""
    people = scope.schema.kinds[PEOPLE]
    key = people.key[0]
    days = ("first", "last") if people.valid is not None else ()
    direct = exp.select(sql.alias(sql.column(key, "p"), "person"), sql.alias(sql.column("manager", "p"), "manager"), *_days(people))
    direct = direct.from_(table(PEOPLE, "p", RECORDS), copy=False).where(sql.not_null(sql.column("manager", "p")), copy=False)
    above = (
        exp.select(sql.column("person", "a"), sql.alias(sql.column("manager", "p"), "manager"), *_common_days(people))
        .from_(exp.to_table("above").as_("a"), copy=False)
        .join(table(PEOPLE, "p", RECORDS), on=sql.all_of(_on(people)), copy=False)
        .where(sql.not_null(sql.column("manager", "p")), copy=False)
    )
    both = exp.union(direct, above, distinct=True)
    query = (
        exp.select(*(sql.column(n) for n in ("person", "manager", *days)))
        .from_("above", copy=False)
        .with_("above", as_=both, recursive=True, copy=False)
    )
    title = "Every person with every manager above"
    return Step(MANAGERS, title, ("person", "manager", *days), query, (), None, (_circle(days),))


def lines_on(scope: Scope, alias: str, day: exp.Expr) -> list[exp.Expr]:
    """That a row of the reporting lines holds on a day; nothing where people are not dated."""
    if scope.schema.kinds[PEOPLE].valid is None:
        return []
    return [
        exp.LTE(this=sql.column("first", alias), expression=sql.paren(day.copy())),
        exp.GTE(this=sql.column("last", alias), expression=sql.paren(day.copy())),
    ]


def _days(people: RecordKind) -> list[exp.Expr]:
    if people.valid is None:
        return []
    return [sql.alias(sql.column(people.valid.first, "p"), "first"), sql.alias(last_day_of(people, "p"), "last")]


def _common_days(people: RecordKind) -> list[exp.Expr]:
    """The days on which both the line so far, `a`, and the next manager's row, `p`, hold."""
    if people.valid is None:
        return []
    first = exp.func("greatest", sql.column("first", "a"), sql.column(people.valid.first, "p"))
    last = exp.func("least", sql.column("last", "a"), last_day_of(people, "p"))
    return [sql.alias(first, "first"), sql.alias(last, "last")]


def _on(people: RecordKind) -> list[exp.Expr]:
    on: list[exp.Expr] = [exp.EQ(this=sql.column(people.key[0], "p"), expression=sql.column("manager", "a"))]
    if people.valid is not None:
        on.append(exp.LTE(this=sql.column(people.valid.first, "p"), expression=sql.column("last", "a")))
        on.append(exp.GTE(this=last_day_of(people, "p"), expression=sql.column("first", "a")))
    return on


def _circle(days: tuple[str, ...]) -> Check:
    circle = (
        exp.select(*(sql.column(n) for n in ("person", *days)))
        .from_(table(MANAGERS), copy=False)
        .where(exp.EQ(this=sql.column("person"), expression=sql.column("manager")), copy=False)
    )

    def message(row: tuple[object, ...]) -> str:
        when = ""
        if days:
            when = (
                f" from {row[1]} on" if row[2] == date.max else f" on {row[1]}" if row[1] == row[2] else f" from {row[1]} through {row[2]}"
            )
        return f"{row[0]} is their own manager{when}, at once or by way of the people in between."

    return Check(
        "manager-circle",
        "The reporting lines go round in a circle",
        circle,
        message,
        "Correct the column manager in the people's records.",
    )
