"""What is held, what releases it and when the rest comes, in whole runs with their explanations."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

import compplan
from tests.support.projects import run_whole, simple_plan, write_project

TWO_HOLDS = """
  hold first "A third until March" {
    of       own
    keep     33.3333%
    release  100% on close_date + 30 days
  }
  hold second "A third until summer" {
    of       own
    keep     33.3333%
    release  100% on close_date + 150 days
  }
  commission own "Own" {
    for  each booking
    pay  10% of credited
  }
"""


def test_a_hold_changes_only_when_something_is_released_of_it(tmp_path: Path) -> None:
    """Of 0.05 two holds keep 0.02 and 0.01; each comes back as it was kept, though a third of 0.05 is neither."""
    deals = "deal,owner,close_date,amount,kind\n" + "".join(f"d{i},ana,2027-02-10,0.{i}0,new\n" for i in range(1, 8))
    project = write_project(tmp_path / "p", {"p": simple_plan(TWO_HOLDS)}, deals=deals)
    kept = run_whole(project, "2027", tmp_path / "runs").explain("ana").plans[0].kept
    months: dict[tuple[str, str], list[tuple[str, object]]] = defaultdict(list)
    for line in kept:
        months[line.name, line.record].append((line.month, line.change))
    assert months["first", "d5"] == [("2027-02", Fraction(-2, 100)), ("2027-03", Fraction(2, 100))]
    assert months["second", "d5"] == [("2027-02", Fraction(-1, 100)), ("2027-07", Fraction(1, 100))]
    for (name, _), changes in months.items():
        assert [month for month, _ in changes] == ["2027-02", "2027-03" if name == "first" else "2027-07"]
        assert sum(change for _, change in changes if isinstance(change, Fraction)) == 0


PROJECT = """
company: Test
currency: USD
plans: [p.plan]
records:
  people: {source: people.csv, key: person, columns: {person: text}}
  deals:
    source: deals.csv
    key: deal
    columns:
      deal: text
      owner: people
      close_date: date
      amount: money
      approved: yes/no
      live_date: {type: date, optional: true}
      cancelled: {type: date, optional: true}
  payments:
    source: payments.csv
    key: payment
    columns: {payment: text, deal: deals, paid_on: {type: date, optional: true}, amount: money}
