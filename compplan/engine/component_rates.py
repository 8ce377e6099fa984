"""Exchange rates that a component needs and that are missing: each pair and day once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.conversions import is_missing, missing_rates
from compplan.engine.lower_components import ComponentLowering, Figured
from compplan.engine.steps import Check, table
from compplan.language import typed as ty


def rate_checks(lowering: ComponentLowering, figured: Figured, step: str, rates: Sequence[ty.Rate]) -> tuple[list[exp.Expr], list[Check]]:
    """Whether each rate is missing, and a check for each: of the figures that cannot be worked out, those that need it."""
    emitter = figured.emitter
    empty = [sql.is_null(figured.figure.node), *([] if figured.where is None else [figured.where])]

    def asking(columns: Sequence[exp.Expr], wanted: exp.Expr) -> exp.Select:
        return figured.rows.copy().select(*columns, copy=False).where(wanted, *empty, copy=False)

    guard = exp.select(sql.whole(1)).from_(table(step), copy=False)
    guard = guard.where(sql.is_null(sql.column("earned")), copy=False).limit(1, copy=False)
    names = f"{lowering.component.label} of"
    checks = [replace(check, guard=guard) for check in missing_rates(emitter, rates, asking, names, [figured.keys[0]])]
    return [is_missing(emitter, rate) for rate in rates], checks
