"""Rankings to steps: every payee's place by a figure, and whether it is among the top."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.lower_components import ComponentLowering
from compplan.engine.sql import Figure
from compplan.engine.steps import Check, Step, table
from compplan.language import typed as ty


def ranking_query(lowering: ComponentLowering) -> Step:
    """A row for each payee and period: the figure, the place (ties share the better one), and whether that qualifies."""
    component = lowering.component
    top = component.top
    assert top is not None
    assert lowering.ranking is not None
    name, lowering.ranking, lowering.prizes = lowering.ranking, None, None
    unranked = ty.Component(
        component.word, component.name, component.label, component.grain, (top.by,), (), None, None, None, None,
        top.by.unit, component.earned_at, top.span, component.first, component.last,
    )  # fmt: skip
    lowering.component = unranked
    figured = lowering.figured()
    by = figured.emitter.figure(top.by)
    rows = figured.rows.select(*figured.keys, by.named("figure"), copy=False)
    figure, period = sql.column("figure", "r"), sql.column("period", "r")
    place = _ranked(exp.func("rank"), figure, period, "DESC")
    payees = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[period])
    size = _size(top, payees)
    at_least = place if top.ties != "excluded" else exp.paren(_at_least(figure, period))
    qualifies = exp.LTE(this=sql.paren(at_least), expression=sql.paren(size))
    query = exp.select(
        sql.column("payee", "r"),
        period,
        figure,
        sql.alias(sql.cast(place, "INTEGER"), "place"),
        sql.alias(qualifies, "qualifies"),
        *([_seat(figure, period, size)] if top.ties == "sharing" else []),
    ).from_(rows.subquery("r", copy=False), copy=False)
    empty = (
        exp.select(sql.column("payee"), sql.column("period"))
        .from_(table(name), copy=False)
        .where(sql.is_null(sql.column("figure")), copy=False)
    )
    check = Check(
        "no-figure",
        "A figure is empty",
        empty,
        lambda row: f"The ranking of {component.label} has no figure for {row[0]}.",
        "See that everybody who is ranked has a quota and records.",
        top.span,
    )
    reads = tuple(dict.fromkeys(t.name for t in query.find_all(exp.Table) if t.db == "steps"))
    return Step(name, f"The ranking of {component.label}", ("payee", "period"), query, reads, top.span, (check,))


def ranking_steps(component: Callable[[], ComponentLowering]) -> Iterator[Step]:
    """The ranking of a component, and where ties share the prizes, who has which part of them."""
    yield ranking_query(component())
    lowering = component()
    if lowering.prizes is not None:
        from compplan.engine.prizes import prizes_step  # few rankings share prizes

        yield prizes_step(lowering)


def _seat(figure: exp.Expr, period: exp.Expr, size: exp.Expr) -> exp.Expr:
    """A place for each alone, those who tie in the order of their keys; none beyond the last that is paid."""
    ordered = [exp.Ordered(this=figure.copy(), desc=True, nulls_first=False), exp.Ordered(this=sql.column("payee", "r"), nulls_first=True)]
    seat = exp.Window(this=exp.func("row_number"), partition_by=[period.copy()], order=exp.Order(expressions=ordered))
    paid = exp.LTE(this=sql.paren(seat), expression=sql.paren(size.copy()))
    return sql.alias(exp.Case().when(paid, sql.cast(seat.copy(), "INTEGER"), copy=False), "seat")


def _ranked(function: exp.Expr, figure: exp.Expr, period: exp.Expr, direction: str) -> exp.Expr:
    ordered = exp.Ordered(this=figure, desc=direction == "DESC", nulls_first=False)
    return exp.Window(this=function, partition_by=[period], order=exp.Order(expressions=[ordered]))


def _at_least(figure: exp.Expr, period: exp.Expr) -> exp.Expr:
    """How many have this figure or a better one."""
    ordered = exp.Ordered(this=figure, desc=True, nulls_first=False)
    spec = exp.WindowSpec(kind="RANGE", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    return exp.Window(this=exp.Count(this=exp.Star()), partition_by=[period], order=exp.Order(expressions=[ordered]), spec=spec)


def _size(top: ty.Top, payees: exp.Expr) -> exp.Expr:
    """How many the top holds."""
    if top.count is not None:
        return sql.whole(top.count)
    assert top.share is not None
    share = sql.constant(top.share)
    number = Figure(sql.cast(payees, sql.decimal_type(18, 0)), 18, 0)
    exact = sql.multiply_exactly(number, share)
    return exp.func("ceil" if top.rounded_up else "floor", exact.node)
