"""Small projects on disk, run whole: read, check, run, explain; every explanation is added up again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import compplan
from compplan.engine.explain import explain_each, explanation_schema
from tests.support.json_schema import violations
from tests.support.readd import readd

PEOPLE = "person,role,team,manager,hire_date,target\nana,AE,West,,2026-01-01,120000\nbob,AE,West,ana,2026-01-01,60000\n"
DEALS = "deal,owner,close_date,amount,kind\nd1,ana,2027-02-10,1000.00,new\nd2,bob,2027-03-31,250.50,new\n"
QUOTAS = "person,quarter,amount\nana,2027-Q1,1000\nbob,2027-Q1,500\n"

PROJECT = """
company: Test
currency: USD
calendar: {calendar}
plans: [{plans}]
records:
  people:
    source: people.csv
    key: person
    columns:
      person: text
      role: text
      team: {{type: text, optional: true}}
      manager: {{type: people, optional: true}}
      hire_date: date
      target: money per year
  deals:
    source: deals.csv
    key: deal
    columns:
      deal: text
      owner: people
      close_date: {{type: date, optional: true}}
      amount: money
      kind: {{type: text, optional: true}}
  quotas:
    source: quotas.csv
    key: [person, quarter]
    columns: {{person: people, quarter: quarter, amount: money}}
"""

HEAD = """
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month, a negative one is owed
"""

BOOKING = """
  credit booking from deals {
    on      close_date
    amount  amount
    give    100% to owner
  }
  measure arr = sum(booking.credited)
  quota for arr each quarter = sum(quotas.amount)
"""


def write_project(
    folder: Path, plans: Mapping[str, str], *, people: str = PEOPLE, deals: str = DEALS, quotas: str = QUOTAS, calendar: str = "{}"
) -> Path:
    """A project with plan files of these names and texts."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ", ".join(f"{name}.plan" for name in plans)
    (folder / "compplan.yaml").write_text(PROJECT.format(plans=names, calendar=calendar), encoding="utf-8")
    for name, text in {"people.csv": people, "deals.csv": deals, "quotas.csv": quotas}.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, text in plans.items():
        (folder / f"{name}.plan").write_text(text, encoding="utf-8")
    return folder


def simple_plan(body: str, *, name: str = "p", head: str = HEAD) -> str:
    """A plan with the usual head and the credit `booking`, and then what `body` says."""
    return f'plan {name} "Plan {name}" {{{head}{BOOKING}{body}}}\n'


def payouts_of(results: compplan.Results) -> dict[tuple[str, str, str, str], Fraction]:
    """Payouts by plan, payee, period and component; what is zero is left out."""
    rows = results.payouts.to_pylist()
    return {(r["plan"], r["payee"], r["label"], r["component"]): Fraction(r["amount"]) for r in rows if r["amount"]}


def run_whole(folder: Path, period: str, out: Path | None = None) -> compplan.Results:
    """Runs a period; every payee's explanation must add up to what the run pays. Raises `Problems` as a run does."""
    results = compplan.open_project(folder).run(period, out)
    assert_explained(results)
    return results


def assert_explained(results: compplan.Results, payees: set[str] | None = None) -> None:
    """Every explanation of a run (or those of some payees) is as its schema says, adds up, and comes to the payouts of the run."""
    paid: dict[str, Fraction] = {}
    for row in results.payouts.to_pylist():
        paid[row["payee"]] = paid.get(row["payee"], Fraction(0)) + Fraction(row["counted"])
    everyone = {r["payee"] for name in results.run.manifest.steps if name.startswith("payees_") for r in results.step(name).to_pylist()}
    schema = explanation_schema()
    chosen = sorted(everyone if payees is None else payees)
    for payee, explanation in zip(chosen, explain_each(results.run, chosen), strict=True):
        explained = explanation.to_json()
        assert explained["payee"] == payee
        assert violations(schema, explained) == []
        assert readd(explained) == []
        assert sum((Fraction(p["total"]) for p in explained["plans"]), Fraction(0)) == paid.get(payee, 0)
