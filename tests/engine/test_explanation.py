"""Every explanation adds up again on its own, from its JSON alone, and comes to what the run pays."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import compplan
from compplan.engine import explain_text, shown_earnings
from compplan.engine.explain import explain_each, explanation_schema
from tests.support.json_schema import violations
from tests.support.projects import assert_explained, run_whole, simple_plan, write_project
from tests.support.readd import readd


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, compplan.Results]:
    """The sample company's first quarter and its whole year."""
    company = compplan.open_project(Path("plans"))
    out = tmp_path_factory.mktemp("runs")
    return {period: company.run(period, out) for period in ("2027-Q1", "2027")}


@pytest.mark.parametrize("period", ["2027-Q1", "2027"])
def test_every_payee_of_the_sample_company(sample: dict[str, compplan.Results], period: str) -> None:
    assert_explained(sample[period])


def test_one_explanation_is_the_same_as_among_many(sample: dict[str, compplan.Results]) -> None:
    results = sample["2027-Q1"]
    many = list(explain_each(results.run, ["ana.ruiz", "sanjay.kulkarni"]))
    assert many == [results.explain("ana.ruiz"), results.explain("sanjay.kulkarni")]


@pytest.mark.parametrize("period", ["2027-Q1", "2027"])
@pytest.mark.parametrize("most", [1, 2, 12])
def test_a_brief_explanation_prints_as_a_whole_one(
    sample: dict[str, compplan.Results], period: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few rows are shown: it has all that the text says, counts and sums among it."""
    monkeypatch.setattr(explain_text, "MOST_ROWS", most)
    monkeypatch.setattr(shown_earnings, "MOST_ROWS", most)
    run = sample[period].run
    everyone = sorted({str(p) for p in sample[period].payouts.column("payee").to_pylist()})
    whole, brief = list(explain_each(run, everyone)), list(explain_each(run, everyone, brief=True))
    assert [e.to_text() for e in brief] == [e.to_text() for e in whole]
    assert most > 2 or brief != whole, "something is left out"


@pytest.fixture(scope="module")
def explained(sample: dict[str, compplan.Results]) -> dict[str, Any]:
    """A specialist's year: tables, slices of running totals, conditions that hold and that fail."""
    return sample["2027"].explain("sanjay.kulkarni").to_json()


def test_the_published_schema_is_a_closed_one(explained: dict[str, Any]) -> None:
    schema = explanation_schema()
    assert violations(schema, explained) == []
    assert violations(schema, {**explained, "surprise": 1}) == ["$: surprise is not foreseen"]
    assert violations(schema, {**explained, "plans": None}) != []


def test_an_explanation_as_text_is_read_back_as_it_was(explained: dict[str, Any]) -> None:
    assert json.loads(json.dumps(explained)) == explained


def test_one_cent_more_anywhere_is_found(explained: dict[str, Any]) -> None:
    """What checks the explanations is itself held to account: no figure of an earning can be changed unnoticed."""
    assert readd(explained) == []
    for field in ("product", "figure", "earned"):
        changed = copy.deepcopy(explained)
        earning = next(e for c in changed["plans"][0]["components"] for e in c["earnings"] if e["failed"] is None)
        earning[field] += "1" if "." in earning[field] else ".01"
        assert readd(changed) != []
    for path in ("payouts", "total"):
        changed = copy.deepcopy(explained)
        if path == "total":
            changed["plans"][0]["total"] = "1"
        else:
            changed["plans"][0]["payouts"][0]["amount"] = "1"
        assert readd(changed) != []


def test_a_wrong_tier_is_found(explained: dict[str, Any]) -> None:
    changed = copy.deepcopy(explained)
    tier = next(t for n in _nodes(changed) if n["kind"] == "slices" for t in n["tiers"] if t["reached"])
    tier["pay"] = "1"
    assert readd(changed) != []


def _nodes(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [n for item in value for n in _nodes(item)]
    if not isinstance(value, dict):
        return []
    return [*([value] if "tiers" in value else []), *(n for item in value.values() for n in _nodes(item))]


CURVE = """
  bonus curve "Curve" {
    for    each quarter
    pay    1,000 USD
    times  the curve at attainment(arr) {
      below 50%: 0.1x
      at    50%: 0.2x
      at   100%: 1x
      at   150%: 1.9x
      above 150%: 2.5x
    }
    floor  at 150 USD
    cap    at 2,400 USD
  }
"""


def test_a_curve_shows_what_holds_below_and_above_its_points(tmp_path: Path) -> None:
    """Beyond the points, too, the explanation says by itself where the value comes from."""
    paid = {3000: 150, 2000: 200, 1250: 680, 1000: 1000, 500: 2400}
    names = [f"p{goal}" for goal in paid]
    people = "person,role,team,manager,hire_date,target\n" + "".join(f"{n},AE,West,,2026-01-01,1\n" for n in names)
    deals = "deal,owner,close_date,amount,kind\n" + "".join(f"d{n},{n},2027-02-10,1000.00,\n" for n in names)
    quotas = "person,quarter,amount\n" + "".join(f"p{goal},2027-Q1,{goal}\n" for goal in paid)
    project = write_project(tmp_path / "p", {"p": simple_plan(CURVE)}, people=people, deals=deals, quotas=quotas)
    results = run_whole(project, "2027-Q1", tmp_path / "runs")
    assert {row["payee"]: row["amount"] for row in results.payouts.to_pylist()} == {f"p{goal}": amount for goal, amount in paid.items()}
    nodes = [e.plans[0].components[0].earnings[0].factors[1].node for e in explain_each(results.run, names)]
    assert [[t.words for t in node.tiers if t.reached] for node in nodes] == [["below"], [""], [""], [""], ["above"]]
    assert [node.note for node in nodes] == [
        "below the first point", "between two points", "between two points", "between two points", "above the last point",
    ]  # fmt: skip


MIXED = """
  commission slices "Slices" {
    for    each month, on the quarter to date less what was earned before
    pay    each slice of arr {
      below    0 USD: 50%
      from     0 USD: 10%
      from   600 USD: 20.005%
    }
  }
  commission deals "Deals" {
    for      each booking, on the year to date less what was earned before
    pay      each slice of arr {
      from   0 USD: 1%
      from 800 USD: 2%
    }
    only if  arr > 100 USD
  }
  bonus best "Best" {
    for    each quarter
    to     the top 1 by arr, ties included
    pay    rate(role)
  }
  award trip "Trip" {
    for    each quarter
    to     the top 50% by arr, rounded down, ties excluded
    grant  0.5 "a week"
  }
  table rate {
    | role | rate      |
    | "AE" | 33.33 USD |
    | any  | 1 USD     |
  }
  cap each quarter at if(team is empty, 1 USD, 5 USD)
"""


def test_all_kinds_of_component_with_negative_amounts_and_caps(tmp_path: Path) -> None:
    deals = ["deal,owner,close_date,amount,kind"]
    for i in range(1, 30):
        amount = f"{(-1) ** (i // 7) * 10 * i}.{i % 100:02d}"
        deals.append(f"d{i},{'ana' if i % 3 else 'bob'},2027-{1 + i % 3:02d}-{1 + i % 27:02d},{amount},{'new' if i % 2 else ''}")
    project = write_project(tmp_path / "p", {"p": simple_plan(MIXED)}, deals="\n".join(deals) + "\n")
    results = run_whole(project, "2027-Q1", tmp_path / "runs")
    kinds = {row["kind"] for row in results.payouts.to_pylist()}
    assert kinds == {"earning", "cap"}


QUARTERLY = """
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each quarter
"""
OWN = '\n  commission own "Own" {\n    for each booking\n    pay 10% of credited\n  }\n  cap each year at 50 USD\n'


def test_a_run_of_the_last_month_explains_the_whole_quarter_that_it_pays(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p", {"p": simple_plan(OWN, head=QUARTERLY)})
    results = run_whole(project, "2027-03", tmp_path / "runs")
    plan = results.explain("ana").plans[0]
    assert [e.period for e in plan.components[0].earnings] == ["2027-02"]
    assert [(p.period, p.kind, p.amount) for p in plan.payouts] == [("2027-Q1", "earning", 100), ("2027-Q1", "cap", -50)]


def test_records_that_a_condition_leaves_out_are_those_of_the_run(tmp_path: Path) -> None:
    plan = simple_plan('\n  commission own "Own" {\n    for each booking where kind = "none"\n    pay 10% of credited\n  }\n')
    deals = "deal,owner,close_date,amount,kind\nd1,ana,2027-02-10,1000.00,new\nd2,ana,2027-05-10,1000.00,new\n"
    project = write_project(tmp_path / "p", {"p": plan}, deals=deals)
    results = run_whole(project, "2027-Q2", tmp_path / "runs")
    (left_out,) = results.explain("ana").plans[0].components[0].left_out
    assert (left_out.record, left_out.condition.words, left_out.condition.held) == ("d2", 'kind = "none"', False)
    assert [(n.words, n.value) for n in left_out.condition.values if n.kind == "field"] == [("kind", "new")]


DATED = """
  parameter base {
    from 2027-01-01: 10%
    from 2027-03-01: 12%
  }
  commission own "Own" {
    for    each booking
    pay    credited
    times  base
  }
}
amend p "A push" {
  effective from 2027-03-01
  change commission own {
    pay credited becomes 2 * credited
  }
  bonus push "Push" {
    for  each month
    pay  5 USD
  }
"""


def test_since_when_a_value_and_a_line_hold(tmp_path: Path) -> None:
    deals = "deal,owner,close_date,amount,kind\nd1,ana,2027-02-10,100.00,new\nd2,ana,2027-03-10,100.00,new\n"
    project = write_project(tmp_path / "p", {"p": simple_plan(DATED)}, deals=deals)
    explanation = run_whole(project, "2027-Q1", tmp_path / "runs").explain("ana")
    before, after, push = explanation.plans[0].components
    assert before.amended == ()
    assert [(a.since, a.label, a.words) for a in after.amended] == [("2027-03-01", "A push", "pay 2 * credited")]
    assert [(a.since, a.label, a.words) for a in push.amended] == [("2027-03-01", "A push", "")]
    text = explanation.to_text()
    assert "    times base, since 2027-01-01 through 2027-02-28 " in text
    assert "    times base, since 2027-03-01  " in text
    assert f"  from 2027-03-01, A push (p.plan, line {after.amended[0].line}): pay 2 * credited\n" in text


ENDED = """
  measure year_so_far = sum(booking.credited)

  bonus late "Late" {
    effective through 2027-02-28
    for    each month
    pay    10 USD
    times  if(year_so_far over quarter > 0 USD, 2x, 1x)
  }
  bonus late "Late" {
    effective from 2027-03-01
    for    each month
    pay    10 USD
    times  if(year_so_far over quarter > 0 USD, 3x, 1x)
  }
"""


def test_what_is_earned_after_a_component_was_replaced(tmp_path: Path) -> None:
    deals = "deal,owner,close_date,amount,kind\nd1,ana,2027-02-10,100.00,new\n"
    project = write_project(tmp_path / "p", {"p": simple_plan(ENDED)}, deals=deals)
    results = run_whole(project, "2027-03", tmp_path / "runs")
    before, after = results.explain("ana").plans[0].components
    assert [(e.when, e.period, e.earned) for e in before.earnings] == [("2027-01", "2027-03", 20), ("2027-02", "2027-03", 20)]
    assert [(e.when, e.period, e.earned) for e in after.earnings] == [("2027-03", "2027-03", 30)]
    later = run_whole(project, "2027-04", tmp_path / "runs").explain("ana").plans[0]
    assert len(later.components) == 1
