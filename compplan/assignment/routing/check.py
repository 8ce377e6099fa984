"""A routing file, read and checked, into the rules that the router works by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from compplan.assignment.routing.calendar import Absence, Calendar
from compplan.assignment.routing.file_records import DATES, FIGURES, NAMES, Row, Wanted, near, opened, say, text_of
from compplan.assignment.routing.file_reps import FileRep, hours_of, reps_of, want_reps
from compplan.assignment.routing.form import (
    AbsenceRecordsForm,
    HolidayRecordsForm,
    PoolForm,
    RepRecordsForm,
    RoutingForm,
)  # fmt: skip
from compplan.assignment.routing.lead import QUALITY_DECIMALS
from compplan.assignment.routing.rules import WEIGHT_DECIMALS, Need, Owners, Pool, Rules
from compplan.diagnostics.model import Collector, Problems
from compplan.immutable import immutable
from compplan.records.form_problems import form_problems
from compplan.records.project_file import Project
from compplan.records.yaml_marks import Marks, read_yaml

_NO_END = date(9999, 12, 31)


@immutable
class Routing:
    """A checked routing file: its rules, and where the state is kept: a file or an address, and whether each answer waits for the disk."""

    file: Path
    rules: Rules
    database: str
    flush: bool


def read_routing(file: Path, today: date) -> Routing:
    """The routing that a file describes, with the records that hold today. Raises `Problems`, all at once, each at its place."""
    value, marks = read_yaml(file)
    if not isinstance(value, dict):
        message = "The file should hold settings, each a name, a colon and a value."
        raise Problems([marks.problem("routing-form", "This is no routing file", message, marks.value(()), _START)])
    try:
        form = RoutingForm.model_validate(value)
    except ValidationError as error:
        details: list[Any] = list(error.errors(include_url=False))
        raise Problems(form_problems(RoutingForm, details, value, marks)) from None
    rules = _rules(form, file, marks, today)
    at = f"{file.stem}.db" if form.database is None else form.database.at
    database = at if "://" in at else str(file.parent / at)
    return Routing(file, rules, database, form.database is not None and form.database.flush)


_START = "Start with `title:`, `reps:` and `pools:`."


def _rules(form: RoutingForm, file: Path, marks: Marks, today: date) -> Rules:
    collector = Collector()
    headings = sorted({*form.needs.values(), *(h for p in form.pools.values() for h in p.reps)})
    named = [form.reps, form.holidays, form.absences, form.chance]
    asks = any(getattr(part, "records", None) is not None for part in named)
    wanted = Wanted(_project(file.parent / form.project) if asks else None, marks, collector)
    want_reps(form, wanted, headings)
    _want_dates(form, wanted)
    _want_chances(form, wanted)
    _stop_at(collector)
    with opened(wanted, today) as rows:
        kind = wanted.project.schema.kinds[form.reps.records] if wanted.project and isinstance(form.reps, RepRecordsForm) else None
        reps = reps_of(form, kind, rows, headings)
        _check_headings(form, reps, wanted)
        pools = tuple(_pool(name, pool, form, reps, wanted) for name, pool in form.pools.items())
        calendar = _calendar(form, reps, rows, wanted)
        _check_quality(form, wanted)
        _stop_at(collector)
        table = _chance_table(form, rows)
    owners = None if form.owner is None else Owners(form.owner.field, form.owner.counts, form.owner.when_away == "others")
    return Rules(
        name=form.title,
        reps={r.rep.name: r.rep for r in reps},
        pools=pools,
        calendar=calendar,
        quality=None if form.quality is None else form.quality.field,
        times=None if form.quality is None else form.quality.times,
        chances=None if form.chance is None else form.chance.field,
        chance_table=table,
        owners=owners,
        days_to_return=None if form.returns is None else form.returns.days,
    )


def _project(folder: Path) -> Project:
    from compplan.records.project import load_project

    return load_project(folder)


def _stop_at(collector: Collector) -> None:
    if collector.has_errors:
        raise Problems(collector.sorted())


def _check_headings(form: RoutingForm, reps: tuple[FileRep, ...], wanted: Wanted) -> None:
    """Every heading that is asked for stands with a rep; a slip would leave every lead without anybody."""
    there = sorted({heading for r in reps for heading in r.rep.has})
    for field, heading in form.needs.items():
        if heading not in there:
            message = f"Nothing is said of any rep under `{heading}`."
            say(wanted, "unknown-heading", "No rep has this", message, ("needs", field), near(heading, there))
    for name, pool in form.pools.items():
        for heading in pool.reps:
            if heading not in there:
                message = f"Nothing is said of any rep under `{heading}`."
                say(wanted, "unknown-heading", "No rep has this", message, ("pools", name, "reps", heading), near(heading, there))


def _pool(name: str, form: PoolForm, whole: RoutingForm, reps: tuple[FileRep, ...], wanted: Wanted) -> Pool:
    known = {r.rep.name for r in reps}
    for rep in form.weights:
        if rep not in known:
            message = f"There is no rep {rep}."
            say(wanted, "unknown-rep", "This rep is not known", message, ("pools", name, "weights", rep), near(rep, sorted(known)))
    weights: dict[str, int] = {}
    for each in sorted(reps, key=lambda r: r.rep.name):
        if all(not each.rep.has.get(h, frozenset()).isdisjoint(texts) for h, texts in form.reps.items()):
            weight = form.weights.get(each.rep.name, each.weight)
            weights[each.rep.name] = round(weight * 10**WEIGHT_DECIMALS)
            if weight and not weights[each.rep.name]:
                message = f"The weight of {each.rep.name} is below a ten-thousandth."
                say(wanted, "bad-setting", "This weight is too small", message, ("pools", name), "Write all weights larger.")
    members = tuple(rep for rep, weight in weights.items() if weight)
    if not members:
        message = f"No rep is in the pool {name}."
        hint = "Loosen its `reps`, or give somebody a weight above 0."
        say(wanted, "nobody", "A pool without reps", message, ("pools", name), hint)
    needs = tuple(Need(field, among) for field, among in whole.needs.items())
    by_name = {r.rep.name: r.rep for r in reps}
    has = tuple(tuple(by_name[m].has.get(need.among, frozenset()) for need in needs) for m in members)
    leads = {field: frozenset(texts) for field, texts in form.leads.items()}
    largest = None if form.largest is None else max(1, round(form.largest * 10**QUALITY_DECIMALS))
    return Pool(name, leads, members, tuple(weights[m] for m in members), needs, has, form.window, largest)


def _want_dates(form: RoutingForm, wanted: Wanted) -> None:
    for word, part in (("holidays", form.holidays), ("absences", form.absences)):
        if not isinstance(part, HolidayRecordsForm | AbsenceRecordsForm):
            continue
        kind = wanted.kind(part.records, (word, "records"))
        if kind is not None and isinstance(part, HolidayRecordsForm):
            wanted.column(kind, part.date, DATES, (word, "date"))
        elif kind is not None and isinstance(part, AbsenceRecordsForm):
            wanted.column(kind, part.rep, NAMES, (word, "rep"))
            wanted.column(kind, part.from_, DATES, (word, "from"))
            wanted.column(kind, part.through, DATES, (word, "through"))


def _want_chances(form: RoutingForm, wanted: Wanted) -> None:
    if form.chance is None:
        return
    if (form.chance.field is None) == (form.chance.records is None):
        message = "Chances stand in a field of the lead, or in records: one of `field` and `records` is to be said."
        say(wanted, "bad-setting", "Where chances stand is not clear", message, ("chance",), "As in `chance: chances`.")
    elif form.chance.records is not None:
        kind = wanted.kind(form.chance.records, ("chance", "records"))
        if kind is not None:
            wanted.column(kind, form.chance.lead, NAMES, ("chance", "lead"))
            wanted.column(kind, form.chance.rep, NAMES, ("chance", "rep"))
            wanted.column(kind, form.chance.chance, FIGURES, ("chance", "chance"))


def _chance_table(form: RoutingForm, rows: Mapping[str, list[Row]]) -> Mapping[str, Mapping[str, float]] | None:
    if form.chance is None or form.chance.records is None:
        return None
    said = form.chance
    table: dict[str, dict[str, float]] = {}
    for row in rows[form.chance.records]:
        table.setdefault(text_of(row[said.lead]), {})[text_of(row[said.rep])] = float(row[said.chance] or 0)
    return table


def _check_quality(form: RoutingForm, wanted: Wanted) -> None:
    if form.quality is None:
        for name, pool in form.pools.items():
            if pool.largest is not None:
                message = "Every lead counts as 1, as long as the file does not say what its quality is."
                say(wanted, "bad-setting", "A largest quality without a quality", message, ("pools", name, "largest"), "Add `quality:`.")


def _calendar(form: RoutingForm, reps: tuple[FileRep, ...], rows: Mapping[str, list[Row]], wanted: Wanted) -> Calendar:
    if isinstance(form.holidays, HolidayRecordsForm):
        said = form.holidays.date
        holidays = frozenset(r[said] for r in rows[form.holidays.records] if r[said] is not None)
    else:
        holidays = frozenset(form.holidays)
    hours = {r.rep.name: found for r in reps if (found := r.hours or hours_of(form.hours)) is not None}
    zones = {r.rep.name: r.zone for r in reps if r.zone is not None}
    return Calendar(form.timezone or UTC, zones, hours, holidays, _absences(form, reps, rows, wanted))


def _absences(form: RoutingForm, reps: tuple[FileRep, ...], rows: Mapping[str, list[Row]], wanted: Wanted) -> tuple[Absence, ...]:
    if isinstance(form.absences, AbsenceRecordsForm):
        said = form.absences
        found = [(text_of(r[said.rep]), r[said.from_], r[said.through] or _NO_END) for r in rows[said.records] if r[said.from_] is not None]
        return tuple(Absence(*each) for each in found)
    known = sorted(r.rep.name for r in reps)
    for number, absence in enumerate(form.absences):
        if absence.rep not in known:
            message = f"There is no rep {absence.rep}."
            say(wanted, "unknown-rep", "This rep is not known", message, ("absences", number, "rep"), near(absence.rep, known))
        if absence.through < absence.from_:
            message = f"It ends on {absence.through}, before it begins on {absence.from_}."
            say(wanted, "bad-setting", "This absence ends before it begins", message, ("absences", number))
    return tuple(Absence(a.rep, a.from_, a.through, a.reason) for a in form.absences)
