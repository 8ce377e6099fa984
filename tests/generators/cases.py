"""A whole case: a plan as text, records for it, a calendar, and the months to run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol, cast

from hypothesis import strategies as st

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic
from compplan.language import typed as ty
from compplan.language.check.plans import check_plans
from compplan.language.parse import parse
from compplan.schema import MONTHS_IN, PERIODS, Period, Schema
from tests.generators.amended import amended, changes
from tests.generators.company import DATED_SCHEMA, FISCAL_YEARS, SCHEMA, FiscalYear
from tests.generators.components import OFTEN, Drawn, component
from tests.generators.costs import costs
from tests.generators.dated import dated
from tests.generators.definitions import definitions
from tests.generators.draws import draws, payout_sentence, taken_back
from tests.generators.holds import holds
from tests.generators.known import Known, block, one_of, pick
from tests.generators.leave import leave
from tests.generators.records import Row, records


class _Printer(Protocol):
    """What Hypothesis prints a failing case with."""

    def text(self, text: str) -> None:
        """Print some text."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is run: a plan on records between two months, both included. Its text is what is shown when a property fails."""

    plan_text: str = field(repr=False)
    calendar: Calendar
    records: Mapping[str, list[Row]] = field(repr=False)
    schema: Schema = field(repr=False)
    first_month: int
    last_month: int

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:
        printer.text(str(self))

    def __str__(self) -> str:
        rows = [f"{kind}: {dict(row)}" for kind, found in self.records.items() for row in found]
        return "\n".join(["", repr(self), self.plan_text, *rows])


def check(plan_text: str, calendar: Calendar, schema: Schema = SCHEMA) -> tuple[ty.Plan | None, list[Diagnostic]]:
    """The typed plan of a case, and the errors that the checker finds in it (none are expected)."""
    parsed = parse(plan_text, "generated.plan")
    checked = check_plans([parsed.file], schema, calendar, lambda _: None)
    errors = [d for d in (*parsed.diagnostics, *checked.diagnostics) if d.is_error]
    return (checked.plans[0] if checked.plans and not errors else None), errors


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Plans from the whole language, and records that meet their bounds."""
    year = draw(st.sampled_from([FISCAL_YEARS[0], FISCAL_YEARS[0], *FISCAL_YEARS[1:]]))
    payout = draw(st.sampled_from(OFTEN))
    has_days = pick(draw, False, True)
    text = draw(plans(year, payout, has_days))
    first, last = draw(run_of(payout, year))
    if (' kept0 "' in text or ' cost0 "' in text) and pick(draw, False, False, True):
        first, last = first + 12, last + 12  # what is held is released after the plan's end, too
    found, schema = draw(records(year)), SCHEMA
    if has_days:
        found, schema = draw(dated(found, year)), DATED_SCHEMA
    return Case(text, year.calendar, found, schema, first, last)


@st.composite
def plans(draw: st.DrawFn, year: FiscalYear, payout: Period, has_days: bool) -> str:
    """The text of a plan, and of an amendment of it."""
    lines, known = draw(definitions())
    count = pick(draw, 3, 2, 4, 5, 1)
    parts: list[Drawn] = []
    for n in range(count):
        earlier = [f"part{i}" for i, p in enumerate(parts) if not p.text.startswith("award")]
        parts.append(draw(component(f"part{n}", known, earlier)))
    kept = draw(holds([p.text for p in parts]))
    rounding = f"{pick(draw, '0.01', '0.01', '1', '0.0001', '0.1')}, {pick(draw, 'half away from zero', 'half even')}"
    head = [
        draw(effective(year)),
        f"payees {one_of(draw, PAYEES)}",
        f"currency USD, each earning rounded to {rounding}",
        draw(payout_sentence(payout, must_say=any(k.startswith("clawback") for k in kept))),
        *_weights(parts),
    ]
    components = [version for part in parts for version in draw(versions(part, year))]
    head += [*parameters(year), *lines, *components, *draw(taken_back()), *kept]
    head += draw(costs([p.text for p in parts], in_weeks=year.calendar.pattern != "months"))
    limits = [*draw(caps(known, payout, kept=bool(kept))), *draw(draws(known, payout, has_days=has_days))]
    said = tuple(draw(st.sampled_from(PRORATIONS))) if has_days else ()
    head += [*said, *draw(prorations(limits, year, head[0], has_days=has_days)), *limits]
    head += draw(leave(said, [f"part{i}" for i, p in enumerate(parts) if not p.text.startswith("award")]))
    text = block('plan generated "Generated"', head) + "\n"
    changed = draw(changes(text)) if pick(draw, False, False, False, True) else None
    return text if changed is None else amended(text, changed, year.day(3, 0))


@st.composite
def prorations(draw: st.DrawFn, limits: list[str], year: FiscalYear, dates: str, *, has_days: bool) -> list[str]:
    """How caps and draws are prorated: one by one, now and then not at all said."""
    whole = dates == f"effective from {year.day(0, 0)} through {year.calendar.start_of_month(year.first_month + 12) - timedelta(days=1)}"
    names = [found[0] for found in map(re.compile(r"cap each \w+|draw \w+").match, limits) if found]
    lines = []
    for name in dict.fromkeys(names):
        if has_days or (name.startswith("cap") and name != "cap each month" and not whole and _is_cut(name, dates, year)):
            methods = ("calendar days", "working days", "months of at least 10 days")
            lines.append(pick(draw, *(f"prorate {name} by {method}" for method in methods), f"do not prorate {name}"))
    unsaid = has_days and whole and pick(draw, *[False] * 9, True)
    return [] if unsaid else lines


def _is_cut(name: str, dates: str, year: FiscalYear) -> bool:
    """Whether a plan's dates cut a period of the kind that a cap is for."""
    size = MONTHS_IN[cast("Period", name.removeprefix("cap each "))]
    found = [date.fromisoformat(day) for day in re.findall(r"[0-9-]{10}", dates)]
    first, last = (year.calendar.month_of(day) for day in found)
    return first % size != 0 or (last + 1) % size != 0


