"""What payees ask about a payout: why less than last time, and why is this deal missing."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Call

ASK = ("--project", "acme", "--period", "2027-Q1")


def asked(compplan: Call, record: str, payee: str = "mia.chen") -> str:
    said = compplan("explain", payee, *ASK, "--record", record)
    assert (said.code, said.err) == (0, "")
    return said.out


def with_deal(folder: Path, row: str) -> None:
    deals = folder / "data" / "deals.csv"
    deals.write_text(deals.read_text() + row + "\n")


# ---- why is this deal missing ----------------------------------------------------------------------------------------


def test_a_deal_that_counts(compplan: Call, started: Path) -> None:
    out = asked(compplan, "D-001")
    assert "yes  where stage = " in out
    assert "on close_date: 2027-01-14, in 2027-01" in out
    assert "given to mia.chen: 100%, 62,000.00 USD" in out
    assert "-> mia.chen is credited with 62,000.00 USD in 2027-01" in out


def test_a_deal_that_fails_a_condition_shows_what_stands_in_it(compplan: Call, started: Path) -> None:
    out = asked(compplan, "D-003")
    assert 'NO:  where stage = "Won"\n            stage = Lost\n    -> does not count: stage = "Won" is no' in out


def test_a_deal_of_somebody_else(compplan: Call, started: Path) -> None:
    assert "-> is credited to liam.novak, not to mia.chen" in asked(compplan, "D-002")


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2027-04-01", "-> mia.chen is credited with 10.00 USD, in 2027-04, which is not within 2027-Q1"),
        ("2026-12-31", "-> counts in 2026-12, which is another year than that of 2027-Q1"),
    ],
)
def test_a_deal_of_another_period(compplan: Call, started: Path, day: str, why: str) -> None:
    with_deal(started, f"D-X,mia.chen,Won,new,{day},10")
    assert why in asked(compplan, "D-X")


def test_a_deal_whose_row_cannot_be_used(compplan: Call, started: Path) -> None:
    with_deal(started, "D-X,nobody.at.all,Won,new,2027-03-01,10")
    line = len((started / "data" / "deals.csv").read_text().splitlines())
    assert f"It cannot be used: data/deals.csv line {line}: " in asked(compplan, "D-X")


def test_whoever_no_plan_pays(compplan: Call, started: Path) -> None:
    people = started / "data" / "people.csv"
    row = people.read_text().splitlines()[2].replace("mia.chen", "new.hand").replace("AE", "Trainee")
    people.write_text(people.read_text() + row + "\n")
    assert 'No plan pays new.hand:\n  sales: payees where role = "AE"' in asked(compplan, "D-001", "new.hand")


def test_what_was_paid_for_a_deal_once_the_period_is_run(compplan: Call, started: Path) -> None:
    assert "In the run of" not in asked(compplan, "D-001")
    assert compplan("run", "acme", "--period", "2027-Q1").code == 0
    out = asked(compplan, "D-001")
    assert "In the run of 2027-Q1, from the figures 2027-Q1-" in out
    paid = next(line for line in out.splitlines() if line.startswith("  New customer (bonus new_customer"))
    assert paid.split("earned in ")[1].split() == ["2027-01", "250.00", "USD"]
    out = asked(compplan, "D-005")
    assert 'does not pay for it\n    NO:  for each ... where kind = "new"\n            kind = expansion\n' in out
    assert "In the run of" not in asked(compplan, "D-003")


def test_a_deal_or_a_payee_that_is_not_there(compplan: Call, started: Path) -> None:
    said = compplan("explain", "mia.chen", *ASK, "--record", "D-0001")
    assert said.code == 1
    assert "There is no such record" in said.err
    assert "such as D-001, D-002, D-003." in said.err
    assert "Did you mean mia.chen?" in compplan("explain", "mia.chan", *ASK, "--record", "D-001").err


def test_what_became_of_a_deal_as_json(compplan: Call, started: Path) -> None:
    found = json.loads(compplan("explain", "mia.chen", *ASK, "--record", "D-001", "--json").out)
    credit = found["plans"][0]["credits"][0]
    assert credit["conditions"][0]["held"] is True
    assert found["paid"] is None
    assert credit["given"] == [
        {
            "payee": "mia.chen",
            "via": None,
            "date": "2027-01-14",
            "month": "2027-01",
            "repetition": None,
            "share": "1",
            "credited": "62000",
            "overlay": False,
        }
    ]


# ---- why less than last time -----------------------------------------------------------------------------------------


@pytest.fixture
def two_quarters(compplan: Call, started: Path) -> None:
    for period in ("2027-Q1", "2027-Q2"):
        assert compplan("run", "acme", "--period", period).code == 0


def test_the_lines_add_up_to_both_payouts(compplan: Call, two_quarters: None) -> None:
    found = json.loads(compplan("explain", "mia.chen", "--period", "2027-Q2", "--against", "2027-Q1", "--json").out)
    paid = {p: json.loads(compplan("explain", "mia.chen", "--period", p, "--json").out) for p in ("2027-Q1", "2027-Q2")}
    (plan,) = found["plans"]
    for column, period in (("before", "2027-Q1"), ("now", "2027-Q2")):
        total = sum(Decimal(p["total"]) for p in paid[period]["plans"])
        assert Decimal(plan[column]) == sum(Decimal(line[column]) for line in plan["lines"]) == total
    for line in plan["lines"]:
        if line["records"]:
            assert sum(Decimal(r["now"]) - Decimal(r["before"]) for r in line["records"]) == Decimal(line["now"]) - Decimal(line["before"])


def test_what_is_behind_each_line_is_shown_beside_it(compplan: Call, two_quarters: None) -> None:
    out = compplan("explain", "mia.chen", "--period", "2027-Q2", "--against", "2027-Q1").out
    assert out.startswith("Mia Chen (mia.chen): 2027-Q2 beside 2027-Q1, Example Company\n")
    assert "attainment(bookings)" in out
    assert "quota of bookings over quarter" not in out or "D-0" in out
    payout = next(line for line in out.splitlines() if line.startswith("payout"))
    before, now, change = (Decimal(x.replace(",", "")) for x in payout.split()[1:])
    assert now - before == change


CHANGING = """
commission own "Own" {
  for    each month, on the quarter to date less what was earned before, against the full quota
  pay    1,000 USD
  times  the step reached by attainment(bookings) {
    below  10%: 0.5x
    from   10%: 1x
    from  100%: 2x
  }
}

