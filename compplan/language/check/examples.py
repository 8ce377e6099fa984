"""Typing examples: the records that they give must fit the schema, and what they expect must be something of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from compplan.calendar import parse_period
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import hints
from compplan.language.check.credits import type_credit
from compplan.language.check.environment import Environment
from compplan.language.check.example_records import Frame, check_expected, check_given
from compplan.language.check.expressions import named_period, type_literal
from compplan.language.check.measures import type_measure
from compplan.language.check.names import did_you_mean
from compplan.language.units import NUMBER, RATIO, TEXT, Kind, Unit, comparable, money, unit_of
from compplan.schema import Column, DateType, MoneyType, NumberType, PeriodType, RatioType, RecordKind


def type_example(env: Environment, tree: t.Example, frame: Frame) -> ty.Example | None:
    """The typed example of a plan that has such a frame."""
    given = [_rows(env, line) for line in tree.lines if isinstance(line, t.Given)]
    expected = [_expectation(env, line, frame) for line in tree.lines if isinstance(line, t.Expect)]
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
    return ty.Rows(kind.name, tuple(c.name for c in known), values, tree.span)


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
    assert isinstance(column.type, DateType) == isinstance(const.value, date)
    return const.value


def _expectation(env: Environment, tree: t.Expect, frame: Frame) -> ty.Expectation | None:
    targets = _targets(env, tree.what, frame.components)
    period = named_period(env, tree.period)
    negative = isinstance(tree.value, t.Negate)
    literal = tree.value.operand if isinstance(tree.value, t.Negate) else tree.value
    if not isinstance(literal, t.Literal):
        env.problem("wrong-unit", "What is expected is a value written out.", tree.value.span)
        return None
    const = type_literal(literal)
    if targets is None or period is None or not isinstance(const.value, Fraction):
        return None
    units = [_target_unit(env, target, frame) for target in targets]
    for unit in units:
        if unit is None or unit == const.unit:
            continue
        if units[0] is not None and unit != units[0]:
            env.problem("wrong-unit", f"{units[0]} and {unit} cannot be added up.", tree.what.span)
        else:
            hint = hints.for_units(ty.Const(Fraction(0), unit, tree.what.span), const)
            env.problem("wrong-unit", f"This is {unit}, what is expected of it {const.unit}.", tree.value.span, hint)
        return None
    value = -const.value if negative else const.value
    return ty.Expectation(tuple(targets), tree.payee, tree.record, period, value, const.unit, _described(targets), tree.span)


def _described(targets: list[ty.Target]) -> str:
    return " + ".join(f"{x.how}({x.name})" if x.how in ("quota", "attainment", "credited") else x.name for x in targets)


def _targets(env: Environment, expr: t.Expression, components: Mapping[str, str]) -> list[ty.Target] | None:
    match expr:
        case t.Binary(operator="+"):
            left, right = _targets(env, expr.left, components), _targets(env, expr.right, components)
            return None if left is None or right is None else left + right
        case t.Path(names=(name,)) if name.text == "payout":
            return [ty.Target("payout", "payout")]
        case t.Path(names=(name,)) if name.text in components:
            return [ty.Target("component", name.text)]
        case t.Path(names=(name,)) if name.text in env.measures:
            env.use(name.text)
            type_measure(env, name.text)
            return [ty.Target("measure", name.text)]
        case t.Call(name=t.Name(text=function), arguments=(t.Path(names=(name,)),)) if function in ("attainment", "quota", "credited"):
            return _asked(env, function, name)
        case t.Path():
            hint = did_you_mean(expr.text, [*components, *env.measures, "payout"])
            env.problem("unknown-name", f"There is no component or measure {expr.text}.", expr.span, hint)
        case _:
            message = "What is expected is a component, payout, a measure, quota(...), attainment(...) or credited(...), or a sum of those."
            env.problem("wrong-arguments", message, expr.span)
    return None


def _asked(env: Environment, function: str, name: t.Name) -> list[ty.Target] | None:
    known = env.credits if function == "credited" else env.measures
    if name.text not in known:
        env.problem("unknown-name", f"There is no {name.text} to ask the {function} of.", name.span, did_you_mean(name.text, list(known)))
        return None
    if function in ("quota", "attainment") and name.text not in env.quotas:
        env.problem("no-quota", f"No quota is set for {name.text}.", name.span)
        return None
    env.use(name.text)
    return [ty.Target(function, name.text)]


def _target_unit(env: Environment, target: ty.Target, frame: Frame) -> Unit | None:
    match target.how:
        case "component":
            return money(frame.currency) if frame.components[target.name] != "award" else NUMBER
        case "payout":
            return money(frame.currency)
        case "attainment":
            return RATIO
        case "credited":
            credit = type_credit(env, target.name)
            return None if credit is None else credit.amounts["credited"].unit
        case _:
            measure = type_measure(env, target.name)
            return None if measure is None else measure.unit
