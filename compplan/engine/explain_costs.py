"""What becomes of a payee's earnings as costs of contracts: read from the run, and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import duckdb

from compplan.engine.explanation_records import CostExplanation, Value
from compplan.engine.figure_text import money, plain
from compplan.engine.laid_out import line
from compplan.engine.lower import Lowering
from compplan.engine.observe import to_value
from compplan.engine.relations import STEPS, quoted
from compplan.language import typed as ty


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
        query = f"""SELECT component, record, coalesce(sum({left}) FILTER (WHERE month < {months.first}), 0), {figures}, sum({left}),
                arg_max(elapsed, month), arg_max(term, month), bool_or(begins IS NOT NULL)
            FROM {STEPS}.{step} WHERE payee = ? GROUP BY component, record ORDER BY component, record NULLS LAST"""
        for component, record, *values, elapsed, term, begun in connection.execute(query, [payee]).fetchall():
            before, capitalised, expensed, amortised, written_off, balance = (to_value(v) for v in values)
            if any((before, capitalised, expensed, amortised, written_off, balance)):
                known = begun and record is not None and not expensed
                yield CostExplanation(
                    cost.name, cost.label, str(component), None if record is None else str(record),
                    before, capitalised, expensed, amortised, written_off, balance,
                    to_value(elapsed) if known else None, to_value(term) if known else None, "days" if cost.by_days else "months",
                )  # fmt: skip


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
        if len(these) > len(shown):
            rest = _sum(these[len(shown) :])
            yield line(f"    and {len(these) - len(shown)} more (--all lists them)", money(rest, currency))


def _told(c: CostExplanation) -> Iterator[tuple[Value, str]]:
    yield c.before, "before"
    yield c.capitalised, "capitalised"
    yield c.expensed, "expensed"
    yield c.amortised, "amortised"
    yield c.written_off, "written off"


def _sum(costs: Sequence[CostExplanation]) -> Fraction:
    return sum((c.balance for c in costs if isinstance(c.balance, Fraction)), Fraction(0))
