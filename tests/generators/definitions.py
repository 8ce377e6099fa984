"""Credits, measures, quotas and tables, as text."""

from __future__ import annotations

from hypothesis import strategies as st

from compplan.schema import PERIODS, Period
from tests.generators.known import Known, KnownCredit, KnownMeasure, block, one_of, pick

MONEY = ("100 USD", "50 USD", "200 USD", "0.50 USD", "33.33 USD")
SHARES = ("50%", "25%", "33.3333%", "10%")

DEAL_CONDITIONS = (
    'stage = "Won"',
    "acv >= 50 USD",
    'product in ("Core", "Guard")',
    'not (region = "East")',
    "region is not empty",
    "strategic",
    "not strategic",
    'owner.team = "North" or units > 1',
    "list_price is empty or acv != list_price",
    'owner.role != "Manager"',
    "abroad in USD at the daily rate of close_date, not rounded > 20 USD",
    'currency != "JPY" or abroad > 50% of abroad',
)
CONVERSIONS = (
    "abroad in USD at the daily rate of close_date, rounded to 0.01",
    "abroad in USD at the daily rate of close_date, not rounded",
    "33.3333% of abroad in USD at the daily rate of the end of the quarter of close_date, rounded to 10",
    "(abroad - 10% of abroad) in USD at the plan rate of close_date, rounded to 0.0001",
    "if(strategic, acv, abroad in USD at the plan rate of 2027-Q2, not rounded)",
    "(acv in EUR at the daily rate of close_date, rounded to 0.01) in USD at the daily rate of 2027-05-15, not rounded",
)
DEAL_AMOUNTS = (
    *("acv",) * 9,
    *CONVERSIONS,
    "acv * margin",
    "net",
    "min(acv, 100 USD)",
    "if(list_price is empty, acv, list_price)",
    "if(strategic, 150% of acv, acv)",
    "round_down(acv, 10 USD)",
    "round_up(acv / 3, 0.1 USD)",
    "25% of 33.3333% of acv",
    'acv * (6 - months(close_date, if(product = "Core", 2027-06-30, 2027-02-28))) / 6',
    "acv / 3",
    "acv * units",
    "acv * daily",
    "max(acv, 0 USD) - 0.01 USD",
    "acv / units else acv",
    "if(acv / list_price else 1x >= 50%, acv, round(acv, 10 USD))",
)


@st.composite
def definitions(draw: st.DrawFn) -> tuple[list[str], Known]:
    """The definitions of a plan, and what they define."""
    with_splits = draw(st.booleans())
    lines = [draw(booking(with_splits))]
    credited = [KnownCredit("booking", True, ("credited", "half_of"))]
    if draw(st.booleans()):
        lines.append(draw(roll_up()))
        credited.append(KnownCredit("roll_up", True, ("credited",), from_credit=True))
    if draw(st.integers(0, 2)) == 0:
        lines.append(draw(recurring()))
        credited.append(KnownCredit("recurring", True, ("credited",)))
        if draw(st.booleans()):
            lines.append(ABOVE_RECURRING)
            credited.append(KnownCredit("above", True, ("credited",), from_credit=True))
    if draw(st.booleans()):
        lines.append(draw(qualified()))
        credited.append(KnownCredit("qualified", False, ("points",)))
    texts, found = draw(measures(tuple(c.name for c in credited)))
    tables = ["by_product", "by_size", "grid", "prize"]
    return [TENURE, LETS, *lines, *texts, TABLES], Known(tuple(credited), tuple(found), tuple(tables))


# ---- credits ------------------------------------------------------------------------------------------------------


@st.composite
def booking(draw: st.DrawFn, with_splits: bool) -> str:
    """A credit from deals: shared out by splits, by fixed shares or not at all, with or without overlays."""
    lines = ['where   stage = "Won"' if draw(st.booleans()) else "where   close_date is not empty"]
    if draw(st.booleans()):
        lines.append(f"where   {one_of(draw, DEAL_CONDITIONS)}")
    lines += ["let net = acv - 33.3333% of acv", "on      close_date", f"amount  {one_of(draw, DEAL_AMOUNTS)}"]
    lines.append(f"amount  half_of = {pick(draw, '50% of acv', 'acv * margin', 'acv / 7')}")
    lines += draw(splits_shares()) if with_splits else draw(fixed_shares())
    lines += draw(st.lists(st.sampled_from(OVERLAYS), max_size=2, unique=True))
    return block("credit booking from deals", lines)


