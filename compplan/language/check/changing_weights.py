"""Shares of a target that change when a person does, while the target is averaged over the days of a period."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from compplan.language import typed as ty
from compplan.language.check.advice_figures import multiplied
from compplan.language.check.all_formulas import unnamed
from compplan.language.check.environment import Environment
from compplan.language.check.hints import in_unit
from compplan.language.units import TEXT, Kind
from compplan.language.walk import every
from compplan.schema import PEOPLE

_MOST_SHOWN = 4
_HINT = "Let people have a column with what the share comes to, as money per year, and prorate that: then each day has its own."


def warn_changing_weights(env: Environment, plan: ty.Plan) -> None:
    """Where people are dated, a weight that goes by the role is that of one day, and one in a column is averaged by itself."""
    if env.schema.kinds[PEOPLE].valid is None:
        return
    settled = _settled(plan.payees)
    for component in plan.components:
        if isinstance(component.grain, ty.ForPeriod) and component.word != "award":
            product = [e for factor in component.factors for e in multiplied(factor)]
            target = next((a for e in product for a in _averaged(e) if a.unit.kind is Kind.MONEY and a.how.by != "not"), None)
            if target is not None:
                _warn_by_column(env, component, product, target, settled)
                _warn_two_averages(env, product, target)


def _averaged(expr: ty.Expr) -> Iterator[ty.Averaged]:
    return (e for e in every(expr) if isinstance(e, ty.Averaged))


def _settled(payees: ty.Expr | None) -> frozenset[tuple[str, ...]]:
    """The columns that say the same of whoever is a payee: `role = "AE"`."""
    match None if payees is None else unnamed(payees):
        case ty.AndOr(operator="and", left=left, right=right):
            return _settled(left) | _settled(right)
        case ty.Cmp(comparator="=", left=left, right=ty.Const()) if isinstance(column := unnamed(left), ty.PayeeField | ty.RecordField):
            return frozenset({column.path})
        case _:
            return frozenset()


def _warn_by_column(
    env: Environment, component: ty.Component, product: list[ty.Expr], target: ty.Averaged, settled: frozenset[tuple[str, ...]]
) -> None:
    """`weight(role) * target_incentive per quarter`."""
    for weight in product:
        by = next((e for e in every(weight) if isinstance(e, ty.PayeeField) and e.unit == TEXT and e.path not in settled), None)
        if by is None or weight.unit.kind is Kind.MONEY:
            continue
        name, column = ".".join(target.column.path), ".".join(by.path)
        shares = list(dict.fromkeys(_values(env, weight)))
        some = "".join([", here ", " or ".join(shares[:_MOST_SHOWN]), " and others" * (len(shares) > _MOST_SHOWN)]) if shares else ""
        period = component.grain.to_date or component.grain.period  # type: ignore[union-attr]
        message = (
            f"The share of {name} goes by {column}{some}. Whoever changes {column} within a {period} has the share of the last day for "
            f"all of it, while {name} is that of each day."
        )
        env.problem("weights-change", message, weight.span, _HINT)
        return


def _warn_two_averages(env: Environment, product: list[ty.Expr], target: ty.Averaged) -> None:
    """`own_weight * target_incentive per quarter`, both of them columns of people."""
    for weight in product:
        column = unnamed(weight)
        if isinstance(column, ty.Averaged) and column.unit.kind is not Kind.MONEY and column.how.by in ("days", "months"):
            share, name = ".".join(column.column.path), ".".join(target.column.path)
            message = (
                f"{share} and {name} are averaged each by itself: where both change within a {column.window.period}, the average of "
                f"one is multiplied by the average of the other, not each day by its own."
            )
            env.problem("weights-change", message, weight.span, _HINT)
            return


def _values(env: Environment, weight: ty.Expr) -> Iterator[str]:
    """The shares that a weight can come to, as far as they are written out."""
    for e in every(weight):
        if isinstance(e, ty.Func) and e.name == "if":
            found = [c for branch in e.arguments[1:] if isinstance(c := unnamed(branch), ty.Const)]
        elif isinstance(e, ty.Lookup) and (table := env.typed_tables.get(e.table)) is not None:
            found = [row.value for row in table.rows]
        else:
            continue
        yield from (in_unit(c.value, c.unit) for c in found if isinstance(c.value, Fraction))
