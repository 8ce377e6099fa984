"""What each row of a credit adds to a running total, and the total up to it, in the order of date and record."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import node_of
from compplan.engine.credit_shape import ORDER, CreditShape
from compplan.engine.emit import Emitter
from compplan.engine.sql import Figure
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN, Period


def own_figure(emitter: Emitter, part: ty.Aggregate, index: int) -> Figure:
    """What one row adds to a part of a measure, the running total of that index."""
    if part.different:
        return sql.choose([(sql.column(f"first_{index}", "i"), sql.constant(Fraction(1)))], sql.constant(Fraction(0)))
    value = sql.constant(Fraction(1)) if part.value is None else emitter.figure(part.value)
    if part.where is None:
        return value
    return sql.choose([(emitter.condition(part.where), value)], sql.constant(Fraction(0)))


def is_first(emitter: Emitter, shape: CreditShape, part: ty.Aggregate, period: Period, same: ty.RecordField | None) -> exp.Expr:
    """Whether a row is the first, in order, of those that the part takes in and that have its value in the payee's period."""
    assert part.value is not None
    value = emitter.plain(part.value)
    counts = sql.all_of([sql.not_null(value), *([] if part.where is None else [emitter.condition(part.where)])])
    order = [exp.Ordered(this=sql.column(n, "i"), nulls_first=True) for n in ("date", *shape.record, *ORDER)]
    together = [*_together(shape, period, same), value, counts]
    number = exp.Window(this=exp.func("row_number"), partition_by=together, order=exp.Order(expressions=order))
    return sql.paren(sql.all_of([counts, exp.EQ(this=number, expression=sql.whole(1))]))


def running(function: exp.Expr, shape: CreditShape, period: Period, same: ty.RecordField | None) -> exp.Expr:
    """A function over the payee's credits of the period, in order, up to and with this one; of those that have the same in a column."""
    order = [exp.Ordered(this=sql.column(n, "i"), nulls_first=True) for n in ("date", *shape.record, *ORDER)]
    spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    return exp.Window(
        this=function,
        partition_by=_together(shape, period, same),
        order=exp.Order(expressions=order),
        spec=spec,
    )


def _together(shape: CreditShape, period: Period, same: ty.RecordField | None) -> list[exp.Expr]:
    """What the rows of one total have in common; where the column is empty, a record is the same as itself alone."""
    found = [sql.column("payee", "i"), sql.quotient_down(sql.column("month", "i"), MONTHS_IN[period])]
    if same is None:
        return found
    value = node_of(shape.column(same, "i"))
    alone = [exp.Case().when(sql.is_null(value.copy()), sql.column(n, "i"), copy=False) for n in shape.record]
    return [*found, value, *alone]
