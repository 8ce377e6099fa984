"""Typing `sum(payments.amount to date)`: what rows that refer to the record come to, up to the day of a sentence of a hold or clawback."""

from __future__ import annotations

from collections.abc import Sequence

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.conversions import must_be_one_currency
from compplan.language.check.dated import check_rows
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.units import DATE, NUMBER
from compplan.language.walk import every, rewrite
from compplan.schema import DateType, RecordKind, ReferenceType


def type_sum_to_date(env: Environment, place: Place, expr: t.SumToDate) -> ty.Expr | None:
    """The typed sum or count, or None after reporting what is wrong with it."""
    if place.kind is None or place.upto is None:
        message = f"In {place.title} there is no day up to which {expr.of.text} could be added up."
        hint = "It can stand in a sentence with release or take: take 100% on DATE where sum(payments.amount to date) < acv."
        env.problem("wrong-place", message, expr.span, hint)
        return None
    kind = _kind(env, expr)
    reference = None if kind is None else _reference(env, kind, place.kind, expr)
    if kind is None or reference is None:
        return None
    rows = Place(Grain.ROWS, f"the records of {kind.name}", kind=kind)
    where = None if expr.where is None else formulas.type_condition(env, rows, expr.where)
    value = ty.Const(1, NUMBER, expr.span) if expr.name.text == "count" else _value(env, rows, expr, where)  # type: ignore[arg-type]
    dated = _dated(env, rows, kind, expr)
    if value is None or dated is None or (expr.where is not None and where is None):
        return None
    if not check_rows(env, kind, (value, where, dated), expr.span):
        return None
    own = kind.name
    found = None if where is None else _of_the_row(where, own)
    return ty.SumToDate(own, reference, _of_the_row(value, own), found, _of_the_row(dated, own), place.upto, value.unit, expr.span)


def _of_the_row(expr: ty.Expr, kind: str) -> ty.Expr:
    """The same formula, as one that reads a row beside the record."""

    def change(e: ty.Expr) -> ty.Expr | None:
        return ty.ChildField(kind, e.path, e.unit, e.optional, e.span) if isinstance(e, ty.RecordField) else None

    return rewrite(expr, change)


def _kind(env: Environment, expr: t.SumToDate) -> RecordKind | None:
    """The kind whose rows are added up: `payments` of `sum(payments.amount to date)`, or of `count(payments to date)`."""
    if expr.name.text not in ("sum", "count"):
        message = f"Only a sum or a count is taken to date, not {expr.name.text}."
        env.problem("wrong-arguments", message, expr.name.span, "Write sum(payments.amount to date), or count(payments to date).")
        return None
    first, counts = expr.of.names[0], expr.name.text == "count"
    kind = env.schema.kind(first.text)
    if kind is None:
        hint = did_you_mean(first.text, list(env.schema.kinds))
        env.problem("unknown-name", f"There is no kind of record {first.text}.", first.span, hint)
        return None
    if counts == (len(expr.of.names) > 1):
        message = "count counts rows, not what stands in them." if counts else "sum must say which column it adds up."
        hint = f"Write count({kind.name} to date)." if counts else f"Write sum({kind.name}.COLUMN to date)."
        env.problem("wrong-arguments", message, expr.of.span, hint)
        return None
    return kind


def _reference(env: Environment, kind: RecordKind, record: RecordKind, expr: t.SumToDate) -> str | None:
    """The one column of the rows that names the record."""
    found = [c.name for c in kind.columns if isinstance(c.type, ReferenceType) and c.type.kind == record.name]
    if len(found) == 1:
        return found[0]
    what = f"name one of {record.name} in {_listed(found)}" if found else f"do not refer to {record.name}"
    message = f"Rows of {kind.name} {what}, so it is not clear which of them belong to the record."
    env.problem("wrong-arguments", message, expr.of.span, f"Let one column of {kind.name} refer to {record.name}.")
    return None


def _value(env: Environment, rows: Place, expr: t.SumToDate, where: ty.Expr | None) -> ty.Expr | None:
    value = formulas.type_quantity(env, rows, expr.of)
    if value is None or not must_be_one_currency(env, value, "What is added up"):
        return None
    asked = where is not None and any(isinstance(e, ty.Empty) and e.operand == value for e in every(where))
    if isinstance(value, ty.RecordField) and value.optional and not asked:
        message = f"{expr.of.text} may be empty, and it is not said whether such rows count."
        hint = f"They count for none: say so with where {'.'.join(value.path)} is not empty."
        env.problem("wrong-arguments", message, expr.of.span, hint)
        return None
    return value


def _dated(env: Environment, rows: Place, kind: RecordKind, expr: t.SumToDate) -> ty.Expr | None:
    """The column with the day on which a row counts: the one that is named, or the only one there is."""
    dates = [c.name for c in kind.columns if isinstance(c.type, DateType)]
    if expr.by is not None:
        typed = formulas.type_expression(env, rows, expr.by)
        if typed is None or (isinstance(typed, ty.RecordField) and typed.unit == DATE):
            return typed
        hint = f"For example: by {dates[0]}." if dates else None
        message = f"Rows count to date by a column of {kind.name} that holds a date; {expr.by.text} is none."
        env.problem("wrong-unit", message, expr.by.span, hint)
        return None
    if len(dates) == 1:
        column = kind.column(dates[0])
        assert column is not None
        return ty.RecordField((column.name,), DATE, not column.required, expr.span)
    if not dates:
        message = f"{kind.name} has no column that holds a date, so there is nothing to date."
        env.problem("wrong-arguments", message, expr.of.span, "Declare one, as in paid_on: date.")
        return None
    message = f"{kind.name} has several dates, {_listed(dates)}, and it is not said by which one its rows count."
    env.problem("wrong-arguments", message, expr.of.span, f"Say which: {expr.name.text}({expr.of.text} to date by {dates[0]}).")
    return None


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


__all__ = ["type_sum_to_date"]
