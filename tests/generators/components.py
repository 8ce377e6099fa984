"""Commissions, bonuses and awards, as text, from what a plan has defined."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from compplan.schema import MONTHS_IN, PERIODS, Period
from tests.generators import tiers
from tests.generators.exchange import converted, there_and_back
from tests.generators.known import Known, KnownCredit, KnownMeasure, block, one_of, pick
from tests.generators.spreads import spread

OFTEN: tuple[Period, ...] = ("month", "quarter", "quarter", "month", "half", "year")
RATES = ("50%", "1%", "2.5%", "33.3333%", "0.5%", "10%")
FACTORS = ("1.5x", "0.5x", "33.3333%", "1x", "1.005x")
SUMS = ("100 USD", "0.50 USD", "33.33 USD", "1,000 USD", "0.01 USD")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A component, and the share of the yearly target that it pays, if it is weighted by one."""

    text: str
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a component's formulas stand: its period or its credit, and what its figures are to date of."""

    known: Known
    period: Period | None
    credit: KnownCredit | None
    to_date: Period | None
    against: str  # "", "full" or "to date"

    @property
    def basis(self) -> Period | None:
        """The period over which a bare measure is taken; None where each must say its own."""
        return self.to_date or self.period


@st.composite
def component(draw: st.DrawFn, name: str, known: Known, earlier: list[str]) -> Drawn:
    """A component of any kind; `earlier` are those whose earnings it may read."""
    kind = pick(
        draw, "credit", "period", "to date", "running", "credit", "ranking", "award", "weighted", "pool", *["reading"] * bool(earlier)
    )
    match kind:
        case "credit":
            return Drawn(draw(for_credit(name, known)))
        case "to date":
            return draw(for_period(name, known, to_date=True))
        case "running":
            return Drawn(draw(running(name, known)))
        case "ranking":
            return Drawn(draw(ranking(name, known)))
        case "award":
            return Drawn(draw(award(name, known)))
        case "pool":
            return Drawn(draw(pool(name, known)))
        case "reading":
            return Drawn(draw(reading(name, known, earlier)))
        case _:
            return draw(for_period(name, known, to_date=False, weighted=kind == "weighted"))


# ---- figures ------------------------------------------------------------------------------------------------------


@st.composite
def measured(draw: st.DrawFn, at: Setting, found: list[KnownMeasure]) -> str:
    """A measure in its place: bare, or over a period of its own."""
    chosen = one_of(draw, found)
    if at.credit is None and not at.to_date and at.period is not None:
        longer = [p for p in PERIODS if MONTHS_IN[p] >= MONTHS_IN[at.period]]
        over = pick(
            draw, "", "", "", f" over {one_of(draw, longer)}", f" over {one_of(draw, longer)} to date", looking_back(draw, longer, chosen)
        )
        return chosen.name + over
    if at.credit is None or at.to_date:
        return chosen.name
    if draw(st.integers(0, 5)) == 0:
        return chosen.name + looking_back(draw, list(PERIODS), chosen).replace(" to date a year", " a year")
    reaches = ["", " to date", " before this one"] if chosen.credit == at.credit.name and not at.credit.from_credit else [""]
    reach = one_of(draw, reaches)
    same = pick(draw, "", f" of the same {pick(draw, 'product', 'region')}") if reach and at.credit.record else ""
    return f"{chosen.name} over {one_of(draw, PERIODS)}{reach}{same}"


def looking_back(draw: st.DrawFn, longer: list[Period], measure: KnownMeasure | None = None) -> str:
    """A window that begins before the period at hand; what counts each thing once has none of so many months."""
    windows = [" over the previous {}", " over {} a year before", " over {} to date a year before"]
    if measure is None or not measure.counts:
        windows += [f" over the last {pick(draw, 1, 2, 3, 12)} months", f" over the {pick(draw, 1, 2, 5, 12)} months before"]
    return one_of(draw, windows).format(one_of(draw, longer)).replace(" 1 months", " 1 month")


