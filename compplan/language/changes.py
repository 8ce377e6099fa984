"""Changing a component: rows and sentences replaced, added and taken away, each of which must stand there as the change says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from compplan.diagnostics import Related, Span
from compplan.language import tree as t

Problem = Callable[..., None]
"""Reports a problem: code, message, place, what to do, other places."""

_Tiers = t.Slices | t.Step | t.Curve


def changed(component: t.Component, change: t.Change, problem: Problem) -> t.Component:
    """The component as the lines of a change make it; a line that does not fit is reported and left out."""
    changing = _Changing(component, problem)
    for line in change.lines:
        match line:
            case t.Becomes(old=t.Row() as row, new=t.Row() as new):
                changing.change_row(row, (new,), line.span)
            case t.Becomes(old=t.Sentence() as sentence):
                changing.change_line(sentence, (line.new,), line.span)  # type: ignore[arg-type]
            case t.AddLine(line=t.Row() as row):
                changing.add_row(row, line.span)
            case t.AddLine():
                changing.lines.append(line.line)  # type: ignore[arg-type]
            case t.RemoveLine(line=t.Row() as row):
                changing.change_row(row, (), line.span)
            case t.RemoveLine():
                changing.change_line(line.line, (), line.span)  # type: ignore[arg-type]
            case t.ReplaceLine(line=t.Row() as row):
                changing.replace_row(row, line.span)
            case t.ReplaceLine():
                changing.replace_line(line.line, line.span)  # type: ignore[arg-type]
    return replace(component, lines=tuple(changing.lines))


@dataclass(slots=True)
class _Changing:
    """A component's lines while they are changed."""

    component: t.Component
    problem: Problem
    lines: list[t.ComponentLine] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = list(self.component.lines)

    @property
    def whose(self) -> str:
        return f"The {self.component.word} {self.component.name.text}"

    def change_row(self, row: t.Row, instead: tuple[t.Row, ...], span: Span) -> None:
        """Puts other rows in the place of the one row that says just this."""
        found = [(at, n) for at, tiers in self._tiers() for n, r in enumerate(tiers.rows) if r == row]
        if len(found) == 1:
            at, n = found[0]
            tiers = self._tiers_of(at)
            self._put_rows(at, (*tiers.rows[:n], *instead, *tiers.rows[n + 1 :]))
        elif found:
            places = tuple(Related(self._tiers_of(at).rows[n].span, "one of them") for at, n in found)
            message = f"{self.whose} has {len(found)} rows that say this."
            self.problem("not-there", message, span, "Replace the whole sentence: replace times ... .", places)
        else:
            same = [r for _, tiers in self._tiers() for r in tiers.rows if (r.bound_kind, r.bound) == _bound(row)]
            self._not_there("row", same, span)

    def change_line(self, line: t.ComponentLine, instead: tuple[t.ComponentLine, ...], span: Span) -> None:
        """Puts other sentences in the place of the one that says just this."""
        found = [n for n, one in enumerate(self.lines) if one == line]
        if found:
            self.lines[found[0] : found[0] + 1] = instead
        else:
            self._not_there("sentence", [one for one in self.lines if keyword(one) == keyword(line)], span)

    def replace_line(self, line: t.ComponentLine, span: Span) -> None:
        """Puts a sentence in the place of the only one with its keyword."""
        found = [n for n, one in enumerate(self.lines) if keyword(one) == keyword(line)]
        if len(found) == 1:
            self.lines[found[0]] = line
        elif found:
            places = tuple(Related(self.lines[n].span, "one of them") for n in found)
            message = f"{self.whose} has {len(found)} sentences with {keyword(line)}."
            self.problem("not-there", message, span, "Remove the one that is meant, and add this one.", places)
        else:
            message = f"{self.whose} has no sentence with {keyword(line)}."
            self.problem("not-there", message, span, "Write add instead of replace.", (self._here(),))

    def replace_row(self, row: t.Row, span: Span) -> None:
        """Puts a row in the place of the only one with its bound."""
        found = [(at, n) for at, tiers in self._tiers() for n, r in enumerate(tiers.rows) if (r.bound_kind, r.bound) == _bound(row)]
        if len(found) == 1:
            at, n = found[0]
            rows = self._tiers_of(at).rows
            self._put_rows(at, (*rows[:n], row, *rows[n + 1 :]))
        elif found:
            places = tuple(Related(self._tiers_of(at).rows[n].span, "one of them") for at, n in found)
            message = f"{self.whose} has {len(found)} rows with this bound."
            self.problem("not-there", message, span, "Replace the whole sentence: replace times ... .", places)
        else:
            related = tuple(Related(r.span, "a row that there is") for _, tiers in self._tiers() for r in tiers.rows) or (self._here(),)
            hint = "Write add instead of replace, or the bound as it stands there." if self._tiers_alone() else None
            self.problem("not-there", f"{self.whose} has no row with this bound.", span, hint, related)

    def add_row(self, row: t.Row, span: Span) -> None:
        """Adds a row to the only tiers that there are, behind the rows with a lower bound."""
        tiers = list(self._tiers())
        if len(tiers) != 1:
            message = f"{self.whose} has {'no' if not tiers else len(tiers)} tiers, so it is not clear where the row belongs."
            self.problem("not-there", message, span, "Replace the whole sentence: replace times ... .", (self._here(),))
            return
        at, factor = tiers[0]
        before = [n for n, one in enumerate(factor.rows) if one.bound_kind is not t.BoundKind.ABOVE and not _is_higher(one, row)]
        place = max(before, default=-1) + 1
        self._put_rows(at, (*factor.rows[:place], row, *factor.rows[place:]))

    def _tiers(self) -> Iterator[tuple[int, _Tiers]]:
        for n, line in enumerate(self.lines):
            if isinstance(line, t.Sentence) and isinstance(line.value, _Tiers):
                yield n, line.value

    def _tiers_alone(self) -> bool:
        return len(list(self._tiers())) == 1

    def _tiers_of(self, at: int) -> _Tiers:
        line = self.lines[at]
        assert isinstance(line, t.Sentence)
        assert isinstance(line.value, _Tiers)
        return line.value

    def _put_rows(self, at: int, rows: tuple[t.Row, ...]) -> None:
        line = self.lines[at]
        assert isinstance(line, t.Sentence)
        self.lines[at] = replace(line, value=replace(self._tiers_of(at), rows=rows))

    def _not_there(self, what: str, near: list[t.Row] | list[t.ComponentLine], span: Span) -> None:
        message = f"{self.whose} has no {what} that says this."
        if len(near) == 1:
            self.problem("not-there", message, span, f"Write the {what} as it stands there.", (Related(near[0].span, "it says otherwise"),))
        else:
            self.problem("not-there", message, span, f"Write the {what} as it stands there.", (self._here(),))

    def _here(self) -> Related:
        return Related(self.component.name.span, "the component that is changed")


