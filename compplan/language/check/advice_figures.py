"""Advice on what a component multiplies: figures that count twice, plain numbers where a rate is usual, places without a prize."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from compplan.language import typed as ty
from compplan.language.check.all_formulas import unnamed
from compplan.language.check.environment import Environment
from compplan.language.check.hints import in_unit
from compplan.language.units import NUMBER, RATIO, Kind
from compplan.language.walk import every

_HUNDRED = Fraction(100)


def advise_figures(env: Environment, component: ty.Component) -> None:
    """Reports what is multiplied, and hardly meant to be."""
    _warn_counts_twice(env, component)
    _warn_number(env, component)
    for factor in component.factors:
        for e in every(factor):
            if isinstance(e, ty.Arith) and e.operator == "*":
                _warn_hundred(env, e)
            elif isinstance(e, ty.Lookup):
                _warn_no_prize(env, component, e)
    _warn_budget(env, component)


def multiplied(expr: ty.Expr) -> Iterator[ty.Expr]:
    """What a product is made of."""
    inner = unnamed(expr)
    if isinstance(inner, ty.Arith) and inner.operator == "*":
        yield from multiplied(inner.left)
        yield from multiplied(inner.right)
    else:
        yield inner


def _warn_counts_twice(env: Environment, component: ty.Component) -> None:
    """A measure times slices of itself, or of its own attainment: twice the sales come to about four times the pay."""
    product = [e for factor in component.factors for e in multiplied(factor)]
    for slices in (e for e in product if isinstance(e, ty.Slices)):
        operand = unnamed(slices.operand)
        measure = operand.measure if isinstance(operand, ty.Attainment) else operand
        if not isinstance(measure, ty.MeasureAt) or not any(e == measure for e in product):
            continue
        name = measure.measure
        message = f"{name} is multiplied by slices that grow with {name} themselves: twice as much pays about four times as much."
        row = f"from quota({name})" if isinstance(operand, ty.Attainment) else "from 0 USD"
        hint = f"For a rate on each part write pay each slice of {name}, with a row such as {row}: 8%; or multiply by the step reached."
        env.problem("counts-twice", message, slices.span, hint)
        return


def _warn_number(env: Environment, component: ty.Component) -> None:
    """`pay 8 * credited`: a plain number where a percentage is usual."""
    first = list(multiplied(component.factors[0]))
    rest = [unnamed(f) for f in component.factors[1:]]
    if any(e.unit == RATIO for e in (*first, *rest)):
        return
    counted = [e for e in first if isinstance(e, (ty.MeasureAt, ty.CreditField)) and e.unit.kind is Kind.MONEY]
    numbers = [e for e in first if isinstance(e, ty.Const) and e.unit == NUMBER]
    slices = first[0] if len(first) == 1 and isinstance(first[0], ty.Slices) else None
    if slices is not None and unnamed(slices.operand).unit.kind is Kind.MONEY:
        counted, numbers = [unnamed(slices.operand)], [v for t in slices.tiers if isinstance(v := unnamed(t.value), ty.Const)]  # type: ignore[list-item]
    elif counted and rest and isinstance(rest[0], ty.Step):
        numbers += [v for t in rest[0].tiers if isinstance(v := unnamed(t.value), ty.Const)]
    large = next((n for n in numbers if n.unit == NUMBER and isinstance(n.value, Fraction) and n.value > 1), None)
    if counted and large is not None:
        assert isinstance(large.value, Fraction)
        number = in_unit(large.value, NUMBER)
        message = f"{number} is a plain number: this pays {number} times the money that it multiplies."
        env.problem("times-number", message, large.span, f"Write {number}% for a rate; {number}x, if so much is meant.")


def _warn_hundred(env: Environment, product: ty.Arith) -> None:
    """`attainment(arr) * 100`: a ratio is a percentage already."""
    for number, other in ((product.left, product.right), (product.right, product.left)):
        if isinstance(number, ty.Const) and number.unit == NUMBER and number.value == _HUNDRED and other.unit == RATIO:
            message = "A ratio needs no 100: 120% is 1.2 and is read as a percentage already. This is a hundred times as much."
            env.problem("times-number", message, product.span, "Leave the 100 out.")


def _warn_no_prize(env: Environment, component: ty.Component, lookup: ty.Lookup) -> None:
    """A table of prizes with fewer rows than there are places."""
    table = env.typed_tables.get(lookup.table)
    if component.top is None or component.top.count is None or table is None:
        return
    for n, argument in enumerate(lookup.arguments):
        if isinstance(unnamed(argument), ty.Place):
            places = range(1, min(component.top.count, 1000) + 1)
            missing = [p for p in places if not any(row.keys[n].fits(Fraction(p)) for row in table.rows)]
            if missing:
                some = f"place {missing[0]}" if len(missing) == 1 else f"places {missing[0]} to {missing[-1]}"
                message = f"{component.top.count} places are paid, and the table {table.name} has no row for {some}."
                hint = "Add the rows, or pay fewer places: where somebody comes to such a place, the run stops."
                env.problem("no-prize", message, lookup.span, hint)


def _warn_budget(env: Environment, component: ty.Component) -> None:
    """A budget that is too small for a single one."""
    budget = component.budget
    if budget is None or budget.spent != "left out" or len(component.factors) > 1:
        return
    one, limit = unnamed(component.factors[0]), unnamed(budget.limit)
    if isinstance(one, ty.Const) and isinstance(limit, ty.Const) and one.value > limit.value:  # type: ignore[operator]
        message = f"{component.name} can never pay: each comes to more than the whole budget, and the one that no longer fits is left out."
        env.problem("never-pays", message, budget.span, "Raise the budget, or let the last be cut.")
