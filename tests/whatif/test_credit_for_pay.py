"""The credit that gives a pay is found for all at once: enough for everybody, hardly more than it takes, and the other way round."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from compplan.assignment.problem import Whole
from compplan.whatif.territory_pay.credit_for_pay import least_credit, most_credit

HIGHEST = 900
Steps = Sequence[tuple[int, int, int]]
"""From a credit on, so much more at once, and so much more for each ten units."""


def paid_alone(steps: Steps, credit: int) -> int:
    return sum(jump + slope * (credit - start) // 10 for start, jump, slope in steps if credit >= start)


def plans(each: Sequence[Steps], team: Steps) -> Callable[[Whole], Whole]:
    """What each is paid by its own credit, and by the team's."""

    def pay(levels: Whole) -> Whole:
        shared = paid_alone(team, int(levels.sum()))
        return np.array([paid_alone(steps, int(level)) + shared for steps, level in zip(each, levels, strict=True)], np.int64)

    return pay


STEPS = st.lists(st.tuples(st.integers(0, HIGHEST), st.sampled_from([0, 0, 300, 5000]), st.integers(0, 99)), max_size=3)
WANTED = st.integers(0, 20_000)


@settings(deadline=None)
@given(st.lists(st.tuples(STEPS, WANTED), min_size=1, max_size=4))
def test_where_pay_depends_on_one_alone_the_least_and_the_most_are_exact(people: list[tuple[Steps, int]]) -> None:
    pay = plans([steps for steps, _ in people], [])
    wanted, highest = np.array([w for _, w in people], np.int64), np.full(len(people), HIGHEST, np.int64)
    least, most = least_credit(pay, wanted, highest), most_credit(pay, wanted, highest)
    for j, (steps, goal) in enumerate(people):
        reaching = [c for c in range(HIGHEST + 1) if paid_alone(steps, c) >= goal]
        allowed = [c for c in range(HIGHEST + 1) if paid_alone(steps, c) <= goal]
        assert bool(least.impossible[j]) == (not reaching)
        assert not reaching or least.credit[j] == reaching[0]
        assert bool(most.impossible[j]) == (not allowed)
        assert not allowed or most.credit[j] == allowed[-1]


@settings(deadline=None)
@given(st.lists(st.tuples(STEPS, WANTED, st.integers(0, 300)), min_size=1, max_size=4), STEPS, st.integers(1, 9))
def test_where_pay_depends_on_others_too_everybody_is_paid_enough_and_nobody_too_much(
    people: list[tuple[Steps, int, int]], team: Steps, narrow: int
) -> None:
    pay = plans([steps for steps, _, _ in people], team)
    wanted, highest = np.array([w for _, w, _ in people], np.int64), np.full(len(people), HIGHEST, np.int64)
    more = np.array([m for _, _, m in people], np.int64)
    least, most = least_credit(pay, wanted, highest, narrow), most_credit(pay, wanted, highest, narrow)
    enough = pay(np.minimum(least.credit + more, highest)) >= wanted
    assert (enough | least.impossible).all()
    assert not (least.impossible & (pay(highest) >= wanted)).any()
    if not most.impossible.any():
        assert (pay(np.maximum(most.credit - more, 0)) <= wanted).all()


def test_samples_are_looked_at_first_and_change_nothing() -> None:
    steps: Steps = [(0, 0, 3), (400, 70, 12)]
    pay = plans([steps, steps], [])
    wanted, highest = np.array([110, 350], np.int64), np.array([HIGHEST, HIGHEST], np.int64)
    samples = [np.array([s, s], np.int64) for s in (0, 200, 500, 800)]
    assert least_credit(pay, wanted, highest, 1, samples).credit.tolist() == least_credit(pay, wanted, highest).credit.tolist()
    assert most_credit(pay, wanted, highest, 1, samples).credit.tolist() == most_credit(pay, wanted, highest).credit.tolist()