@st.composite
def attained(draw: st.DrawFn, at: Setting) -> str | None:
    """An attainment that has a quota in its place, or None where there is none."""
    if at.basis is None:
        period = one_of(draw, PERIODS)
        found = at.known.with_quota(period)
        return f"attainment({one_of(draw, found).name} over {period})" if found else None
    within = at.period if at.against == "to date" and at.period is not None else at.basis
    found = at.known.with_quota(within, at.credit.name if at.credit else None)
    return f"attainment({one_of(draw, found).name})" if found else None


def quota_shares(at: Setting) -> list[str]:
    """Figures that bounds may be shares of."""
    if at.basis is None or at.credit is not None or at.to_date is not None:
        return []
    found = [m for m in at.known.with_quota(at.basis) if m.unit == "money"]
    return [f"quota({m.name})" for m in found] + ["(500 USD)"]


@st.composite
def money_of_period(draw: st.DrawFn, at: Setting) -> str:
    """Money for a payee and a period."""
    arr = draw(measured(at, at.known.measured("money")))
    attainment = draw(attained(at))
    options = [
        f"{one_of(draw, RATES)} of ({arr})",
        one_of(draw, SUMS),
        f"max({arr} - 100 USD, 0 USD) * {one_of(draw, RATES)}",
        draw(tiers.money_slices(arr, quota_shares(at))),
        draw(tiers.along_money(arr, tiers.MONEY)),
        draw(tiers.along_number(draw(measured(at, at.known.measured("number"))))),
        f"min({arr}, 100 USD) / 3",
        "third * gap",
        "target per month / 7",
        f"{draw(converted(at.period))} / 3",
    ]
    if attainment is not None:
        options.append(draw(tiers.money_along_ratio(attainment)))
    return one_of(draw, options)


@st.composite
def ratio_of_period(draw: st.DrawFn, at: Setting) -> str:
    """A ratio for a payee and a period."""
    arr = draw(measured(at, at.known.measured("money")))
    rate = draw(measured(at, at.known.measured("ratio")))
    attainment = draw(attained(at))
    options = [
        one_of(draw, FACTORS),
        rate,
        f"by_size({arr})",
        f"grid({rate}, {arr})",
        f"if({draw(condition(at))}, 1.5x, 0.5x)",
        draw(tiers.along_ratio(rate)),
        draw(tiers.along_money(arr, tiers.RATIOS)),
        f"round({rate}, 10%)",
        f"round_down({rate}, {pick(draw, '10%', '1x', '0.01%')})",
        f"round_up({rate}, {pick(draw, '1%', '10x')})",
        "grown",
        "fixed",
    ]
    if at.basis is None or MONTHS_IN[at.basis] <= 6:
        options += ["dial"] if at.basis is not None else ["daily", "dial * fixed"]
    if at.basis is not None and MONTHS_IN[at.basis] >= 3 and at.credit is None and (at.to_date is None or at.period == "quarter"):
        options.append("sum(objectives.weight * objectives.score)")
    if attainment is not None:
        options += [attainment, draw(tiers.along_ratio(attainment)), draw(tiers.along_ratio(attainment)), f"grid({attainment}, {arr})"]
    return one_of(draw, options)


@st.composite
def condition(draw: st.DrawFn, at: Setting) -> str:
    """A condition on a payee's figures, or on the payee."""
    arr = draw(measured(at, at.known.measured("money", at.credit.name if at.to_date and at.credit else None)))
    attainment = draw(attained(at))
    options = [f"{arr} {pick(draw, '>=', '>', '<=', '!=')} {pick(draw, '100 USD', '50 USD', '0 USD')}", *PAYEE_CONDITIONS]
    options.append(f"{draw(converted(at.period))} > {pick(draw, '50 USD', arr)}")
    if at.credit is not None and at.credit.record and not at.to_date:
        options += CREDIT_CONDITIONS
    if attainment is not None:
        options += [f"{attainment} {pick(draw, '>=', '<', '=')} {pick(draw, '100%', '50%', '33.3333%')}"] * 3
        options.append(f"{attainment} >= {draw(attained(at)) or '1x'}")
    return one_of(draw, options)