bonus quarterly "Quarterly" {
  for  each quarter
  pay  100 USD
}

bonus late "From February" {
  effective  from 2027-02-01
  for        each month
  pay        10 USD
}
"""


def test_why_it_is_less_though_nothing_changed(compplan: Call, started: Path) -> None:
    """A figure to date that was paid before; a component that ends no period; one that begins; a row of tiers that is reached."""
    plan = started / "sales.plan"
    text = plan.read_text().replace("payout     each quarter", "payout     each month")
    plan.write_text(text[: text.index("  weights  of")] + CHANGING + "}\n")
    for period in ("2027-01", "2027-02", "2027-03"):
        assert compplan("run", "acme", "--period", period).code == 0

    def told(now: str, before: str) -> list[str]:
        out = compplan("explain", "mia.chen", "--period", now, "--against", before).out
        return [" ".join(line.split()) for line in out.splitlines()]

    lines = told("2027-02", "2027-01")
    assert lines[4:7] == [
        "Own 1,000.00 0.00 -1,000.00",
        "figure to date 1,000.00 USD 1,000.00 USD",
        "less what was earned before 0.00 USD 1,000.00 USD +1,000.00 USD",
    ]
    assert "before nothing: it is not in force in 2027-01" in lines
    lines = told("2027-03", "2027-02")
    assert "before nothing: no quarter of it ends in 2027-02" in lines
    assert "the row that is reached from 10% from 100%" in lines


def test_a_period_beside_itself_has_no_reasons(compplan: Call, two_quarters: None) -> None:
    found = json.loads(compplan("explain", "mia.chen", *ASK, "--against", "2027-Q1", "--json").out)
    assert all(not line["figures"] and not line["records"] and line["before"] == line["now"] for p in found["plans"] for line in p["lines"])


def test_a_period_that_was_not_run(compplan: Call, two_quarters: None) -> None:
    said = compplan("explain", "mia.chen", *ASK, "--against", "2026-Q4")
    assert said.code == 1
    assert "2026-Q4" in said.err


RATES = """
  rates:
    source: data/rates.csv
    key: [unit, month]
    columns: {unit: currency, month: month, rate: {type: number, decimals: 4}}

exchange_rates:
  monthly: {records: rates, from: unit, to: USD, rate: rate, period: month}
"""


def test_a_deal_in_another_currency(compplan: Call, started: Path) -> None:
    project, plan, deals = started / "compplan.yaml", started / "sales.plan", started / "data" / "deals.csv"
    head, *rows = deals.read_text().splitlines()
    deals.write_text("\n".join([f"{head},unit", *(f"{row},EUR" for row in rows)]) + "\n")
    (started / "data" / "rates.csv").write_text("unit,month,rate\nEUR,2027-01,1.1\nEUR,2027-02,1.1\nEUR,2027-03,1.1\n")
    said = project.read_text().replace("      amount: money  ", "      unit: currency\n      amount: {type: money, currency_in: unit}  ", 1)
    project.write_text(said + RATES)
    text = plan.read_text().replace("amount  amount", "amount  amount in USD at the monthly rate of close_date, rounded to 0.01")
    plan.write_text(text[: text.index("  # What the plan should")] + "}\n")
    assert "given to mia.chen: 100%, 68,200.00 USD" in asked(compplan, "D-001")


def test_what_is_held_is_called_by_its_label(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    held = 'hold wait "Until later" {\n    of new_customer\n    keep 50%\n    release 100% on close_date + 1 year\n  }\n\n  cap  each year'
    plan.write_text(plan.read_text().replace("cap  each year", held, 1))
    for quarter in ("2027-Q1", "2027-Q2"):
        assert compplan("run", "acme", "--period", quarter).code == 0
    out = compplan("explain", "mia.chen", "--period", "2027-Q2", "--against", "2027-Q1").out
    assert "\nUntil later " in out
