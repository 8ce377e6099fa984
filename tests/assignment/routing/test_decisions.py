"""Who gets a lead: the window and the best chance, owners, who is away, who has enough; and what becomes of bad leads."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from compplan.assignment.routing import Router, open_router
from compplan.assignment.routing.status import status_json, status_lines
from compplan.assignment.routing.why import why_lines
from compplan.diagnostics.model import Problems
from tests.support.routing import ROUTING, lead, write_routing


def _router(folder: Path, text: str = ROUTING) -> Router:
    return open_router(write_routing(folder, text), memory=True)


def _reps(router: Router, *leads: dict[str, Any]) -> list[str | None]:
    return [router.route(each)["rep"] for each in leads]


def _refused(router: Router, value: dict[str, Any]) -> str:
    with pytest.raises(Problems) as told:
        router.route(value)
    (found,) = told.value.diagnostics
    return f"{found.code}: {found.message} {found.hint}"


def test_the_best_chance_decides_within_the_window(tmp_path: Path) -> None:
    router = _router(tmp_path)
    chances = {"ana": 0.1, "ben": 0.4, "cy": 0.2}
    # ben has the best chance, but not while he is ahead of the lowest by more than half of the largest lead
    assert _reps(router, *(lead(f"L{i}", chances=chances) for i in range(4))) == ["ben", "cy", "ana", "ben"]


def test_without_chances_the_lowest_level_decides_and_then_the_name(tmp_path: Path) -> None:
    router = _router(tmp_path)
    assert _reps(router, *(lead(f"L{i}") for i in range(5))) == ["ana", "ben", "cy", "ana", "ana"]  # ana's weight is two


def test_a_lead_that_comes_again_is_answered_as_before(tmp_path: Path) -> None:
    router = _router(tmp_path)
    first = router.route(lead("L1"))
    router.route(lead("L2"))
    assert router.route(lead("L1", 99_999)) == first
    assert [e.lead for e in router.store.entries()] == ["L1", "L2"]


def test_only_those_get_it_who_have_what_it_asks(tmp_path: Path) -> None:
    router = _router(tmp_path)
    asks = [lead("L1", language="es"), lead("L2", product="cloud"), lead("L3", product=["core", "cloud"]), lead("L4", language="fr")]
    assert _reps(router, *asks) == ["ana", "cy", "ana", None]
    why = router.route(asks[3])["why"]
    assert why == "Nobody can take it now: ana, ben, cy: lacks fr."
    assert list(router.store.waiting()) == ["L4"]


def test_a_lead_that_nobody_could_take_is_given_when_it_comes_again(tmp_path: Path) -> None:
    router = _router(tmp_path)
    router.route({"away": "ana", "from": "2027-03-01"})
    es = lead("L1", language="es")
    assert router.route(es)["why"] == "Nobody can take it now: ana: away through 2027-03-01; ben, cy: lacks es."
    assert router.route(es | {"at": "2027-03-02T10:00:00+00:00"})["rep"] == "ana"
    assert list(router.store.waiting()) == []


def test_a_lead_of_no_pool_waits(tmp_path: Path) -> None:
    router = _router(tmp_path, ROUTING.replace("rest: {window", "rest: {leads: {segment: SMB}, window"))
    assert router.route(lead("L1"))["why"] == "No pool of the routing file takes such leads."
    assert _reps(router, lead("L2", segment="SMB"), lead("L3", segment="ENT")) == ["ana", "ana"]


def test_a_lead_beyond_the_largest_counts_as_the_largest(tmp_path: Path) -> None:
    router = _router(tmp_path)
    router.route(lead("L1", 80_000, segment="ENT"))
    assert "  It counts as 50,000.00; it is 80,000.00, and no lead counts as more." in list(why_lines(router.store, "L1"))


def test_quality_can_be_a_value_times_a_chance(tmp_path: Path) -> None:
    router = _router(tmp_path, ROUTING.replace("quality: value", "quality: {field: value, times: score}"))
    router.route(lead("L1", 333.33, score=0.1))
    assert next(router.store.entries()).counted == 3333
    assert "`score` is missing" in _refused(router, lead("L2"))


def test_quality_is_rounded_once_to_hundredths_halves_away_from_zero(tmp_path: Path) -> None:
    router = _router(tmp_path)
    values = ["0.005", "0.00499999999999999999999999999999999999", "999999999999.995"]
    for number, value in enumerate(values):
        router.route(lead(f"L{number}") | {"value": Decimal(value)})
    assert [e.counted for e in router.store.entries()] == [1, 0, 100_000_000_000_000]


def test_the_owner_of_the_account_comes_first_and_it_counts(tmp_path: Path) -> None:
    router = _router(tmp_path)
    assert _reps(router, *(lead(f"L{i}", owner="ben") for i in range(3))) == ["ben"] * 3
    (_, rest) = status_json(router.rules, router.store)["pools"]
    ben = rest["reps"][1]
    assert (ben["rep"], ben["quality"], ben["as_owner"]) == ("ben", 3000.0, 3000.0)
    assert _reps(router, *(lead(f"M{i}", chances={"ben": 0.9}) for i in range(3))) == ["ana", "cy", "ana"]


def test_leads_of_owners_do_not_count_where_the_file_says_so(tmp_path: Path) -> None:
    router = _router(tmp_path, ROUTING.replace("owner: owner", 'owner: {field: owner, counts: "no"}'))
    router.route(lead("L1", owner="ben"))
    assert "  It does not count." in list(why_lines(router.store, "L1"))
    assert router.route(lead("L2", chances={"ben": 0.9}))["rep"] == "ben"


@pytest.mark.parametrize(("when_away", "rep"), [("others", "ana"), ("owner", "ben")])
def test_the_file_says_who_gets_it_while_the_owner_is_away(when_away: str, rep: str, tmp_path: Path) -> None:
    router = _router(tmp_path, ROUTING.replace("owner: owner", f"owner: {{field: owner, when_away: {when_away}}}"))
    router.route({"away": "ben", "from": "2027-03-01", "through": "2027-03-05", "reason": "holiday"})
    assert router.route(lead("L1", owner="ben"))["rep"] == rep
    assert router.route(lead("L2", owner="zoe"))["rep"] in ("ana", "cy")
    assert "  The owner of its account, zoe, does not get it: no rep of the file has this name." in list(why_lines(router.store, "L2"))


def test_whoever_returns_neither_falls_behind_nor_catches_up(tmp_path: Path) -> None:
    router = _router(tmp_path)
    router.route({"away": "cy", "from": "2027-03-01", "through": "2027-03-05"})
    assert "cy" not in _reps(router, *(lead(f"L{i}") for i in range(9)))
    back = [lead(f"M{i}", at="2027-03-06T10:00:00+00:00") for i in range(8)]
    assert [_reps(router, each)[0] for each in back].count("cy") == 2
    assert any(
        "cy was not there the last time: raised by 3,000.00" in line for each in back for line in why_lines(router.store, each["lead"])
    )


def test_a_new_rep_begins_at_the_lowest_level_of_the_pool(tmp_path: Path) -> None:
    router = _router(tmp_path)
    _reps(router, *(lead(f"L{i}") for i in range(8)))
    more = write_routing(tmp_path, ROUTING.replace("pools:", "  dee: {languages: [en], products: [core, cloud]}\npools:"))
    with open_router(more, memory=True) as other:
        router.store.adopt(other.rules, other.clock())
        grown = Router(other.rules, router.store)
        assert _reps(grown, *(lead(f"M{i}") for i in range(5))).count("dee") == 1


def test_working_hours_are_those_of_the_reps_own_clock(tmp_path: Path) -> None:
    hours = 'hours: {days: [monday, tuesday, wednesday, thursday, friday], from: "09:00", until: "17:30"}\n'
    text = ROUTING.replace("ben: {", "ben: {timezone: America/New_York, ") + hours
    router = _router(tmp_path, text)
    at = ["2027-03-01T08:59:00Z", "2027-03-01T09:00:00Z", "2027-03-01T17:29:59Z", "2027-03-01T17:30:00Z", "2027-03-01T22:30:00Z"]
    found = [router.route(lead(f"L{i}", at=time))["rep"] for i, time in enumerate(at)]
    assert found == [None, "ana", "ben", "ben", None]
    assert router.route(lead("L9", at="2027-03-06T12:00:00Z"))["why"].startswith(
        "Nobody can take it now: ana, cy: outside of working hours"
    )


def test_nobody_gets_more_in_a_day_or_has_more_open_than_they_take(tmp_path: Path) -> None:
    text = ROUTING.replace("ben: {", "ben: {each_day: 1, ").replace("cy: {", "cy: {most_open: 1, ")
    router = _router(tmp_path, text)
    first = _reps(router, *(lead(f"L{i}") for i in range(5)))
    assert first == ["ana", "ben", "cy", "ana", "ana"]
    assert "  cy could not take it: has 1 open, 1 at most." in list(why_lines(router.store, "L4"))
    assert "  ben could not take it: had 1 today, 1 at most." in list(why_lines(router.store, "L4"))
    router.route({"close": "L2", "at": "2027-03-02T09:00:00Z"})
    router.route({"close": "L2", "at": "2027-03-02T09:00:00Z"})  # told twice, done once
    assert set(_reps(router, *(lead(f"M{i}", at="2027-03-02T10:00:00Z") for i in range(3)))) == {"ana", "ben", "cy"}


def test_a_bad_lead_is_given_back_once_and_within_the_time(tmp_path: Path) -> None:
    router = _router(tmp_path)
    _reps(router, lead("L1"), lead("L2"), lead("L3"))
    back = {"return": "L2", "reason": "no such company", "at": "2027-03-04T10:00:00Z"}
    answer = router.route(back)
    assert answer["why"] == "ben had it; it was given back as bad: no such company."
    assert router.route(back | {"at": "2027-03-05T10:00:00Z"}) == answer
    assert router.route(lead("L4", chances={"ana": 0.9, "cy": 0.9}))["rep"] == "ana"
    assert router.route(lead("L5"))["rep"] == "ben"
    assert router.route(lead("L2"))["rep"] == "ben"  # it was given to him, and nobody is given it again
    assert _refused(router, {"return": "L1", "at": "2027-03-09T10:00:00Z"}).startswith("too-late: L1 was given on 2027-03-01")
    assert _refused(router, {"return": "L77"}).startswith("unknown-lead: No lead L77")


def test_leads_cannot_be_given_back_where_the_file_does_not_say_so(tmp_path: Path) -> None:
    router = _router(tmp_path, ROUTING.replace("returns: {days: 7}\n", ""))
    router.route(lead("L1"))
    assert _refused(router, {"return": "L1", "at": "2027-03-01T11:00:00Z"}).startswith("no-returns")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing said": ({"led": "L1"}, "Did you mean `lead`?"),
    "two things at once": ({"lead": "L1", "return": "L2"}, "lead and return at once"),
    "no name": ({"lead": ""}, "`lead` is no name"),
    "no value": ({"lead": "L1"}, "`value` is missing"),
    "a value below zero": (lead("L1", -1), "from 0 to"),
    "a value that is no number": (lead("L1") | {"value": "much"}, "cannot be “much”"),
    "no number at all": (lead("L1", float("nan")), "`value` cannot be nan"),
    "half a character": ({"lead": "L\ud800"}, "`lead` is no name"),
    "half a character in a field": (lead("L1", product="\udfff"), "neither a text nor a list"),
    "a time that is none": (lead("L1", at="tomorrow"), "as in 2027-03-01T09:30"),
    "a chance of somebody else": (lead("L1", chances={"bem": 0.5}), "Did you mean ben?"),
    "a chance above one": (lead("L1", chances={"ben": 1.5}), "more than 1"),
    "a chance below zero": (lead("L1", chances={"ben": -0.5}), "from 0 to"),
    "a chance that is no number": (lead("L1", chances={"ben": float("nan"), "cy": 0.5}), "`ben` cannot be nan"),
    "chances that are none": (lead("L1", chances=0.5), "a chance for each rep"),
    "somebody away who is not there": ({"away": "bem", "from": "2027-03-01"}, "Did you mean ben?"),
    "away from no day": ({"away": "ben", "from": "monday"}, "Write a day"),
    "away until before": ({"away": "ben", "from": "2027-03-02", "through": "2027-03-01"}, "before it begins"),
    "a language that is no text": (lead("L1", language={"en": 1}), "neither a text nor a list"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_what_cannot_be_used_is_told_and_changes_nothing(mistake: str, tmp_path: Path) -> None:
    value, said = WRONG[mistake]
    router = _router(tmp_path)
    assert said in _refused(router, value)
    assert list(router.store.entries()) == []


def test_the_status_shows_what_each_has_and_the_bound(tmp_path: Path) -> None:
    router = _router(tmp_path)
    _reps(router, *(lead(f"L{i}", 100 * i, chances={"ben": 0.5}) for i in range(1, 9)))
    lines = list(status_lines(router.rules, router.store))
    assert "  Bound: 1,200.00 = (0.5 + 1) x 800.00 / 1: (K + 1) x largest quality / smallest weight." in lines
    assert any(line.startswith("  Nearest to it: ") for line in lines)
    (_, rest) = status_json(router.rules, router.store)["pools"]
    assert sum(rep["leads"] for rep in rest["reps"]) == 8
    assert rest["nearest"]["by"] <= rest["nearest"]["bound"] == rest["bound"] == 1200
