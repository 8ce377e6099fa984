"""What a component has earned over a window, for the other components of the plan that read it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import last_day_of
from compplan.engine.lower_measures import Valued, owners, periods
from compplan.engine.relations import CALENDAR, RECORDS, Earnings
from compplan.engine.reporting_lines import MANAGERS, lines_on
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import PEOPLE, Period


@immutable
class EarningsShape:
    """The step of a component's earnings, and how many decimals they have."""

    made: Earnings
    decimals: int


def lower_earned(
    scope: Scope, shapes: Sequence[EarningsShape], component: ty.Component, leaf: ty.EarnedAt, cadence: Period, name: str
) -> tuple[Step, Valued]:
    """The sum of what is earned in the months of the window, for everyone and each period of a cadence; nothing earned is zero.

    Several components of one name, which follow each other in time, are added up.
    """
    decimals = max(shape.decimals for shape in shapes)
    rows = earned_rows(shapes) if leaf.others == "none" else _of_others(scope, earned_rows(shapes), leaf.others)
    month = sql.column("earned_month", "e")
    within = sql.all_of(
        [
            exp.EQ(this=sql.column("payee", "e"), expression=sql.column("owner", "o")),
            exp.GTE(this=month, expression=sql.column("low", "w")),
            exp.LTE(this=month, expression=sql.column("high", "w")),
        ]
    )
    total = exp.func("coalesce", exp.func("sum", sql.column("earned", "e")), sql.whole(0))
    value = Figure(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, decimals)), sql.MOST_DIGITS, decimals)
    query = (
        exp.select(sql.column("owner", "o"), sql.column("period", "w"), value.named("value"))
        .from_(owners(scope, None).subquery("o", copy=False), copy=False)
        .join(periods(scope, cadence, leaf.window).subquery("w", copy=False), join_type="cross", copy=False)
        .join(rows.subquery("e", copy=False), on=within, join_type="left", copy=False)
        .group_by(sql.column("owner", "o"), sql.column("period", "w"), copy=False)
    )
    words = f"{component.label}{_WHOSE[leaf.others]}, over {leaf.window.words}"
    reads = (*(s.made.step for s in shapes), *((MANAGERS,) if leaf.others == "below" else ()))
    return Step(name, words, ("owner", "period"), query, reads, component.span), Valued(name, value)


_WHOSE = {"none": "", "below": ", of everyone below", "direct": ", of direct reports"}


def _of_others(scope: Scope, rows: exp.Query, others: str) -> exp.Query:
    """What is earned, as that of the managers of those who have earned it: on the last day of the month."""
    last_day = sql.column("last_day", "d")
    on_month = [
        exp.EQ(this=sql.column("kind", "d"), expression=sql.text("month")),
        exp.EQ(this=sql.column("number", "d"), expression=sql.column("earned_month", "r")),
    ]
    if others == "below":
        line, manager = table(MANAGERS, "l"), sql.column("manager", "l")
        on_line = [exp.EQ(this=sql.column("person", "l"), expression=sql.column("payee", "r")), *lines_on(scope, "l", last_day)]
    else:
        people = scope.schema.kinds[PEOPLE]
        line, manager = table(PEOPLE, "l", RECORDS), sql.column("manager", "l")
        on_line = [exp.EQ(this=sql.column(people.key[0], "l"), expression=sql.column("payee", "r"))]
        if people.valid is not None:
            on_line.append(exp.LTE(this=sql.column(people.valid.first, "l"), expression=last_day.copy()))
            on_line.append(exp.GTE(this=last_day_of(people, "l"), expression=last_day.copy()))
    return (
        exp.select(sql.alias(manager, "payee"), sql.column("earned_month", "r"), sql.column("earned", "r"))
        .from_(rows.subquery("r", copy=False), copy=False)
        .join(table("periods", "d", CALENDAR), on=sql.all_of(on_month), copy=False)
        .join(line, on=sql.all_of(on_line), copy=False)
    )


def earned_rows(shapes: Sequence[EarningsShape]) -> exp.Query:
    """What is earned by all versions of a component."""
    made: exp.Query = _earned(shapes[0])
    for shape in shapes[1:]:
        made = exp.union(made, _earned(shape), distinct=False, copy=False)
    return made


def _earned(shape: EarningsShape) -> exp.Select:
    return exp.select(*(sql.column(n, "m") for n in ("payee", "earned_month", "earned"))).from_(table(shape.made.step, "m"), copy=False)
