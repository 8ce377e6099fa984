"""An amount shared out by weights, to the last unit: whole units of each part first, what is left to the largest remainders."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.sql import Figure


def apportioned(
    rows: exp.Select, kept: Sequence[str], amount: Figure, weight: Figure, within: Sequence[str], order: Sequence[str], unit: Fraction
) -> exp.Select:
    """The rows, with `weights` (those of all rows within the same) and `share`.

    `rows` has the columns that are kept, `amount`, which is the same for all rows within, and `weight`, zero where a row has no part. The
    shares are whole multiples of the unit, as the amount is, and add up to it. They are empty where a weight is, or where there is an
    amount and nobody with a weight. Equal remainders go by `order`.
    """
    decimals = amount.decimals
    step = max(1, int(unit * 10**decimals))

    def over(function: exp.Expr, alias: str) -> exp.Expr:
        return exp.Window(this=function, partition_by=[sql.column(n, alias) for n in within])

    own = Figure(sql.column("weight", "a"), weight.digits, weight.decimals)
    known = exp.EQ(this=over(exp.Count(this=own.node.copy()), "a"), expression=over(exp.Count(this=exp.Star()), "a"))
    total = exp.Case().when(known, over(exp.func("sum", own.node.copy()), "a"), copy=False)
    weights = Figure(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, weight.decimals)), sql.MOST_DIGITS, weight.decimals)
    names = (*kept, "amount", "weight")
    weighed = exp.select(*(sql.column(n, "a") for n in names), weights.named("weights")).from_(rows.subquery("a", copy=False), copy=False)

    units = exp.IntDiv(
        this=exp.func("abs", sql.in_units(Figure(sql.column("amount", "b"), amount.digits, decimals))), expression=sql.whole(step)
    )
    part = exp.Mul(this=sql.paren(units), expression=sql.in_units(Figure(sql.column("weight", "b"), weight.digits, weight.decimals)))
    whole = sql.in_units(Figure(sql.column("weights", "b"), sql.MOST_DIGITS, weight.decimals))
    positive = exp.GT(this=sql.column("weights", "b"), expression=sql.whole(0))
    floor = exp.Case().when(positive, exp.IntDiv(this=sql.paren(part), expression=whole), copy=False)
    rest = exp.Case().when(positive.copy(), exp.Mod(this=sql.paren(part.copy()), expression=whole.copy()), copy=False)
    cut = exp.select(
        *(sql.column(n, "b") for n in (*names, "weights")),
        sql.alias(sql.paren(units.copy()), "units"),
        sql.alias(floor, "floor"),
        sql.alias(rest, "rest"),
    ).from_(weighed.subquery("b", copy=False), copy=False)

    ordered = [exp.Ordered(this=sql.column("rest", "c"), desc=True, nulls_first=False)]
    ordered += [exp.Ordered(this=sql.column(n, "c"), nulls_first=True) for n in order]
    number = exp.Window(
        this=exp.func("row_number"), partition_by=[sql.column(n, "c") for n in within], order=exp.Order(expressions=ordered)
    )
    left = exp.Sub(this=sql.column("units", "c"), expression=over(exp.func("sum", sql.column("floor", "c")), "c"))
    more = exp.LTE(this=number, expression=sql.paren(left))
    one = exp.Case().when(more, sql.whole(1), copy=False).else_(sql.whole(0), copy=False)
    sign = sql.cast(exp.func("sign", sql.column("amount", "c")), sql.HUGE)
    counted = exp.Mul(
        this=exp.Mul(this=sign, expression=sql.paren(exp.Add(this=sql.column("floor", "c"), expression=sql.paren(one)))),
        expression=sql.whole(step),
    )
    share = sql.from_units(counted, decimals)
    nothing = sql.constant(Fraction(0))
    none = exp.EQ(this=sql.column("units", "c"), expression=sql.whole(0))
    known_weights = sql.not_null(sql.column("weights", "c"))
    chosen = sql.choose([(sql.all_of([none, known_weights]), nothing)], share)
    fixed = Figure(sql.cast(chosen.node, sql.decimal_type(18, decimals)), 18, decimals)
    return exp.select(*(sql.column(n, "c") for n in (*names, "weights")), fixed.named("share")).from_(
        cut.subquery("c", copy=False), copy=False
    )
