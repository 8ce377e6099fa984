"""Draws the year of Halden Systems: its deals, contracts, leads and objectives, from the figures in `sample_company.py`.

The same code draws the same on every machine: the dice are whole numbers, amounts are `Decimal`, and nothing depends on the order of a
set or on today's date.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from plans import sample_company as company
from plans.sample_company import Person

YEAR = 2027
LAST_DAY = date(YEAR, 12, 31)
QUARTERS = (1, 2, 3, 4)
CENT, HUNDRED = Decimal("0.01"), Decimal(100)

Thing = TypeVar("Thing")
Credits = dict[tuple[str, int], Decimal]  # by person or team, and quarter


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity. `shares` are the percentages of the others; the owner keeps the rest."""

    owner: str
    stage: str
    kind: str
    product: str
    segment: str
    created: date
    closed: date | None
    term: int
    list_price: Decimal | None
    acv: Decimal
    specialist: str = ""
    shares: tuple[tuple[str, Decimal], ...] = ()
    account: str = ""

    def credits(self) -> list[tuple[str, Decimal]]:
        """Who is credited with how much of it, overlays left out."""
        others = [(person, self.acv * percent / HUNDRED) for person, percent in self.shares]
        return [(self.owner, self.acv - sum((amount for _, amount in others), Decimal(0))), *others]


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that comes up for renewal; `renewed` is nothing unless its status is Renewed."""

    account: str
    csm: str
    renewal: date
    due: Decimal
    renewed: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class Account:
    """A customer at the year's start: its account executive, what it is expected to book in the year, and how well the two know each other.

    `strength` is from 1 to 5.
    """

    name: str
    owner: str
    segment: str
    region: str
    potential: int
    strength: int


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead that a representative worked on, and the day on which it was found to be qualified, if it was."""

    rep: str
    product: str
    created: date
    qualified: date | None


class Dice:
    """Random numbers without floats (SplitMix64), so that every machine draws the same; one stream for each name."""

    def __init__(self, name: str) -> None:
        self._state = int.from_bytes(hashlib.sha256(f"Halden Systems {name}".encode()).digest()[:8], "big")

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, `limit`."""
        mask = (1 << 64) - 1
        self._state = (self._state + 0x9E3779B97F4A7C15) & mask
        mixed = ((self._state ^ (self._state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        return ((mixed ^ (mixed >> 31)) * limit) >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` through `high`."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """Yes in so many of 100 throws."""
        return self.below(100) < percent

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """One of them, each as likely."""
        return things[self.below(len(things))]

    def weighted(self, things: Sequence[tuple[Thing, int]]) -> Thing:
        """One of them, as likely as its weight says."""
        left = self.below(sum(weight for _, weight in things))
        for thing, weight in things:
            left -= weight
            if left < 0:
                return thing
        raise ValueError("no weights")

    def normal(self) -> Decimal:
        """About normal: mean 0, deviation 1, never beyond 6."""
        return Decimal(sum(self.below(65536) for _ in range(12))) / 65536 - 6


# ------------------------------------------------------------------------------------------------------------------- quotas


def quota(person: Person, quarter: int) -> int:
    """What an account executive or a specialist is asked to book in a quarter, to 5,000 dollars."""
    average = person.form if person.role == "Specialist" else company.AE_QUOTAS[person.focus]
    return round_to(Decimal(average * 10 * company.SEASON[quarter]), 5000)


def team_quotas(people: Sequence[Person]) -> dict[tuple[str, int], int]:
    """What each team is asked to book in each quarter, to 10,000 dollars: a little less than its account executives together."""
    sums: Counter[tuple[str, int]] = Counter()
    for person in people:
        if person.role == "AE":
            sums.update({(person.team, quarter): quota(person, quarter) for quarter in QUARTERS})
    return {key: round_to(Decimal(amount * company.TEAM_QUOTA_PERCENT) / 100, 10000) for key, amount in sorted(sums.items())}


def round_to(amount: Decimal, step: int) -> int:
    """The multiple of `step` that is nearest, half away from zero."""
    return int((amount / step).quantize(Decimal(1), ROUND_HALF_UP)) * step


# -------------------------------------------------------------------------------------------------------------------- deals


def draw_deals(people: Sequence[Person]) -> list[Deal]:
    """The year's deals of every account executive: won ones, as many as the form says, lost ones and open ones."""
    deals: list[Deal] = []
    for owner in (p for p in people if p.role == "AE"):
        for quarter in QUARTERS:
            dice = Dice(f"deals of {owner.key} in quarter {quarter}")  # so that changing one person leaves the others' deals alone
            percent = min(188, max(42, owner.form + round(dice.normal() * 21)))
            won = list(win_until(dice, people, owner, quarter, Decimal(quota(owner, quarter) * percent) / 100))
            lost = len(won) * dice.between(85, 160) // 100 + dice.below(2)
            deals += won + [draw_deal(dice, people, owner, "Lost", quarter) for _ in range(lost)]
        dice = Dice(f"open deals of {owner.key}")
        pipeline = {"SMB": 12, "Mid-Market": 9, "Enterprise": 6}[owner.focus] + dice.below(3)
        deals += [draw_deal(dice, people, owner, "Open", 4) for _ in range(pipeline)]
    return deals


