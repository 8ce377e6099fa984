"""What becomes of a payee's earnings as costs of contracts: read from the run, and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

import duckdb

from compplan.calendar import FiscalPeriod
from compplan.engine.explanation_records import ComingCost, CostExplanation, Value
from compplan.engine.figure_text import money, plain
from compplan.engine.laid_out import line
from compplan.engine.lower import Lowering
from compplan.engine.observe import to_value
from compplan.engine.relations import STEPS, quoted
from compplan.language import typed as ty

MOST_YEARS = 30
"""So many years to come are told one by one."""


def cost_lines(connection: duckdb.DuckDBPyConnection, lowering: Lowering, plan: ty.Plan, payee: str) -> Iterator[CostExplanation]:
    """A line for each record that still had something left before the run's months, or has something in them."""
    months = lowering.asked
    for cost in {c.name: c for c in plan.costs}.values():
        step = quoted(lowering.names.plan_step(plan, "cost", cost.name))
        within = f"month BETWEEN {months.first} AND {months.last}"
        figures = ", ".join(
            f"coalesce(sum({n}) FILTER (WHERE {within}), 0)" for n in ("capitalised", "expensed", "amortised", "written_off")
        )
        left = "capitalised - amortised - written_off"
        before_them = f"coalesce(sum({left}) FILTER (WHERE month < {months.first}), 0)"
        query = f"""SELECT component, record, {before_them}, {figures}, sum({left}), sum(capitalised),
                arg_max(elapsed, month), arg_max(term, month), max(begins)
            FROM {STEPS}.{step} WHERE payee = ? GROUP BY component, record ORDER BY component, record NULLS LAST"""
        for component, record, *values, elapsed, term, begins in connection.execute(query, [payee]).fetchall():
            before, capitalised, expensed, amortised, written_off, balance, total = (to_value(v) for v in values)
            if any((before, capitalised, expensed, amortised, written_off, balance)):
                known = begins is not None and record is not None and not expensed
                coming = tuple(_coming(plan, cost, lowering, total, balance, begins, int(term))) if known else ()
                yield CostExplanation(
                    cost.name, cost.label, str(component), None if record is None else str(record),
                    before, capitalised, expensed, amortised, written_off, balance,
                    to_value(elapsed) if known else None, to_value(term) if known else None, "days" if cost.by_days else "months", coming,
                )  # fmt: skip


def _coming(
    plan: ty.Plan, cost: ty.ContractCost, lowering: Lowering, total: Value, left: Value, begins: date, term: int
) -> Iterator[ComingCost]:
    """When what is left will be amortised, fiscal year by fiscal year: as the run does it, if nothing else happens."""
    calendar, last = lowering.calendar, lowering.asked.last
    assert isinstance(left, Fraction)
    assert isinstance(total, Fraction)
    done, first_year = total - left, (last + 1) // 12
    for year in range(first_year, first_year + MOST_YEARS):
        if done == total:
            return
        end = year * 12 + 11
        last_day = calendar.start_of_month(end + 1) - timedelta(days=1)
        gone = (last_day - begins).days + 1 if cost.by_days else end - calendar.month_of(begins) + 1
        part = _to_unit(total * min(max(gone, 0), term) / term, Fraction(1, 10**12), half_even=False)
        amortised = _to_unit(part, plan.rounding_unit, half_even=plan.half_even)
        if amortised != done:
            yield ComingCost(FiscalPeriod("year", year).label, amortised - done)
        done = amortised
    if done != total:
        yield ComingCost("later", total - done)


def _to_unit(value: Fraction, unit: Fraction, *, half_even: bool) -> Fraction:
    units, rest = divmod(abs(value), unit)
    up = 2 * rest > unit or (2 * rest == unit and (not half_even or units % 2 == 1))
    return (units + up) * unit * (-1 if value < 0 else 1)


def cost_text(costs: Sequence[CostExplanation], currency: str, most: int | None) -> Iterator[str]:
    """Each contract cost with its records; each line with its balance."""
    for name, label in dict.fromkeys((c.name, c.label) for c in costs):
        these = [c for c in costs if c.name == name]
        yield line(f"  {label} (contract cost {name}), left", money(_sum(these), currency))
        shown = these[:most]
        for c in shown:
            record = "what belongs to no record" if c.record is None else c.record
            told = ", ".join(f"{word} {money(value, currency)}" for value, word in _told(c) if value)
            time = "" if c.term is None else f"; {plain(c.elapsed)} of {plain(c.term)} {c.by}"
            yield line(f"    {record}, {c.component}: {told or 'nothing in these months'}{time}", money(c.balance, currency))
            if c.coming:
                yield f"      then {', '.join(_when(one, currency) for one in c.coming)}"
        if len(these) > len(shown):
            rest = _sum(these[len(shown) :])
            yield line(f"    and {len(these) - len(shown)} more (--all lists them)", money(rest, currency))


def _when(coming: ComingCost, currency: str) -> str:
    return f"{money(coming.amount, currency)} {'later' if coming.year == 'later' else f'in {coming.year}'}"


def _told(c: CostExplanation) -> Iterator[tuple[Value, str]]:
    yield c.before, "before"
    yield c.capitalised, "capitalised"
    yield c.expensed, "expensed"
    yield c.amortised, "amortised"
    yield c.written_off, "written off"


def _sum(costs: Sequence[CostExplanation]) -> Fraction:
    return sum((c.balance for c in costs if isinstance(c.balance, Fraction)), Fraction(0))
