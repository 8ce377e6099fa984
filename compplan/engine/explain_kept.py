"""What became of a payee's earnings after they were earned: what was held, released and taken back, deal by deal."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from compplan.calendar import FiscalPeriod
from compplan.engine.explanation import KeptExplanation
from compplan.engine.lower import Lowering
from compplan.engine.observe import to_value
from compplan.engine.payout_kinds import CLAWBACK, HOLD
from compplan.engine.relations import STEPS, quoted
from compplan.engine.steps import Months
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN


def kept_lines(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, plan: ty.Plan, payee: str, months: Months
) -> Iterator[KeptExplanation]:
    """Each change in the months, by hold and clawback, and what is held."""
    size = MONTHS_IN[plan.payout]
    for component in plan.components:
        for index, keeper in enumerate(plan.keeping(component.name), 1):
            step = quoted(lowering.names.kept_steps(plan, component).left)
            query = f"""SELECT CAST(record AS VARCHAR), earned_month, month, left_0, share_{index}, left_{index}, change_{index}, held
                FROM {STEPS}.{step} WHERE payee = ? AND month BETWEEN ? AND ? AND change_{index} <> 0
                ORDER BY month, date, record, earning"""
            rows = connection.execute(query, [payee, months.first, months.last]).fetchall()
            for record, earned_month, month, *figures in rows:
                yield KeptExplanation(
                    HOLD if isinstance(keeper, ty.Hold) else CLAWBACK, keeper.name, keeper.label, component.name, str(record),
                    FiscalPeriod("month", int(earned_month)).label, FiscalPeriod("month", int(month)).label,
                    FiscalPeriod(plan.payout, int(month) // size).label, *(to_value(f) for f in figures),
                )  # fmt: skip
