"""What a plan uses of the definitions that it shares with other plans: the rest says nothing about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.formulas_of import kept_formulas
from compplan.language.walk import every


@immutable
class Used:
    """Names of credits, measures, quotas (by their measure), tables, parameters and leaves."""

    credits: frozenset[str]
    measures: frozenset[str]
    quotas: frozenset[str]
    tables: frozenset[str]
    parameters: frozenset[str]
    leaves: frozenset[str]

    @staticmethod
    def by(plan: ty.Plan) -> Used:
        """What the components, the caps, the draws and the payees of a plan use, and what is used by that."""
        formulas = list(_own(plan))
        quotas = {e.measure for f in formulas for e in every(f) if isinstance(e, ty.QuotaAt)}
        measures = {e.measure for f in formulas for e in every(f) if isinstance(e, ty.MeasureAt)} | quotas
        parts = [part for name in measures for part in plan.measures[name].parts]
        credited = {part.credit for part in parts} | {c.credit for c in plan.components if c.credit is not None}
        for name in reversed(list(plan.credits)):
            if name in credited and plan.credits[name].from_credit:
                credited.add(plan.credits[name].source)
        leaves = {e.leave for f in formulas for e in every(f) if isinstance(e, (ty.LeaveShare, ty.AverageBefore))}
        leaves |= {relief.leave for mark, relief in plan.reliefs.items() if any(mark == f"quota({q})" for q in quotas)}
        formulas += [f for part in parts for f in (part.value, part.where) if f is not None]
        formulas += [plan.quotas[name].value for name in quotas]
        formulas += [f for name in credited for f in _of_credit(plan.credits[name])]
        tables = {e.table for f in formulas for e in every(f) if isinstance(e, ty.Lookup)}
        parameters = {e.name for f in formulas for e in every(f) if isinstance(e, ty.ParameterAt)}
        found = (credited, measures, quotas, tables, parameters, leaves)
        return Used(*(frozenset(names) for names in found))


def _own(plan: ty.Plan) -> Iterator[ty.Expr]:
    found: list[ty.Expr | None] = [plan.payees, *(cap.limit for cap in plan.caps)]
    found += [f for d in plan.draws for f in (d.level, d.level_if, d.room, d.room_if)]
    for c in plan.components:
        found += [*c.factors, *c.conditions, c.cap, c.floor, None if c.top is None else c.top.by]
        found += [c.grain.where] if isinstance(c.grain, ty.ForCredit) else []
        found += [] if c.spread is None else [c.spread.order, c.spread.weight]
        found += kept_formulas(plan, c.name)
    return (f for f in found if f is not None)


def _of_credit(credit: ty.Credit) -> Iterable[ty.Expr]:
    repeat = [] if credit.repeat is None else [credit.repeat.times]
    given = [e for g in credit.gives for e in (g.share, g.where, g.recipient.target)]
    return [e for e in (*credit.where, credit.dated, *credit.amounts.values(), *repeat, *given) if e is not None]
