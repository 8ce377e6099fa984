"""Draws and negative payouts in whole runs: what is carried from month to month and from year to year, and how it is explained."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from compplan.diagnostics import Problems
from tests.support.projects import HEAD, run_whole, simple_plan, write_project

OWN = '\n  commission own "Own" {\n    for each booking\n    pay 10% of credited\n  }\n'
DRAW = """
  draw monthly "Monthly draw" {
    top up   to 200 USD
    recover  at most payout - 200 USD
  }
"""
TWO_YEARS = HEAD.replace("through 2027-12-31", "through 2028-12-31")
DEALS = """deal,owner,close_date,amount,kind
d1,ana,2027-11-10,500,new
d2,ana,2028-01-10,4000,new
d3,ana,2028-02-10,-1500,new
d4,ana,2028-03-10,9000,new
"""


def ana(project: Path, period: str, runs: Path) -> dict[tuple[str, str], Fraction]:
    """What Ana is paid in a run, by payout period and kind; every explanation adds up."""
    found: dict[tuple[str, str], Fraction] = {}
    for row in run_whole(project, period, runs).payouts.to_pylist():
        if row["payee"] == "ana":
            key = (row["label"], row["kind"])
            found[key] = found.get(key, Fraction(0)) + Fraction(row["amount"])
    return found


def test_a_balance_goes_on_over_the_end_of_the_year(tmp_path: Path) -> None:
    """Ten months of 200, then 150 in November, 200 in December; 200 back in January, for as much is above the draw."""
    project = write_project(tmp_path / "p", {"p": simple_plan(OWN + DRAW, head=TWO_YEARS)}, deals=DEALS)
    found = ana(project, "2028-01", tmp_path / "runs")
    assert found == {("2028-01", "earning"): 400, ("2028-01", "draw"): -200}
    explained = run_whole(project, "2028-01", tmp_path / "runs").explain("ana").plans[0].draws
    assert [(d.period, d.before, d.added, d.recovered, d.after) for d in explained] == [("2028-01", 2350, 0, 200, 2150)]


def test_a_balance_that_is_forgiven_starts_anew(tmp_path: Path) -> None:
    draw = DRAW.replace("recover ", "forgive at the end of each year\n    recover ")
    project = write_project(tmp_path / "p", {"p": simple_plan(OWN + draw, head=TWO_YEARS)}, deals=DEALS)
    assert ana(project, "2028-01", tmp_path / "runs") == {("2028-01", "earning"): 400}
    explained = run_whole(project, "2027-12", tmp_path / "runs").explain("ana")
    assert [(d.before, d.forgiven, d.after) for d in explained.plans[0].draws] == [(2150, 2350, 0)]
    assert "forgiven" in str(explained)


def test_a_month_alone_is_paid_as_it_is_within_its_year(tmp_path: Path) -> None:
    head = TWO_YEARS.replace("a negative one is owed", "a negative one is carried forward")
    project = write_project(tmp_path / "p", {"p": simple_plan(OWN + DRAW, head=head)}, deals=DEALS)
    year = ana(project, "2028", tmp_path / "runs")
    months = [ana(project, f"2028-{n:02d}", tmp_path / "runs") for n in range(1, 13)]
    assert year == {key: amount for month in months for key, amount in month.items()}
    assert year["2028-02", "carried"] == 150
    assert year["2028-02", "draw"] == 200
    assert year["2028-03", "carried"] == -150
    assert year["2028-03", "draw"] == -550


def test_a_guarantee_owes_nothing(tmp_path: Path) -> None:
    draw = DRAW.replace("recover  at most payout - 200 USD", "recover nothing")
    project = write_project(tmp_path / "p", {"p": simple_plan(OWN + draw, head=TWO_YEARS)}, deals=DEALS)
    results = run_whole(project, "2027", tmp_path / "runs")
    explained = results.explain("ana").plans[0].draws
    assert [d.added for d in explained] == [200] * 10 + [150, 200]
    assert {d.after for d in explained} == {0}


def test_a_negative_payout_that_the_plan_says_nothing_of_stops_the_run(tmp_path: Path) -> None:
    head = TWO_YEARS.replace(", a negative one is owed", "")
    project = write_project(tmp_path / "p", {"p": simple_plan(OWN, head=head)}, deals=DEALS)
    with pytest.raises(Problems) as caught:
        run_whole(project, "2028-02", tmp_path / "runs")
    (found,) = caught.value.diagnostics
    assert found.code == "negative-payout"
    assert found.message == "The payout of ana in 2028-02 would be -150.00 USD; p does not say what becomes of it."
    assert ana(project, "2028-01", tmp_path / "runs") == {("2028-01", "earning"): 400}


def test_what_goes_beyond_a_cap_is_paid_where_there_is_room(tmp_path: Path) -> None:
    cap = "  cap each month at 100 USD, the rest is carried to the next month\n"
    project = write_project(tmp_path / "p", {"p": simple_plan(OWN + cap, head=TWO_YEARS)}, deals=DEALS)
    year = ana(project, "2028", tmp_path / "runs")
    months = [ana(project, f"2028-{n:02d}", tmp_path / "runs") for n in range(1, 13)]
    assert year == {key: amount for month in months for key, amount in month.items()}
    assert [year.get((f"2028-{n:02d}", "cap"), 0) for n in (1, 2, 3, 4, 11, 12)] == [-300, 250, -800, 100, 100, 50]
    explained = run_whole(project, "2028-03", tmp_path / "runs").explain("ana")
    (cap_explained,) = explained.plans[0].caps
    assert (cap_explained.carried, cap_explained.own, cap_explained.correction) == (50, 900, -800)
    assert "carried over" in str(explained)


def test_a_cap_whose_rest_is_carried_on_stands_beside_others_and_beside_holds(tmp_path: Path) -> None:
    """Each cap looks at what those above it leave, so in July the quarter's rest comes on top of what the month's cap leaves."""
    hold = '  hold late "Late" {\n    of own\n    keep 50%\n    release 100% on close_date + 2 months\n  }\n'
    caps = """
  cap each year at 1,000 USD
  cap each month at 100 USD, the rest is carried to the next month
  cap each quarter at 250 USD, the rest is carried to the next quarter
"""
    project = write_project(tmp_path / "p", {"p": simple_plan(OWN + hold + caps, head=TWO_YEARS)}, deals=DEALS)
    year = ana(project, "2028", tmp_path / "runs")
    months = [ana(project, f"2028-{n:02d}", tmp_path / "runs") for n in range(1, 13)]
    assert year == {key: amount for month in months for key, amount in month.items()}
    paid = [sum(amount for (label, _), amount in year.items() if label == f"2028-{n:02d}") for n in range(1, 13)]
    assert paid == [100, 50, 100, 100, 100, 50, 150, 100, 0, 200, 50, 0]