PAYEE_CONDITIONS = (
    "not is_ae",
    'role = "AE"',
    "team is not empty",
    'not (team = "North")',
    "level = 1",
    'role in ("AE", "SE")',
    "payee.manager is empty",
)
CREDIT_CONDITIONS = (
    'product = "Core"',
    "hire_date + 3 months <= close_date",
    "close_date - hire_date >= 60",
    "months(hire_date, close_date) >= 3",
    "months(close_date, hire_date) < 0",
    'if(strategic, product, role) != "Core"',
    "close_date in 2027-Q1",
    "not overlay",
    "owner = payee",
    "share < 1x or strategic",
    "list_price > acv",
)


@st.composite
def limits(draw: st.DrawFn, at: Setting, *, target: bool) -> list[str]:
    """A cap, a floor, both or none."""
    lines = []
    if draw(st.integers(0, 3)) == 0:
        options = ["20 USD", "33.335 USD", "target per month"]
        if target:
            options.append("150% of the target")
        lines.append(f"cap at {one_of(draw, options)}")
    if draw(st.integers(0, 5)) == 0:
        lines.append(f"floor at {pick(draw, '1.005 USD', '0 USD', '5 USD')}")
    return lines


@st.composite
def conditions(draw: st.DrawFn, at: Setting) -> list[str]:
    """None to two conditions."""
    return [f"only if {draw(condition(at))}" for _ in range(pick(draw, 0, 0, 0, 0, 1, 1, 2))]


# ---- for each period ----------------------------------------------------------------------------------------------


@st.composite
def for_period(draw: st.DrawFn, name: str, known: Known, *, to_date: bool, weighted: bool = False) -> Drawn:
    """Once for each period; with `to_date`, of a longer period to date."""
    period = draw(st.sampled_from(PERIODS[:-1] if to_date else OFTEN))
    longer: Period | None = None
    head, against = f"for each {period}", ""
    if to_date:
        longer = one_of(draw, [p for p in PERIODS if MONTHS_IN[p] > MONTHS_IN[period]])
        against = pick(draw, "full", "to date")
        words = "the full quota" if against == "full" else "the quota to date"
        head += f", on the {longer} to date less what was earned before, against {words}"
    at = Setting(known, period, None, longer, against)
    weight = pick(draw, Decimal(75), Decimal(40), Decimal("12.5")) if weighted else None
    pay = f"{weight}% of target per {period}" if weight is not None else draw(money_of_period(at))
    gap = f"let gap = max({draw(measured(at, known.measured('money')))} - 50 USD, 0 USD)"
    lines = [head, gap, f"pay {pay}", *(f"times {draw(ratio_of_period(at))}" for _ in range(pick(draw, 0, 1, 1, 2)))]
    lines += [*draw(conditions(at)), *draw(limits(at, target=True))]
    lines += draw(spread(known, "\n".join(lines)))
    return Drawn(block(f'{pick(draw, "commission", "bonus")} {name} "{name}"', lines), weight)


@st.composite
def ranking(draw: st.DrawFn, name: str, known: Known) -> str:
    """A bonus for the best of a period."""
    period = draw(st.sampled_from(OFTEN))
    at = Setting(known, period, None, None, "")
    by = [*(m.name for m in known.measures if m.unit != "ratio"), "sum(booking.half_of)"]
    by += [f"attainment({m.name})" for m in known.with_quota(period) if m.always_has_quota]
    size = pick(draw, "1", "2", "3", "30%, rounded up", "50%, rounded down")
    count, *rounded = size.split(", ")
    ties = pick(draw, "included", "excluded", "sharing")
    top = ", ".join([f"to the top {count} by {one_of(draw, by)}", *rounded, f"ties {ties}"])
    pay = pick(draw, "prize(place)", "100 USD / place else 0 USD", "33.33 USD")
    lines = [f"for each {period}", top, f"pay {pay}", *draw(conditions(at))]
    return block(f'bonus {name} "{name}"', [*lines, *draw(spread(known, "\n".join(lines)))])


