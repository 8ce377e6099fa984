"""Holds and clawbacks of what a generated plan pays deal by deal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.generators.known import block, one_of, pick

BY_DEAL = re.compile(r"^(commission|bonus) (?P<name>\w+)[^\n]*\{\n(?:.*\n)*? *for +each (booking|roll_up)\b(?!.*less what was earned)")
SPREAD = re.compile(r"^(commission|bonus) (?P<name>\w+)[^\n]*\{\n(?:.*\n)*? *spread over (booking|roll_up)\b")
KEEPS = ("0%", "margin", "100% - share", "dial", 'if(role = "AE", 25%, 50%)', "margin * 50%")
SHARES = (
    "100%", "50%", "33.3333%", "margin", "receipts.part", "receipts.amount / 100 USD", "receipts.amount / acv else 50%",
    "acv / list_price else 0%",
    "(live_date - close_date) / 90 else 100%", "credited / 150 USD", "sum(receipts.amount to date) / 200 USD",
)  # fmt: skip
DAYS = ("live_date", "close_date + 45 days", "close_date + 2 months", "close_date", "2027-04-10")
CONDITIONS = (
    "live_date <= close_date + 90 days",
    "strategic",
    "share < 100%",
    "region is not empty",
    "receipts.amount > 0 USD",
    'role != "SE"',
    "sum(receipts.amount to date) < acv",
    "sum(receipts.amount to date by day) >= 50% of acv",
    "count(receipts to date where amount > 20 USD) < 2",
    "sum(receipts.amount to date where part > 10%) <= credited and count(receipts to date) > 0",
)


@st.composite
def holds(draw: st.DrawFn, components: Sequence[str]) -> list[str]:
    """None to two holds and clawbacks, of components for each deal."""
    names = [found["name"] for text in components if (found := BY_DEAL.match(text) or SPREAD.match(text))]
    if not names or pick(draw, True, False, False):
        return []
    kept = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(["hold", "clawback", "hold", "clawback"]), min_size=1, max_size=3))):
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        lines = [f"of {', '.join(chosen)}", *([f"keep {draw(keeps())}"] if kind == "hold" else [])]
        lines += [draw(dated("release" if kind == "hold" else "take")) for _ in range(pick(draw, 1, 1, 2))]
        kept.append(block(f'{kind} kept{number} "Kept {number}"', lines))
    return kept


@st.composite
def keeps(draw: st.DrawFn) -> str:
    """The part that is kept; constants of three holds add up to at most all of it."""
    return pick(draw, "25%", "30%", "33.3333%", *KEEPS)


@st.composite
def dated(draw: st.DrawFn, word: str) -> str:
    """A sentence with `release` or `take`."""
    share, day = one_of(draw, SHARES), one_of(draw, DAYS)
    if "receipts" in share or pick(draw, False, False, True):
        day = pick(draw, "receipts.day", "receipts.day", "receipts.day + 20 days", day)
    condition = pick(draw, "", "", f" where {one_of(draw, CONDITIONS)}")
    if "list_price" in share:
        condition = " where list_price is not empty"
    elif "live_date -" in share:
        condition = " where live_date is not empty"
    return f"{word} {share} on {day}{condition}"
