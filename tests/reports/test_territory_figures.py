"""The figures of a report add up to those of the assignment, and its sentences say them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compplan.reports.territories.figures import Figures, grouped, percent
from compplan.reports.territories.words import balance_sentence, certificate_sentences, decided, price_of
from tests.reports.territories import TRAVEL, figures, figures_from
from tests.support.territory_project import SCENARIO, write_territories


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return figures(tmp_path_factory.mktemp("north"))


def test_accounts_and_loads_and_costs_add_up(found: Figures) -> None:
    assert int(found.accounts_after.sum()) == int(found.accounts_before.sum()) == 24
    potential = found.measures[0]
    assert potential.after.sum() == potential.before.sum() == sum(100_000 + 3_700 * i for i in range(24))
    assert int(found.cost_after.sum()) + found.soft_after == found.total
    assert found.by_rep(found.cost_after, found.after).sum() == found.cost_after.sum()


def test_what_leaving_costs_is_part_of_the_cost(found: Figures) -> None:
    assert (found.disruption == np.where(found.moved, 500, 0)).all()
    assert (found.cost_after >= found.disruption).all()
    stayed = ~found.moved
    assert (found.cost_after[stayed] == found.cost_before[stayed]).all()


def test_the_decision_is_three_sentences_with_its_figures(found: Figures) -> None:
    who, cost, proof = decided(found)
    moved = int(found.moved.sum())
    assert who == f"24 accounts are shared among 3 reps; {moved} of them ({percent(Fraction(moved, 24))}) change hands."
    assert cost.startswith(f"The cost is {grouped(found.total, 2)}: ")
    assert grouped(int(found.cost_before.sum()), 2) in cost
    assert proof.startswith("All rules and bands are kept")


def test_a_search_that_was_complete_is_told_of(found: Figures) -> None:
    assert found.least_by_search
    assert found.gap == 0
    text = " ".join(certificate_sentences(found, "north-assigned"))
    assert "A search through all assignments" in text
    assert "So there is no cheaper one." in text


def test_reps_outside_of_a_band_are_counted_before_and_after(found: Figures) -> None:
    potential = found.measures[0]
    before = int(((potential.before < potential.least) | (potential.before > potential.most)).sum())
    assert before == found.reps_outside(before=True) == 2
    assert balance_sentence(found) == "Today 2 of 3 reps are outside of a band; as proposed, no rep is."


def test_without_owners_nothing_is_compared(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("owner: owner\n", "").replace("  disruption: {each: 5}\n", "")
    found = figures(tmp_path, scenario.replace('  named: {accounts: {named: "yes"}, stay: "yes"}\n', ""))
    assert not found.has_before
    assert decided(found)[0] == "24 accounts are shared among 3 reps; the records do not say who has them today."
    assert decided(found)[1] == f"The cost is {grouped(found.total, 2)}."


def test_accounts_of_leavers_come_from_somebody_and_have_no_cost_to_compare(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("owner: owner\n", "owner: owner\nleavers: [cy]\n").replace(" 20%", " 60%")
    found = figures(tmp_path, scenario)
    assert found.reps == ("ana", "ben")
    assert int(found.left.sum()) == 7
    assert {found.name_before(i) for i in np.nonzero(found.left)[0].tolist()} == {"cy"}
    assert not found.comparable[found.left].any()
    assert "7 come from reps who do not take part" in decided(found)[0]
    assert "; the 17 accounts whose rep and cost today are known alone cost " in decided(found)[1]


def test_homes_that_were_chosen_are_told_and_the_proof_is_for_them(tmp_path: Path) -> None:
    file = write_territories(tmp_path)
    project, people = tmp_path / "compplan.yaml", tmp_path / "people.csv"
    place = "latitude: {type: number, decimals: 3}, longitude: {type: number, decimals: 3}, capacity"
    assert project.read_text().count(place) == 1
    project.write_text(project.read_text().replace(place, place.replace("decimals: 3", "decimals: 3, optional: true")))
    people.write_text(people.read_text().replace("cy,40.2,-100.5,", "cy,,,"))
    found = figures_from(file)
    assert found.homes[0].startswith("cy gets a home at a")
    assert "for the homes below" in decided(found)[2]
    assert found.homes[0] in " ".join(certificate_sentences(found, "north-assigned"))
    assert found.places is not None
    assert not np.isnan(found.places.reps).any()


def test_kilometres_are_those_of_travel(tmp_path: Path) -> None:
    found = figures(tmp_path, SCENARIO.replace("  disruption: {each: 5}\n", ""))
    assert found.kilometres is not None
    visits = np.array([1 + i % 4 for i in range(24)])
    assert np.abs(found.kilometres * visits * 10 - found.cost_after).max() <= 0.51
    assert TRAVEL in SCENARIO


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_a_number_is_written_exactly(value: int, decimals: int) -> None:
    text = grouped(value, decimals).replace("−", "-").replace(",", "")
    assert Fraction(text) == Fraction(value, 10**decimals)


@given(st.fractions(min_value=-3, max_value=3))
def test_a_share_is_written_to_a_tenth(share: Fraction) -> None:
    text = percent(share).replace("−", "-").removesuffix("%")
    assert abs(Fraction(text) - share * 100) <= Fraction(1, 20)


@pytest.mark.parametrize(("price", "said"), [(Fraction(1, 2), "0.5"), (Fraction(-1234, 1000), "1.23"), (Fraction(1, 3000), "0.000333")])
def test_a_price_has_digits_that_say_something(price: Fraction, said: str) -> None:
    assert price_of(price) == said
