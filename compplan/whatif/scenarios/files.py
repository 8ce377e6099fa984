"""Scenarios that were tried, as Markdown for a pull request, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from compplan.whatif.comparison.files import as_markdown, as_values, markdown_section, safe_markdown
from compplan.whatif.scenarios.try_scenarios import Tried
from compplan.whatif.scenarios.words import overview, overview_heading


def tried_as_markdown(tried: Sequence[Tried]) -> str:
    """What each scenario changes and a table of all of them; of one alone, the whole comparison."""
    if len(tried) == 1:
        return as_markdown(tried[0].comparison)
    lines = [f"## {safe_markdown(overview_heading(tried))}"]
    for section in overview(tried):
        lines += ["", *markdown_section(section)]
    return "\n".join(lines) + "\n"


def tried_as_json(tried: Sequence[Tried]) -> str:
    """The whole comparison of each scenario with things as they are."""
    told = [{"scenario": one.name, "label": one.label, "comparison": as_values(one.comparison)} for one in tried]
    return json.dumps({"version": 1, "scenarios": told}, indent=1, ensure_ascii=False) + "\n"
