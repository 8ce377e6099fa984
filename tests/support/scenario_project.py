"""A small company to try scenarios on: plans with parameters, tiers and quotas, one plan based on another, deals with splits."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from compplan.api import open_project

QUARTER = "2027-Q1"
Row = dict[str, str]

PROJECT = """
company: Small
currency: USD
plans: [company.plan, sales.plan]
records:
  people:
    source: people.csv
    key: person
    columns:
      person: text
      role: text
      region: text
      target: money per year
  deals:
    source: deals.csv
    key: deal
    columns:
      deal: text
      owner: people
      product: text
      close_date: date
      amount: {type: money, at_most: 100000}
  splits:
    source: splits.csv
    key: [deal, person]
    columns: {deal: deals, person: people, share: ratio}
    add_up:
      - {column: share, at_most: 100%, for_each: deal}
  quotas:
    source: quotas.csv
    key: [person, quarter]
    columns: {person: people, quarter: quarter, amount: money}
"""

COMPANY = """definitions company {
  parameter bonus_each = 10 USD
  credit booking from deals {
    on      close_date
    amount  amount
    give    the rest to owner
    give    splits.share to splits.person
    shares  add to 100%
  }
  measure arr                     = sum(booking.credited)
  measure all_arr for the company = sum(booking.credited)
  quota for arr     each quarter = sum(quotas.amount)
  quota for all_arr each quarter = 5,000 USD
}
"""

SALES = """plan ae "AE" {
  use        company
  effective  from 2027-01-01 through 2027-12-31
  payees     where role = "AE"
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month
  weights    of target add to 1%
  parameter  rate = 5%
  parameter  kicker {
    from 2027-01-01: 1x
    from 2027-03-01: 1.5x
  }
  commission own "Own" {
    for    each quarter
    pay    rate * arr
    times  the step reached by attainment(arr) {
      from   0%: 1x
      from 100%: 1.5x
    }
    cap    at 900 USD
  }
  bonus each_deal "Each deal" {
    for    each booking
    pay    bonus_each
    times  kicker * share
  }
  bonus company "Company" {
    for      each quarter
    pay      1% of target per quarter
    only if  attainment(all_arr) >= 80%
  }
}
plan senior "Senior" based on ae {
  payees  where role = "Senior"
  change commission own {
    from 100%: 1.5x becomes 2x
  }
}
"""

PEOPLE = """person,role,region,target
ana,Senior,West,80000
ben,AE,West,60000
cy,AE,East,50000
dee,AE,East,40000.5
"""
DEALS = """deal,owner,product,close_date,amount
d1,ana,Core,2027-01-15,1200.00
d2,ana,Guard,2027-02-20,900.55
d3,ben,Core,2027-02-11,700.00
d4,ben,Guard,2027-03-31,450.25
d5,cy,Core,2027-01-03,999.99
d6,cy,Core,2027-05-05,5000
d7,dee,Guard,2027-03-05,333.33
d8,ana,Core,2027-03-09,100
"""
SPLITS = """deal,person,share
d1,ben,25%
d2,cy,10%
"""
QUOTAS = """person,quarter,amount
ana,2027-Q1,1500
ben,2027-Q1,1400
cy,2027-Q1,1200
dee,2027-Q1,300
"""


def write_scenario_project(folder: Path) -> Path:
    """The project, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"compplan.yaml": PROJECT, "company.plan": COMPANY, "sales.plan": SALES}
    files |= {"people.csv": PEOPLE, "deals.csv": DEALS, "splits.csv": SPLITS, "quotas.csv": QUOTAS}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def copied(project: Path, folder: Path) -> Path:
    """A copy of a project, to be edited by hand."""
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("runs", "*.yaml.txt"))
    return folder


def edit_rows(folder: Path, kind: str, edit: Callable[[list[Row]], list[Row]]) -> None:
    """Edits the rows of a kind of record in its file."""
    file = folder / f"{kind}.csv"
    with file.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        rows, columns = list(reader), list(reader.fieldnames or ())
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(edit(rows))


def edit_plan(folder: Path, name: str, *edits: tuple[str, str]) -> None:
    """Puts other texts in the place of some in a plan file."""
    file = folder / f"{name}.plan"
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def paid(folder: Path, period: str = QUARTER) -> dict[str, Decimal]:
    """What a run of a project pays each payee."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in open_project(folder).run(period).payouts.to_pylist():
        sums[row["payee"]] += row["amount"]
    return {payee: amount for payee, amount in sums.items() if amount}
