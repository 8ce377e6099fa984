"""What the plans of the computer dealer come to, worked out from the export line by line with plain Python.

Written from what the plans say, and with nothing of the product: no type, no query, no rounding of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

QUARTERS = ("2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4")

Line = tuple[str, str, str, str | None]
"""Plan, component, payee, and the record where there is one for each."""


@dataclass(frozen=True)
class Agent:
    name: str
    manager: str
    region: str


@dataclass(frozen=True)
class Product:
    series: str
    list_price: int


@dataclass(frozen=True)
class Deal:
    key: str
    owner: str
    product: Product
    closed: date
    value: int

    @property
    def quarter(self) -> str:
        return f"{self.closed.year}-Q{(self.closed.month + 2) // 3}"


@dataclass(frozen=True)
class Dealer:
    """The export, as a careful reader takes it, and the lists that are kept by hand."""

    agents: dict[str, Agent]
    managers: dict[str, str]
    won: list[Deal]
    team_quotas: dict[tuple[str, str], int]
    region_goals: dict[tuple[str, str], int]

    def sold_by(self, names: set[str], quarter: str) -> list[Deal]:
        """The deals that these agents won in a quarter, in order of day and key."""
        return sorted((d for d in self.won if d.owner in names and d.quarter == quarter), key=lambda d: (d.closed, d.key))


def read_dealer(export: Path, kept: Path) -> Dealer:
    agents = {r["sales_agent"]: Agent(r["sales_agent"], r["manager"], r["regional_office"]) for r in _rows(export / "sales_teams.csv")}
    products = {r["product"]: Product(r["series"], int(r["sales_price"])) for r in _rows(export / "products.csv")}
    products["GTXPro"] = products["GTX Pro"]
    won = [
        Deal(
            r["opportunity_id"],
            r["sales_agent"],
            products[r["product"]],
            datetime.strptime(r["close_date"], "%m/%d/%Y").date(),  # noqa: DTZ007 - a day has no time zone
            int(r["close_value"]),
        )
        for r in _rows(export / "sales_pipeline.csv")
        if r["deal_stage"] == "Won"
    ]
    quotas = {(r["manager"], r["quarter"]): int(r["amount"].replace(",", "")) for r in _rows(kept / "quotas.csv")}
    goals = {(r["region"], r["quarter"]): int(r["amount"]) for r in _rows(kept / "region_goals.csv")}
    managers = {r["sales_agent"]: r["regional_office"] for r in _rows(kept / "managers.csv")}
    return Dealer(agents, managers, won, quotas, goals)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def earned(dealer: Dealer, quarter: str) -> dict[Line, Fraction]:
    """Every earning of a quarter, those of nothing left out."""
    lines: dict[Line, Fraction] = {}
    for agent in dealer.agents.values():
        lines.update(_of_agent(dealer, agent, quarter))
    for manager in dealer.managers:
        lines.update(_of_manager(dealer, manager, quarter))
    lines.update(_of_regions(dealer, quarter))
    return {line: amount for line, amount in lines.items() if amount}


def _of_agent(dealer: Dealer, agent: Agent, quarter: str) -> Iterator[tuple[Line, Fraction]]:
    deals = dealer.sold_by({agent.name}, quarter)
    before = 0
    for deal in deals:
        after = before + deal.value
        yield ("agent", "own", agent.name, deal.key), _cents(_in_slices(after)) - _cents(_in_slices(before))
        yield ("agent", "by_product", agent.name, deal.key), _cents(deal.value * _rate(deal.product, agent.region))
        yield ("agent", "full_price", agent.name, deal.key), Fraction("7.5") if deal.value >= deal.product.list_price else Fraction(0)
        before = after
    reached = Fraction(before, 100_000 if agent.region == "West" else 85_000)
    steps = [(Fraction("1.3"), 1_800), (Fraction(1), 1_000), (Fraction("0.8"), 400)]
    yield ("agent", "goal", agent.name, None), Fraction(next((pay for bound, pay in steps if reached >= bound), 0))


def _in_slices(sold: int) -> Fraction:
    """2 % of the first 50,000, 3.5 % of the next 50,000, 5 % of the rest."""
    first, second, rest = min(sold, 50_000), min(max(sold - 50_000, 0), 50_000), max(sold - 100_000, 0)
    return first * Fraction("0.02") + second * Fraction("0.035") + rest * Fraction("0.05")


def _rate(product: Product, region: str) -> Fraction:
    if product.series == "GTX":
        return Fraction("0.0125") if region == "West" else Fraction("0.01")
    return {"MG": Fraction("0.0075"), "GTK": Fraction("0.005")}[product.series]


def _of_manager(dealer: Dealer, manager: str, quarter: str) -> Iterator[tuple[Line, Fraction]]:
    deals = dealer.sold_by({a.name for a in dealer.agents.values() if a.manager == manager}, quarter)
    for deal in deals:
        yield ("manager", "override", manager, deal.key), _cents(deal.value * Fraction("0.0075"))
    reached = Fraction(sum(d.value for d in deals), dealer.team_quotas[manager, quarter])
    yield ("manager", "team", manager, None), _cents(3_000 * _on_curve(reached))


def _on_curve(reached: Fraction) -> Fraction:
    """Nothing below 80 %, half at 80 %, once at 100 %, twice from 120 % on; straight in between."""
    if reached < Fraction("0.8"):
        return Fraction(0)
    if reached < 1:
        return Fraction("0.5") + (reached - Fraction("0.8")) / Fraction("0.2") * Fraction("0.5")
    return min(1 + (reached - 1) / Fraction("0.2"), Fraction(2))


def _of_regions(dealer: Dealer, quarter: str) -> Iterator[tuple[Line, Fraction]]:
    people = {a.name: a.region for a in dealer.agents.values()} | dealer.managers
    names = {region: {a.name for a in dealer.agents.values() if a.region == region} for region in set(people.values())}
    sold = {region: sum(d.value for d in dealer.sold_by(agents, quarter)) for region, agents in names.items()}
    for person, region in people.items():
        beyond = max(sold[region] - dealer.region_goals[region, quarter], 0)
        yield ("region", "beyond", person, None), _cents(beyond * Fraction("0.01"))
        yield ("region", "best", person, None), Fraction(250 if sold[region] == max(sold.values()) else 0)


def days_off(dealer: Dealer, quarter: str) -> set[str]:
    """The three agents who sold the most, and whoever ties with the third."""
    sold = {name: sum(d.value for d in dealer.sold_by({name}, quarter)) for name in dealer.agents}
    return {name for name, figure in sold.items() if sum(other > figure for other in sold.values()) < 3}


def _cents(amount: Fraction) -> Fraction:
    """To the cent, half a cent going up; nothing here is below zero."""
    return Fraction((amount * 200 + 1) // 2, 100)
