"""Makes the records of the sample company: `python -m plans.generate [FOLDER]` writes its CSV files and prints a summary.

Without a folder the files go where the sample project reads them, `plans/data`. Who works at the company, and the figures behind its
year, are in `sample_company.py`; how the year is drawn is in `draw.py`. Nothing of compplan is used.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from plans import draw
from plans import sample_company as company
from plans.draw import QUARTERS, Account, Contract, Credits, Deal, Lead, label, quarter_of
from plans.sample_company import Person

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Year:
    """All that happened in a year."""

    people: Sequence[Person]
    deals: Sequence[Deal]
    contracts: Sequence[Contract]
    leads: Sequence[Lead]
    accounts: Sequence[Account]


# ------------------------------------------------------------------------------------------------------------------ writing


def money(amount: Decimal | None) -> str:
    """An amount as CRM exports write it: cents only where there are any, nothing where there is no amount."""
    if amount is None:
        return ""
    assert amount == amount.quantize(draw.CENT), "an amount of a CRM has no part of a cent"
    return f"{amount:.2f}".removesuffix(".00")


def iso(value: date | None) -> str:
    """A date as ISO writes it, nothing where there is none."""
    return value.isoformat() if value else ""


def tables(year: Year) -> dict[str, Rows]:
    """Every file of the company by name: its rows, the header first."""
    deals = sorted(year.deals, key=lambda d: (d.created, d.owner, d.account, d.acv))
    numbered = [(f"D-{n:04}", deal) for n, deal in enumerate(deals, 1)]
    return {
        "people": people_rows(year.people),
        "deals": deal_rows(numbered),
        "splits": [("deal", "person", "share"), *((key, who, f"{percent}%") for key, d in numbered for who, percent in d.shares)],
        "leads": [
            ("lead", "rep", "product", "created_date", "qualified_date"),
            *((f"L-{n:04}", x.rep, x.product, iso(x.created), iso(x.qualified)) for n, x in enumerate(year.leads, 1)),
        ],
        "contracts": contract_rows(year.contracts),
        "accounts": account_rows(year.accounts),
        **quota_tables(year.people),
        "objectives": [("person", "quarter", "objective", "weight", "score"), *draw.draw_objectives(year.people)],
    }


def people_rows(people: Sequence[Person]) -> Rows:
    """Who works there."""
    header = ("person", "name", "role", "team", "region", "manager", "hire_date", "target_incentive")
    return [header, *sorted((p.key, p.name, p.role, p.team, p.region, p.manager, iso(p.hired), str(p.target)) for p in people)]


def deal_rows(numbered: Sequence[tuple[str, Deal]]) -> Rows:
    """The opportunities, in the order in which they were created."""
    texts = ("deal", "account", "owner", "specialist", "stage", "kind", "product", "segment")
    rows: Rows = [(*texts, "created_date", "close_date", "term_months", "list_price", "acv")]
    for key, d in numbered:
        figures = (iso(d.created), iso(d.closed), str(d.term), money(d.list_price), money(d.acv))
        rows.append((key, d.account, d.owner, d.specialist, d.stage, d.kind, d.product, d.segment, *figures))
    return rows


def contract_rows(contracts: Sequence[Contract]) -> Rows:
    """The contracts, in the order in which they come up for renewal."""
    rows: Rows = [("contract", "account", "csm", "renewal_date", "due_arr", "renewed_arr", "status")]
    for number, c in enumerate(contracts, 1):
        rows.append((f"C-{number:03}", c.account, c.csm, iso(c.renewal), money(c.due), money(c.renewed), c.status))
    return rows


def account_rows(accounts: Sequence[Account]) -> Rows:
    """The customers that account executives look after, by name."""
    header = ("account", "owner", "segment", "region", "potential", "strength")
    return [header, *((a.name, a.owner, a.segment, a.region, str(a.potential), str(a.strength)) for a in accounts)]


def quota_tables(people: Sequence[Person]) -> dict[str, Rows]:
    """What every account executive, specialist and team is asked to book in each quarter."""
    asked = sorted((p.key, "arr", label(q), str(draw.quota(p, q))) for p in people if p.role in ("AE", "Specialist") for q in QUARTERS)
    teams = [(team, label(q), str(amount)) for (team, q), amount in draw.team_quotas(people).items()]
    return {"quotas": [("person", "measure", "quarter", "amount"), *asked], "team_quotas": [("team", "quarter", "amount"), *teams]}


def write_table(path: Path, rows: Rows) -> None:
    """One CSV file: UTF-8, lines that end with LF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


# ------------------------------------------------------------------------------------------------------------------ summary