def parameters(year: FiscalYear) -> list[str]:
    """One value, one for each half of the year, and one that changes within a month."""
    return [
        "parameter fixed = 1.25x",
        block("parameter dial", [f"from {year.day(0, 0)}: 33.3333%", f"from {year.day(6, 0)}: 1.5x"]),
        block("parameter daily", ["from 2000-01-01: 50%", f"from {year.day(1, 10)}: 66.6667%", f"from {year.day(4, 3)}: 1x"]),
    ]


PRORATIONS = (
    ("prorate target, salary, quota(arr), level, quota(deal_count) by calendar days",),
    ("prorate target, salary, quota(arr), quota(deal_count) by months of at least 15 days", "do not prorate level"),
    ("do not prorate target, salary, level, quota(arr), quota(deal_count)",),
    ("prorate target, salary, quota(arr), level by working days", "prorate quota(deal_count) by working days"),
    ("prorate quota(arr), quota(deal_count) by calendar days", "prorate target, salary, level by months of at least 1 days"),
    (),
)
PAYEES = (
    *("everyone",) * 4,
    "everyone",
    'where role in ("AE", "Manager")',
    'where role != "SE" or team = "North"',
    "where hire_date <= 2027-02-15",
)


@st.composite
def versions(draw: st.DrawFn, part: Drawn, year: FiscalYear) -> list[str]:
    """A component as it is; or one that begins or ends within the year; or one that another takes the place of."""
    text = part.text
    if re.search(r"for +each (half|year)", text):
        return [text]
    day = year.day(3, 0)
    head, _, body = text.partition("\n")
    until = f"{head}\n  effective through {day - timedelta(days=1)}\n{body}"
    since = f"{head}\n  effective from {day}\n{body}"
    changed = since if text.startswith("award") else since.removesuffix("}") + "  times   0.5x\n}"
    alone = [] if part.weight is not None else [[since], [until]]
    return pick(draw, [text], [text], [until, changed], *alone)


def _weights(parts: list[Drawn]) -> list[str]:
    weights = [part.weight for part in parts if part.weight is not None]
    return [f"weights of target add to {sum(weights, Decimal(0))}%"] if weights else []


@st.composite
def effective(draw: st.DrawFn, year: FiscalYear) -> str:
    """The whole fiscal year, or some months of it."""
    begin, end = pick(draw, *[(0, 12)] * 6, (1, 12), (0, 5), (2, 10))
    first = year.day(begin, 0)
    last = year.calendar.start_of_month(year.first_month + end) - timedelta(days=1)
    return f"effective from {first} through {last}"


@st.composite
def run_of(draw: st.DrawFn, payout: Period, year: FiscalYear) -> tuple[int, int]:
    """Whole payout periods of the year: one of them, or several."""
    size = MONTHS_IN[payout]
    count = 12 // size
    first = draw(st.sampled_from([0, 0, 0, min(1, count - 1)]))
    last = draw(st.sampled_from([count - 1, count - 1, count - 1, max(first, count // 2 - 1), first]))
    return year.first_month + first * size, year.first_month + last * size + size - 1


@st.composite
def caps(draw: st.DrawFn, known: Known, payout: Period, *, kept: bool) -> list[str]:
    """None to two caps of the whole plan; where something is `kept`, those whose rest is carried on stand last."""
    lines = []
    for period in draw(st.lists(st.sampled_from(PERIODS), max_size=2, unique=True)):
        if MONTHS_IN[period] >= MONTHS_IN[payout]:
            limit = pick(
                draw, "20 USD", "50.005 USD", f"10% of target per {period}", "max(50% of arr, 0 USD)", "if(team is empty, 10 USD, 100 USD)"
            )
            lines.append((period, f"cap each {period} at {limit}"))
    rests = [f", the rest is carried to the next {period}" if pick(draw, False, False, True) else "" for period, _ in lines]
    ordered = sorted(zip(lines, rests, strict=True), key=lambda pair: bool(pair[1])) if kept else zip(lines, rests, strict=True)
    return [line + rest for (_, line), rest in ordered]