OVERLAYS = (
    "give    50% to helper, as overlay",
    "give    10% to every manager above owner, as overlay",
    "give    33.3333% to everyone in owner.team, as overlay",
    "give    100% in equal shares to everyone in owner.team, as overlay",
    "give    margin in equal shares to every manager above owner where strategic, as overlay",
    'give    100% to helper where product = "Core", as overlay',
    "give    margin to owner.manager, as overlay",
    "give    2x to helper where helper.role = owner.role and strategic, as overlay",
)


@st.composite
def splits_shares(draw: st.DrawFn) -> list[str]:
    """The rest to the owner, parts of it through the rows of splits."""
    condition = pick(draw, "", "", ' where splits.person.role != "Manager"', " where splits.part >= 25%")
    share = pick(draw, "splits.part", "splits.part", "0.5x * splits.part", "20%")
    gives = ["give    the rest to owner", f"give    {share} to splits.person{condition}"]
    if draw(st.integers(0, 4)) == 0:
        gives[1] = f"give    {pick(draw, '50%', '100%', '33.3333%')} in equal shares to splits.person{condition}"
    return [*(gives if draw(st.booleans()) else gives[::-1]), "shares  add to 100%"]


@st.composite
def fixed_shares(draw: st.DrawFn) -> list[str]:
    """All to one, a half each, three ways with the rest, or less than all."""
    first, second = one_of(draw, SHARES), one_of(draw, SHARES)
    return pick(
        draw,
        ["give    100% to owner"],
        ["give    the rest to owner", f"give    {first} to second", "shares  add to 100%"],
        [f"give    {first} to second", f"give    {second} to helper", "give    the rest to owner", "shares  add to 100%"],
        ["give    60% to owner"],
        ["give    50% to owner", "give    50% to owner", "shares  add to 100%"],
        ["give    the rest to owner", f"give    {first} to owner.manager", "shares  add to 150%"],
        [f"give    {first} to second where second.team is not empty", "give    the rest to owner", "shares  add to 100%"],
    )


@st.composite
def roll_up(draw: st.DrawFn) -> str:
    """A credit from the credit of deals: to managers, to a team, to the manager."""
    lines = ["where   not overlay"] if draw(st.booleans()) else []
    give = pick(
        draw,
        "give    100% to every manager above payee, as overlay",
        "give    50% to payee.manager, as overlay",
        "give    25% to everyone in payee.team where credited > 0 USD, as overlay",
        "give    100% to payee",
    )
    amount = pick(draw, "credited", "credited", "half_of", "credited * share", "50% of acv")
    return block("credit roll_up from booking", [*lines, "on      close_date", f"amount  {amount}", give])


@st.composite
def recurring(draw: st.DrawFn) -> str:
    """A credit that counts again and again."""
    times = pick(draw, "3", "12", "units", "units * 2.5", "1")
    lines = [
        "where   close_date is not empty",
        "on      close_date",
        f"repeat  each {pick(draw, 'month', 'quarter', 'month')}, {times} times",
    ]
    return block("credit recurring from deals", [*lines, f"amount  {pick(draw, 'acv / 12', 'acv')}", *draw(fixed_shares())])


ABOVE_RECURRING = """credit above from recurring {
  on      close_date
  amount  if(repetition <= 2, credited, 50% of credited)
  give    100% to every manager above payee, as overlay
}"""


@st.composite
def qualified(draw: st.DrawFn) -> str:
    """A credit from leads, worth points."""
    points = pick(draw, "1", "score", "score * 2")
    lines = ["where   qualified_date is not empty", "on      qualified_date", f"amount  {points}", "give    100% to rep"]
    return block("credit qualified from leads", lines)


# ---- measures and quotas ------------------------------------------------------------------------------------------

CREDIT_CONDITIONS = (
    "",
    "",
    "",
    " where not overlay",
    " where share >= 50%",
    " where credited >= 50 USD",
    ' where product = "Core"',
    ' where role = "AE"',
    " where close_date in 2027-Q1",
)


COUNTS = (
    "count(booking{})",
    "count(booking{})",
    "count(different booking.product{})",
    "count(different booking.region where region is not empty)",
    "count(different booking.deal where strategic) + count(booking)",
)