def summary(year: Year) -> Iterator[str]:
    """What came out, line by line: how many of each, and how each quarter went for each role."""
    yield f"people {len(year.people)}: {counts(p.role for p in year.people)}"
    yield f"deals {len(year.deals)}: {counts(d.stage for d in year.deals)}"
    yield f"closed: {counts(label(quarter_of(d.closed)) for d in year.deals if d.closed)}"
    yield f"shared deals {sum(bool(d.shares) for d in year.deals)}, with a specialist {sum(bool(d.specialist) for d in year.deals)}"
    yield f"contracts {len(year.contracts)}: {counts(c.status for c in year.contracts)}"
    yield f"accounts {len(year.accounts)}, with a potential of {sum(a.potential for a in year.accounts):,} USD"
    yield f"leads {len(year.leads)}, qualified {sum(lead.qualified is not None for lead in year.leads)}"
    yield "\nin percent                            least     1/4  middle     3/4    most"
    for quarter in QUARTERS:
        yield f"{label(quarter)}  attainment of AEs          {spread(attainments(year, quarter, 'AE'))}"
        yield f"{label(quarter)}  attainment of specialists  {spread(attainments(year, quarter, 'Specialist'))}"
        yield f"{label(quarter)}  attainment of teams        {spread(team_attainments(year, quarter))}"
        yield f"{label(quarter)}  retention of CSMs          {spread(retentions(year, quarter))}"
        yield f"{label(quarter)}  conversion of BDRs         {spread(conversions(year, quarter))}"
        total = sum(amount for (_, q), amount in draw.booked(year.deals).items() if q == quarter)
        yield f"{label(quarter)}  booked by the company      {total:,.2f} USD"


def counts(values: Iterable[str]) -> str:
    """How many there are of each value: `Lost 3, Won 2`."""
    return ", ".join(f"{value} {n}" for value, n in sorted(Counter(values).items()))


def spread(percents: Iterable[Decimal]) -> str:
    """The least, the ones at a quarter, half and three quarters of the way, and the most."""
    ranked = sorted(percents)
    return " ".join(f"{ranked[(len(ranked) - 1) * part // 4]:7.1f}" for part in range(5))


def attainments(year: Year, quarter: int, role: str) -> list[Decimal]:
    """What part of the quota each person of a role was credited with; half of a deal goes to its specialist as an overlay."""
    credited: Credits = draw.booked(year.deals)
    for deal in year.deals:
        if deal.stage == "Won" and deal.specialist:
            credited[deal.specialist, quarter_of(deal.closed)] += deal.acv / 2
    return [credited[p.key, quarter] * 100 / draw.quota(p, quarter) for p in year.people if p.role == role]


def team_attainments(year: Year, quarter: int) -> list[Decimal]:
    """What part of its quota each team booked, overlays left out."""
    teams = {p.key: p.team for p in year.people}
    credited = draw.booked(year.deals, teams)
    return [credited[team, q] * 100 / amount for (team, q), amount in draw.team_quotas(year.people).items() if q == quarter]


def retentions(year: Year, quarter: int) -> list[Decimal]:
    """What part of what was due each customer success manager kept; growth of one customer does not make up for another."""
    due: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for contract in year.contracts:
        if quarter_of(contract.renewal) == quarter and contract.renewal.year == draw.YEAR and contract.status != "Pending":
            due[contract.csm] += int(contract.due * 100)
            kept[contract.csm] += int(min(contract.due, contract.renewed) * 100)
    return [Decimal(kept[csm] * 100) / due[csm] for csm in due]


def conversions(year: Year, quarter: int) -> list[Decimal]:
    """What part of the leads that each representative was given was found to be qualified."""
    given = [lead for lead in year.leads if quarter_of(lead.created) == quarter]
    worked, good = Counter(lead.rep for lead in given), Counter(lead.rep for lead in given if lead.qualified)
    return [Decimal(good[rep] * 100) / worked[rep] for rep in worked]


def main(folder: Path) -> None:
    """Draw the year, write its files into `folder`, print the summary."""
    people = company.roster()
    deals, customers = draw.name_accounts(people, draw.draw_deals(people))
    contracts, accounts = draw.draw_contracts(people, customers), draw.draw_accounts(people, customers)
    year = Year(people, draw.make_exact(people, deals), contracts, draw.draw_leads(people), accounts)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables(year).items():
        write_table(folder / f"{name}.csv", rows)
        print(f"{name}.csv: {len(rows) - 1} rows, {(folder / f'{name}.csv').stat().st_size:,} bytes")
    print(*summary(year), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "data")
