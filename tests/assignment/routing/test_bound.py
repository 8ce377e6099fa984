"""The bound is never exceeded: whatever comes in whatever order, reckoned anew from the log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from compplan.assignment.routing.calendar import Calendar
from compplan.assignment.routing.lead import Away, Closed, Event, Lead, Returned
from compplan.assignment.routing.levels import bound_of, nearest_to_bound
from compplan.assignment.routing.router import Router
from compplan.assignment.routing.rules import Need, Owners, Pool, Rep, Rules
from compplan.assignment.routing.store import MemoryStore
from tests.assignment.routing.naive import reckoned

NAMES = ("ana", "ben", "cy", "dee")
START = datetime(2027, 3, 1, 9, tzinfo=UTC)
QUALITIES = st.integers(0, 500) | st.sampled_from([100, 1_000, 1_000]) | st.integers(0, 1_000_000)
CHANCES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.0, 0.1, 0.5, 0.9]))


@st.composite
def pools(draw: st.DrawFn, name: str = "all", *, alike: bool = False) -> Pool:
    """A pool of two to four reps; some speak more languages than others, unless all are `alike`."""
    members = tuple(sorted(draw(st.sets(st.sampled_from(NAMES), min_size=2))))
    weight = st.sampled_from([1, 5_000, 10_000]) | st.integers(1, 40_000)
    weights = tuple(draw(st.lists(weight, min_size=len(members), max_size=len(members))))
    languages = st.sampled_from([frozenset(["en"]), frozenset(["en", "es"]), frozenset(["es"])])
    has = tuple((frozenset(("en", "es")) if alike else draw(languages),) for _ in members)
    window = draw(st.fractions(0, 3, max_denominator=7))
    largest = draw(st.none() | st.integers(1, 300_000))
    return Pool(name, {"pool": frozenset([name])}, members, weights, (Need("language", "languages"),), has, window, largest)


@st.composite
def some_rules(draw: st.DrawFn) -> Rules:
    """Two pools that share reps, limits on leads for some, account owners first or not."""
    limits = st.none() | st.integers(1, 4)
    reps = {n: Rep(n, {}, draw(limits), draw(limits)) for n in NAMES}
    owners = draw(st.none() | st.builds(Owners, st.just("owner"), st.booleans(), st.booleans()))
    return Rules("any", reps, (draw(pools("one")), draw(pools("two"))), Calendar(), owners=owners, days_to_return=3)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """A lead of some quality, at some time, or a lead given back, done with, or a rep away; in no order of time."""
    at = START + timedelta(hours=draw(st.integers(0, 24 * 6)))
    name = f"L{draw(st.integers(0, 20))}"
    what = draw(st.sampled_from(["lead"] * 6 + ["return", "return", "close", "away"]))
    if what == "return":
        return Returned(name, at, "no such company")
    if what == "close":
        return Closed(name, at)
    if what == "away":
        first = date(2027, 3, 1) + timedelta(days=draw(st.integers(0, 5)))
        return Away(draw(st.sampled_from(NAMES)), first, first + timedelta(days=draw(st.integers(0, 2))), "", at)
    fields = {"pool": (draw(st.sampled_from(["one", "two"])),), "language": draw(st.sampled_from([("en",), ("es",), ("en", "es"), ()]))}
    owner = draw(st.none() | st.sampled_from([*NAMES, "nobody"]))
    return Lead(name, at, draw(QUALITIES), fields, draw(st.none() | CHANCES), owner)


def _terms(rules: Rules) -> dict[str, str]:
    return {p.name: p.terms for p in rules.pools}


@settings(max_examples=50, deadline=None)
@given(some_rules(), st.lists(events(), min_size=20, max_size=40), st.lists(some_rules(), max_size=3))
def test_no_rep_is_ahead_by_more_than_the_bound_of_one_who_could_have_taken_the_leads(
    rules: Rules, coming: list[Event], changes: list[Rules]
) -> None:
    store = MemoryStore(rules)
    part = len(coming) // (len(changes) + 1) + 1
    for number, now in enumerate([rules, *changes]):
        if number:
            store.adopt(now, START)
        Router(now, store).route_together(coming[number * part : (number + 1) * part])
    found = reckoned(store.entries(), _terms(rules))
    assert [w for pool in found.values() for w in pool.wrong] == []
    for pool in store.rules.pools:
        levels = store.levels(pool)
        for kept, reckoned_too in ((levels.loads, "load"), (levels.credits, "credit"), (levels.owned, "owned")):
            assert [Fraction(v, 100) for v in kept] == [getattr(found[pool.name], reckoned_too)[n] for n in pool.members]
        worst = nearest_to_bound(pool, levels)
        assert worst is None or worst.by <= worst.bound


@settings(max_examples=40, deadline=None)
@given(pools(alike=True), st.lists(st.tuples(QUALITIES, st.none() | CHANCES), max_size=60))
def test_what_reps_were_given_is_spread_no_further_than_the_bound(pool: Pool, leads: list[tuple[int, dict[str, float] | None]]) -> None:
    rules = Rules("any", {n: Rep(n, {}) for n in NAMES}, (pool,), Calendar())
    store = MemoryStore(rules)
    router = Router(rules, store)
    got = dict.fromkeys(pool.members, 0)
    largest = pool.largest or 0
    for number, (quality, chances) in enumerate(leads):
        counted = quality if pool.largest is None else min(quality, pool.largest)
        largest = max(largest, counted)
        answer = router.route(Lead(f"L{number}", START, quality, {"pool": ("all",)}, chances))
        got[answer["rep"]] += counted
        levels = [Fraction(got[n], w) for n, w in zip(pool.members, pool.weights, strict=True)]
        assert max(levels) - min(levels) <= (pool.window + 1) * Fraction(largest, min(pool.weights))


def test_the_bound_is_reached_so_that_no_smaller_one_could_be_stated() -> None:
    pool = Pool("all", {}, ("ana", "ben"), (10_000, 10_000), window=Fraction(1, 2))
    rules = Rules("any", {n: Rep(n, {}) for n in ("ana", "ben")}, (pool,), Calendar())
    store = MemoryStore(rules)
    router = Router(rules, store)
    for number, quality in enumerate([50, 100]):
        router.route(Lead(f"L{number}", START, quality, {}, {"ana": 0.9}))
    worst = nearest_to_bound(pool, store.levels(pool))
    assert worst is not None
    assert (worst.ahead, worst.behind) == ("ana", "ben")
    assert worst.by == worst.bound == bound_of(pool, 100) == 150
