"""What an example gives and asks must belong together, so that none comes to zero because of a slip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.schema import MONTHS_IN, PEOPLE, Period, RecordKind, ReferenceType

PAID = ("component", "draw", "payout", "balance", "change", "held", "cost")
"""What is asked of payees of the plan, in a period that it pays for."""
LATER = ("payout", "draw", "balance", "change", "held")
"""What there is of whole payout periods; holds are released, and clawbacks take back, when the plan is no more in force, too."""


@immutable
class Frame:
    """What examples need to know of their plan: the word and the credit of each component, its currency, dates and payouts, its draws, its
    holds and clawbacks with the components that each names, and the components that are held; `elsewhere` is
    whether it pays in another currency.
    """

    components: Mapping[str, str]
    credits: Mapping[str, str]
    currency: str
    dates: tuple[date, date] | None
    payout: Period | None
    draws: frozenset[str] = frozenset()
    carries: bool = False
    changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    costs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The contract costs, with the components of each."""
    elsewhere: bool = False


def check_given(env: Environment, tree: t.Example, given: Sequence[ty.Rows]) -> None:
    """Rows have keys of their own, and refer to rows that are there, where rows of that kind are given."""
    keys = {kind.name: {key for key, _ in _keys(kind, given)} for kind in env.schema.kinds.values()}
    cells = {rows.span: line.grid.rows[1:] for rows in given for line in tree.lines if isinstance(line, t.Given) and line.span == rows.span}
    for kind in env.schema.kinds.values():
        seen: dict[tuple[ty.Value, ...], list[tuple[date, date]]] = {}
        for key, (rows, number) in _keys(kind, given):
            first, last = _days(kind, rows, number)
            if any(first <= other_last and other_first <= last for other_first, other_last in seen.get(key, ())):
                shown, when = ", ".join(str(k) for k in key), "" if kind.valid is None else " on one day"
                message = f"Two rows of {kind.name} have the key {shown}{when}."
                hint = "Give each row a key of its own." if kind.valid is None else "End one row the day before the next begins."
                env.problem("duplicate-name", message, _row_span(cells[rows.span][number]), hint)
            seen.setdefault(key, []).append((first, last))
    for rows in given:
        for index, name in enumerate(rows.columns):
            column = env.schema.kinds[rows.kind].column(name)
            if column is None or not isinstance(column.type, ReferenceType) or not any(r.kind == column.type.kind for r in given):
                continue
            known = keys[column.type.kind]
            for number, row in enumerate(rows.rows):
                if row[index] is not None and known and (row[index],) not in known:
                    message = f"The example gives no {_one_of(column.type.kind)} {row[index]}."
                    span = cells[rows.span][number][index].span
                    env.problem("unknown-name", message, span, did_you_mean(str(row[index]), [str(k[0]) for k in known]))


def _days(kind: RecordKind, rows: ty.Rows, number: int) -> tuple[date, date]:
    """The first and the last day on which a row holds: all days, where the kind is not dated."""
    if kind.valid is None:
        return date.min, date.max
    cells = dict(zip(rows.columns, rows.rows[number], strict=True))
    first, last = cells.get(kind.valid.first), cells.get(kind.valid.last)
    return first if isinstance(first, date) else date.min, last if isinstance(last, date) else date.max


def _one_of(kind: str) -> str:
    return "person" if kind == PEOPLE else f"record of {kind} named"


def _row_span(cells: Sequence[t.Cell]) -> Span:
    return cells[0].span.to(cells[-1].span)


def _keys(kind: RecordKind, given: Sequence[ty.Rows]) -> Iterator[tuple[tuple[ty.Value, ...], tuple[ty.Rows, int]]]:
    """The keys of the rows of a kind, where they are given whole, with where each row stands."""
    for rows in given:
        if rows.kind == kind.name and kind.key and all(k in rows.columns for k in kind.key):
            places = [rows.columns.index(k) for k in kind.key]
            for number, row in enumerate(rows.rows):
                values = tuple(row[p] for p in places)
                if all(v is not None for v in values):
                    yield tuple(v for v in values if v is not None), (rows, number)


