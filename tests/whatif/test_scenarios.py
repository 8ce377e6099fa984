"""Scenarios beside a project: each comes to what a project comes to whose files were edited by hand, and none touches another."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from compplan.api import open_project, period_of
from compplan.diagnostics import Problems
from compplan.engine.steps import Months
from compplan.engine.variants import make_variants
from compplan.whatif.comparison.compare import records_of
from compplan.whatif.scenarios.asked import chosen, read_file, read_flags
from compplan.whatif.scenarios.files import tried_as_json, tried_as_markdown
from compplan.whatif.scenarios.scenario import check_scenarios, scenario_variants
from compplan.whatif.scenarios.try_scenarios import Tried, try_scenarios
from tests.support.scenario_project import QUARTER, Row, copied, edit_plan, edit_rows, paid, write_scenario_project

ALL = """
scenarios:
  faster:
    changes:
      ae.own: {from 100%: 1.6x, cap at: 950 USD}
  checked:
    changes:
      senior.own: ["from 100%: 2x becomes 1.7x", add from 120%: 3x]
      ae:
        - remove bonus each_deal
  figures:
    parameters: {rate: 6%, bonus_each: 12 USD, ae.kicker: {from 2027-01-01: 2x, from 2027-02-01: 3x}}
  quotas:
    quotas: {arr: 77.5%, all_arr: "6,000 USD"}
  own_quotas:
    quotas:
      arr: {ana: {2027-Q1: "1,000 USD"}, ben: 200%}
  dated:
    from: 2027-02-01
    parameters: {bonus_each: 30 USD}
    changes:
      ae.each_deal: add times 2x
  tiers:
    changes:
      ae.own: |
        times each slice of attainment(arr) {
          from  0%: 0.5x
          from 90%: 2x
        }
  dearer:
    records:
      deals:
        - where: {product: Guard, owner.region: [West, East], amount: "from 400 USD", close_date: 2027-Q1}
          times: {amount: 107.55%}
        - where: {deal: d7}
          set: {owner: ben, amount: "1,000 USD"}
  people:
    people:
      ben: {role: Senior, target: "95,000 USD"}
    new_hires:
      zoe: {role: AE, region: East, target: 24000}
    records:
      deals:
        add: {deal: d9, owner: zoe, product: Core, close_date: 2027-02-02, amount: 250}
      quotas:
        add: [{person: zoe, quarter: 2027-Q1, amount: 100}]
  fewer:
    records:
      splits: {where: {deal.product: Core}, leave_out: yes}
      deals: {where: {product: Core, close_date: through 2027-02-11}, leave_out: yes}
  file:
    plans: other/sales.plan
  nothing: {}
