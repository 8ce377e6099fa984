"""What the page's script works with: accounts, reps and figures as JSON that is safe inside of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from compplan.assignment.problem import Real
from compplan.reports.pages.frame import inside_page
from compplan.reports.territories.figures import Figures
from compplan.reports.territories.territory_map import TerritoryMap


def page_data(figures: Figures, drawn: TerritoryMap | None, about: Sequence[str], sorted_by: str) -> Markup:
    """The data as JSON: figures in their smallest unit, each with its decimals; `about` has a sentence for each rep.

    A script keeps whole numbers up to 2**53 exactly; larger ones are shown nearly, and exactly in the workbook.
    """
    names = figures.account_names
    accounts = {
        "id": figures.accounts,
        "name": names,
        "after": figures.after.tolist(),
        "before": figures.before.tolist(),
        "by": {i: figures.had_by[i] for i in np.nonzero(figures.left)[0].tolist()},
        "x": None if drawn is None else _or_none(drawn.points[:, 0]),
        "y": None if drawn is None else _or_none(drawn.points[:, 1]),
        "figures": [m.of_accounts.tolist() for m in figures.measures],
        "cost": figures.cost_after.tolist(),
        "was": figures.cost_before.tolist(),
        "known": figures.comparable.astype(int).tolist(),
        "far": None if figures.kilometres is None else _or_none(np.round(figures.kilometres)),
    }
    value = {
        "reps": [figures.rep_name(j) for j in range(len(figures.reps))],
        "measures": [{"name": m.name, "decimals": m.decimals} for m in figures.measures],
        "decimals": figures.cost_decimals,
        "places": drawn is not None,
        "before": figures.has_before,
        "sorted": sorted_by,
        "about": list(about),
        "accounts": accounts,
    }
    return inside_page(value)


def _or_none(values: Real) -> list[Any]:
    return [None if np.isnan(v) else int(v) if v == int(v) else v for v in values.tolist()]