def check_expected(env: Environment, frame: Frame, given: Sequence[ty.Rows], expected: Sequence[ty.Expectation]) -> None:
    """What is expected is asked of a person and a record that are given, in a period in which there can be something."""
    people = _known(env, given, PEOPLE)
    for one in expected:
        earned = any(target.how in PAID for target in one.targets)
        if one.payee is None:
            _check_everyone(env, one)
        elif people and one.payee not in people:
            env.problem("unknown-name", f"The example gives no person {one.payee}.", one.span, did_you_mean(one.payee, sorted(people)))
        elif earned and not any(rows.kind == PEOPLE for rows in given):
            message = "The example gives no people, so that nobody is paid in it."
            env.problem("missing-sentence", message, one.span, f"Give {one.payee} in a table: given people {{ ... }}.")
        if one.record is not None:
            _check_record(env, frame, given, one, one.record)
        if earned:
            _check_period(env, frame, one)


def _check_everyone(env: Environment, one: ty.Expectation) -> None:
    """Only what is paid, earned or credited adds up over people."""
    for target in one.targets:
        if target.how not in (*PAID, "credited"):
            message = f"{target.name} is that of one payee; it is not added up over everyone."
            env.problem(
                "wrong-grain",
                message,
                one.span,
                'Name the payee: for "ana". Components, draws, holds, payout, balance and credited can be for everyone.',
            )
            return


def _check_record(env: Environment, frame: Frame, given: Sequence[ty.Rows], one: ty.Expectation, record: str) -> None:
    for target in one.targets:
        credit = _credit_of(frame, target)
        if credit is None:
            message = f"{target.name} has no figure for a single record."
            env.problem("wrong-grain", message, one.span, f'Leave on "{record}" out.')
            return
        kind = env.record_kind_of(credit)
        known = _known(env, given, kind)
        if kind in env.schema.kinds and record not in known:
            message = f"The example gives no record of {kind} named {record}."
            env.problem("unknown-name", message, one.span, did_you_mean(record, sorted(known)))
            return


def _credit_of(frame: Frame, target: ty.Target) -> str | None:
    """The credit for each of whose records a target has a figure."""
    match target.how:
        case "credited":
            return target.name
        case "component" | "held":
            return frame.credits.get(target.name)
        case "cost":
            return next((frame.credits[c] for c in frame.costs[target.name] if c in frame.credits), None)
        case "change":
            return next((frame.credits[c] for c in frame.changes[target.name] if c in frame.credits), None)
        case _:
            return target.grain.credit if isinstance(target.grain, ty.ForCredit) else None


def _known(env: Environment, given: Sequence[ty.Rows], kind: str) -> set[str]:
    """The first part of the keys of the rows that are given."""
    if kind not in env.schema.kinds or not env.schema.kinds[kind].key:
        return set()
    key = env.schema.kinds[kind].key[0]
    return {str(row[rows.columns.index(key)]) for rows in given if rows.kind == kind and key in rows.columns for row in rows.rows}


def _check_period(env: Environment, frame: Frame, one: ty.Expectation) -> None:
    payout = frame.payout
    if any(x.how in LATER for x in one.targets) and payout is not None and MONTHS_IN[one.period.kind] < MONTHS_IN[payout]:
        message = f"Payouts are made each {payout}; there is none for a {one.period.kind}."
        env.problem("needs-window", message, one.span, f"Ask for the {payout}, or for what a component has earned.")
        return
    later = (*(LATER if frame.changes else ()), *(("cost",) if frame.costs else ()))
    if all(x.how in later for x in one.targets):
        return
    if frame.dates is not None and not _can_be_earned(env, frame.dates, one.period):
        env.problem("effective", f"Nothing is earned in {one.period.label}: the plan is not in force.", one.span, "Mind the year.")


def _can_be_earned(env: Environment, dates: tuple[date, date], period: FiscalPeriod) -> bool:
    """Whether a period begins before the end of the fiscal year in which the plan ends, and ends after the plan began."""
    year = env.calendar.period_of(dates[1], "year")
    return env.calendar.month_of(dates[0]) <= period.last_month and period.first_month <= year.last_month
