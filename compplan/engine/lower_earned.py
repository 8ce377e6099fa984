"""What a component has earned over a window, for the other components of the plan that read it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.lower_measures import Valued, owners, periods
from compplan.engine.relations import Earnings
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import Period


@immutable
class EarningsShape:
    """The step of a component's earnings, and how many decimals they have."""

    made: Earnings
    decimals: int


def lower_earned(
    scope: Scope, shapes: Sequence[EarningsShape], component: ty.Component, window: ty.Window, cadence: Period, name: str
) -> tuple[Step, Valued]:
    """The sum of what is earned in the months of the window, for everyone and each period of a cadence; nothing earned is zero.

    Several components of one name, which follow each other in time, are added up.
    """
    decimals = max(shape.decimals for shape in shapes)
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
        .join(periods(scope, cadence, window).subquery("w", copy=False), join_type="cross", copy=False)
        .join(earned_rows(shapes).subquery("e", copy=False), on=within, join_type="left", copy=False)
        .group_by(sql.column("owner", "o"), sql.column("period", "w"), copy=False)
    )
    words = f"{component.label}, over {window.words}"
    return Step(name, words, ("owner", "period"), query, tuple(s.made.step for s in shapes), component.span), Valued(name, value)


def earned_rows(shapes: Sequence[EarningsShape]) -> exp.Query:
    """What is earned by all versions of a component."""
    made: exp.Query = _earned(shapes[0])
    for shape in shapes[1:]:
        made = exp.union(made, _earned(shape), distinct=False, copy=False)
    return made


def _earned(shape: EarningsShape) -> exp.Select:
    return exp.select(*(sql.column(n, "m") for n in ("payee", "earned_month", "earned"))).from_(table(shape.made.step, "m"), copy=False)
