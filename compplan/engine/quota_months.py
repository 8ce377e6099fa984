"""A payee's quotas month by month, for an explanation: what a ramp asks for in each month, and how much of it counts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby

import duckdb

from compplan.calendar import FiscalPeriod
from compplan.engine.explanation import QuotaExplanation, QuotaMonth
from compplan.engine.figure_text import in_unit, plain
from compplan.engine.laid_out import line
from compplan.engine.lower import Lowering
from compplan.engine.observe import to_value
from compplan.engine.relations import STEPS, quoted
from compplan.engine.steps import Months
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import MONTHS_IN


def quota_lines(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, plan: ty.Plan, payee: str, months: Months, steps: frozenset[str]
) -> Iterator[QuotaExplanation]:
    """The quotas that the run worked out, in the periods that touch the months; only where not every month counts alike."""
    for quota in plan.quotas.values():
        name = lowering.names.quota_step(plan, quota.measure)
        made = lowering.quotas_made.get(name)
        if made is None or name not in steps or not _can_be_told(plan, quota):
            continue
        query = made(by_month=True)[0].query.sql("duckdb", copy=False)
        size = MONTHS_IN[quota.period]
        read = f"""SELECT q.period, q.month, q.asked, q.counted, q.whole, q.value, t.value AS total
            FROM ({query}) q JOIN {STEPS}.{quoted(name)} t ON t.owner = q.owner AND t.period = q.period
            WHERE q.owner = ? AND q.period BETWEEN ? AND ? AND q.month IS NOT NULL AND t.value IS NOT NULL ORDER BY q.period, q.month"""
        rows = connection.execute(read, [payee, months.first // size, months.last // size]).fetchall()
        for period, of_period in groupby(rows, key=lambda row: int(row[0])):
            found = list(of_period)
            parts = tuple(
                QuotaMonth(FiscalPeriod("month", int(month)).label, *(to_value(v) for v in (asked, counted, value)))
                for _, month, asked, counted, _, value, _ in found
            )
            whole, total = to_value(found[0][4]), to_value(found[0][6])
            if not _is_plain(parts, whole):
                label = FiscalPeriod(quota.period, period).label
                counts = None if whole is None else _counted_by(plan, quota)
                yield QuotaExplanation(quota.measure, label, str(quota.unit), counts, whole, total, parts)


def _can_be_told(plan: ty.Plan, quota: ty.Quota) -> bool:
    """Whether it is the payee's own, is made month by month, and reads nothing that a run does not keep."""
    mark = f"quota({quota.measure})"
    how = plan.prorations.get(mark)
    if quota.ramp is None and mark not in plan.reliefs and (how is None or how.by == "not"):
        return False
    fields = (e for f in (quota.value, quota.ramp) if f is not None for e in every(f) if isinstance(e, ty.PayeeField))
    return plan.measures[quota.measure].group is None and all(len(e.path) < 2 for e in fields)


def _counted_by(plan: ty.Plan, quota: ty.Quota) -> str:
    relief = plan.reliefs.get(f"quota({quota.measure})")
    how = plan.prorations.get(f"quota({quota.measure})") or (None if relief is None else relief.how)
    return "days" if how is None else how.by


def _is_plain(months: tuple[QuotaMonth, ...], whole: object) -> bool:
    """Whether all of the period counts, and no ramp asks for less."""
    counted = sum((m.counted for m in months if isinstance(m.counted, Fraction)), Fraction(0))
    return all(m.asked in (None, 1) for m in months) and (whole is None or counted == whole)


def quota_text(quotas: tuple[QuotaExplanation, ...], width: int) -> Iterator[str]:
    """Each quota with its months, as lines of text."""
    for quota in quotas:
        yield ""
        yield line(f"Quota of {quota.measure}, {quota.period}", in_unit(quota.value, quota.unit))
        yield "-" * width
        for month in quota.months:
            asked = "" if month.asked is None else f"  {in_unit(month.asked, 'a ratio')} asked for"
            counted = "" if quota.whole is None else f"  {plain(month.counted)} of {plain(quota.whole)} {quota.counts} count"
            yield line(f"  {month.month}{asked}{counted}", in_unit(month.part, quota.unit))