@st.composite
def award(draw: st.DrawFn, name: str, known: Known) -> str:
    """An award that is no money."""
    period = draw(st.sampled_from(OFTEN))
    at = Setting(known, period, None, None, "")
    lines = [f"for each {period}", *draw(conditions(at))]
    if draw(st.booleans()):
        lines.append(f"to the top {pick(draw, '1', '2')} by {pick(draw, 'arr', 'deal_count')}, ties {pick(draw, 'included', 'excluded')}")
    return block(f'award {name} "{name}"', [*lines, f'grant {pick(draw, "1", "2.5", "deal_count * 0.5")} "days off"'])


@st.composite
def pool(draw: st.DrawFn, name: str, known: Known) -> str:
    """An amount for a team, or for everyone, shared out."""
    period = draw(st.sampled_from(OFTEN))
    of_team = draw(st.booleans())
    measure = "team_arr" if of_team else "company_arr"
    among = "each team" if of_team else "everyone"
    where = pick(draw, "", "", ' where role = "AE"', ' where team = "North"')
    by = pick(draw, "equally", "by max(arr, 1 USD)", "by arr", "by target per month", "by if(level is empty, 0, level)")
    pay = pick(draw, "100 USD", "10 USD", f"10% of {measure}", f"max({measure}, 0 USD) / 7")
    lines = [
        f"for each {period}",
        f"pay {pay}",
        f"share among {among}{where}, {by}",
        f"only if {measure} >= {pick(draw, '1 USD', '100 USD')}",
    ]
    if draw(st.booleans()):
        lines.append("cap at 50.05 USD")
    lines += draw(spread(known, "", in_order=False))
    return block(f'bonus {name} "{name}"', lines)


@st.composite
def reading(draw: st.DrawFn, name: str, known: Known, earlier: list[str]) -> str:
    """A component that reads what others have earned: for a period, to date of a longer one, or for each credit."""

    def earned(windows: list[str]) -> str:
        whose = pick(draw, "", "", " of everyone below", " of direct reports")
        return f"earned({one_of(draw, earlier)}{whose}{one_of(draw, windows)})"

    period = draw(st.sampled_from(OFTEN[:-1]))
    longer = [p for p in PERIODS if MONTHS_IN[p] > MONTHS_IN[period]]
    heads = [(f"for each {period}", ["", "", *(f" over {p}" for p in longer), *(f" over {p} to date" for p in longer)])]
    heads[0][1].append(looking_back(draw, [period, *longer]))
    to_date = f"for each {period}, on the {longer[0]} to date less what was earned before" if longer else heads[0][0]
    heads.append((to_date, ["", *(f" over {p} to date" for p in longer[:1])]))
    heads.append(
        ("for each booking", [*(f" over {p}" for p in PERIODS), looking_back(draw, list(PERIODS)).replace(" to date a year", " a year")])
    )
    head, windows = one_of(draw, heads)
    pay = pick(draw, f"10% of {earned(windows)}", "10 USD", f"max({earned(windows)} - 5 USD, 0 USD) / 3")
    gate = pick(draw, "{} > 0 USD", "{} >= 20 USD", "not ({} < 5 USD)").format(earned(windows))
    lines = [head, f"pay {pay}", f"only if {gate}"]
    if draw(st.booleans()):
        lines.append(f"cap at 50% of {earned(windows)}")
    if head != "for each booking":
        lines += draw(spread(known, ""))
    return block(f'bonus {name} "{name}"', lines)


# ---- for each credit ----------------------------------------------------------------------------------------------