"""


def faster(folder: Path) -> None:
    edit_plan(folder, "sales", ("from 100%: 1.5x", "from 100%: 1.6x"), ("at 900 USD", "at 950 USD"), ("1.5x becomes", "1.6x becomes"))


def checked(folder: Path) -> None:
    bonus = '  bonus each_deal "Each deal" {\n    for    each booking\n    pay    bonus_each\n    times  kicker * share\n  }\n'
    edit_plan(folder, "sales", (bonus, ""), ("becomes 2x", "becomes 1.7x\n    add from 120%: 3x"))


def figures(folder: Path) -> None:
    edit_plan(folder, "sales", ("rate = 5%", "rate = 6%"), ("2027-01-01: 1x", "2027-01-01: 2x"), ("2027-03-01: 1.5x", "2027-02-01: 3x"))
    edit_plan(folder, "company", ("= 10 USD", "= 12 USD"))


def quotas(folder: Path) -> None:
    edit_plan(folder, "company", ("sum(quotas.amount)", "sum(quotas.amount) * 77.5%"), ("5,000 USD", "6,000 USD"))


def own_quotas(folder: Path) -> None:
    amounts = {"ana": "1000", "ben": "2800"}
    edit_rows(folder, "quotas", lambda rows: [{**row, "amount": amounts.get(row["person"], row["amount"])} for row in rows])


def dated(folder: Path) -> None:
    changes = "change bonus each_deal {\n    add times 2x\n  }\n  replace parameter bonus_each = 30 USD"
    file = folder / "sales.plan"
    file.write_text(f'{file.read_text()}amend ae "Later" {{\n  effective from 2027-02-01\n  {changes}\n}}\n')


def tiers(folder: Path) -> None:
    tried = "each slice of attainment(arr) {\n      from  0%: 0.5x\n      from 90%: 2x\n    }"
    step = "the step reached by attainment(arr) {\n      from   0%: 1x\n      from 100%: 1.5x\n    }"
    kept = "replace times " + step.replace("1.5x", "2x")
    edit_plan(folder, "sales", (step, tried), ("from 100%: 1.5x becomes 2x", kept))


def dearer(folder: Path) -> None:
    def edit(rows: list[Row]) -> list[Row]:
        for row in rows:
            if row["product"] == "Guard" and Decimal(row["amount"]) >= 400:
                row["amount"] = str((Decimal(row["amount"]) * Decimal("1.0755")).quantize(Decimal("0.01"), ROUND_HALF_UP))
            if row["deal"] == "d7":
                row |= {"owner": "ben", "amount": "1000"}
        return rows

    edit_rows(folder, "deals", edit)


def people(folder: Path) -> None:
    changed = {"ben": {"role": "Senior", "target": "95000"}}
    new = {"person": "zoe", "role": "AE", "region": "East", "target": "24000"}
    edit_rows(folder, "people", lambda rows: [*({**row, **changed.get(row["person"], {})} for row in rows), new])
    deal = {"deal": "d9", "owner": "zoe", "product": "Core", "close_date": "2027-02-02", "amount": "250"}
    edit_rows(folder, "deals", lambda rows: [*rows, deal])
    edit_rows(folder, "quotas", lambda rows: [*rows, {"person": "zoe", "quarter": QUARTER, "amount": "100"}])


def fewer(folder: Path) -> None:
    edit_rows(folder, "splits", lambda rows: [row for row in rows if row["deal"] != "d1"])
    gone = ("d1", "d3", "d5")
    edit_rows(folder, "deals", lambda rows: [row for row in rows if row["deal"] not in gone])


def file(folder: Path) -> None:
    edit_plan(folder, "sales", ("at 900 USD", "at 100 USD"))


BY_HAND = {f.__name__: f for f in (faster, checked, figures, quotas, own_quotas, dated, tiers, dearer, people, fewer, file)}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, with a file of scenarios."""
    folder = write_scenario_project(tmp_path_factory.mktemp("company") / "small")
    file(copied(folder, folder / "other"))
    (folder / "all.yaml").write_text(ALL, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tried(company: Path) -> dict[str, Tried]:
    """All scenarios together."""
    found = try_scenarios(open_project(company).project, read_file(company / "all.yaml").scenarios, period_of(QUARTER))
    return {one.name: one for one in found}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_scenario_is_the_project_edited_by_hand(name: str, company: Path, tried: dict[str, Tried], tmp_path: Path) -> None:
    folder = copied(company, tmp_path / "edited")
    BY_HAND[name](folder)
    (part,) = tried[name].comparison.currencies
    assert {p.payee: p.amounts.after for p in part.payees if p.amounts.after} == paid(folder)
    assert part.total.difference


def test_nothing_is_written_to_the_project(company: Path, tried: dict[str, Tried], tmp_path: Path) -> None:
    fresh = write_scenario_project(tmp_path / "fresh")
    assert tried
    for path in fresh.iterdir():
        assert (company / path.name).read_text() == path.read_text()
    assert {p.name for p in company.iterdir()} == {p.name for p in fresh.iterdir()} | {"all.yaml", "other"}


def test_a_scenario_that_changes_nothing_is_zero_everywhere(tried: dict[str, Tried]) -> None:
    comparison = tried["nothing"].comparison
    assert comparison.changes == ()
    (part,) = comparison.currencies
    assert not part.total.difference
    assert part.winners == part.losers == ()
    assert part.spread_before == part.spread_after
    assert all(a.shares_before == a.shares_after for a in comparison.attainment)


@pytest.mark.parametrize("name", ["people"])
def test_a_scenario_alone_is_what_it_is_among_others(name: str, company: Path, tried: dict[str, Tried]) -> None:
    alone = [one for one in read_file(company / "all.yaml").scenarios if one.name == name]
    (found,) = try_scenarios(open_project(company).project, alone, period_of(QUARTER))
    assert found == tried[name]


SAID = {
    "faster": [
        "Own: from 100% it is 1.6x, was 1.5x.",
        "Own: `cap at 950 USD` instead of `cap at 900 USD`.",
    ],
    "figures": [
        "parameter bonus_each: it is 12 USD, was 10 USD.",
        "parameter rate: it is 6%, was 5%.",
        "parameter kicker: it is 2x from 2027-01-01, was 1x.",
        "parameter kicker: it is 3x from 2027-02-01, was 1.5x.",
    ],
    "quotas": ["quota arr: it is 77.5% of what it was.", "quota all_arr: it is 6,000 USD, was 5,000 USD."],
    "own_quotas": [
        "quotas: the quota for arr of ana in 2027-Q1 is 1,000 USD, was 1,500 USD.",
        "quotas: the quota for arr of ben is 200% of what it was: 2,800.00 USD in all, instead of 1,400.00.",
    ],
    "dated": [
        "parameter bonus_each: it is 30 USD from 2027-02-01.",
        "Each deal: from 2027-02-01 on, new is `times 2x`.",
    ],
    "dearer": [
        "deals: in 2 rows where product is Guard and owner.region is West or East and amount is from 400 USD and close_date is 2027-Q1, "
        "amount is 107.55% of what it was: 1,452.78 USD in all, instead of 1,350.80.",
        "deals: in 1 row where deal is d7, owner is ben, was dee.",
        "deals: in 1 row where deal is d7, amount is 1,000 USD, was 333.33 USD.",
    ],
    "people": [
        "people: ben: role is Senior, was AE.",
        "people: ben: target is 95,000 USD, was 60,000 USD.",
        "people: new is zoe: role AE, region East, target 24000.",
        "deals: 1 row is new: d9.",
        "quotas: 1 row is new: zoe, 2027-Q1.",
    ],
    "fewer": [
        "splits: 1 row where deal.product is Core is left out.",
        "deals: 3 rows where product is Core and close_date is through 2027-02-11 are left out.",
    ],
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_scenario_changes_is_said_in_words(name: str, tried: dict[str, Tried]) -> None:
    assert [str(change) for change in tried[name].comparison.changes] == SAID[name]


def test_for_programs_and_pull_requests(tried: dict[str, Tried]) -> None:
    everything = tuple(tried.values())
    assert '"scenario": "faster"' in tried_as_json(everything)
    assert "| nothing |" in tried_as_markdown(everything)
    assert tried_as_markdown(everything[:1]).startswith("## Small, 2027-Q1: as it is and faster")


def test_scenarios_are_variants_for_whoever_works_them_out(company: Path, tried: dict[str, Tried]) -> None:
    project, period = open_project(company).project, period_of(QUARTER)
    asked = chosen(read_file(company / "all.yaml").scenarios, ["people", "fewer", "nothing"])
    with records_of(project) as connection:
        variants = scenario_variants(connection, project, check_scenarios(project, asked), period)
        made = make_variants(connection, variants, project.schema, project.calendar, Months(period.first_month, period.last_month))
        sums = [connection.execute(f'SELECT sum(amount) FROM steps."{one.relation("payouts")}"').fetchone() for one in made]
    assert {v.name: set(v.records) for v in variants} == {
        "people": {"people", "deals", "quotas"},
        "fewer": {"splits", "deals"},
        "nothing": set(),
    }
    assert [s[0] for s in sums if s] == [tried[v.name].comparison.currencies[0].total.after for v in variants]


def test_flags_are_a_scenario(company: Path, tried: dict[str, Tried]) -> None:
    asked = read_flags(["ae.own from 100%: 1.6x", "ae.own cap at 950 USD"])
    (found,) = try_scenarios(open_project(company).project, [asked], period_of(QUARTER))
    assert found.name == "ae.own from 100%: 1.6x; ae.own cap at 950 USD"
    assert found.comparison.currencies == tried["faster"].comparison.currencies


REFUSED = {
    "deals: {where: {deal: d1}, leave_out: yes}": "“d1” in `deal` of splits is no deal in deals.",
    "splits: {where: {deal: d1}, set: {share: 120%}}": "“120%” in `share` of splits is part of 120% in all for d1",
    "deals: {where: {deal: d1}, set: {owner: be}}": "“be” in `owner` of deals is no person in people.",
    "deals: {where: {deal: d1}, times: {amount: 900x}}": "“1080000.00” in `amount` of deals is more than 100000.",
    "deals: {add: {deal: d1, owner: ben, product: Core, close_date: 2027-01-01, amount: 1}}": "“d1” in `deal` of deals stands there twice.",
}


@pytest.mark.parametrize("rule", REFUSED)
def test_records_that_are_not_sound_any_more_are_refused(rule: str, company: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(f"scenarios:\n  a:\n    records:\n      {rule}\n")
    with pytest.raises(Problems) as told:
        try_scenarios(open_project(company).project, read_file(path).scenarios, period_of(QUARTER))
    (problem,) = told.value.diagnostics
    assert problem.code == "unsound-records"
    assert problem.message.startswith(REFUSED[rule])
    assert problem.span is not None
    assert problem.span.line == 4


def test_what_a_plan_comes_to_is_told_at_the_scenario(company: Path) -> None:
    with pytest.raises(Problems) as told:
        try_scenarios(open_project(company).project, [read_flags(["ae remove bonus company"])], period_of(QUARTER))
    for problem in told.value.diagnostics:
        assert problem.code == "weights"
        assert problem.line_text == "ae remove bonus company"
        assert problem.related[0].span.file == "sales.plan"
