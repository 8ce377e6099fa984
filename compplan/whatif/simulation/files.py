"""A forecast as Markdown for a pull request, and as JSON for programs."""

from __future__ import annotations

import json
from typing import Any

from compplan.whatif.comparison.files import markdown_section, safe_markdown
from compplan.whatif.simulation.forecast import CurrencyForecast, Forecast, Forecasts, Part, PayeeForecast, Range
from compplan.whatif.simulation.words import heading, sections


def forecasts_as_markdown(forecasts: Forecasts) -> str:
    """A summary with a table for each group; what is long is folded away."""
    lines = [f"## {safe_markdown(heading(forecasts))}"]
    for section in sections(forecasts):
        lines += ["", *markdown_section(section)]
    return "\n".join(lines) + "\n"


def forecasts_as_json(forecasts: Forecasts) -> str:
    """Everything, amounts as texts so that no digit is lost, shares and chances as fractions of one."""
    first = forecasts.sides[0]
    values = {
        "version": 1,
        "company": first.company,
        "period": first.period,
        "replicates": first.replicates,
        "seed": first.seed,
        "drawn": {
            "kinds": list(first.drawn.kinds),
            "history": first.drawn.history,
            "records": first.drawn.records,
            "draws_of": first.drawn.each,
            "words": list(first.drawn.words),
        },
        "scenarios": [_side(forecasts, number) for number in range(len(forecasts.sides))],
    }
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def _side(forecasts: Forecasts, number: int) -> dict[str, Any]:
    side: Forecast = forecasts.sides[number]
    found: dict[str, Any] = {"name": side.name, "changes": list(side.changes), "currencies": []}
    for part in side.currencies:
        values = _currency(part)
        more = forecasts.difference(number, part.currency) if number else None
        found["currencies"].append(values if more is None else {**values, "more": _range(more)})
    found["quotas"] = [{"measure": r.measure, "owners": r.owners, "reached": _range(r.reached)} for r in side.reached]
    return found


def _currency(part: CurrencyForecast) -> dict[str, Any]:
    budget, sales = part.budget, part.sales
    return {
        "currency": part.currency,
        "cost": _range(part.cost),
        "budget": None
        if budget is None
        else {
            "amount": f"{budget.amount:f}",
            "chance": float(budget.chance),
            "excess": None if budget.excess is None else f"{budget.excess:f}",
        },
        "sales": None
        if sales is None
        else {
            "credit": sales.credit,
            "sold": _range(sales.sold),
            "share": None if sales.share is None else _range(sales.share),
            "explained": None if sales.explained is None else float(sales.explained),
        },
        "by": {what: [_part(p) for p in parts] for what, parts in part.by.items()},
        "payees": [_payee(p) for p in part.payees],
        "costs": [f"{c:f}" for c in part.costs],
    }


def _part(part: Part) -> dict[str, Any]:
    return {"name": part.name, **_range(part.cost), "spread": None if part.spread is None else float(part.spread)}


def _payee(payee: PayeeForecast) -> dict[str, Any]:
    chances = [
        {"measure": c.measure, "chance": float(c.chance), "attainment": None if c.attainment is None else _range(c.attainment)}
        for c in payee.chances
    ]
    spread = None if payee.spread is None else float(payee.spread)
    return {"payee": payee.payee, "name": payee.name, **payee.groups, **_range(payee.pay), "spread": spread, "quotas": chances}


def _range(found: Range) -> dict[str, str]:
    return {"p10": f"{found.p10:f}", "p50": f"{found.p50:f}", "p90": f"{found.p90:f}", "mean": f"{found.mean:f}"}
