"""Draws and what becomes of negative payouts, as text, from what a plan has defined."""

from __future__ import annotations

from hypothesis import strategies as st

from compplan.schema import MONTHS_IN, PERIODS, Period
from tests.generators.exchange import paid_in
from tests.generators.known import Known, block, one_of, pick


@st.composite
def payout_sentence(draw: st.DrawFn, payout: Period, *, must_say: bool) -> str:
    """How often is paid, and what becomes of a negative payout."""
    unsaid = [] if must_say else [""]
    elsewhere = draw(paid_in(payout))
    return f"payout each {payout}{elsewhere}{pick(draw, ', a negative one is carried forward', ', a negative one is owed', *unsaid)}"


@st.composite
def taken_back(draw: st.DrawFn) -> list[str]:
    """Now and then a component that takes back what was sold in some months, so that payouts fall below zero, and rise again."""
    when = pick(draw, "close_date in 2027-Q1", "close_date in 2027-02", 'product = "Core"')
    lines = [f"for each booking where {when}", f"pay -{pick(draw, 'credited', '(250% of credited)', '(33.3333% of credited)')}"]
    return [block('commission back "back"', lines)] if draw(st.integers(0, 2)) == 0 else []


@st.composite
def draws(draw: st.DrawFn, known: Known, payout: Period, *, has_days: bool) -> list[str]:
    """None to two draws."""
    return [draw(_draw(f"draw{n}", known, payout, has_days)) for n in range(pick(draw, 0, 0, 1, 1, 2))]


@st.composite
def _draw(draw: st.DrawFn, name: str, known: Known, payout: Period, has_days: bool) -> str:
    levels = ["100 USD", "33.335 USD", f"25% of target per {payout}", "max(50% of arr, 20 USD)", "payout + 10 USD"]
    lines = [f"top up to {one_of(draw, levels)}{draw(_when(known, payout))}"]
    if draw(st.integers(0, 4)) == 0:
        return block(f'draw {name} "{name}"', [*lines, "recover nothing"])
    rooms = ["payout - 20 USD", "payout - the level", "50% of the level", "50% of payout", "payout", "15.005 USD", "max(arr, 0 USD) / 3"]
    lines.append(f"recover at most {one_of(draw, rooms)}{draw(_when(known, payout))}")
    if has_days:
        left = pick(draw, "forgiven", "owed", "recovered from the last payout, the rest is forgiven")
        lines.append(f"on leaving, the balance is {left}")
    longer = [p for p in PERIODS if MONTHS_IN[p] >= MONTHS_IN[payout]]
    if draw(st.integers(0, 2)) == 0:
        lines.append(f"forgive at the end of each {one_of(draw, longer)}")
    return block(f'draw {name} "{name}"', lines)


@st.composite
def _when(draw: st.DrawFn, known: Known, payout: Period) -> str:
    conditions = [
        'role = "AE"',
        "arr > 50 USD",
        "arr < 50 USD",
        "payout >= 10 USD",
        f"arr over {payout} to date < 500 USD",
        "hire_date <= 2027-03-01",
        "tenure >= 3",
    ]
    conditions += [f"attainment({m.name}) >= 50%" for m in known.with_quota(payout)]
    return f", only if {one_of(draw, conditions)}" if draw(st.integers(0, 2)) == 0 else ""
