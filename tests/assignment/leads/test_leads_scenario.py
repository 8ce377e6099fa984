"""A scenario's file and records become a batch of leads; what is wrong with either is told at its place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from compplan.assignment.leads.check import read_leads_scenario
from compplan.assignment.leads.pools import explain_floor, why_left
from compplan.assignment.leads.problem import standing
from compplan.assignment.leads.read_leads import Leads, read_leads
from compplan.assignment.leads.solve import CannotBeMet, solve
from compplan.assignment.solver.solve import Limits
from compplan.diagnostics.model import Problems
from tests.support.leads_project import PEOPLE, SCENARIO, write_leads_project

HOURS = "  called: {call_at: call_at, works: hours, zone: zone}\n"


def batch(file: Path) -> Leads:
    return read_leads(read_leads_scenario(file))


def test_the_batch_has_the_scenarios_worth_rules_capacities_and_weights(tmp_path: Path) -> None:
    leads = batch(write_leads_project(tmp_path))
    problem = leads.problem
    assert problem.shape == (20, 3)
    assert problem.worth[1].tolist() == [28650, 42020, 55390]  # 1,910.00 at 15 %, 22 % and 29 %, in cents
    assert problem.room.tolist() == [8, 8, 6]
    assert problem.weight.tolist() == [2, 2, 1]
    assert problem.eligible[3].tolist() == [True, False, True]  # Spanish is not spoken by ben
    assert problem.eligible[0].tolist() == [False, False, True]  # it is owned
    assert problem.left == 0
    assert problem.goal.fair
    assert problem.goal.give_up == Fraction(2, 100)


def test_what_is_worth_less_than_a_cent_is_rounded_once_half_up(tmp_path: Path) -> None:
    file = write_leads_project(tmp_path)
    leads, chances = tmp_path / "leads.csv", tmp_path / "chances.csv"
    leads.write_text(leads.read_text().replace("l01,1910.00", "l01,0.10"))
    chances.write_text(chances.read_text().replace("l01,ana,0.15", "l01,ana,0.149999").replace("l01,ben,0.22", "l01,ben,0.25"))
    assert batch(file).problem.worth[1].tolist() == [1, 3, 3]  # 0.0149999, 0.025 and 0.029


def test_a_lead_needs_all_texts_of_its_list(tmp_path: Path) -> None:
    file = write_leads_project(tmp_path)
    leads = tmp_path / "leads.csv"
    leads.write_text(leads.read_text().replace("0.2,en,,,no", '0.2,"en; es",,,no', 1))
    assert batch(file).problem.eligible[1].tolist() == [True, False, True]


def test_pairs_that_are_not_listed_are_not_allowed_unless_they_have_a_chance(tmp_path: Path) -> None:
    file = write_leads_project(tmp_path)
    chances = tmp_path / "chances.csv"
    chances.write_text(chances.read_text().replace("l01,ana,0.15\n", ""))
    assert batch(file).problem.eligible[1].tolist() == [False, True, True]
    file.write_text(file.read_text().replace("chance: chance}", "chance: chance, pairs_not_listed: 2.5%}"))
    problem = batch(file).problem
    assert problem.eligible[1].all()
    assert problem.worth[1, 0] == 4775


@pytest.mark.parametrize(("chance", "worth"), [("chance: chance", 38200), ("", 191000)])
def test_a_chance_from_a_column_and_none_at_all(chance: str, worth: int, tmp_path: Path) -> None:
    given = SCENARIO.replace("chance: {records: chances, lead: lead, rep: person, chance: chance}", chance)
    assert batch(write_leads_project(tmp_path, given)).problem.worth[1].tolist() == [worth] * 3


def test_reps_get_leads_only_when_they_work(tmp_path: Path) -> None:
    file = write_leads_project(tmp_path, SCENARIO + HOURS)
    leads = tmp_path / "leads.csv"
    text = leads.read_text().replace("0.2,en,,,no", "0.2,en,2027-03-01T09:30+01:00,,no", 1)
    leads.write_text(text.replace("0.3,en,,,no", "0.3,en,2027-03-07 12:00,,no", 1))
    eligible = batch(file).problem.eligible
    assert eligible[1].tolist() == [True, False, True]  # half past three at night in New York; cy works always
    assert eligible[2].tolist() == [False, False, True]  # a Sunday, wherever one is


def test_a_time_of_a_zone_needs_the_zone_of_every_rep(tmp_path: Path) -> None:
    file = write_leads_project(tmp_path, SCENARIO + HOURS, people=PEOPLE.replace("cy,6,1,en;es,,Europe/Madrid", "cy,6,1,en;es,,"))
    leads = tmp_path / "leads.csv"
    leads.write_text(leads.read_text().replace("0.2,en,,,no", "0.2,en,2027-03-01T09:30+01:00,,no", 1))
    with pytest.raises(Problems, match="that of a rep is not known"):
        batch(file)


def test_hours_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    file = write_leads_project(tmp_path, SCENARIO + HOURS, people=PEOPLE.replace("Sat 10:00-14:00", "Saturday morning"))
    with pytest.raises(Problems) as told:
        batch(file)
    assert "`hours` of ben is “Mon-Fri 09:00-17:00; Saturday morning”" in told.value.diagnostics[0].message
    assert told.value.diagnostics[0].line_text


WRONG = {
    "a column that is not there": ("value: value", "value: valu", "Did you mean `value`?"),
    "a kind that is not there": ("leads: leads", "leads: leds", "Did you mean `leads`?"),
    "a setting that is not there": ("capacity: capacity", "capacty: capacity", "Did you mean `capacity`?"),
    "a column of texts": ("value: value", "value: language", "does not hold figures"),
    "half of a rule": (", among: languages", "", "Half of a rule"),
    "a rule that wants nothing": ("{column: language, among: languages}", "{}", "does not say what it wants"),
    "half of hours": ("{column: language, among: languages}", "{works: hours}", "Half of a rule"),
    "a zone and no zone": (
        "{column: language, among: languages}",
        "{works: hours, call_at: call_at, call_zone: language}",
        "nothing says in which a rep works",
    ),
    "no owner": ("owner: owner\n", "", "Who owns a lead today is not said"),
    "two chances": ("{records: chances", "{column: chance, records: chances", "Where the chance comes from is not clear"),
    "a floor of fairness": ("owner: owner", "objective: {greatest: fairness, at_least: 10%}\nowner: owner", "A floor goes with"),
    "fairness given up for nothing": ("owner: owner", "objective: {greatest: revenue, give_up: 1%}\nowner: owner", "none is asked for"),
    "a floor that is none": ("owner: owner", "objective: {greatest: revenue, at_least: much}\nowner: owner", "a share such as 80%"),
    "another objective": ("owner: owner", "objective: {greatest: happiness}\nowner: owner", "cannot be read"),
    "a scenario of territories": ("leads: leads", "accounts: leads", "compplan assign territories"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_told_at_its_line(mistake: str, tmp_path: Path) -> None:
    old, new, said = WRONG[mistake]
    assert SCENARIO.count(old) == 1
    file = write_leads_project(tmp_path, SCENARIO.replace(old, new))
    with pytest.raises(Problems) as told:
        read_leads_scenario(file)
    text = " ".join(f"{d.title} {d.message} {d.hint}" for d in told.value.diagnostics)
    assert said in text
    assert all(d.span is not None and d.line_text for d in told.value.diagnostics)


FIGURES = {
    "a value below zero": ("leads.csv", "l01,1910.00", "l01,-5.00", "`value` of l01 is -5.00, which is below zero"),
    "a chance above one": ("chances.csv", "l01,ana,0.15", "l01,ana,1.5", "The chance of lead l01 with ana is 1.5"),
    "a capacity below zero": ("people.csv", "ben,8,", "ben,-8,", "`capacity` of ben is -8, which is below zero"),
}


@pytest.mark.parametrize("mistake", FIGURES)
def test_a_figure_that_cannot_be_is_named(mistake: str, tmp_path: Path) -> None:
    name, old, new, said = FIGURES[mistake]
    file = write_leads_project(tmp_path)
    table = tmp_path / name
    assert old in table.read_text()
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(Problems) as told:
        batch(file)
    assert said in told.value.diagnostics[0].message


def test_a_lead_that_nobody_may_have_and_one_for_which_there_is_no_room_are_told_with_the_reason(tmp_path: Path) -> None:
    file = write_leads_project(tmp_path, people=PEOPLE.replace("ana,8,2,en;es", "ana,1,2,en;es").replace("cy,6", "cy,3"))
    leads = tmp_path / "leads.csv"
    leads.write_text(leads.read_text().replace("0.2,en,,,no", "0.2,fr,,,no", 1))
    found = batch(file)
    solution = solve(found.problem, Limits(seconds=None, rounds=2))
    left = {i: why_left(found, i) for i in range(20) if solution.assigned[i] == 3}
    assert len(left) == found.problem.left == 8
    assert left[1] == "rule language leaves nobody"
    assert {why for lead, why in left.items() if lead != 1} <= {
        "no room: cy, who may have it, is full",
        "no room: the 2 reps who may have it are full",
        "no room: the 3 reps who may have it are full",
    }


@pytest.mark.parametrize("dropped", ["language", "at_least"])
def test_a_floor_that_cannot_be_met_is_told_with_what_binds_and_without_any_of_it_it_can_be(dropped: str, tmp_path: Path) -> None:
    people = PEOPLE.replace("ben,8,2,en,", "ben,8,2,fr,").replace("ana,8", "ana,18").replace("cy,6", "cy,18")
    scenario = SCENARIO.replace('  owned: {stay: "yes"}\n', "") + "objective: {greatest: revenue, at_least: 1000}\n"
    file = write_leads_project(tmp_path, scenario, people=people)
    leads = tmp_path / "leads.csv"
    text = leads.read_text().replace("0.2,en", "0.2,fr", 1).replace("0.3,en", "0.3,fr", 1)
    leads.write_text(text)
    found = batch(file)
    with pytest.raises(CannotBeMet) as told:
        solve(found.problem, Limits(seconds=None, rounds=2))
    message = explain_floor(found, told.value).diagnostics[0].message
    assert message.startswith("No assignment meets the floor of 1,000.00 for each rep and rule language together.")
    assert "ben (language: fr)" in message
    if dropped == "language":
        file.write_text(file.read_text().replace("  language: {column: language, among: languages}\n", "").replace("rules:\n", ""))
    else:
        file.write_text(file.read_text().replace(", at_least: 1000", ""))
    again = batch(file)
    assert not standing(again.problem, solve(again.problem, Limits(seconds=None, rounds=2)).assigned).broken
