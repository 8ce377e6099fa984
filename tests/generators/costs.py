"""Contract costs of what a generated plan pays deal by deal."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.generators.holds import BY_DEAL, SPREAD
from tests.generators.known import block, one_of, pick

TERMS = (
    "7 months from close_date", "1 years from live_date", "36 months from close_date + 45 days", "2 months from close_date",
    "close_date through close_date + 100 days", "close_date through close_date + 3 months", "2027-01-01 through 2027-12-31",
    "units months from close_date",
)  # fmt: skip
EXPENSES = ("strategic", "live_date <= close_date + 90 days", 'product = "Core"')
DAYS = ("live_date", "close_date + 45 days", "close_date + 2 months", "2027-04-10")


@st.composite
def costs(draw: st.DrawFn, components: Sequence[str], *, in_weeks: bool) -> list[str]:
    """None to two contract costs; in a calendar of weeks they run by days."""
    names = [found["name"] for text in components if (found := BY_DEAL.match(text) or SPREAD.match(text))]
    if not names or pick(draw, True, False, False):
        return []
    first = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    second = [n for n in names if n not in first][: pick(draw, 0, 1)]
    written = []
    for number, chosen in enumerate(c for c in (first, second) if c):
        by = "days" if in_weeks else pick(draw, "months", "days")
        lines = [f"of {', '.join(chosen)}", f"over {one_of(draw, TERMS)}, by {by}"]
        lines += [f"expense where {one_of(draw, EXPENSES)}"] if pick(draw, False, False, True) else []
        if draw(st.booleans()):
            lines.append(f"write off on {one_of(draw, DAYS)}{pick(draw, '', '', ' where strategic')}")
        written.append(block(f'contract cost cost{number} "Cost {number}"', lines))
    return written
