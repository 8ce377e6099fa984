"""What is read of a credit's record by all that stands at the grain of the credit: its step carries these fields along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compplan.language import typed as ty
from compplan.language.formulas_of import formulas, kept_formulas
from compplan.language.walk import every


def fields_read(plans: Sequence[ty.Plan], credit: ty.Credit, asked: Mapping[str, Sequence[ty.Expr]]) -> list[ty.RecordField]:
    """The record's fields that anything in any plan that means the same credit reads of it; `asked` are formulas beside those of plans."""
    found: dict[tuple[str, ...], ty.RecordField] = {}
    for other in plans:
        if other.credits.get(credit.name) == credit:
            for leaf in _fields(other, credit.name, asked):
                found.setdefault(leaf.path, leaf)
    return [found[path] for path in sorted(found)]


def _fields(plan: ty.Plan, name: str, asked: Mapping[str, Sequence[ty.Expr]]) -> Iterator[ty.RecordField]:
    for formula in _formulas_over(plan, name, asked):
        yield from (e for e in every(formula) if isinstance(e, ty.RecordField))
    for credit in plan.credits.values():
        if credit.from_credit and credit.source == name:
            yield from (e for f in credit_formulas(credit) for e in every(f) if isinstance(e, ty.RecordField))
            yield from _fields(plan, credit.name, asked)


def _formulas_over(plan: ty.Plan, name: str, asked: Mapping[str, Sequence[ty.Expr]]) -> Iterator[ty.Expr]:
    """Every formula at the grain of a credit."""
    yield from asked.get(name, ())
    for measure in plan.measures.values():
        for part in measure.parts:
            if part.credit == name:
                yield from (f for f in (part.value, part.where) if f is not None)
    for component in plan.components:
        if isinstance(component.grain, ty.ForCredit) and component.grain.credit == name:
            yield from formulas(component)  # a ranking is never at this grain
            yield from kept_formulas(plan, component.name)
        elif component.spread is not None and component.spread.credit == name:
            yield from (f for f in (component.spread.order, component.spread.weight) if f is not None)
            yield from kept_formulas(plan, component.name)


def credit_formulas(credit: ty.Credit) -> Iterator[ty.Expr]:
    """Every formula of a credit."""
    yield from credit.where
    yield credit.dated
    yield from credit.amounts.values()
    if credit.repeat is not None:
        yield credit.repeat.times
    for give in credit.gives:
        yield from (e for e in (give.share, give.where, give.recipient.target) if e is not None)
