"""Measures whether forecasts keep what they promise: on made-up companies whose truth is known, P10 to P90 should hold 80 % of outcomes.

Each company has years of deals behind it, with a season in the quarter, good and bad payees, and more chance than a coin has. The next year
is drawn from the same truth. It is simulated from the past alone, and then paid as it really came: of payees, of teams and of the company
it is counted how often what was paid lies from P10 through P90. Companies and payees are independent, so the standard error is that of
as many coins.

    python -m benchmarks.coverage --companies 20
    python -m benchmarks.coverage --companies 10 --method model --trend 0.2
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from compplan.api import open_project, period_of
from compplan.whatif.simulation.forecast import Range
from compplan.whatif.simulation.project import simulate_project
from compplan.whatif.simulation.settings import Method, Settings

PROJECT = """company: Made Up
currency: USD
plans: ["*.plan"]
records:
  people: {source: people.parquet, key: person, columns: {person: text, role: text, team: text}}
  deals:
    source: deals.parquet
    key: deal
    columns: {deal: text, owner: people, close_date: date, amount: money}
"""
PLAN = """plan reps "Reps" {
  effective  from 2020-01-01 through 2030-12-31
  payees     where role = "rep"
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each quarter
  credit sale from deals {
    on      close_date
    amount  amount
    give    100% to owner
    shares  add to 100%
  }
  measure sold = sum(sale.credited)
  commission own "Each slice of the quarter's total at its own rate" {
    for  each quarter
    pay  each slice of sold {
      from       0 USD: 4%
      from 200,000 USD: 8%
      from 400,000 USD: 12%
    }
  }
}
"""
SEASON = (0.8, 0.9, 1.3)
"""How many deals the first, second and third month of a quarter have, beside each other."""


@dataclass(frozen=True, slots=True)
class Truth:
    """How a company's deals come about."""

    payees: int = 60
    teams: int = 12
    years: int = 2
    scatter: float = 2.0
    """By how much the numbers of deals of a payee vary more than chance alone."""
    trend: float = 0.0
    """By how much more deals there are from year to year."""


@dataclass(slots=True)
class Count:
    """How many outcomes there were, and how many of them lie within their range."""

    within: int = 0
    all: int = 0

    def add(self, found: Range, outcome: Decimal) -> None:
        """One more outcome."""
        self.all += 1
        self.within += found.p10 <= outcome <= found.p90

    def __str__(self) -> str:
        share = self.within / self.all
        return f"{share:6.1%} of {self.all:,} (standard error {(0.8 * 0.2 / self.all) ** 0.5:.1%})"


def make(folder: Path, truth: Truth, seed: int) -> tuple[Path, Path]:
    """Two projects of one company: with its past alone, and with the year that follows as well, which is 2028."""
    random = np.random.default_rng(seed)
    levels = random.gamma(4.0, 1.5, truth.payees)
    rows: list[tuple[str, str, date, float]] = []
    for month in range((2028 - truth.years) * 12, 2029 * 12):
        year, index = divmod(month, 12)
        first, after = date(year, index + 1, 1), date(year + (index == 11), (index + 1) % 12 + 1, 1)
        mean = levels * SEASON[index % 3] * (1 + truth.trend) ** ((month - 2027 * 12) / 12)
        numbers = (
            random.poisson(random.gamma(mean / (truth.scatter - 1)) * (truth.scatter - 1)) if truth.scatter > 1 else random.poisson(mean)
        )
        for payee, number in enumerate(numbers):
            for _ in range(number):
                day = first + timedelta(days=int(random.integers((after - first).days)))
                rows.append((f"d{len(rows)}", f"p{payee:03}", day, float(random.lognormal(9.3, 0.8))))
    return _write(folder / "past", truth, [r for r in rows if r[2].year < 2028]), _write(folder / "whole", truth, rows)


def _write(folder: Path, truth: Truth, rows: list[tuple[str, str, date, float]]) -> Path:
    folder.mkdir(parents=True)
    (folder / "compplan.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "reps.plan").write_text(PLAN, encoding="utf-8")
    names = [f"p{i:03}" for i in range(truth.payees)]
    people = {"person": names, "role": ["rep"] * len(names), "team": [f"t{i % truth.teams:02}" for i in range(truth.payees)]}
    pq.write_table(pa.table(people), folder / "people.parquet")
    amounts = pa.array([Decimal(str(round(r[3], 2))) for r in rows], pa.decimal128(18, 2))
    columns = {"deal": [r[0] for r in rows], "owner": [r[1] for r in rows], "close_date": [r[2] for r in rows], "amount": amounts}
    pq.write_table(pa.table(columns), folder / "deals.parquet")
    return folder


def coverage(folder: Path, truth: Truth, settings: Settings, companies: range) -> dict[str, Count]:
    """How often outcomes lie from P10 through P90: of payees, teams and companies."""
    counts = {what: Count() for what in ("payees", "teams", "companies")}
    for seed in companies:
        past, whole = make(folder / str(seed), truth, seed)
        found = simulate_project(open_project(past).project, settings, groups=["team"]).sides[0].currencies[0]
        paid = dict(_paid(whole))
        teams = {f"t{i:02}": Decimal(0) for i in range(truth.teams)}
        for payee, amount in paid.items():
            teams[f"t{int(payee[1:]) % truth.teams:02}"] += amount
        for one in found.payees:
            counts["payees"].add(one.pay, paid.get(one.payee, Decimal(0)))
        for part in found.by["team"]:
            counts["teams"].add(part.cost, teams[part.name])
        counts["companies"].add(found.cost, sum(paid.values(), Decimal(0)))
    return counts


def _paid(folder: Path) -> Iterator[tuple[str, Decimal]]:
    sums: dict[str, Decimal] = {}
    for row in open_project(folder).run("2028", out=folder / "runs").payouts.to_pylist():
        sums[row["payee"]] = sums.get(row["payee"], Decimal(0)) + row["amount"]
    yield from sums.items()


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description="Measure how often P10 to P90 holds what really comes.")
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--method", choices=("blocks", "model"), default="blocks")
    parser.add_argument("--each", choices=("payee", "company"), default="payee")
    parser.add_argument("--years", type=int, default=2, help="how long the past is")
    parser.add_argument("--trend", type=float, default=0.0, help="0.2 for a fifth more from year to year")
    arguments = parser.parse_args()
    method: Method = "model" if arguments.method == "model" else "blocks"
    settings = Settings(period_of("2028"), arguments.replicates, 1, method, each=arguments.each)
    with tempfile.TemporaryDirectory(prefix="compplan-coverage-") as folder:
        truth = Truth(years=arguments.years, trend=arguments.trend)
        for what, count in coverage(Path(folder), truth, settings, range(arguments.companies)).items():
            print(f"{what:<10} {count}")


if __name__ == "__main__":
    main()
