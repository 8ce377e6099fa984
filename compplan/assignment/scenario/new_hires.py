"""Reps who are not in the records yet: checked against the columns of reps, and read into rows like theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from compplan.assignment.scenario.form import NewHireForm, ScenarioForm
from compplan.diagnostics.model import Diagnostic
from compplan.diagnostics.suggest import closest
from compplan.records.column_types import parse_amount
from compplan.records.yaml_marks import Marks, Place
from compplan.schema import Column, MoneyType, NumberType, RatioType, RecordKind, ReferenceType, TextType, YesNoType


def new_hire_problems(form: ScenarioForm, reps: RecordKind, marks: Marks) -> Iterator[Diagnostic]:
    """What is wrong with the new hires of a scenario, each at its place in the file."""
    needed = _needed(form)
    for name, hire in form.new_hires.items():
        place: Place = ("new_hires", name)
        for column, written in hire.columns.items():
            yield from _cell_problems(column, written, reps, marks, (*place, "columns", column))
        for column, why in needed.items():
            if column not in hire.columns and reps.column(column) is not None and column not in reps.key:
                message = f"{name} has no `{column}`, which {why} asks for."
                hint = f"Write it below `columns`, as in `columns: {{{column}: ...}}`."
                yield marks.problem("new-hire", "A new hire is not described in full", message, marks.key(place), hint)
        yield from _limit_problems(form, name, hire, marks)
    for number, given in enumerate(form.cost.given):
        if form.new_hires and given.pairs_not_listed == "not allowed":
            message = f"{given.records} cannot list a new hire, and pairs that it does not list are not allowed."
            hint = "Add `pairs_not_listed: cost nothing`."
            yield marks.problem("new-hire", "A new hire could have no account", message, marks.value(("cost", "given", number)), hint)


def new_hire_row(name: str, hire: NewHireForm, reps: RecordKind) -> Mapping[str, Any]:
    """A new hire as a row of the kind of reps: a value for each column, None where nothing is said."""
    row: dict[str, Any] = {c.name: None for c in reps.columns}
    for column, written in hire.columns.items():
        found = reps.column(column)
        assert found is not None  # the scenario was checked
        row[column] = _value(found, written)
    row[reps.key[0]] = name
    return row


def _needed(form: ScenarioForm) -> Mapping[str, str]:
    """The columns of reps that a scenario cannot do without, and what asks for each."""
    needed = {m.share_by: f"balance of {name}" for name, m in form.balance.items() if m.share_by is not None}
    for name, rule in form.rules.items():
        columns = [*(rule.reps or {}), *([rule.among] if rule.among is not None else [])]
        needed |= dict.fromkeys(columns, f"rule {name}")
    return needed


def _cell_problems(column: str, written: str, reps: RecordKind, marks: Marks, place: Place) -> Iterator[Diagnostic]:
    found = reps.column(column)
    if found is None:
        near = closest(column, [c.name for c in reps.columns])
        hint = f"Did you mean `{near}`?" if near else f"There are: {', '.join(c.name for c in reps.columns)}."
        message = f"`{column}` is not a column of {reps.name}."
        yield marks.problem(
            "unknown-column", "This column is not known", f"`{column}` is not a column of {reps.name}.", marks.key(place), hint
        )
    elif column in reps.key:
        message = f"`{column}` is the name of a rep, and stands before `columns` already."
        yield marks.problem("new-hire", "A new hire with two names", message, marks.value(place), "Leave it out.")
    elif _value(found, written) is None:
        message = f"“{written}” cannot stand in `{column}` of {reps.name}."
        yield marks.problem("new-hire", "This cannot be read", message, marks.value(place), _HINTS.get(type(found.type)))


def _limit_problems(form: ScenarioForm, name: str, hire: NewHireForm, marks: Marks) -> Iterator[Diagnostic]:
    for measure in hire.limits:
        if measure not in form.balance or form.balance[measure].limits is None:
            message = f"No limits of {measure} are read from a table, so {name} needs none of its own."
            place: Place = ("new_hires", name, "limits", measure)
            yield marks.problem("new-hire", "Limits that nothing asks for", message, marks.value(place), "Leave them out.")
    for measure, said in form.balance.items():
        if said.limits is not None and measure not in hire.limits:
            message = f"{said.limits.records} cannot list {name}, so it has no limits of {measure}."
            hint = f"Write them with the new hire, as in `limits: {{{measure}: {{at_least: 100, at_most: 200}}}}`."
            yield marks.problem("new-hire", "A new hire is not described in full", message, marks.key(("new_hires", name)), hint)


def _value(column: Column, written: str) -> Any:  # noqa: ANN401 - as the column's values are
    match column.type:
        case NumberType(decimals=d) | RatioType(decimals=d) | MoneyType(decimals=d):
            amount = parse_amount(written.replace(",", ""), column.type)
            return None if amount is None or amount != round(amount, d) else Decimal(amount)
        case YesNoType():
            return {"yes": True, "no": False}.get(written)
        case TextType() | ReferenceType():
            return written
        case _:
            return None


_HINTS: Mapping[type, str] = {
    NumberType: "Write a number with no more digits behind the point than the column has.",
    RatioType: "Write a share, such as 0.5 or 50%.",
    MoneyType: "Write an amount without its currency, such as 1200.50.",
    YesNoType: "Write yes or no.",
}