def win_until(dice: Dice, people: Sequence[Person], owner: Person, quarter: int, goal: Decimal) -> Iterator[Deal]:
    """Won deals that add up to about `goal`; one that would go beyond is not won."""
    total, missed = Decimal(0), 0
    while missed < 3:
        deal = draw_deal(dice, people, owner, "Won", quarter)
        if total + deal.acv > goal:
            missed += 1
            continue
        total += deal.acv
        yield deal


def draw_deal(dice: Dice, people: Sequence[Person], owner: Person, stage: str, quarter: int) -> Deal:
    """One opportunity of an owner, closed in a quarter or still open; its account is not yet known."""
    segment = owner.focus if dice.chance(86) else dice.one_of(sorted(company.LIST_PRICES.keys() - {owner.focus}))
    median, spread = company.LIST_PRICES[segment]
    list_price = Decimal(round_to(median * (dice.normal() * spread / HUNDRED).exp(), 50))
    acv = (list_price * (HUNDRED - Decimal(dice.weighted(company.DISCOUNTS))) / HUNDRED).quantize(CENT)
    if stage != "Won":
        acv = acv // 100 * 100  # never signed: an estimate
    elif dice.chance(8):
        acv -= dice.below(100) * CENT  # a price by the month or the seat, seldom round
    days = dice.between(*company.CYCLE_DAYS[segment])
    closed = None if stage == "Open" else closing_day(dice, quarter)
    created = closed - timedelta(days) if closed else LAST_DAY - timedelta(days * dice.between(0, 90) // 100)
    product = dice.weighted(company.PRODUCTS)
    return Deal(
        owner=owner.key,
        stage=stage,
        kind="new" if dice.chance(62) else "expansion",
        product=product,
        segment=segment,
        created=created,
        closed=closed,
        term=dice.weighted(company.TERMS),
        list_price=None if dice.chance(7) else list_price,
        acv=acv,
        specialist=draw_specialist(dice, people, owner, product),
        shares=draw_shares(dice, people, owner),
    )


def closing_day(dice: Dice, quarter: int) -> date:
    """A day of the quarter: seldom a Saturday, never a Sunday, more often late in the quarter and most often in its last week."""
    first, end = date(YEAR, quarter * 3 - 2, 1), date(YEAR + quarter // 4, quarter * 3 % 12 + 1, 1)
    days = [first + timedelta(n) for n in range((end - first).days)]

    def weight(day: date) -> int:
        busy = (20, 28, 40)[(day.month - 1) % 3] * (3 if (end - day).days <= 7 else 1)
        return busy * {5: 1, 6: 0}.get(day.weekday(), 20)

    return dice.weighted([(day, weight(day)) for day in days])


def draw_specialist(dice: Dice, people: Sequence[Person], owner: Person, product: str) -> str:
    """The key of the specialist who helped, of the owner's region and, save for Core, of the product; empty where nobody did."""
    near = [p for p in people if p.role == "Specialist" and p.region == owner.region and product in (p.focus, "Core")]
    return dice.one_of(near).key if dice.chance(company.SPECIALIST_PERCENT[product]) else ""


def draw_shares(dice: Dice, people: Sequence[Person], owner: Person) -> tuple[tuple[str, Decimal], ...]:
    """The shares of others in about 15 of 100 deals: mostly one colleague of the team, sometimes someone farther away or two."""
    if not dice.chance(15):
        return ()
    percents = [Decimal(text) for text in dice.weighted(company.SHARES).split()]
    others = [p for p in people if p.role == "AE" and p.key != owner.key]
    team = [p for p in others if p.team == owner.team]
    chosen: list[str] = []
    while len(chosen) < len(percents):
        other = dice.one_of(team if dice.chance(78) else others).key
        if other not in chosen:
            chosen.append(other)
    return tuple(sorted(zip(chosen, percents, strict=True)))


def name_accounts(people: Sequence[Person], deals: Sequence[Deal]) -> tuple[list[Deal], list[tuple[str, str, str]]]:
    """The deals with their accounts, and the accounts that were customers already: name, segment, team.

    An expansion is with a customer of the owner, a new deal with a prospect, at times one that was lost before; who is won is a customer.
    """
    dice = Dice("accounts")
    names = [f"{head} {tail.strip()}" for head in company.ACCOUNT_HEADS.split() for tail in company.ACCOUNT_TAILS.split("|")]
    customers: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    prospects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    existing: list[tuple[str, str, str]] = []

    def fresh() -> str:
        return names.pop(dice.below(len(names)))

    for owner in (p for p in people if p.role == "AE"):
        for segment, count in ((owner.focus, 14), *((s, 2) for s in company.LIST_PRICES if s != owner.focus)):
            customers[owner.key, segment] = [fresh() for _ in range(count)]
            existing += [(account, segment, owner.team) for account in customers[owner.key, segment]]
    named: list[Deal] = []
    for deal in sorted(deals, key=lambda d: d.closed or date.max):
        known, lost = customers[deal.owner, deal.segment], prospects[deal.owner, deal.segment]
        if deal.kind == "expansion" and known:
            account = dice.one_of(known)
        else:
            account = lost.pop(dice.below(len(lost))) if lost and dice.chance(30) else fresh()
            (known if deal.stage == "Won" else lost).append(account)
        named.append(replace(deal, account=account))
    return named, existing


def make_exact(people: Sequence[Person], deals: list[Deal]) -> list[Deal]:
    """The deals, one of them changed for each quarter that is to end exactly on a tier's bound."""
    quotas: dict[tuple[str, int], int] = {(p.key, quarter): quota(p, quarter) for p in people if p.focus for quarter in QUARTERS}
    quotas |= team_quotas(people)
    teams = {p.key: p.team for p in people}
    for who, quarter, percent in company.EXACT:
        goal = Decimal(quotas[who, quarter] * percent) / 100
        missing = goal - booked(deals, teams if who in company.TEAMS else None)[who, quarter]
        mine = [n for n, d in enumerate(deals) if who in (d.owner, teams[d.owner]) and is_plain(d, quarter)]
        large = [n for n in mine if deals[n].acv + missing > 2000]
        if not large or missing != missing.quantize(CENT):
            raise SystemExit(
                f"EXACT in sample_company.py: {who} misses {percent} % of quarter {quarter} by {missing:,.2f}; choose another."
            )
        chosen = min(large, key=lambda n: abs(missing) / deals[n].acv)
        deals[chosen] = replace(deals[chosen], acv=deals[chosen].acv + missing, list_price=None)
    return deals


def is_plain(deal: Deal, quarter: int) -> bool:
    """Whether it was won in that quarter by its owner alone."""
    return deal.stage == "Won" and quarter_of(deal.closed) == quarter and not deal.shares and not deal.specialist


def booked(deals: Iterable[Deal], teams: Mapping[str, str] | None = None) -> Credits:
    """What was won in each quarter, overlays left out: by the person credited or, where `teams` says who is in which, by team."""
    sums: Credits = defaultdict(Decimal)
    for deal in deals:
        if deal.stage == "Won":
            for person, amount in deal.credits():
                sums[teams[person] if teams else person, quarter_of(deal.closed)] += amount
    return sums


def label(quarter: int) -> str:
    """How records write the quarter: 2027-Q1."""
    return f"{YEAR}-Q{quarter}"


def quarter_of(day: date | None) -> int:
    """The quarter of the year, from 1; 0 for no day."""
    return (day.month + 2) // 3 if day else 0


# ----------------------------------------------------------------------------------------------- contracts, leads, objectives


def draw_contracts(people: Sequence[Person], existing: Sequence[tuple[str, str, str]]) -> list[Contract]:
    """A contract, sometimes two, for each customer that there was at the year's start, in the hands of its team's success manager."""
    dice = Dice("contracts")
    managers = {p.team: p for p in people if p.role == "CSM"}
    contracts: list[Contract] = []
    for account, segment, team in existing:
        csm = managers[team]
        for _ in range(2 if dice.chance(6) else 1):
            median, spread = company.LIST_PRICES[segment]
            due = Decimal(round_to(median * (dice.normal() * spread / HUNDRED).exp(), 20)) * Decimal("0.9")
            renewal = date(YEAR, 1, 1) + timedelta(dice.below(365 + 40))
            overdue = renewal > date(YEAR, 12, 1) and dice.chance(40)
            status = "Pending" if renewal > LAST_DAY or overdue else "Churned" if dice.chance(csm.form) else "Renewed"
            change = dice.weighted(((0, 50), (-30, 4), (-20, 5), (-10, 7), (3, 12), (5, 14), (12, 8)))
            renewed = (due * (100 + change) / 100).quantize(CENT) if status == "Renewed" else Decimal(0)
            contracts.append(Contract(account, csm.key, renewal, due, renewed, status))
    return sorted(contracts, key=lambda c: (c.renewal, c.account))


def draw_accounts(people: Sequence[Person], existing: Sequence[tuple[str, str, str]]) -> list[Account]:
    """The customers that there were at the year's start, each with its potential, to 100 dollars.

    Those of an account executive come to about what the form says of the year's quotas, so that some have far more than others.
    """
    dice = Dice("potential of accounts")
    accounts: list[Account] = []
    customers = len(existing) // sum(p.role == "AE" for p in people)
    for number, owner in enumerate(p for p in people if p.role == "AE"):
        mine = existing[number * customers : (number + 1) * customers]
        sizes = [company.LIST_PRICES[segment][0] * (dice.normal() * 40 / HUNDRED).exp() for _, segment, _ in mine]
        goal = Decimal(sum(quota(owner, quarter) for quarter in QUARTERS)) * owner.form / 100
        for (name, segment, _), size in zip(mine, sizes, strict=True):
            potential = round_to(goal * size / sum(sizes), 100)
            accounts.append(Account(name, owner.key, segment, owner.region, potential, dice.between(1, 5)))
    return sorted(accounts, key=lambda a: a.name)


def draw_leads(people: Sequence[Person]) -> list[Lead]:
    """The leads of each business development representative, month by month from the day of hire."""
    dice = Dice("leads")
    leads: list[Lead] = []
    for rep in (p for p in people if p.role == "BDR"):
        pace = dice.between(22, 30)
        for month in range(1, 13):
            percent = max(3, rep.form + round(dice.normal() * 5))
            for _ in range(pace * dice.between(80, 120) // 100):
                day = date(YEAR, month, 1) + timedelta(dice.below(28 if month == 2 else 30))
                day -= timedelta(max(0, day.weekday() - 4)) if day.day > 2 else timedelta(0)
                qualified = day + timedelta(dice.between(2, 40)) if dice.chance(percent) else None
                if day >= rep.hired:
                    leads.append(
                        Lead(rep.key, dice.weighted(company.PRODUCTS), day, qualified if qualified and qualified <= LAST_DAY else None)
                    )
    return sorted(leads, key=lambda lead: (lead.created, lead.rep, lead.product, lead.qualified or date.max))


def draw_objectives(people: Sequence[Person]) -> list[tuple[str, ...]]:
    """The objectives of each manager and director in each quarter: weights that add up to 100 %, and scores."""
    dice = Dice("objectives")
    rows: list[tuple[str, ...]] = []
    for manager in (p for p in people if p.role in ("Manager", "Director")):
        for quarter in QUARTERS:
            names = list(company.OBJECTIVES)
            for weight in dice.one_of(company.WEIGHTS):
                score = dice.weighted(((100, 30), (90, 16), (80, 16), (75, 8), (110, 8), (120, 6), (60, 8), (50, 5), (0, 3)))
                rows.append((manager.key, label(quarter), names.pop(dice.below(len(names))), f"{weight}%", f"{score}%"))
    return sorted(rows)
