"""Typing examples: the records that they give must fit the schema, and what they expect must be something of the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from compplan.calendar import parse_period
from compplan.currencies import DIGITS, MOST_DIGITS
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.conversions import check_currency
from compplan.language.check.environment import Environment
from compplan.language.check.example_records import Frame, check_expected, check_given
from compplan.language.check.expectations import type_expectation
from compplan.language.check.formulas import type_literal
from compplan.language.check.names import did_you_mean
from compplan.language.units import TEXT, Kind, Unit, comparable, unit_of
from compplan.schema import Column, CurrencyType, DateType, MoneyType, NumberType, PeriodType, RatioType, RecordKind


def type_example(env: Environment, tree: t.Example, frame: Frame) -> ty.Example | None:
    """The typed example of a plan that has such a frame."""
    given = [_rows(env, line) for line in tree.lines if isinstance(line, t.Given)]
    expected = [type_expectation(env, line, frame) for line in tree.lines if isinstance(line, t.Expect)]
    if not expected:
        env.problem("missing-sentence", "The example expects nothing.", tree.span, 'For example: expect own for "ana" in 2027-Q1 = 500 USD')
    good_rows = tuple(g for g in given if g is not None)
    good = tuple(e for e in expected if e is not None)
    if len(good_rows) == len(given):
        check_given(env, tree, good_rows)
        check_expected(env, frame, good_rows, good)
    if len(good_rows) != len(given) or len(good) != len(expected) or not expected:
        return None
    return ty.Example(tree.title, good_rows, good, tree.span)


def _rows(env: Environment, tree: t.Given) -> ty.Rows | None:
    kind = env.schema.kind(tree.kind.text)
    if kind is None:
        hint = did_you_mean(tree.kind.text, list(env.schema.kinds))
        env.problem("unknown-name", f"There are no records {tree.kind.text}.", tree.kind.span, hint)
        return None
    columns = [_column(env, kind, cell) for cell in tree.grid.rows[0]]
    known = [c for c in columns if c is not None]
    if len(known) != len(columns):
        return None
    rows = []
    for cells in tree.grid.rows[1:]:
        if len(cells) != len(known):
            env.problem("table-shape", f"The row has {len(cells)} cells, the header {len(known)}.", cells[0].span)
            return None
        rows.append(tuple(_value(env, column, cell) for column, cell in zip(known, cells, strict=True)))
    if any(isinstance(v, _Bad) for row in rows for v in row):
        return None
    values = tuple(tuple(None if isinstance(v, _Bad) else v for v in row) for row in rows)
    return _with_currencies(env, known, tree, ty.Rows(kind.name, tuple(c.name for c in known), values, tree.span))


def _with_currencies(env: Environment, columns: list[Column], tree: t.Given, rows: ty.Rows) -> ty.Rows | None:
    """The rows with the columns that name the currencies of amounts filled in from the amounts: 4,056 GBP says both."""
    for place, column in enumerate(columns):
        own = column.type.currency_in if isinstance(column.type, MoneyType) else None
        if own is None:
            continue
        beside = rows.columns.index(own) if own in rows.columns else None
        names: list[ty.Value | None] = []
        for cells, row in zip(tree.grid.rows[1:], rows.rows, strict=True):
            said = _currency_of(cells[place])
            known = None if beside is None else row[beside]
            if said is not None and known is not None and known != said:
                message = f"The currency of this row is {known}; this is {said}."
                env.problem("wrong-unit", message, cells[place].span, f"All amounts whose currency stands in {own} are of one currency.")
                return None
            names.append(said or known)
        if beside is None:
            rows = replace(rows, columns=(*rows.columns, own), rows=tuple((*r, n) for r, n in zip(rows.rows, names, strict=True)))
        else:
            filled = ((*r[:beside], n, *r[beside + 1 :]) for r, n in zip(rows.rows, names, strict=True))
            rows = replace(rows, rows=tuple(filled))
    return rows


def _currency_of(cell: t.Cell) -> str | None:
    literal = cell.value.operand if isinstance(cell.value, t.Negate) else cell.value
    return literal.currency if isinstance(literal, t.Literal) else None


class _Bad:
    """A cell that was reported."""


def _column(env: Environment, kind: RecordKind, cell: t.Cell) -> Column | None:
    name = cell.value.text if isinstance(cell.value, t.Path) else None
    column = None if name is None else kind.column(name)
    if column is None:
        hint = did_you_mean(name or "", [c.name for c in kind.columns])
        env.problem("unknown-name", f"{kind.name} has no column {name or 'like this'}.", cell.span, hint)
    return column


def _value(env: Environment, column: Column, cell: t.Cell) -> ty.Value | _Bad | None:
    if cell.kind is t.CellKind.EMPTY:
        return None
    wanted = unit_of(column.type)
    if isinstance(cell.value, t.PeriodLiteral):
        const = ty.Const(cell.value.label, TEXT, cell.span)
    else:
        negative = isinstance(cell.value, t.Negate)
        literal = cell.value.operand if isinstance(cell.value, t.Negate) else cell.value
        if isinstance(literal, t.Path):
            message = f'The name {literal.text} is no value; text stands between quotes: "{literal.text}".'
            env.problem("wrong-unit", message, cell.span)
            return _Bad()
        if not isinstance(literal, t.Literal) or cell.kind is not t.CellKind.VALUE:
            env.problem("table-shape", "A cell of an example holds a value written out.", cell.span)
            return _Bad()
        const = type_literal(literal)
        if negative and isinstance(const.value, Fraction):
            const = ty.Const(-const.value, const.unit, const.span)
    return _fitting(env, column, wanted, const)


def _fitting(env: Environment, column: Column, wanted: Unit, const: ty.Const) -> ty.Value | _Bad:
    if wanted.own:
        return _own_money(env, column, const)
    plain = Unit(wanted.kind, wanted.currency) if wanted.kind is Kind.MONEY else wanted
    year = isinstance(column.type, PeriodType) and column.type.period == "year" and const.unit.kind is Kind.NUMBER
    if year:
        return str(const.value)
    if not comparable(plain, const.unit):
        hint = f"Write 500 {wanted.currency}." if wanted.kind is Kind.MONEY else None
        env.problem("wrong-unit", f"The column {column.name} holds {plain}; this is {const.unit}.", const.span, hint)
        return _Bad()
    if isinstance(column.type, PeriodType):
        period = parse_period(str(const.value))
        if period is None or period.kind != column.type.period:
            env.problem(
                "invalid-period",
                f"The column {column.name} holds a {column.type.period}.",
                const.span,
                "Write 2027-01, 2027-Q1, 2027-H1 or 2027.",
            )
            return _Bad()
    if isinstance(column.type, (MoneyType, RatioType, NumberType)) and isinstance(const.value, Fraction):
        scaled = const.value * 10**column.type.decimals
        if scaled.denominator != 1:
            env.problem("wrong-unit", f"The column {column.name} has {column.type.decimals} decimals; this has more.", const.span)
            return _Bad()
    if isinstance(column.type, CurrencyType) and not check_currency(env, str(const.value), const.span):
        return _Bad()
    assert isinstance(column.type, DateType) == isinstance(const.value, date)
    return const.value


def _own_money(env: Environment, column: Column, const: ty.Const) -> ty.Value | _Bad:
    """An amount in whatever currency; with no more digits than that currency has, unless the column says how many."""
    if const.unit.kind is not Kind.MONEY or const.unit.currency is None:
        message = f"The column {column.name} holds money in its own currency; this is {const.unit}."
        env.problem("wrong-unit", message, const.span, "Write it with its currency: 4,056 GBP.")
        return _Bad()
    if not check_currency(env, const.unit.currency, const.span):
        return _Bad()
    assert isinstance(column.type, MoneyType)
    assert isinstance(const.value, Fraction)
    decimals = DIGITS[const.unit.currency] if column.type.decimals == MOST_DIGITS else column.type.decimals
    if (const.value * 10**decimals).denominator != 1:
        env.problem("wrong-unit", f"{const.unit.currency} has {decimals} decimals here; this has more.", const.span)
        return _Bad()
    return const.value
