"""The reps of a routing file: those that it names itself, or those in records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from fractions import Fraction
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from compplan.assignment.routing.calendar import Hours
from compplan.assignment.routing.file_records import FIGURES, TEXTS, Row, Wanted, listed, say, text_of
from compplan.assignment.routing.form import HoursForm, RepForm, RepRecordsForm, RoutingForm
from compplan.assignment.routing.rules import Rep
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.immutable import immutable
from compplan.schema import RecordKind


@immutable
class FileRep:
    """A rep and what else the file says of it: weight, time zone and hours, where they are its own."""

    rep: Rep
    weight: Fraction
    zone: tzinfo | None = None
    hours: Hours | None = None


def want_reps(form: RoutingForm, wanted: Wanted, headings: Sequence[str]) -> None:
    """Says which columns are wanted: those that pools and needs ask for, and those that the file names."""
    if not isinstance(form.reps, RepRecordsForm):
        return
    kind = wanted.kind(form.reps.records, ("reps", "records"))
    if kind is None:
        return
    if len(kind.key) != 1:
        message = f"The rows of {kind.name} are not named by one column."
        say(wanted, "no-key", "One key column is needed", message, ("reps", "records"))
        return
    wanted.kinds[kind.name][kind.key[0]] = None
    for column in form.reps.where:
        wanted.column(kind, column, TEXTS, ("reps", "where", column))
    for word in ("weight", "each_day", "most_open"):
        column = getattr(form.reps, word)
        if column is not None:
            wanted.column(kind, column, FIGURES, ("reps", word))
    if form.reps.timezone is not None:
        wanted.column(kind, form.reps.timezone, TEXTS, ("reps", "timezone"))
    for heading in headings:
        if kind.column(heading) is not None:
            wanted.kinds[kind.name][heading] = None


def reps_of(form: RoutingForm, kind: RecordKind | None, rows: Mapping[str, list[Row]], headings: Sequence[str]) -> tuple[FileRep, ...]:
    """The reps, by name. Raises `Problems` where a row says what cannot be."""
    if not isinstance(form.reps, RepRecordsForm):
        return tuple(_inline(name, rep) for name, rep in sorted(form.reps.items()))
    assert kind is not None
    said = form.reps
    taking_part = [r for r in rows[said.records] if all(text_of(r[c]) in allowed for c, allowed in said.where.items())]
    return tuple(_from_row(said, kind.key[0], row, headings) for row in taking_part)


def hours_of(form: HoursForm | None) -> Hours | None:
    """Working hours as the calendar has them."""
    return None if form is None else Hours(frozenset(form.days), form.from_, form.until)


def _inline(name: str, form: RepForm) -> FileRep:
    has = {heading: frozenset(t for t in texts if t) for heading, texts in (form.__pydantic_extra__ or {}).items()}
    has["rep"] = frozenset([name])
    return FileRep(Rep(name, has, form.each_day, form.most_open), form.weight, form.timezone, hours_of(form.hours))


def _from_row(said: RepRecordsForm, key: str, row: Row, headings: Sequence[str]) -> FileRep:
    name = text_of(row[key])
    has = {heading: listed(row[heading]) for heading in headings if heading in row}
    has["rep"] = frozenset([name])
    weight = Fraction(1) if said.weight is None else Fraction(row[said.weight] or 0)
    if weight < 0:
        raise _of_row(said, name, f"{said.weight} is below zero")
    zone = None
    if said.timezone is not None and row[said.timezone]:
        try:
            zone = ZoneInfo(str(row[said.timezone]))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise _of_row(said, name, f"{said.timezone} is no time zone, such as Europe/Berlin") from None
    return FileRep(Rep(name, has, _count(row, said.each_day), _count(row, said.most_open)), weight, zone)


def _count(row: Row, column: str | None) -> int | None:
    return None if column is None or row[column] is None else max(0, int(row[column]))


def _of_row(said: RepRecordsForm, name: str, what: str) -> Problems:
    return Problems([Diagnostic("bad-rep", "A rep cannot be used", f"{name} of {said.records}: {what}.", hint="Correct the row.")])
