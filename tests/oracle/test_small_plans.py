"""Small plans on a few records, with figures worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from compplan.calendar import Calendar
from compplan.language.typed import Value
from tests.generators import check
from tests.generators.company import SCHEMA
from tests.oracle import Outcome, evaluate

JANUARY = 2027 * 12
Row = dict[str, Value | None]

HEAD = """
  effective from 2027-01-01 through 2027-12-31
  payees everyone
  currency USD, each earning rounded to 0.01, half away from zero
"""
OWNED = """
  credit booking from deals {
    on close_date
    amount acv
    give 100% to owner
  }
  measure arr = sum(booking.credited)
"""


def person(name: str, **columns: Value | None) -> Row:
    empty: Row = {"person": name, "role": "AE", "team": None, "manager": None, "hire_date": date(2027, 1, 1), "target": Fraction(1200)}
    return {**empty, "level": None, **columns}


def deal(name: str, owner: str, day: date, acv: str, **columns: Value | None) -> Row:
    empty: Row = dict.fromkeys(column.name for column in SCHEMA.kinds["deals"].columns)
    return {**empty, "deal": name, "owner": owner, "close_date": day, "acv": Fraction(acv), **columns}


def run(lines: str, records: Mapping[str, list[Row]], last: int = 2, payout: str = "month") -> Outcome:
    text = f'plan small "Small" {{{HEAD}  payout each {payout}\n{lines}\n}}\n'
    plan, errors = check(text, Calendar())
    assert plan is not None, errors
    return evaluate(plan, SCHEMA, Calendar(), records, JANUARY, JANUARY + last)


def earned(outcome: Outcome) -> list[tuple[str, str, Fraction]]:
    return [(e.payee, e.period, e.amount) for e in outcome.earnings if e.amount]


TWO = [person("ana"), person("bob", manager="ana")]


def test_each_deal_is_paid_its_part_of_the_running_total() -> None:
    lines = """
  commission growth "Growth" {
    for each booking, on the year to date less what was earned before
    pay each slice of arr {
      from 0 USD: 1%
      from 100 USD: 10%
    }
  }"""
    day = date(2027, 2, 10)
    found = [deal("d2", "ana", day, "50"), deal("d1", "ana", day, "80.50"), deal("d3", "ana", date(2027, 3, 1), "10")]
    outcome = run(OWNED + lines, {"people": TWO, "deals": found})
    # 80.50 at 1 % is 0.805, so 0.81; 130.50 to date is 1 + 3.05, less 0.81; then 10 at 10 %
    assert [(e.key, e.amount) for e in outcome.earnings] == [
        (("d1",), Fraction("0.81")),
        (("d2",), Fraction("3.24")),
        (("d3",), Fraction(1)),
    ]


def test_a_month_pays_the_quarter_to_date_less_what_earlier_months_paid() -> None:
    lines = """
  quota for arr each quarter = 100 USD
  commission own "Own" {
    for each month, on the quarter to date less what was earned before, against the full quota
    pay 100 USD
    times the step reached by attainment(arr) {
      below 50%: 0x
      from 50%: 0.5x
      from 100%: 1x
    }
  }"""
    found = [
        deal("d1", "ana", date(2027, 1, 31), "50"),
        deal("d2", "ana", date(2027, 2, 1), "-0.01"),
        deal("d3", "ana", date(2027, 3, 31), "60"),
    ]
    outcome = run(OWNED + lines, {"people": [person("ana")], "deals": found})
    assert earned(outcome) == [("ana", "2027-01", Fraction(50)), ("ana", "2027-02", Fraction(-50)), ("ana", "2027-03", Fraction(100))]


def test_a_cap_gives_back_what_it_took_when_there_is_room_again() -> None:
    lines = """
  commission own "Own" {
    for each booking
    pay 100% of credited
  }
  cap each quarter at 100 USD"""
    found = [
        deal("d1", "ana", date(2027, 1, 5), "130"),
        deal("d2", "ana", date(2027, 2, 5), "-50"),
        deal("d3", "ana", date(2027, 3, 5), "10"),
    ]
    outcome = run(OWNED + lines, {"people": [person("ana")], "deals": found})
    corrections = [(label, amount) for _, label, component, amount in outcome.payouts if component == ""]
    assert corrections == [("2027-01", Fraction(-30)), ("2027-02", Fraction(30)), ("2027-03", Fraction(0))]


def test_splits_leave_the_rest_to_the_owner_and_managers_come_on_top() -> None:
    lines = """
  credit booking from deals {
    on close_date
    amount acv
    give the rest to owner
    give splits.part to splits.person
    give 10% to every manager above owner, as overlay
    shares add to 100%
  }
  commission own "Own" {
    for each booking
    pay 1% of credited
  }"""
    people = [person("ana"), person("bob", manager="ana"), person("cy", manager="bob")]
    parts: list[Row] = [{"deal": "d1", "person": "bob", "part": Fraction("0.25")}]
    outcome = run(lines, {"people": people, "deals": [deal("d1", "cy", date(2027, 1, 5), "1000")], "splits": parts})
    assert [(r.payee, r.share, r.overlay) for r in outcome.credits["booking"]] == [
        ("cy", Fraction("0.75"), False),
        ("bob", Fraction("0.25"), False),
        ("bob", Fraction("0.1"), True),
        ("ana", Fraction("0.1"), True),
    ]
    assert sum(e.amount for e in outcome.earnings) == 12


def test_the_top_with_ties() -> None:
    people = [person(name) for name in ("ana", "bob", "cy", "dee")]
    found = [
        deal(f"d{n}", name, date(2027, 1, 5), acv)
        for n, (name, acv) in enumerate([("ana", "10"), ("bob", "20"), ("cy", "20"), ("dee", "30")])
    ]
    for ties, winners in (("included", ["bob", "cy", "dee"]), ("excluded", ["dee"])):
        lines = f"""
  bonus best "Best" {{
    for each quarter
    to the top 50% by arr, rounded down, ties {ties}
    pay 30 USD / place else 0 USD
  }}"""
        outcome = run(OWNED + lines, {"people": people, "deals": found})
        assert [payee for payee, _, _ in earned(outcome)] == winners
        assert {p: a for p, _, a in earned(outcome)}["dee"] == 30
        assert ties == "excluded" or {p: a for p, _, a in earned(outcome)}["cy"] == 15


def test_what_reads_a_whole_quarter_is_earned_at_its_end() -> None:
    lines = """
  commission own "Own" {
    for each booking
    pay 10% of credited
    only if arr over quarter >= 100 USD
  }"""
    found = [
        deal("d1", "ana", date(2027, 1, 5), "60"),
        deal("d2", "ana", date(2027, 3, 5), "40"),
        deal("d3", "ana", date(2027, 4, 5), "99"),
    ]
    outcome = run(OWNED + lines, {"people": [person("ana")], "deals": found}, last=5)
    assert [(e.earned_month - JANUARY, e.amount) for e in outcome.earnings] == [(2, Fraction(6)), (2, Fraction(4)), (5, Fraction(0))]


def test_who_has_no_quota_is_named_where_the_figure_is_needed_and_only_there() -> None:
    lines = """
  quota for arr each quarter = sum(quotas.goal)
  bonus own "Own" {
    for each quarter
    pay 100 USD
    times attainment(arr)
    only if role = "AE"
  }"""
    quotas: list[Row] = [{"person": "ana", "measure": "arr", "quarter": "2027-Q1", "goal": Fraction(50)}]
    people = [person("ana"), person("bob"), person("cy", role="SE")]
    outcome = run(OWNED + lines, {"people": people, "deals": [deal("d1", "ana", date(2027, 1, 5), "25")], "quotas": quotas})
    assert earned(outcome) == [("ana", "2027-Q1", Fraction(50))]
    assert [(t.kind, t.about, t.who, t.where) for t in outcome.errors] == [("empty-figure", "own", "bob", "2027-Q1")]


def test_shares_that_do_not_add_up_and_managers_in_a_circle_are_named() -> None:
    halves = OWNED.replace("give 100% to owner", "give 50% to owner\n give 50% to second\n shares add to 100%")
    above = OWNED.replace("give 100% to owner", "give 100% to every manager above owner, as overlay")
    pay = """
  commission own "Own" {
    for each booking
    pay 1% of credited
  }"""
    one = [deal("d1", "ana", date(2027, 1, 5), "10")]
    circle = [person("ana", manager="bob"), person("bob", manager="ana")]
    assert [t.kind for t in run(halves + pay, {"people": TWO, "deals": one}).errors] == ["shares"]
    assert [t.kind for t in run(above + pay, {"people": circle, "deals": one}).errors] == ["manager-circle"]
