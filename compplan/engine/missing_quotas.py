"""Quotas that are missing, all of them in one list: whose, of what, for when, and where they belong."""

from __future__ import annotations

from collections.abc import Mapping

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Diagnostic
from compplan.engine.steps import Wanted
from compplan.language import typed as ty
from compplan.language.tree import Reach
from compplan.language.walk import every
from compplan.schema import MONTHS_IN

MOST_LISTED = 20
MOST_WRITTEN_OUT = 5

Sources = Mapping[str, tuple[str, Mapping[str, str]]]
"""For a kind of record, its files, and how its columns are headed there."""


def wanted_quota(plan: ty.Plan, quota: ty.QuotaAt, payee: str, period: FiscalPeriod) -> Wanted:
    """The quota that a payee lacks where a figure of a period needs it."""
    defined, group = plan.quotas[quota.measure], plan.measures[quota.measure].group
    window = quota.window.period
    needed = FiscalPeriod(window, (period.last_month - quota.window.back) // MONTHS_IN[window]).label
    whole = quota.window.reach is Reach.WHOLE and MONTHS_IN[window] > MONTHS_IN[defined.period]
    when = f"each {defined.period} of {needed}" if whole else needed
    owner = payee if group is None else f"the {group} of {payee}" if group else "the company"
    rows = next((e for e in every(defined.value) if isinstance(e, ty.RecordSum)), None)
    if rows is None:
        return Wanted(quota.measure, owner, when, None, ())
    value = next((e.path[0] for e in every(rows.value) if isinstance(e, ty.RecordField)), None)
    cells = [(rows.person or rows.group, payee if group is None else None), (rows.period, needed if not whole else None), (value, None)]
    return Wanted(quota.measure, owner, when, rows.kind, tuple((name, cell) for name, cell in cells if name is not None))


def missing_quotas(found: Mapping[Wanted, Diagnostic], sources: Sources) -> Diagnostic:
    """One problem that lists them all; the problem itself where it is the only one."""
    first = next(iter(found.values()))
    message, span = first.message, first.span if len({d.span for d in found.values()}) == 1 else None
    if len(found) > 1:
        lines = [f"{w.owner}: {w.measure} in {w.period}" for w in list(found)[:MOST_LISTED]]
        rest = [f"and {len(found) - MOST_LISTED:,} more"] if len(found) > MOST_LISTED else []
        message = "\n".join([f"{len(found):,} quotas are missing:", *lines, *rest])
    return Diagnostic(first.code, "Quotas are missing" if len(found) > 1 else first.title, message, span, _hint(list(found), sources))


def _hint(found: list[Wanted], sources: Sources) -> str:
    """Where they belong, with the cells to fill in where they are few; then how the plan excuses those who have none."""
    kinds = dict.fromkeys(w.kind for w in found if w.kind is not None)
    places = [f"the records {kind} ({sources[kind][0]})" if kind in sources else f"the records {kind}" for kind in kinds]
    where = f"Add them to {' and '.join(places)}" if places else "Complete the records"
    written = [_cells(w, sources) for w in found if w.kind is not None] if len(found) <= MOST_WRITTEN_OUT else []
    said = where if len(found) > 1 else where.replace("Add them", "Add it")
    condition = f"only if quota({found[0].measure}) is not empty"
    excused = f"If nobody is meant to need one, write this before all other conditions: {condition}"
    return "\n".join([f"{said}:" if written else f"{said}.", *written, excused])


def _cells(wanted: Wanted, sources: Sources) -> str:
    heads = sources[wanted.kind][1] if wanted.kind is not None and wanted.kind in sources else {}
    return ", ".join(f"{heads.get(name, name)} = {cell or '…'}" for name, cell in wanted.cells)
