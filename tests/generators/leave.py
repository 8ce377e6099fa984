"""Leave: quotas that are relieved for it, and pay by what was earned before it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.generators.components import OFTEN
from tests.generators.known import block, one_of, pick

METHODS = ("calendar days", "working days", "months of at least 15 days", "months of at least 1 days")
AWAY = ("", ' where reason = "child"', ", lasting at least 30 days", ' where reason != "ill", lasting at least 7 days')


@st.composite
def leave(draw: st.DrawFn, prorations: Sequence[str], earlier: Sequence[str]) -> list[str]:
    """Mostly nothing; else a leave, the quotas that it relieves, and a component that reads it. `earlier` are those it may read."""
    if pick(draw, True, True, False):
        return []
    lines = [f"leave away from absences{one_of(draw, AWAY)}"]
    relieved = draw(st.sets(st.sampled_from(("quota(arr)", "quota(deal_count)"))))
    lines += [f"relieve {quota} for away leave by {one_of(draw, _fitting(quota, prorations))}" for quota in sorted(relieved)]
    return [*lines, draw(pay(earlier))] if len(lines) == 1 or pick(draw, True, False) else lines


def _fitting(quota: str, prorations: Sequence[str]) -> list[str]:
    """The methods that can be taken off the way in which the quota is prorated."""
    said = next((line.rpartition(" by ")[2] for line in prorations if quota in line and line.startswith("prorate")), None)
    return [m for m in METHODS if said is None or m.split()[0] == said.split()[0]]


@st.composite
def pay(draw: st.DrawFn, earlier: Sequence[str]) -> str:
    """What is paid on leave: the average before it, the target, or a sum; or nothing where somebody is on it."""
    period = one_of(draw, OFTEN[:-1])
    share = f"the share on away leave by {one_of(draw, METHODS)}"
    averages = [f"the monthly average of earned({name}) over {pick(draw, 3, 1, 6, 12)} months before away leave" for name in earlier]
    lines = [f"for     each {period}", f"pay     {one_of(draw, [*averages, *averages, '100 USD', '33.33 USD'])}"]
    lines += pick(draw, [f"times   {share}"], [f"times   {share}"], [f"only if {share} = 0%"], [f"times   100% - {share}"])
    has_condition = pick(draw, 0, 0, 1)
    if averages and has_condition:
        lines.append(f"only if {one_of(draw, averages)} {pick(draw, 'is not empty', '> 0.50 USD', 'is empty')}")
    return block('bonus on_leave "On leave"', lines)
