"""The difference between two periods as plain text: three columns, before, now and the change, line by line of the payout."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from compplan.diagnostics.text import safe
from compplan.diagnostics.text import width as text_width
from compplan.engine.changes import FigureChange
from compplan.engine.explain_difference import Difference, LineChange, PlanChange
from compplan.engine.figure_text import amount, in_unit

MOST_RECORDS = 6
_COLUMN = 19


def render_difference(found: Difference, width: int = 110, all_rows: bool = False) -> str:
    """The difference as text of a width; long lists of records are cut unless all are wanted."""
    return "\n".join(line.rstrip() for line in _Renderer(width, all_rows).difference(found)) + "\n"


class _Renderer:
    def __init__(self, width: int, all_rows: bool) -> None:
        self.words = max(width - 3 * _COLUMN, 20)
        self.all_rows = all_rows

    def row(self, left: str, *cells: str) -> str:
        """Words and up to three figures, each at the right edge of its column; long words have a line of their own before them."""
        left = safe(left)
        if text_width(left) > self.words:
            return f"{left}\n{self.row('', *cells)}"
        return left + " " * (self.words - text_width(left)) + "".join(f" {safe(c):>{_COLUMN - 1}}" for c in cells)

    def difference(self, d: Difference) -> Iterator[str]:
        who = f"{d.name} ({d.payee})" if d.name else d.payee
        yield safe(f"{who}: {d.now} beside {d.before}, {d.company}")
        for plan in d.plans:
            yield ""
            yield from self.plan(plan, d)

    def plan(self, p: PlanChange, d: Difference) -> Iterator[str]:
        yield self.row(f"{p.label}, {p.currency}", d.before, d.now, "change")
        yield "=" * (self.words + 3 * _COLUMN)
        for line in sorted(p.lines, key=lambda x: -abs(x.change)):
            yield self.row(line.label, *_amounts(line.before, line.now, line.unit))
            yield from self.reasons(line)
        yield "-" * (self.words + 3 * _COLUMN)
        yield self.row("payout", *_amounts(p.before, p.now, p.currency))

    def reasons(self, line: LineChange) -> Iterator[str]:
        for when, absent, failed in (("now", line.absent_now, line.failed_now), ("before", line.absent_before, line.failed_before)):
            if absent is not None:
                yield f"    {when} nothing: {safe(absent)}"
            elif failed is not None:
                yield f"    {when} nothing: this {'does' if when == 'now' else 'did'} not hold: {safe(failed)}"
        yield from (self.figure(f) for f in line.figures)
        shown = line.records if self.all_rows else line.records[:MOST_RECORDS]
        for record in shown:
            again = f", {record.days} times" if record.days > 1 else ""
            why = f": {record.why}" if record.why else ""
            what = "  ".join(x for x in (record.date, record.record) if x)
            yield self.row(f"    {what}{again}{why}", *_amounts(record.before, record.now, line.unit))
        rest = line.records[len(shown) :]
        if rest:
            before, now = sum((r.before for r in rest), Fraction(0)), sum((r.now for r in rest), Fraction(0))
            yield self.row(f"    and {len(rest)} more (--all lists them)", *_amounts(before, now, line.unit))

    def figure(self, f: FigureChange) -> str:
        """A figure before and now; of an amount for a period, the period stands behind its words."""
        unit, _, per = f.unit.partition(" per ")
        words = f"{'    ' + '  ' * f.depth}{f.words}{f', per {per}' if per else ''}"
        cells = ["-" if v is None else in_unit(v, unit) for v in (f.before, f.now)]
        if isinstance(f.before, Fraction) and isinstance(f.now, Fraction) and f.before != f.now:
            cells.append(f"{'+' if f.now > f.before else ''}{in_unit(f.now - f.before, unit)}")
        return self.row(words, *cells)


def _amounts(before: Fraction, now: Fraction, currency: str) -> tuple[str, str, str]:
    """Before, now, and the change with its sign."""
    change = f"{'+' if now > before else ''}{amount(now - before, currency)}"
    return amount(before, currency), amount(now, currency), change