@st.composite
def measures(draw: st.DrawFn, credited: tuple[str, ...]) -> tuple[list[str], list[KnownMeasure]]:
    """Measures of payees, teams and the company, with their quotas."""
    where = one_of(draw, CREDIT_CONDITIONS)
    arr = pick(
        draw, "sum(booking.credited{})", "sum(booking.credited{})", "sum(booking.half_of{})", "sum(booking.credited * booking.share{})"
    )
    texts = [
        f"measure arr = {arr.format(where)}",
        f"measure deal_count = {pick(draw, *COUNTS).format(one_of(draw, CREDIT_CONDITIONS))}",
        f"measure share_of_core = {one_of(draw, RATES)}",
        f"measure team_arr for each team = sum(booking.credited{pick(draw, ' where not overlay', ', overlays included')})",
        "measure company_arr for the company = sum(booking.credited where not overlay) - 0.5 * sum(booking.half_of where overlay)",
    ]
    arr_quota, arr_period, always = pick(draw, *PAYEE_QUOTAS)
    team_quota, team_period = pick(draw, *TEAM_QUOTAS)
    company_period = draw(periods)
    texts += [
        f"quota for arr each {arr_period} = {arr_quota}{one_of(draw, RAMPS)}",
        f"quota for team_arr each {team_period} = {team_quota}",
        f"quota for company_arr each {company_period} = {pick(draw, '300 USD', '1,000 USD', '100.01 USD')}",
        f"quota for deal_count each month = {pick(draw, '2', '1', 'if(level is empty, 3, level)')}",
    ]
    found = [
        KnownMeasure("arr", "money", "booking", arr_period, always),
        KnownMeasure("deal_count", "number", "booking", "month", True, True),
        KnownMeasure("share_of_core", "ratio", "booking"),
        KnownMeasure("team_arr", "money", None, team_period, False),
        KnownMeasure("company_arr", "money", None, company_period, True),
    ]
    if "roll_up" in credited:
        texts.append("measure rolled = sum(roll_up.credited)")
        found.append(KnownMeasure("rolled", "money", "roll_up"))
        texts.append("measure both = arr + 50% of (rolled)")
        found.append(KnownMeasure("both", "money", None))
    if "recurring" in credited:
        texts.append("measure monthly = sum(recurring.credited where repetition > 1)")
        found.append(KnownMeasure("monthly", "money", "recurring"))
    if "qualified" in credited:
        texts.append("measure points = sum(qualified.credited)")
        found.append(KnownMeasure("points", "number", "qualified"))
    return texts, found


TENURE = "tenure counts months from hire_date, the month of hire is month 1"
RATES = (
    'sum(booking.credited where product = "Core") / sum(booking.credited) else 0%',
    "count(booking where acv >= 100 USD) / count(booking) else 100%",
    "min(sum(booking.credited) / sum(booking.half_of) else 50%, 200%)",
)
TEAM_QUOTAS: tuple[tuple[str, Period], ...] = (
    ("sum(team_quotas.goal)", "month"),
    ("sum(team_quotas.goal)", "quarter"),
    ("max(sum(team_quotas.goal), 100 USD)", "quarter"),
    ("250 USD", "month"),
)
periods = st.sampled_from(PERIODS)
RAMPS = (
    *("",) * 4,
    ", ramped each month by the step reached by tenure {\n  from 0: 25%\n  from 3: 33.3333%\n  from 5: 100%\n}",
    ", ramped each month by if(tenure <= 2, 50%, 1x)",
)


# The quota of a payee, its period, and whether everybody has one above zero.
PAYEE_QUOTAS: tuple[tuple[str, Period, bool], ...] = (
    ('sum(quotas.goal where measure = "arr")', "quarter", False),
    ("sum(quotas.goal)", "quarter", False),
    ("100 USD", "month", True),
    ("max(target per quarter, 100 USD)", "quarter", True),
    ("target per month * 2", "month", False),
    ('if(role = "AE" and hire_date < 2027-02-01, 150 USD, 50 USD)', "quarter", True),
    ("sum(quotas.goal) * 2", "half", False),
    ("1,000 USD", "year", True),
)


LETS = """let third = 33.3333%
let grown = third + 0.5x
let is_ae = role = "AE\""""


# ---- tables -------------------------------------------------------------------------------------------------------

TABLES = """table by_product {
  | product | region | rate |
  | "Core"  | "East" | 10%  |
  | "Core"  | any    | 5%   |
  | "Guard" | "West" | 50%  |
  | any     | any    | 1%   |
}
table by_size {
  | size         | factor   |
  | below 50 USD | 0.5x     |
  | from 50 USD  | 33.3333% |
  | from 100 USD | 1x       |
  | from 200 USD | 1.25x    |
}
table grid {
  |            | below 100 USD | from 100 USD | from 300 USD |
  | below 50%  | 0x            | 0.5x         | 0.25x        |
  | from  50%  | 1x            | 1.5x         | 0.333333x    |
  | from 100%  | 2x            | 1.1x         | 3x           |
}
table prize {
  | place  | prize    |
  | 1      | 50.01 USD |
  | 2      | 25 USD   |
  | from 3 | 5 USD    |
}"""
