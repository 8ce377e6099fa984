"""Records of the small company: few values, many ties, and every optional column empty now and then."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import strategies as st

from compplan.calendar import FiscalPeriod
from compplan.language.typed import Value
from tests.generators.company import CURRENCIES, PEOPLE, PRODUCTS, REGIONS, ROLES, TEAMS, YEAR, FiscalYear

Row = dict[str, Value | None]

# Odd cents tie under 50 %, whole halves under 1 %; round amounts add up to bounds and quotas exactly.
AMOUNTS = tuple(
    Fraction(a)
    for a in (
        "100",
        "50",
        "50",
        "50.50",
        "-50",
        "25",
        "0.50",
        "0.01",
        "33.33",
        "99.99",
        "100.01",
        "200",
        "0",
        "-100",
        "-0.50",
        "1234567.89",
    )
)
GOALS = tuple(Fraction(a) for a in ("100", "200", "150", "50", "0.30"))
PARTS = tuple(Fraction(a) for a in ("0.5", "0.25", "0.333333", "0.1", "0"))
RATIOS = tuple(Fraction(a) for a in ("0.5", "1", "0.333333", "0.25", "0"))
DAYS = ((1, 9), (1, 9), (0, 4), (0, -1), (1, 20), (2, -1), (3, 0), (3, 20), (5, -1), (6, 0), (8, 5), (11, -1), (-1, -1), (12, 0), (-10, 3))

LATER = ((2, 4), (1, 9), (3, -1), (4, 0), (7, 19), (13, 3), (-2, 5))
"""Days on which something happens to a deal after it is closed; now and then before."""


def _one(*choices: Value | None) -> st.SearchStrategy[Value | None]:
    return st.sampled_from(choices)


@st.composite
def people(draw: st.DrawFn, year: FiscalYear) -> list[Row]:
    """Three to six people; a manager stands earlier in the list, so that nobody is above themselves."""
    count = draw(st.integers(3, len(PEOPLE)))
    rows = []
    for index, person in enumerate(PEOPLE[:count]):
        row: Row = {
            "person": person,
            "role": draw(_one("AE", *ROLES)),
            "team": draw(_one(*TEAMS, *TEAMS, None)),
            "manager": draw(_one(*PEOPLE[:index], None)),
            "hire_date": draw(_one(year.day(-14, 9), year.day(0, 0), year.day(1, 14), year.day(4, -1))),
            "target": draw(_one(*(Fraction(a) for a in ("1200", "1000", "100.01", "0")))),
            "level": draw(_one(Fraction(1), Fraction(2), None)),
            "paid_in": draw(_one(*CURRENCIES)),
            "salary": draw(_one(*(Fraction(a) for a in ("1200", "0", "1000.01")))),
        }
        rows.append(row)
    return rows


@st.composite
def deals(draw: st.DrawFn, year: FiscalYear, persons: list[str]) -> list[Row]:
    """Up to ten deals; several on one day, some without what may be left out."""
    anyone, maybe = _one(*persons), _one(*persons, None)
    rows = []
    for index in range(draw(st.sampled_from([8, 6, 10, 12, 8, 10, 5, 3, 0]))):
        stage = draw(_one("Won", "Won", "Won", "Open"))
        day = year.day(*draw(st.sampled_from(DAYS)))
        row: Row = {
            "deal": f"d{index}",
            "owner": draw(anyone),
            "second": draw(maybe),
            "helper": draw(maybe),
            "stage": stage,
            "product": draw(_one(*PRODUCTS)),
            "region": draw(_one(*REGIONS, None)),
            "close_date": day if stage == "Won" else draw(_one(day, None)),
            "acv": draw(_one(*AMOUNTS)),
            "list_price": draw(_one(*AMOUNTS[:6], None)),
            "margin": draw(_one(*RATIOS)),
            "units": Fraction(draw(st.integers(-1, 4))),
            "strategic": draw(_one(True, False, None)),
            "live_date": draw(_one(None, *(year.day(*d) for d in LATER))),
            "currency": draw(_one(*CURRENCIES)),
            "abroad": draw(_one(*AMOUNTS, Fraction("0.005"))),
        }
        rows.append(row)
    return rows


@st.composite
def splits(draw: st.DrawFn, of: list[Row], persons: list[str]) -> list[Row]:
    """At most two splits of a deal, of at most all of it together."""
    rows: list[Row] = []
    for deal in of:
        others = draw(st.lists(st.sampled_from(persons), max_size=2, unique=True))
        rows.extend({"deal": deal["deal"], "person": person, "part": draw(_one(*PARTS))} for person in others)
    return rows


@st.composite
def receipts(draw: st.DrawFn, of: list[Row], year: FiscalYear) -> list[Row]:
    """At most three receipts of a deal, one of them perhaps without a day, or below zero."""
    rows: list[Row] = []
    for deal in of:
        for _ in range(draw(st.sampled_from([1, 0, 0, 2, 3]))):
            day = draw(_one(*(year.day(*d) for d in LATER), None))
            amount, part = draw(_one(*AMOUNTS)), draw(_one(*PARTS, Fraction("-0.25")))
            rows.append({"receipt": f"r{len(rows)}", "deal": deal["deal"], "day": day, "part": part, "amount": amount})
    return rows


@st.composite
def leads(draw: st.DrawFn, year: FiscalYear, persons: list[str]) -> list[Row]:
    """Up to five leads."""
    days = [year.day(*d) for d in DAYS]
    return [
        {
            "lead": f"l{index}",
            "rep": draw(_one(*persons)),
            "qualified_date": draw(_one(*days, None)),
            "score": draw(_one(*(Fraction(a) for a in ("1", "0.5", "2.5", "0")))),
        }
        for index in range(draw(st.sampled_from([5, 3, 0])))
    ]


@st.composite
def fx(draw: st.DrawFn, year: FiscalYear) -> list[Row]:
    """Rates of every currency from long before on, some of them changing; yen only the other way."""
    rates = _one(*(Fraction(a) for a in ("1", "1.1", "0.333333", "150.5", "0.000001")))
    days = [year.day(-13, 0), *draw(st.lists(st.sampled_from([year.day(*d) for d in DAYS if d != (-13, 0)]), max_size=3, unique=True))]
    pairs = [("EUR", "USD"), ("USD", "EUR"), ("USD", "JPY")]
    return [{"base": a, "into": b, "day": day, "rate": draw(rates)} for a, b in pairs for day in days]


@st.composite
def plan_fx(draw: st.DrawFn) -> list[Row]:
    """A rate of every currency for each quarter of three years."""
    rates = _one(*(Fraction(a) for a in ("1.234567890123", "2", "0.5")))
    quarters = [FiscalPeriod("quarter", n).label for n in range((YEAR - 1) * 4, (YEAR + 2) * 4)]
    return [{"base": c, "quarter": label, "rate": draw(rates)} for c in CURRENCIES[1:] for label in quarters]


def _labels(kind: str) -> list[str]:
    size = 3 if kind == "quarter" else 1
    return [FiscalPeriod("quarter" if size == 3 else "month", YEAR * 12 // size + n).label for n in range(12 // size)]


@st.composite
def quotas(draw: st.DrawFn, persons: list[str]) -> list[Row]:
    """A quota for each person and quarter; now and then somebody has none, or one of zero."""
    without = draw(st.sampled_from([None, None, None, *persons]))
    goals = st.sampled_from(GOALS if draw(st.integers(0, 3)) else (*GOALS, Fraction(0)))
    whose = [(p, label) for p in persons if p != without for label in _labels("quarter")]
    return [{"person": p, "measure": "arr", "quarter": label, "goal": draw(goals)} for p, label in whose]


@st.composite
def team_quotas(draw: st.DrawFn) -> list[Row]:
    """A quota for each team and month; now and then a team has none."""
    teams = draw(st.sampled_from([TEAMS, TEAMS, TEAMS, TEAMS, TEAMS[:1]]))
    goals = {team: draw(st.sampled_from(GOALS)) for team in teams}
    return [{"team": team, "month": label, "goal": goals[team]} for team in teams for label in _labels("month")]


@st.composite
def objectives(draw: st.DrawFn, persons: list[str]) -> list[Row]:
    """Two objectives for each person and quarter; now and then somebody has none."""
    without = draw(st.sampled_from([None, None, None, *persons]))
    score = draw(st.sampled_from(RATIOS))
    return [
        {"person": p, "quarter": label, "objective": str(n), "weight": Fraction(1, 2), "score": score + n * RATIOS[2]}
        for p in persons
        if p != without
        for label in _labels("quarter")
        for n in range(2)
    ]


@st.composite
def holidays(draw: st.DrawFn, year: FiscalYear) -> list[Row]:
    """New Year of each year, and some other days, of all or of one team."""
    days: list[Row] = [{"holiday": f"n{n}", "day": date(YEAR + n, 1, 1), "team": None} for n in range(-4, 4)]
    others = sorted(draw(st.sets(st.sampled_from((*DAYS, *LATER)), max_size=6)))
    for n, (month, day) in enumerate(others):
        whose = draw(st.sampled_from(((None,), TEAMS[:1], TEAMS[:1], TEAMS, (None, TEAMS[1]))))
        days += [{"holiday": f"h{n}{team}", "day": year.day(month, day), "team": team} for team in whose]
    return days


@st.composite
def absences(draw: st.DrawFn, year: FiscalYear, persons: list[str]) -> list[Row]:
    """Nobody, or some people, on leave once or twice: from before the year, within a month or over several, some of it without an end."""
    rows: list[Row] = []
    for person in persons:
        bounds = draw(st.sampled_from(((), (), *LEAVES)))
        for n, (first, last) in enumerate(bounds):
            ends = None if n == len(bounds) - 1 and draw(st.integers(0, 3)) == 0 else year.day(*last)
            rows.append({"person": person, "reason": draw(_one("child", "child", "ill")), "starts": year.day(*first), "ends": ends})
    return rows


LEAVES = (
    (((1, 0), (3, 10)),),
    (((3, 4), (3, 13)), ((3, 14), (4, 20))),
    (((-2, 10), (1, 19)), ((5, 0), (7, -1))),
    (((4, 15), (4, 20)), ((4, 24), (4, 24)), ((9, 1), (14, 3))),
    (((-15, 0), (2, 0)),),
)
"""Days on which leaves begin and end."""


@st.composite
def records(draw: st.DrawFn, year: FiscalYear) -> dict[str, list[Row]]:
    """Records of every kind."""
    everyone = draw(people(year))
    persons = [str(row["person"]) for row in everyone]
    won = draw(deals(year, persons))
    return {
        "people": everyone,
        "deals": won,
        "splits": draw(splits(won, persons)),
        "receipts": draw(receipts(won, year)),
        "leads": draw(leads(year, persons)),
        "quotas": draw(quotas(persons)),
        "team_quotas": draw(team_quotas()),
        "objectives": draw(objectives(persons)),
        "fx": draw(fx(year)),
        "plan_fx": draw(plan_fx()),
        "holidays": draw(holidays(year)),
        "absences": draw(absences(year, persons)),
    }
