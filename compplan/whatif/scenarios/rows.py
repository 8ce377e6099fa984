"""What a scenario says of records, checked against the project: which rows of which kind, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from compplan.diagnostics import Diagnostic
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.records.project_file import Project
from compplan.records.yaml_marks import Place
from compplan.schema import PEOPLE, Column, MoneyType, NumberType, RatioType, RecordKind
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.cell_values import CellValues, NoValueError
from compplan.whatif.scenarios.conditions import Condition, condition, find_column
from compplan.whatif.scenarios.form import Row, RowsForm

_FACTOR = re.compile(r"(?P<figure>[0-9]+(?:\.[0-9]+)?)\s*(?P<sign>[%x]?)")
FROM = "from"
"""Among what changes for a person: the day from which it does."""
MOST_DIGITS = 6
"""Behind the point of a percentage that figures are multiplied by."""


@immutable
class RowRule:
    """Rows of a kind of record, and what becomes of them. `place` is where the scenario says so.

    `sets` has values as SQL, `times` factors; `shown` has both as they are written. `person` is whose row it is, where it is one of
    people; `since` is the day from which that is otherwise; `subject` is what the one figure that is changed is called.
    """

    kind: RecordKind
    place: Place
    where: tuple[Condition, ...] = ()
    sets: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, Decimal] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    leave_out: bool = False
    added: tuple[Mapping[str, str], ...] = ()
    leaves: date | None = None
    person: str | None = None
    subject: str | None = None
    since: date | None = None


def row_rules(project: Project, asked: Asked, cells: CellValues) -> tuple[tuple[RowRule, ...], tuple[Diagnostic, ...]]:
    """The rules of a scenario for people and records, and every problem."""
    reading = _Reading(project, asked, cells)
    reading.read()
    return tuple(reading.rules), tuple(reading.problems)


@dataclass(slots=True)
class _Reading:
    project: Project
    asked: Asked
    cells: CellValues
    rules: list[RowRule] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def read(self) -> None:
        form, people = self.asked.form, self.project.schema.kinds[PEOPLE]
        for person, row in form.people.items():
            self._person(people, person, row)
        for person, row in form.new_hires.items():
            place: Place = ("new_hires", person)
            added = self._added(people, {people.key[0]: person, **row}, place)
            if added:
                self.rules.append(RowRule(people, place, added=added, shown=_shown(row), person=person))
        for person, day in form.leavers.items():
            self._leaver(people, person, day)
        for kind_name, rows in form.records.items():
            kind = self.project.schema.kinds.get(kind_name)
            if kind is None:
                message = f"`{kind_name}` is no kind of record of the project."
                hint = _near(kind_name, list(self.project.schema.kinds))
                self._say("unknown-kind", "This kind of record is not known", message, ("records", kind_name), hint, key=True)
                continue
            for number, rule in enumerate(rows):
                place = ("records", kind_name, number)
                listed = (*self.asked.place, *place) in self.asked.marks.values
                self._rows(kind, rule, place if listed else place[:-1])

    def _person(self, people: RecordKind, person: str, row: Row) -> None:
        place: Place = ("people", person)
        dated = FROM in row and people.column(FROM) is None
        changed = {column: value for column, value in row.items() if not (dated and column == FROM)}
        if not changed:
            message = f"It is not said what changes for {person}."
            self._say("bad-setting", "This setting cannot be read", message, place, _ROLE, key=True)
            return
        since = self._since(people, row[FROM] or "", (*place, FROM)) if dated else None
        where, sets = self._is_person(people, person, place), self._values(people, changed, place)
        self.rules.append(RowRule(people, place, where, sets, shown=_shown(changed), person=person, since=since))

    def _since(self, people: RecordKind, written: str, place: Place) -> date | None:
        """The day from which a person's row says something else."""
        if people.valid is None:
            message = f"The project does not say from when to when rows of {people.name} hold, so nothing can change on a day."
            hint = "Give `people` a `valid:` in the project file; or leave `from` away."
            self._say("no-leaving", "Nothing can change on a day", message, place, hint, key=True)
            return None
        try:
            return date.fromisoformat(written.strip())
        except ValueError:
            message = f"“{written}” is not a date written as 2027-01-31."
            self._say("bad-setting", "This setting cannot be read", message, place)
            return None

    def _leaver(self, people: RecordKind, person: str, day: date) -> None:
        place: Place = ("leavers", person)
        if people.valid is None:
            message = f"The project does not say from when to when rows of {people.name} hold, so nobody can leave on a day."
            hint = "Give `people` a `valid:` in the project file; or change what the records say of the person, as in `role: Left`."
            self._say("no-leaving", "Nobody can leave", message, place, hint, key=True)
            return
        self.rules.append(RowRule(people, place, self._is_person(people, person, place), leaves=day, person=person))

    def _rows(self, kind: RecordKind, rule: RowsForm, place: Place) -> None:
        said = [w for w, there in (("set or times", rule.set_ or rule.times), ("leave_out", rule.leave_out), ("add", rule.add)) if there]
        if len(said) != 1 or (rule.add and rule.where):
            message = "It is not said what becomes of the rows." if not said else f"This says several things at once: {', '.join(said)}."
            if rule.add and rule.where:
                message = "Rows that are added are chosen by no condition."
            hint = "Write `set:`, `times:`, `leave_out: yes` or `add:`; `where:` says for which rows."
            self._say("row-rule", "What becomes of the rows is not clear", message, place, hint, key=True)
            return
        before = len(self.problems)
        where = tuple(c for path, values in rule.where.items() if (c := self._condition(kind, path, values, place)) is not None)
        sets, times = self._values(kind, rule.set_, (*place, "set")), self._factors(kind, rule.times, (*place, "times"))
        added = [row for n, each in enumerate(rule.add) for row in self._added(kind, each, self._listed((*place, "add"), n))]
        shown = {**_shown(rule.set_), **rule.times}
        if len(self.problems) == before:
            self.rules.append(RowRule(kind, place, where, sets, times, shown, rule.leave_out, tuple(added)))

    def _listed(self, place: Place, number: int) -> Place:
        return (*place, number) if (*self.asked.place, *place, number) in self.asked.marks.values else place

    def _condition(self, kind: RecordKind, path: str, values: tuple[str | None, ...], place: Place) -> Condition | None:
        where: Place = (*place, "where", path)
        found = find_column(self.project, kind, path)
        if isinstance(found, tuple):
            self._unknown_column(found[0], found[1], where)
            return None
        try:
            return condition(path, found, values, self.cells, self.project.calendar)
        except NoValueError as error:
            written = next((v for v in values if v), "")
            self._no_value(f"“{written}”", path, kind, str(error), where)
        return None

    def _is_person(self, people: RecordKind, person: str, place: Place) -> tuple[Condition, ...]:
        found = find_column(self.project, people, people.key[0])
        assert not isinstance(found, tuple)
        try:
            return (condition(people.key[0], found, [person], self.cells, self.project.calendar),)
        except NoValueError as error:
            self._no_value(f"“{person}”", people.key[0], people, str(error), place)
            return ()

    def _values(self, kind: RecordKind, row: Row, place: Place) -> dict[str, str]:
        """The values of some columns, as SQL."""
        values = {}
        for column_name, written in row.items():
            where: Place = (*place, column_name)
            column = kind.column(column_name)
            if column is None:
                self._unknown_column(column_name, kind, where)
                continue
            if kind.name == PEOPLE and column_name in kind.key and "new_hires" not in place:
                message = f"`{column_name}` names a person, and stands before the colon already."
                self._say("row-rule", "What becomes of the rows is not clear", message, where, "Leave it out.", key=True)
                continue
            try:
                values[column_name] = self.cells.literal(kind, column, written)
            except NoValueError as error:
                self._no_value("It" if written is None else f"“{written}”", column_name, kind, str(error), where)
        return values

    def _factors(self, kind: RecordKind, row: Mapping[str, str], place: Place) -> dict[str, Decimal]:
        factors = {}
        for column_name, written in row.items():
            where: Place = (*place, column_name)
            column = kind.column(column_name)
            if column is None:
                self._unknown_column(column_name, kind, where)
            elif not isinstance(column.type, MoneyType | NumberType | RatioType):
                fitting = [c.name for c in kind.columns if isinstance(c.type, MoneyType | NumberType | RatioType)]
                message = f"`{column_name}` of {kind.name} holds no figures that could be multiplied."
                self._say("wrong-column", "This column does not fit", message, where, f"Such columns are {', '.join(fitting)}.", key=True)
            elif (factor := factor_of(written)) is None:
                below = written.strip().startswith("-")
                title, code = ("A figure below zero", "below-zero") if below else ("This cannot be read", "bad-setting")
                message = f"`{column_name}` cannot be multiplied by “{written}”."
                self._say(code, title, message, where, "Write how many percent of it there shall be, as in 110%.")
            else:
                factors[column_name] = factor
        return factors

    def _added(self, kind: RecordKind, row: Row, place: Place) -> tuple[Mapping[str, str], ...]:
        """A row that is added, if it is whole."""
        missing = [c.name for c in kind.columns if c.required and c.name not in row]
        if missing:
            message = f"The new row has no {', '.join(f'`{m}`' for m in missing)}, which every row of {kind.name} needs."
            self._say("missing-value", "A new row is not whole", message, place, None, key=True)
        given = {n: v for n, v in row.items() if not (kind.name == PEOPLE and n in kind.key and place[0] == "new_hires")}
        values = self._values(kind, given, place)
        if len(given) < len(row):
            column = kind.column(kind.key[0])
            assert column is not None
            try:
                values[column.name] = self.cells.literal(kind, column, row[column.name])
            except NoValueError as error:
                self._no_value(f"“{row[column.name]}”", column.name, kind, str(error), place)
        return () if missing else (values,)

    def _unknown_column(self, column: str, kind: RecordKind, place: Place) -> None:
        message = f"`{column}` is not a column of {kind.name}."
        known: list[Column] = list(kind.columns)
        self._say("unknown-column", "This column is not known", message, place, _near(column, [c.name for c in known]), key=True)

    def _no_value(self, written: str, column: str, kind: RecordKind, why: str, place: Place) -> None:
        self._say("bad-value", "This cannot stand in the column", f"{written} {why} (`{column}` of {kind.name}).", place)

    def _say(self, code: str, title: str, message: str, place: Place, hint: str | None = None, *, key: bool = False) -> None:
        self.problems.append(self.asked.problem(code, title, message, place, hint, key=key))


_ROLE = "As in `role: Manager` or `target_incentive: 95000`."


def factor_of(written: str) -> Decimal | None:
    """What figures are multiplied by, from 110%, 1.1x or 1.1; None where it is none of these."""
    found = _FACTOR.fullmatch(written.strip())
    if found is None or len(found["figure"].partition(".")[2]) > MOST_DIGITS or len(found["figure"]) > 15:
        return None
    figure = Decimal(found["figure"])
    return figure.scaleb(-2) if found["sign"] == "%" else figure


def _shown(row: Row) -> dict[str, str]:
    return {name: "empty" if not written else " ".join(written.split()) for name, written in row.items()}


def _near(name: str, names: list[str]) -> str:
    near = closest(name, names)
    return f"Did you mean `{near}`?" if near else f"There are: {', '.join(names)}."