def named_as(line: t.PlanLine) -> tuple[str, str] | None:
    """The word and the name by which a sentence of a plan is replaced or removed."""
    match line:
        case t.Component():
            return line.word, line.name.text
        case t.Tenure():
            return "tenure", "tenure"
        case t.Draw() | t.Hold() | t.Clawback() | t.Let() | t.Parameter() | t.Credit() | t.Measure() | t.Leave() | t.Table():
            return type(line).__name__.lower(), line.name.text
        case t.ContractCost():
            return "contract", line.name.text
        case t.Quota():
            return "quota", line.measure.text
        case t.Example():
            return "example", line.title
        case _:
            return None


def keyword(line: t.ComponentLine) -> str:
    """The word that a sentence begins with."""
    match line:
        case t.Sentence():
            return line.keyword
        case t.ForPeriod() | t.ForCredit():
            return "for"
        case t.InForce():
            return "effective"
        case t.ToTop():
            return "to"
        case t.SharedOut():
            return "share"
        case t.Budget():
            return "budget"
        case t.SpreadOver():
            return "spread"
        case t.Grant():
            return "grant"
        case t.Let():
            return f"let {line.name.text}"


def _bound(row: t.Row) -> tuple[t.BoundKind, t.Expression]:
    return row.bound_kind, row.bound


def _is_higher(one: t.Row, other: t.Row) -> bool:
    """Whether the bound of a row is known to be higher than that of another."""
    values = [row.bound.value for row in (one, other) if isinstance(row.bound, t.Literal)]
    figures = [v for v in values if isinstance(v, Decimal)]
    return len(figures) == 2 and figures[0] > figures[1]
