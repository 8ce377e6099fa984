"""What a payee was credited with, for an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import duckdb

from compplan.engine.conversions import SEEN, conversions, kept_name, told
from compplan.engine.covered import credits_used, paid_months
from compplan.engine.explanation import CreditLine
from compplan.engine.lower import Lowering
from compplan.engine.observe import Sources, to_value
from compplan.engine.relations import STEPS, quoted
from compplan.language import typed as ty


def credit_lines(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str, steps: frozenset[str]
) -> Iterator[CreditLine]:
    """Credits in the run's months, of every credit that the plan pays by or measures; `steps` are those of the run."""
    months = paid_months(plan, lowering.asked)
    for name in credits_used(plan):
        step, unit = lowering.names.credit_step(plan, name), str(plan.credits[name].amounts["credited"].unit)
        if step not in steps:
            continue
        made = conversions(plan.credits[name].amounts.values())
        kept = "".join(f", {quoted(kept_name(n, what))}" for n, _ in enumerate(made) for what in SEEN)
        query = f"""SELECT record, via, date, share, credited, overlay{kept} FROM {STEPS}.{quoted(step)}
            WHERE payee = ? AND month BETWEEN ? AND ? ORDER BY date, record, give, via, share"""
        for record, via, day, share, credited, overlay, *rest in connection.execute(query, [payee, months.first, months.last]).fetchall():
            figures = [to_value(v) for v in rest]
            told_of = tuple(told(one, sources.words(one), figures[n * len(SEEN) : (n + 1) * len(SEEN)]) for n, one in enumerate(made))
            through = None if via is None else str(via)
            yield CreditLine(
                name, str(record), through, str(day), Fraction(share), Fraction(credited), unit, bool(overlay), told_of
            )  # fmt: skip