"""
PLAN = """
plan p "Plan" {
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month, a negative one is owed

  credit booking from deals {
    on      close_date
    amount  amount
    give    100% to owner
  }
  hold paid "Until the customer pays" {
    of       own
    keep     50%
    release  payments.amount / amount else 0% on payments.paid_on
  }
  hold live "Until go-live" {
    of       own
    keep     30%
    release  50% on live_date where approved
    release  30% on live_date + 90 days
  }
  clawback cancelled "Cancelled" {
    of    own
    take  50% on cancelled
  }
  commission own "Own" {
    for  each booking
    pay  10% of credited
  }
}
"""
DEALS = """deal,owner,close_date,amount,approved,live_date,cancelled
d1,ana,2027-01-20,4000,yes,2027-04-12,
d2,ana,2027-01-25,1000,yes,,
d3,ana,2027-01-26,1000,no,2027-02-02,2027-02-20
d4,ana,2027-01-27,1000,yes,2027-02-01,2027-06-01
"""
PAYMENTS = """payment,deal,paid_on,amount
p1,d1,2027-02-15,3000
p2,d1,2027-11-15,1000
p3,d2,,1000
p4,d3,2027-01-30,1000
p5,d4,2027-01-30,1000
"""


@pytest.fixture
def held(tmp_path: Path) -> compplan.Results:
    """Four deals: one of which all is known, one that waits, one that is taken back by half, one that will be."""
    folder = tmp_path / "p"
    folder.mkdir()
    files = {"compplan.yaml": PROJECT, "p.plan": PLAN, "deals.csv": DEALS, "payments.csv": PAYMENTS, "people.csv": "person\nana\n"}
    for name, text in files.items():
        (folder / name).write_text(text)
    return run_whole(folder, "2027-Q1", tmp_path / "runs")


def test_what_released_it_and_when_the_rest_comes(held: compplan.Results) -> None:
    plan = held.explain("ana").plans[0]
    release = next(k for k in plan.kept if k.record == "d1" and k.month == "2027-02")
    assert [(c.day, c.source, c.share, c.words) for c in release.causes] == [
        ("2027-02-15", "payments p1", Fraction(3, 4), "payments.paid_on")
    ]
    first = plan.held[0]
    assert (first.record, first.held, first.waiting[0].why) == ("d1", 170, "no sentence of the plan releases the rest")
    assert [(k.name, k.change, k.held, k.causes[0].day) for k in first.coming] == [
        ("live", 60, 110, "2027-04-12"),
        ("live", 36, 74, "2027-07-11"),
        ("paid", 50, 24, "2027-11-15"),
    ]


def test_what_waits_says_for_what(held: compplan.Results) -> None:
    plan = held.explain("ana").plans[0]
    waiting = {h.record: [(w.name, w.source, w.why) for w in h.waiting] for h in plan.held}
    assert waiting["d2"] == [
        ("paid", "payments p3", "payments.paid_on is empty"),
        ("live", None, "live_date is empty"),
        ("live", None, "live_date + 90 days is empty"),
    ]
    assert waiting["d3"] == [("live", None, "approved is no")]


def test_what_is_taken_back_is_not_released(held: compplan.Results) -> None:
    """Half of d3 is taken back in February, and half of what is released later, too; d4 comes back in May, and half goes in June."""
    plan = held.explain("ana").plans[0]
    coming = {h.record: [(k.kind, k.period, k.change, len(k.causes)) for k in h.coming] for h in plan.held}
    assert coming["d3"] == [("hold", "2027-05", 9, 1), ("clawback", "2027-05", Fraction(-9, 2), 0)]
    assert coming["d4"] == [("hold", "2027-05", 9, 1), ("clawback", "2027-06", -47, 1)]


def test_it_is_all_told_in_words(held: compplan.Results) -> None:
    text = str(held.explain("ana"))
    assert "        2027-02-15  75% released on payments.paid_on of payments p1\n" in text
    assert "  Held when 2027-03 ends, as the records of this run have it" in text
    assert "      2027-11-15  Until the customer pays: 25% released on payments.paid_on of payments p2" in text
    assert "      no date  Until the customer pays: payments p3: payments.paid_on is empty\n" in text


BY_A_DAY = """
  hold full "Kept until all is paid" {
    of       own
    keep     50%
    release  100% on payments.paid_on where sum(payments.amount to date) >= amount
  }
  clawback late "Not paid in time" {
    of    own
    take  50% on close_date + 30 days where sum(payments.amount to date) < amount and count(payments to date) < 2
  }
  commission own "Own" {
    for  each booking
    pay  10% of credited
  }
"""


def test_what_was_added_up_to_a_day_is_told(tmp_path: Path) -> None:
    """100 are paid of 120 by the day; the rest comes in April: then all is released, less what was taken."""
    deals = "deal,owner,close_date,amount,kind\nd1,ana,2027-02-10,120,new\n"
    payments = "payment,deal,paid_on,amount\np1,d1,2027-03-12,100\np2,d1,2027-04-02,20\np3,d1,,20\n"
    kinds = (
        "  payments:\n    source: payments.csv\n    key: payment\n"
        "    columns: {payment: text, deal: deals, paid_on: {type: date, optional: true}, amount: money}\n"
    )
    project = write_project(tmp_path / "p", {"p": simple_plan(BY_A_DAY)}, deals=deals)
    settings = project / "compplan.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + kinds, encoding="utf-8")
    (project / "payments.csv").write_text(payments, encoding="utf-8")
    results = run_whole(project, "2027", tmp_path / "runs").explain("ana")
    causes = [(k.name, k.month, k.change, [(s.words, s.value, s.unit) for c in k.causes for s in c.sums]) for k in results.plans[0].kept]
    added, counted = "sum(payments.amount to date)", "count(payments to date)"
    assert causes == [
        ("full", "2027-02", -6, []),
        ("full", "2027-04", 6, [(added, 120, "USD")]),
        ("late", "2027-03", -3, [(added, 100, "USD"), (counted, 1, "a number")]),
        ("late", "2027-04", -3, []),
    ]
    assert "          sum(payments.amount to date) is 100.00 USD on that day\n" in str(results)
