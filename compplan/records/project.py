"""A project: compplan.yaml, read and checked as a whole, into values that the rest of the product works with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from compplan.calendar import Calendar
from compplan.currencies import DIGITS
from compplan.diagnostics.model import Collector, Problems
from compplan.diagnostics.suggest import closest
from compplan.records.column_types import TYPE_WORDS, ColumnReader, parse_amount, unknown_currency
from compplan.records.exchange_rates import RatesReader
from compplan.records.form import CalendarForm, KindForm, ProjectForm, SourceForm
from compplan.records.form_problems import form_problems
from compplan.records.paths import OutsideProjectError, check_inside, find_files
from compplan.records.project_file import Project, find_project_file
from compplan.records.spec import AddUp, ColumnSource, Given, SourceSpec
from compplan.records.working_days import read_working_days
from compplan.records.yaml_marks import Marks, Place, Value, read_yaml
from compplan.schema import (
    PEOPLE,
    Column,
    CurrencyType,
    DateType,
    MoneyType,
    NumberType,
    RatioType,
    RecordKind,
    ReferenceType,
    Schema,
    TextType,
    Validity,
)

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_NAME = 255
_TAKEN = frozenset({"rejects", *TYPE_WORDS})


def load_project(path: Path) -> Project:
    """The project in a folder, or of a project file. Data files are not opened.

    Raises `Problems`, all of them at once, each at its place in the file.
    """
    return read_project(find_project_file(path))[0]


def read_project(file: Path) -> tuple[Project, tuple[str, ...]]:
    """The project of a file, and the paths and patterns that name its plan files; raises as `load_project` does."""
    value, marks = read_yaml(file)
    form = _read_form(value, marks)
    reader = _ProjectReader(file.parent, file, marks, form)
    project = reader.project()
    if reader.collector.has_errors:
        raise Problems(reader.collector.sorted())
    return project, form.plans


def _read_form(value: Value, marks: Marks) -> ProjectForm:
    if not isinstance(value, dict):
        message = "The file is empty." if value is None else "The file should hold settings, each a name, a colon and a value."
        hint = "Start with `company:`, `currency:` and `records:`; `compplan init` writes an example."
        raise Problems([marks.problem("project-form", "This is no project file", message, marks.value(()), hint)])
    try:
        return ProjectForm.model_validate(value)
    except ValidationError as error:
        details: list[Any] = list(error.errors(include_url=False))
        raise Problems(form_problems(ProjectForm, details, value, marks)) from None


@dataclass(slots=True)
class _ProjectReader:
    root: Path
    file: Path
    marks: Marks
    form: ProjectForm
    collector: Collector

    def __init__(self, root: Path, file: Path, marks: Marks, form: ProjectForm) -> None:
        self.root, self.file, self.marks, self.form = root, file, marks, form
        self.collector = Collector()

    def project(self) -> Project:
        currency = self.form.currency
        if currency not in DIGITS:
            message, hint = unknown_currency(currency)
            self._say("unknown-currency", "This currency is not known", message, ("currency",), hint)
        kinds: dict[str, RecordKind] = {}
        sources: dict[str, SourceSpec] = {}
        columns = ColumnReader(self.marks, self.collector, currency, tuple(self.form.records))
        for name, form in self.form.records.items():
            self._check_name(name, ("records", name), "kind of record")
            kinds[name], sources[name] = self._kind(name, form, columns)
        self._check_people(kinds)
        for kind in kinds.values():
            self._check_references(kind, kinds)
            self._check_own_currencies(kind)
        calendar = self._calendar(self.form.calendar)
        rates = RatesReader(self.marks, self.collector, kinds, sources).read(self.form.exchange_rates)
        schema = Schema(currency, kinds, rates, read_working_days(self.form.working_days, kinds, self._say))
        return Project(self.root, self.file, self.form.company, schema, calendar, tuple(self._plan_files()), sources)

    def _kind(self, name: str, form: KindForm, reader: ColumnReader) -> tuple[RecordKind, SourceSpec]:
        place: Place = ("records", name)
        columns: list[Column] = []
        sources: dict[str, ColumnSource] = {}
        for column_name, column_form in form.columns.items():
            here = (*place, "columns", column_name)
            self._check_name(column_name, here, "column")
            read = reader.read(column_name, column_form, here)
            if read is not None:
                columns.append(read[0])
                sources[column_name] = read[1]
        kind = RecordKind(name, form.key, tuple(columns), None if form.valid is None else Validity(form.valid.from_, form.valid.through))
        self._check_key(kind, form)
        if kind.valid is not None:
            self._check_validity(kind, kind.valid, form)
        for index, source in enumerate(form.source or ()):
            here = (*place, "source", index) if (*place, "source", index) in self.marks.values else (*place, "source")
            self._check_path(source.file, (*here, "file"))
            self._check_given(kind, source, (*here, "set"))
        spec = SourceSpec(
            kind=name,
            patterns=tuple(s.file for s in form.source or ()),
            columns=sources,
            add_up=tuple(self._add_ups(kind, form)),
            sheet=form.sheet,
            encoding=form.encoding,
            delimiter="\t" if form.delimiter == "tab" else form.delimiter,
            span=self.marks.value((*place, "source")),
            given=tuple(Given(s.file, s.set_) for s in form.source or ()) if any(s.set_ for s in form.source or ()) else (),
            root=self.root,
        )
        return kind, spec

    def _check_name(self, name: str, place: Place, what: str) -> None:
        if what != "column" and name in _TAKEN:
            message = f"`{name}` is a word of compplan's own, and cannot be the name of a {what}."
        elif not _IDENTIFIER.fullmatch(name):
            message = f"“{name}” cannot be the name of a {what}: names are lower-case letters, digits and _, and begin with a letter."
        else:
            return
        plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        better = plain if what == "column" or plain not in _TAKEN else f"{plain}s" if f"{plain}s" not in _TAKEN else ""
        hint = f"Call it `{better}`" if _IDENTIFIER.fullmatch(better) else "Call it something else"
        hint += f", and say how the file calls it with `column: {_quoted(name)}`." if what == "column" else "."
        self.collector.add(self.marks.problem("bad-name", "This name cannot be used", message, self.marks.key(place), hint))

    def _check_key(self, kind: RecordKind, form: KindForm) -> None:
        place: Place = ("records", kind.name, "key")
        names = list(form.columns)
        for position, name in enumerate(kind.key):
            where = (*place, position) if (*place, position) in self.marks.values else place
            if name not in names:
                self._say(
                    "unknown-column",
                    "This column is not known",
                    f"The key `{name}` is not a column of {kind.name}.",
                    where,
                    _near(name, names),
                )
            elif form.columns[name].optional:
                message = f"`{name}` names the rows of {kind.name}, so it cannot be optional."
                self._say("optional-key", "A key may not be empty", message, where, "Take `optional` away, or choose another key.")
        if len(set(kind.key)) < len(kind.key):
            self._say("key-column-twice", "A column stands twice in the key", "Each column may be in the key once.", place)

    def _check_validity(self, kind: RecordKind, valid: Validity, form: KindForm) -> None:
        """Days from and through: columns of dates, the first always filled in, of a kind whose rows have a key."""
        place: Place = ("records", kind.name, "valid")
        for word, name in (("from", valid.first), ("through", valid.last)):
            column, where = kind.column(name), (*place, word)
            if name not in form.columns:
                message = f"`{name}` is not a column of {kind.name}."
                self._say("unknown-column", "This column is not known", message, where, _near(name, list(form.columns)))
            elif column is not None and not isinstance(column.type, DateType):
                self._say("valid-dates", "This is no date", f"`{name}` holds no dates.", where, f"Declare `{name}: date`.")
        first = kind.column(valid.first)
        if first is not None and not first.required:
            message = f"`{valid.first}` says from when on a row holds, so it cannot be optional."
            self._say("valid-dates", "The first day is needed", message, (*place, "from"), "Take `optional` away.")
        if valid.first == valid.last:
            self._say("valid-dates", "One column for two days", "A row holds from one day through another: name two columns.", place)
        if not kind.key:
            message = f"Rows of {kind.name} hold from a day to a day, but nothing says which of them belong together."
            self._say("valid-dates", "A key is needed", message, place, "Give it a `key`: one key has one row on each day.")

    def _check_given(self, kind: RecordKind, source: SourceForm, place: Place) -> None:
        for name, value in source.set_.items():
            column, where = kind.column(name), (*place, name)
            if column is None:
                hint, message = _near(name, [c.name for c in kind.columns]), f"`{name}` is not a column of {kind.name}."
                self.collector.add(self.marks.problem("unknown-column", "This column is not known", message, self.marks.key(where), hint))
            elif column.required and not (value or "").strip():
                message = f"Every row of {kind.name} needs its `{name}`, so it cannot be set to nothing."
                hint = "Write a value after the colon, or say `optional: true` at the column."
                self._say("set-to-nothing", "A column that may not be empty", message, where, hint)

    def _check_people(self, kinds: Mapping[str, RecordKind]) -> None:
        people = kinds.get(PEOPLE)
        if people is None:
            message = f"There is no `{PEOPLE}` among the records: that is where payees come from."
            self._say("no-people", "The people are missing", message, ("records",), "Add `people:` with a source, a key and columns.")
        elif len(people.key) != 1:
            message = "`people` needs one key column, which names a person in every other kind of record."
            self._say(
                "people-key", "People need a key", message, ("records", PEOPLE), "Add `key: person`, or whatever the column is called."
            )

    def _check_references(self, kind: RecordKind, kinds: Mapping[str, RecordKind]) -> None:
        for column in kind.columns:
            if not isinstance(column.type, ReferenceType):
                continue
            target = kinds[column.type.kind]
            place: Place = ("records", kind.name, "columns", column.name)
            if len(target.key) != 1:
                if target.name == PEOPLE:  # told already
                    continue
                message = f"`{column.name}` refers to {target.name}, whose rows are not named by one key column."
                self._say(
                    "reference-without-key", "This cannot be referred to", message, place, f"Give {target.name} a `key` of one column."
                )
                continue
            key = target.column(target.key[0])
            if key is not None and not isinstance(key.type, TextType | ReferenceType):
                message = f"`{column.name}` refers to {target.name} by `{key.name}`, which is not text."
                self._say("reference-to-no-text", "This cannot be referred to", message, place, f"Make `{key.name}` a text column.")

    def _check_own_currencies(self, kind: RecordKind) -> None:
        """A column that names the currency of amounts is a column of currencies, filled in wherever the amount must be."""
        for column in kind.columns:
            if not isinstance(column.type, MoneyType) or column.type.currency_in is None:
                continue
            place: Place = ("records", kind.name, "columns", column.name, "currency_in")
            named = kind.column(column.type.currency_in)
            choices = [c.name for c in kind.columns if isinstance(c.type, CurrencyType)]
            if named is None or named.name not in choices:
                message = f"`{column.type.currency_in}` is no column of {kind.name} that holds currencies."
                hint = _near(column.type.currency_in, choices) if choices else "Declare one: `currency: currency`."
                self._say("unknown-column", "This column is not known", message, place, hint)

    def _add_ups(self, kind: RecordKind, form: KindForm) -> Iterator[AddUp]:
        for index, rule in enumerate(form.add_up):
            place: Place = ("records", kind.name, "add_up", index)
            unknown = [n for n in (rule.column, *rule.for_each) if n not in form.columns]
            for name in unknown:
                where = (*place, "column") if name == rule.column else (*place, "for_each")
                hint = _near(name, form.columns)
                self._say("unknown-column", "This column is not known", f"`{name}` is not a column of {kind.name}.", where, hint)
            column = kind.column(rule.column)
            if unknown or column is None:
                continue
            own = isinstance(column.type, MoneyType) and column.type.currency_in is not None
            if own or not isinstance(column.type, MoneyType | RatioType | NumberType):
                self._say(
                    "not-addable",
                    "This cannot be added up",
                    f"`{rule.column}` holds {'several currencies' if own else 'no numbers'}.",
                    (*place, "column"),
                )
                continue
            written = rule.to if rule.to is not None else rule.at_most
            if written is None or (rule.to is not None and rule.at_most is not None):
                self._say("add-up-total", "What it adds up to is not clear", "Write either `to: 100%` or `at_most: 100%`.", place)
                continue
            total = parse_amount(written, column.type)
            if total is None:
                where = (*place, "to" if rule.to is not None else "at_most")
                self._say(
                    "not-a-number", "A number is expected", f"“{written}” is no total for `{rule.column}`.", where, "As in 100% or 1."
                )
                continue
            yield AddUp(rule.column, total, rule.to is None, rule.for_each)

    def _calendar(self, form: CalendarForm) -> Calendar:
        if form.pattern == "months":
            for name in ("first_day", "first_year", "years_of_53_weeks"):
                if name in form.model_fields_set:
                    message = f"`{name}` belongs to a calendar of weeks; this one counts calendar months."
                    self._say(
                        "calendar", "The calendar contradicts itself", message, ("calendar", name), "Remove it, or say `pattern: 4-4-5`."
                    )
            return Calendar("months", form.fiscal_year_starts, form.fiscal_year_named_after == "end")
        if form.first_day is None or form.first_year is None:
            message = f"With the pattern {form.pattern}, `first_day` and `first_year` say where a fiscal year begins."
            self._say(
                "calendar",
                "The calendar does not say where it begins",
                message,
                ("calendar",),
                "As in `first_day: 2026-02-01`, `first_year: 2026`.",
            )
            return Calendar()
        for name in ("fiscal_year_starts", "fiscal_year_named_after"):
            if name in form.model_fields_set:
                message = f"`{name}` belongs to a calendar of months; in this one `first_day` and `first_year` say it."
                self._say("calendar", "The calendar contradicts itself", message, ("calendar", name), "Remove it.")
        if abs(form.first_day.year - form.first_year) > 1:
            message = f"`first_day` ({form.first_day}) cannot begin the fiscal year {form.first_year}."
            hint = "A fiscal year begins in the calendar year that it is named after, or in the one before or after."
            self._say("calendar", "The calendar contradicts itself", message, ("calendar", "first_day"), hint)
            return Calendar()
        years = tuple(sorted(set(form.years_of_53_weeks)))
        return replace(Calendar(), pattern=form.pattern, anchor=form.first_day, anchor_year=form.first_year, long_years=years)

    def _plan_files(self) -> Iterator[Path]:
        seen: set[Path] = set()
        for index, pattern in enumerate(self.form.plans):
            place: Place = ("plans", index)
            if not self._check_path(pattern, place):
                continue
            try:
                found = find_files(self.root, pattern)
            except OutsideProjectError as error:
                self._outside(error, place)
                continue
            if not found and len(pattern) < _LONGEST_NAME and not any(c in pattern for c in "*?[") and (self.root / pattern).exists():
                message = f"“{pattern}” is a folder or something else that is no plain file."
                self._say(
                    "no-plan-file", "This is no plan file", message, place, 'Name a file, or the files of a folder, as in "plans/*.plan".'
                )
            elif not found:
                near = closest(pattern, [p.relative_to(self.root).as_posix() for p in sorted(self.root.rglob("*.plan"))[:1000]])
                hint = f"Did you mean `{near}`?" if near else "Paths start from the folder of the project file."
                self._say("no-plan-file", "This plan file is not there", f"Nothing is found at “{pattern}”.", place, hint)
            yield from (p for p in found if p not in seen)
            seen.update(found)

    def _check_path(self, pattern: str, place: Place) -> bool:
        try:
            check_inside(pattern)
        except OutsideProjectError as error:
            self._outside(error, place)
            return False
        return True

    def _outside(self, error: OutsideProjectError, place: Place) -> None:
        hint = "A project reads files from its own folder only: move the file there, and name it from there."
        self._say("outside-project", "A path leads out of the project", f"{str(error)[0].upper()}{str(error)[1:]}.", place, hint)

    def _say(self, code: str, title: str, message: str, place: Place, hint: str | None = None) -> None:
        self.collector.add(self.marks.problem(code, title, message, self.marks.value(place), hint))


def _near(name: str, names: Mapping[str, Any] | list[str]) -> str:
    near = closest(name, names)
    return f"Did you mean `{near}`?" if near else f"There is {', '.join(names)}."


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
