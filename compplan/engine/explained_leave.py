"""The days that a payee is on leave, for an explanation, with the quotas that are relieved for it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from compplan.engine.explained_stays import counts_working_days, working_days_between
from compplan.engine.explanation import LeaveLine
from compplan.engine.lower import Lowering
from compplan.engine.relations import STEPS, quoted
from compplan.language import typed as ty


def leave_lines(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, plan: ty.Plan, payee: str, steps: frozenset[str]
) -> Iterator[LeaveLine]:
    """Each stretch of days on leave within the plan, of every leave that the run worked out."""
    for leave in plan.leaves.values():
        step = lowering.names.plan_step(plan, "leave", leave.name)
        if step not in steps:
            continue
        relieved = tuple(f"{quota} by {method(r.how)}" for quota, r in plan.reliefs.items() if r.leave == leave.name)
        query = f"SELECT first, last FROM {STEPS}.{quoted(step)} WHERE payee = ? ORDER BY 1"
        for first, last in connection.execute(query, [payee]).fetchall():
            worked = working_days_between(connection, lowering.schema, payee, (first, last)) if counts_working_days(plan) else None
            yield LeaveLine(leave.name, first.isoformat(), last.isoformat(), (last - first).days + 1, worked, relieved)


def method(how: ty.Proration) -> str:
    """A way of counting in the plan's words."""
    return {"days": "calendar days", "working days": "working days"}.get(how.by, f"months of at least {how.least} days")
