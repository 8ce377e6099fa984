"""A comparison as Markdown for a pull request, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from compplan.whatif.comparison.comparison import Amounts, Comparison, CurrencyPart, PayeeChange, Spread
from compplan.whatif.comparison.words import Section, heading, sections


def as_markdown(comparison: Comparison) -> str:
    """A summary with a table for each group; what is long is folded away."""
    lines = [f"## {safe_markdown(heading(comparison))}"]
    for section in sections(comparison):
        lines += ["", *markdown_section(section)]
    return "\n".join(lines) + "\n"


def as_json(comparison: Comparison) -> str:
    """Everything, amounts as texts so that no digit is lost, shares as fractions of one."""
    return json.dumps(as_values(comparison), indent=1, ensure_ascii=False) + "\n"


def as_values(comparison: Comparison) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "version": 1,
        "company": comparison.company,
        "period": comparison.period,
        "before": comparison.before,
        "after": comparison.after,
        "changes": [{"plans": list(c.plans), "part": c.part, "change": c.words} for c in comparison.changes],
        "currencies": [_currency(part) for part in comparison.currencies],
        "attainment": [
            {
                "measure": a.measure,
                "owners": a.owners,
                "reached": {"before": int(a.reached.before), "after": int(a.reached.after)},
                "shares": {"before": [str(float(s)) for s in a.shares_before], "after": [str(float(s)) for s in a.shares_after]},
            }
            for a in comparison.attainment
        ],
    }


def markdown_section(section: Section) -> Iterator[str]:
    """The lines of a section: a heading, sentences and a table, folded away where that is long."""
    folded = len(section.rows) > 3
    if folded:
        yield f"<details><summary>{safe_markdown(section.title)}</summary>"
        yield ""
    else:
        yield f"### {safe_markdown(section.title)}"
        yield ""
    if section.title.startswith("What changed"):
        yield from (f"- {safe_markdown(s)}" for s in section.sentences)
    else:
        yield from (safe_markdown(s) + "  " for s in section.sentences)
    if section.rows:
        yield ""
        texts = _text_columns(section)
        yield f"| {' | '.join(_cell(h) for h in section.headings)} |"
        yield f"|{'|'.join(' --- ' if i in texts else ' ---: ' for i in range(len(section.headings)))}|"
        yield from (f"| {' | '.join(_cell(c) for c in row)} |" for row in section.rows)
    if folded:
        yield ""
        yield "</details>"


def _text_columns(section: Section) -> range:
    """The columns that hold texts: the first, and groups of payees after it."""
    return range(section.headings.index("before")) if "before" in section.headings else range(1)


def _cell(text: str) -> str:
    return safe_markdown(text).replace("|", "\\|")


def safe_markdown(text: str) -> str:
    """Text that no Markdown takes for HTML; what stands in backquotes stays as it is."""
    parts = text.replace("\n", " ").split("`")
    return "`".join(p.replace("&", "&amp;").replace("<", "&lt;") if i % 2 == 0 else p for i, p in enumerate(parts))


def _currency(part: CurrencyPart) -> dict[str, Any]:
    sales = None if part.sales is None else {"credit": part.sales.credit, **_amounts(part.sales.amounts)}
    return {
        "currency": part.currency,
        "total": _amounts(part.total),
        "sales": sales,
        "by": {what: [{"name": g.name, **_amounts(g.amounts)} for g in groups] for what, groups in part.by.items()},
        "payees": [_payee(p) for p in part.payees],
        "spread": {"before": _spread(part.spread_before), "after": _spread(part.spread_after)},
    }


def _payee(payee: PayeeChange) -> dict[str, Any]:
    return {"payee": payee.payee, "name": payee.name, **payee.groups, **_amounts(payee.amounts)}


def _spread(spread: Spread) -> dict[str, Any]:
    share = None if spread.top_fifth is None else f"{float(spread.top_fifth):.4f}"
    steps = {str(q): f"{v:f}" for q, v in spread.quantiles.items()}
    return {"payees": spread.payees, "paid": spread.paid, "top_fifth": share, "quantiles": steps}


def _amounts(amounts: Amounts) -> dict[str, str]:
    return {"before": f"{amounts.before:f}", "after": f"{amounts.after:f}", "difference": f"{amounts.difference:f}"}
