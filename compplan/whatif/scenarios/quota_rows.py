"""Quotas of single payees, teams and periods, as rules for the rows of records that plans read them from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from compplan.diagnostics import Diagnostic
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.records.project_file import Project
from compplan.records.yaml_marks import Place
from compplan.schema import Column, RecordKind
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.cell_values import CellValues, NoValueError
from compplan.whatif.scenarios.conditions import Condition, condition, find_column
from compplan.whatif.scenarios.rows import RowRule, factor_of


@immutable
class _Source:
    """Where the quotas of a measure stand: the kind, its columns for the owner, the period and the figure, and texts in other columns."""

    kind: RecordKind
    owner: str
    period: str
    figure: str
    others: Mapping[str, str]


def quota_rules(
    project: Project, asked: Asked, plans: Sequence[ty.Plan], cells: CellValues
) -> tuple[tuple[RowRule, ...], tuple[Diagnostic, ...]]:
    """The rules of quotas that a scenario names one by one; other quotas are the business of `edits`."""
    reading = _Reading(project, asked, cells)
    for name, value in asked.form.quotas.items():
        if isinstance(value, dict):
            reading.read(name, value, plans)
    return tuple(reading.rules), tuple(reading.problems)


@dataclass(slots=True)
class _Reading:
    project: Project
    asked: Asked
    cells: CellValues
    rules: list[RowRule] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def read(self, name: str, owners: Mapping[str, object], plans: Sequence[ty.Plan]) -> None:
        """The quotas of some owners of a measure, each for all periods or for some."""
        plan, _, measure = name.rpartition(".")
        found = [p.quotas[measure] for p in plans if measure in p.quotas and plan in ("", p.name)]
        if not found:
            return  # that is told where plans are
        source = _source(self.project, found[0])
        if source is None:
            self._no_source(name, found[0])
            return
        for owner, value in owners.items():
            place: Place = ("quotas", name, owner)
            for period, written in value.items() if isinstance(value, dict) else [(None, value)]:
                where = place if period is None else (*place, period)
                self._rule(source, measure, owner, period, written, where)

    def _no_source(self, name: str, quota: ty.Quota) -> None:
        if isinstance(quota.value, ty.Const):
            message, hint = (
                f"The quota for {quota.measure} is one figure in the plan, for all.",
                "Write the figure itself, or as in `110%`.",
            )
        else:
            message = f"The quota for {quota.measure} is not the sum of one column of records, so it is not clear which rows to change."
            hint = "Change the records that it comes from, below `records`; or all of them, as in `110%`."
        title = "It is not clear whose figure this is"
        self.problems.append(self.asked.problem("no-figure", title, message, ("quotas", name), hint, key=True))

    def _rule(self, source: _Source, measure: str, owner: str, period: str | None, written: object, place: Place) -> None:
        values = {source.owner: owner, **({} if period is None else {source.period: period}), **source.others}
        try:
            where = tuple(self._conditions(source.kind, values))
            column = source.kind.column(source.figure)
            assert column is not None
            text = written.strip() if isinstance(written, str) else ""
            subject = f"the quota for {measure} of {owner}{'' if period is None else f' in {period}'}"
            rule = RowRule(source.kind, place, where, shown={source.figure: " ".join(text.split())}, subject=subject)
            factor = factor_of(text.removeprefix("times ")) if text.endswith(("%", "x")) else None
            if factor is not None:
                self.rules.append(replace(rule, times={source.figure: factor}))
            elif text.startswith("-"):
                self._say("below-zero", "A figure below zero", f"“{text}” is below zero.", place)
            else:
                self.rules.append(replace(rule, sets={source.figure: self._figure(source.kind, column, text)}))
        except NoValueError as error:
            self._say("bad-value", "This cannot stand in the records", f"{error}.", place)

    def _figure(self, kind: RecordKind, column: Column, text: str) -> str:
        try:
            return self.cells.literal(kind, column, text)
        except NoValueError as error:
            raise NoValueError(f"“{text}” {error}") from None

    def _conditions(self, kind: RecordKind, values: Mapping[str, str]) -> Iterator[Condition]:
        for column, value in values.items():
            found = find_column(self.project, kind, column)
            assert not isinstance(found, tuple)
            try:
                yield condition(column, found, [value], self.cells, self.project.calendar)
            except NoValueError as error:
                raise NoValueError(f"“{value}” {error}") from None

    def _say(self, code: str, title: str, message: str, place: Place) -> None:
        self.problems.append(
            self.asked.problem(code, title, message, place, "As in `{ana.ruiz: {2027-Q1: 250000}}` or `{ana.ruiz: 110%}`.")
        )


def _source(project: Project, quota: ty.Quota) -> _Source | None:
    """Where the figures of a quota stand, where it is the sum of one column over rows that are chosen by texts."""
    rows = quota.value
    if not isinstance(rows, ty.RecordSum) or rows.function != "sum" or not isinstance(rows.value, ty.RecordField):
        return None
    others = _texts(rows.where)
    owner = rows.person or rows.group
    if others is None or owner is None or rows.period is None or len(rows.value.path) != 1:
        return None
    return _Source(project.schema.kinds[rows.kind], owner, rows.period, rows.value.path[0], others)


def _texts(where: ty.Expr | None) -> dict[str, str] | None:
    """The texts that a condition asks for in columns; None where it asks for something else."""
    match where:
        case None:
            return {}
        case ty.AndOr(operator="and"):
            left, right = _texts(where.left), _texts(where.right)
            return None if left is None or right is None else {**left, **right}
        case ty.Cmp(comparator="=", left=ty.RecordField(path=(column,)), right=ty.Const(value=str() as text)):
            return {column: text}
        case _:
            return None