@st.composite
def for_credit(draw: st.DrawFn, name: str, known: Known) -> str:
    """Once for each row of a credit."""
    credit = one_of(draw, known.credits)
    at = Setting(known, None, credit, None, "")
    head = f"for each {credit.name}"
    if credit.record and draw(st.booleans()):
        head += f" where {one_of(draw, CREDIT_CONDITIONS)}"
    lines = [head, f"pay {draw(money_of_credit(at, credit))}"]
    lines += [f"times {draw(ratio_of_credit(at, credit))}" for _ in range(pick(draw, 0, 1, 1, 2))]
    lines += [*draw(conditions(at)), *draw(limits(at, target=True))]
    if not credit.from_credit and draw(st.integers(0, 2)) == 0:
        spent = pick(draw, "first come, the last cut", "first come, the last left out", "in proportion")
        lines.append(f"budget {pick(draw, '50 USD', '20.005 USD', '0 USD', '300 USD')} each {one_of(draw, PERIODS)}, {spent}")
    return block(f'{pick(draw, "commission", "bonus")} {name} "{name}"', lines)


@st.composite
def money_of_credit(draw: st.DrawFn, at: Setting, credit: KnownCredit) -> str:
    """Money for one row of a credit."""
    options = [one_of(draw, SUMS)]
    if credit.name == "qualified":
        return one_of(draw, [*options, "5.005 USD * credited", draw(tiers.along_number("credited"))])
    amount = one_of(draw, credit.amounts)
    options += [f"{one_of(draw, RATES)} of {amount}"] * 2
    options += [draw(tiers.money_slices(amount, [])), draw(tiers.along_money(amount, tiers.MONEY))]
    options.append(f"{amount} / 3")
    options.append(f"min({amount}, 100 USD) * {one_of(draw, RATES)}")
    options.append(f"10% of {draw(there_and_back(amount))}")
    return one_of(draw, options)


@st.composite
def ratio_of_credit(draw: st.DrawFn, at: Setting, credit: KnownCredit) -> str:
    """A ratio for one row of a credit."""
    arr = draw(measured(at, at.known.measured("money")))
    attainment = draw(attained(at))
    options = [one_of(draw, FACTORS), "grown", "share", f"by_size({arr})", f"if({draw(condition(at))}, 1.5x, 0.5x)"]
    options.append(draw(tiers.along_money(arr, tiers.RATIOS)))
    if credit.name == "booking":
        options.append("if(net > 50 USD, third, 1x)")
    if credit.record:
        options += ["by_product(product, region)", "margin", "1% * units"]
        options.append(draw(tiers.along_money("acv", tiers.RATIOS)))
    if attainment is not None:
        options += [attainment, draw(tiers.along_ratio(attainment))]
    return one_of(draw, options)


@st.composite
def running(draw: st.DrawFn, name: str, known: Known) -> str:
    """For each row of a credit, of a longer period to date: running totals."""
    basis = draw(st.sampled_from(PERIODS))
    credit = known.credit("booking")
    at = Setting(known, None, credit, basis, "full")
    head = f"for each booking, on the {basis} to date less what was earned before, against the full quota"
    quota = known.with_quota(basis, "booking")
    options = [
        draw(tiers.money_slices("arr", [f"quota({m.name} over {basis})" for m in quota if m.unit == "money"])),
        draw(tiers.along_money("arr", tiers.MONEY)),
        f"{one_of(draw, RATES)} of arr",
        draw(tiers.along_number("deal_count")),
        "10 USD * deal_count",
    ]
    lines = [head, f"pay {one_of(draw, options)}"]
    factors = [one_of(draw, FACTORS), draw(tiers.along_money("arr", tiers.RATIOS)), "share_of_core"]
    if quota:
        factors += [draw(tiers.along_ratio(f"attainment({one_of(draw, quota).name})"))] * 2
    lines += [f"times {one_of(draw, factors)}" for _ in range(pick(draw, 0, 1))]
    lines += [*draw(conditions(at)), *draw(limits(at, target=True))]
    return block(f'{pick(draw, "commission", "bonus")} {name} "{name}"', lines)
