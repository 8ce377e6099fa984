"""Every formula of a plan, each with the kind of record whose columns it reads."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.language import typed as ty
from compplan.language.formulas_of import all_formulas, kept_formulas
from compplan.language.walk import parts
from compplan.schema import PEOPLE, ReferenceType, Schema

Stated = tuple[str | None, ty.Expr]
"""A kind of record, None where no record is at hand; and a formula."""


def stated(plan: ty.Plan) -> Iterator[Stated]:
    """The formulas of a plan that stand by themselves: each whole sentence, none of its parts."""
    if plan.payees is not None:
        yield PEOPLE, plan.payees
    for credit in plan.credits.values():
        yield from ((credit.kind, e) for e in credit_formulas(credit))
    for measure in plan.measures.values():
        for part in measure.parts:
            kind = plan.credits[part.credit].kind
            yield from ((kind, e) for e in (part.value, part.where) if e is not None)
    for quota in plan.quotas.values():
        yield None, quota.value
    for component in plan.components:
        own = kind_of(plan, component)
        yield from ((own, e) for e in all_formulas(component))
        yield from ((own, e) for e in kept_formulas(plan, component.name))
    for draw in plan.draws:
        yield from ((None, e) for e in (draw.level, draw.level_if, draw.room, draw.room_if) if e is not None)


def credit_formulas(credit: ty.Credit) -> Iterator[ty.Expr]:
    """The formulas of a credit."""
    yield from credit.where
    yield from credit.amounts.values()
    for give in credit.gives:
        yield from (e for e in (give.share, give.where, give.recipient.target) if e is not None)


def kind_of(plan: ty.Plan, component: ty.Component) -> str | None:
    """The kind of record that a component pays for, where it pays for records."""
    return plan.credits[component.grain.credit].kind if isinstance(component.grain, ty.ForCredit) else None


def every_with_kind(kind: str | None, expr: ty.Expr) -> Iterator[Stated]:
    """A formula and all that is inside it, each with the kind of record that is at hand there."""
    yield kind, expr
    inside = expr.kind if isinstance(expr, ty.RecordSum) else kind
    for part in parts(expr):
        yield from every_with_kind(inside, part)


def unnamed(expr: ty.Expr) -> ty.Expr:
    """The formula itself where it has a name."""
    return unnamed(expr.value) if isinstance(expr, ty.Named) else expr


def column_of(schema: Schema, kind: str | None, expr: ty.Expr) -> tuple[str, str] | None:
    """The kind and the column that a formula reads, where it is a column."""
    match expr:
        case ty.PayeeField():
            here: str | None = PEOPLE
        case ty.ChildField():
            here = expr.kind
        case ty.RecordField():
            here = kind
        case _:
            return None
    for name in expr.path[:-1]:
        found = schema.kinds[here].column(name) if here is not None else None
        here = found.type.kind if found is not None and isinstance(found.type, ReferenceType) else None
    return None if here is None or not expr.path else (here, expr.path[-1])
