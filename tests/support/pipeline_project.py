"""A small company whose deals are open, won or lost, and begin on a day of their own."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

PROJECT = """
company: Pipes
currency: USD
plans: [ae.plan]
records:
  people: {source: people.csv, key: person, columns: {person: text, role: text}}
  deals:
    source: deals.csv
    key: deal
    columns:
      deal: text
      owner: people
      stage: text
      created: date
      close_date: {type: date, optional: true}
      amount: {type: money, optional: true}
"""
PLAN = """plan ae "AE" {
  effective  from 2026-01-01 through 2028-12-31
  payees     where role = "AE"
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month
  credit booking from deals {
    where   stage = "Won"
    on      close_date
    amount  amount
    give    100% to owner
    shares  add to 100%
  }
  commission own "Own" {
    for  each booking
    pay  10% of credited
  }
}
"""
Deal = tuple[str, str, str, date, date | None, int | None]


def write_pipeline_project(folder: Path, deals: list[Deal], people: tuple[str, ...] = ("ana", "ben")) -> Path:
    """The project with some deals: key, owner, stage, first and last day, amount."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compplan.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "ae.plan").write_text(PLAN, encoding="utf-8")
    (folder / "people.csv").write_text("person,role\n" + "".join(f"{p},AE\n" for p in people), encoding="utf-8")
    with (folder / "deals.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["deal", "owner", "stage", "created", "close_date", "amount"])
        writer.writerows([*deal[:4], *("" if v is None else v for v in deal[4:])] for deal in deals)
    return folder


def some_deals() -> list[Deal]:
    """A year of deals that have ended, after 20, 40 and 80 days in turn, two of three won; and open ones, begun 10, 50 and 100 days ago."""
    found: list[Deal] = []
    for number in range(60):
        created = date(2026, 1, 5) + timedelta(days=4 * number)
        lasted = (20, 40, 80)[number % 3]
        found.append((f"d{number:02}", "ana", "Lost" if lasted == 80 else "Won", created, created + timedelta(days=lasted), 1000 + number))
    for name, age in (("young", 10), ("middle", 50), ("old", 100)):
        found.append((name, "ben", "Open", date(2027, 1, 1) - timedelta(days=age), None, 500_000))
    return found
