"""What a scenario does to records, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal

from compplan.immutable import immutable
from compplan.schema import MoneyType, NumberType, RatioType
from compplan.whatif.comparison.plan_changes import PlanChange
from compplan.whatif.scenarios.rows import RowRule


@immutable
class Applied:
    """A rule that was applied: to how many rows, what stood in columns before that are set, and what multiplied columns come to."""

    rule: RowRule
    rows: int
    was: Mapping[str, str | None] = field(default_factory=dict)
    sums: Mapping[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)


def applied_words(applied: Sequence[Applied]) -> Iterator[PlanChange]:
    """A sentence for each thing that a scenario does to records."""
    for one in applied:
        for words in _words(one):
            yield PlanChange((), one.rule.kind.name, words)


def _words(one: Applied) -> Iterator[str]:
    rule = one.rule
    if rule.leaves is not None:
        yield f"{rule.person} leaves on {rule.leaves}."
    elif rule.added and rule.person is not None:
        described = ", ".join(f"{column} {value}" for column, value in rule.shown.items())
        yield f"new is {rule.person}: {described}."
    elif rule.added:
        keys = [", ".join(_plain(row[k]) for k in rule.kind.key if k in row) for row in rule.added]
        named = f": {'; '.join(keys[:5])}{'; ...' if len(keys) > 5 else ''}" if rule.kind.key else ""
        yield f"{_rows(one.rows)} {'is' if one.rows == 1 else 'are'} new{named}."
    elif rule.leave_out:
        yield f"{_rows(one.rows)}{_where(rule)} {'is' if one.rows == 1 else 'are'} left out."
    else:
        for column in rule.sets:
            was = one.was.get(column)
            before = f", was {_as_written(rule, column, was)}" if was is not None else ""
            if rule.subject is not None:
                yield f"{rule.subject} is {rule.shown[column]}{before}."
                continue
            since = "" if rule.since is None else f"from {rule.since} on, "
            whose = f"{rule.person}: {since}" if rule.person is not None else f"in {_rows(one.rows)}{_where(rule)}, "
            yield f"{whose}{column} is {rule.shown[column]}{before}."
        for column in rule.times:
            if rule.subject is not None:
                yield f"{rule.subject} is {_factor(rule.shown[column])} of what it was{_sums(one, column)}."
                continue
            yield f"in {_rows(one.rows)}{_where(rule)}, {column} is {_factor(rule.shown[column])} of what it was{_sums(one, column)}."


def _as_written(rule: RowRule, column_name: str, value: str) -> str:
    """What stood in a column, written as a scenario would."""
    column = rule.kind.column(column_name)
    if column is None or not isinstance(column.type, MoneyType | NumberType | RatioType) or value == "empty":
        return value
    plain = Decimal(value).normalize()
    if isinstance(column.type, RatioType):
        return f"{(plain * 100).normalize():f}%"
    currency = f" {column.type.currency}" if isinstance(column.type, MoneyType) and column.type.currency else ""
    digits = column.type.decimals if plain != plain.to_integral_value() else 0
    return f"{plain:,.{digits}f}{currency}"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _where(rule: RowRule) -> str:
    return f" where {' and '.join(c.words for c in rule.where)}" if rule.where else ""


def _factor(written: str) -> str:
    plain = written.strip()
    return plain if plain.endswith("%") else f"{plain.rstrip('x').strip()} times"


def _sums(one: Applied, column_name: str) -> str:
    before, after = one.sums[column_name]
    column = one.rule.kind.column(column_name)
    if before is None or after is None or column is None:
        return ""
    currency = f" {column.type.currency}" if isinstance(column.type, MoneyType) else ""
    return f": {after:,}{currency} in all, instead of {before:,}"


def _plain(literal: str) -> str:
    """What a value of SQL shows."""
    return literal.removeprefix("CAST('").split("' AS ")[0].replace("''", "'")
