"""The reporting lines as a step: who is above whom, and a circle named where there is one."""

from __future__ import annotations

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.relations import RECORDS
from compplan.engine.scope import Scope
from compplan.engine.steps import Check, Step, table
from compplan.schema import PEOPLE

MANAGERS = "managers_above"


def managers_step(scope: Scope) -> Step:
    """Every person with every manager above: each pair once, however long the line."""
    people = scope.schema.kinds[PEOPLE]
    key = people.key[0]
    direct = exp.select(sql.alias(sql.column(key, "p"), "person"), sql.alias(sql.column("manager", "p"), "manager")).from_(
        table(PEOPLE, "p", RECORDS), copy=False
    )
    direct = direct.where(sql.not_null(sql.column("manager", "p")), copy=False)
    above = (
        exp.select(sql.column("person", "a"), sql.alias(sql.column("manager", "p"), "manager"))
        .from_(exp.to_table("above").as_("a"), copy=False)
        .join(table(PEOPLE, "p", RECORDS), on=exp.EQ(this=sql.column(key, "p"), expression=sql.column("manager", "a")), copy=False)
        .where(sql.not_null(sql.column("manager", "p")), copy=False)
    )
    both = exp.union(direct, above, distinct=True)
    query = (
        exp.select(sql.column("person"), sql.column("manager"))
        .from_("above", copy=False)
        .with_("above", as_=both, recursive=True, copy=False)
    )
    circle = (
        exp.select(sql.column("person"))
        .from_(table(MANAGERS), copy=False)
        .where(exp.EQ(this=sql.column("person"), expression=sql.column("manager")), copy=False)
    )
    check = Check(
        "manager-circle",
        "The reporting lines go round in a circle",
        circle,
        lambda row: f"{row[0]} is their own manager, at once or by way of the people in between.",
        "Correct the column manager in the people's records.",
    )
    return Step(MANAGERS, "Every person with every manager above", ("person", "manager"), query, (), None, (check,))
