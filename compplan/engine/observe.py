"""Watching a component at work: the same query as the run's, with a column for every figure inside its formulas.

A `NodePlan` says which columns a formula's parts are in; `read` makes a `Node` of it for one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.diagnostics import Span
from compplan.engine import sql
from compplan.engine.emit import Emitter
from compplan.engine.emit_tiers import slice_parts
from compplan.engine.explanation import Condition, Node, TierRow
from compplan.engine.page import Value
from compplan.engine.sql import Figure
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.said import Said
from compplan.language.units import NUMBER
from compplan.language.walk import parts

if TYPE_CHECKING:
    from compplan.engine.observe_exchange import ConversionPlan

Row = Mapping[str, object]
Seen = str | Fraction | None
"""Where a figure is found: in the column of that name, or known from the plan."""

_KINDS: Mapping[type, str] = {
    ty.Const: "constant",
    ty.RecordField: "field",
    ty.ChildField: "field",
    ty.PayeeField: "field",
    ty.CreditField: "field",
    ty.Arith: "calculation",
    ty.Div: "division",
    ty.Neg: "calculation",
    ty.Scale: "per period",
    ty.Func: "function",
    ty.Shift: "date",
    ty.Cmp: "comparison",
    ty.In: "comparison",
    ty.Within: "comparison",
    ty.Empty: "comparison",
    ty.NotE: "logic",
    ty.AndOr: "logic",
    ty.MeasureAt: "measure",
    ty.QuotaAt: "quota",
    ty.Attainment: "attainment",
    ty.RecordSum: "sum",
    ty.EarnedAt: "earned",
    ty.Lookup: "table",
    ty.Slices: "slices",
    ty.Step: "step",
    ty.Curve: "curve",
    ty.Place: "place",
    ty.Tenure: "tenure",
    ty.Averaged: "average",
    ty.LeaveShare: "leave",
    ty.AverageBefore: "average before leave",
    ty.Prorated: "prorated",
    ty.Named: "named",
    ty.ParameterAt: "parameter",
}


class Sources:
    """The plan's own words for a formula: the text between the ends of its span."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._lines = {name: text.split("\n") for name, text in texts.items()}

    def words(self, expr: ty.Expr) -> str:
        """The text of a formula, its line breaks as spaces."""
        return self.at(expr.span)

    def at(self, span: Span) -> str:
        """The text of a place, its line breaks as spaces."""
        return " ".join(line.strip() for line in self._text(span))

    def line(self, said: Said) -> str:
        """A line of a component as it stands."""
        return said.words.format(*("\n".join(self._text(span)) for span in said.spans))

    def inside(self, block: Span) -> tuple[str, ...]:
        """The sentences between the braces of a block, without what is remarked."""
        lines = self._lines.get(block.file, [])[block.line : block.end_line - 1]
        return tuple(line.split("#")[0].strip() for line in lines if line.split("#")[0].strip())

    def _text(self, span: Span) -> list[str]:
        lines = self._lines.get(span.file, [])[span.line - 1 : span.end_line]
        if not lines:
            return []
        if len(lines) == 1:
            return [lines[0][span.column - 1 : span.end_column - 1]]
        return [lines[0][span.column - 1 :], *lines[1:-1], lines[-1][: span.end_column - 1]]


@dataclass(slots=True)
class Observer:
    """Collects the columns that are watched."""

    emitter: Emitter
    sources: Sources
    columns: list[exp.Expr] = field(default_factory=list)

    def watch(self, node: exp.Expr) -> str:
        """A column for an expression; gives its name."""
        name = f"x{len(self.columns)}"
        self.columns.append(sql.alias(node, name))
        return name

    def plan(self, expr: ty.Expr) -> NodePlan | ConversionPlan:
        """The plan of a formula and all that is inside it."""
        match expr:
            case ty.Const():
                return NodePlan(expr, self.sources.words(expr), None, ())
            case ty.Slices():
                return self._slices(expr)
            case ty.Step() | ty.Curve():
                return self._chosen_tier(expr)
            case ty.Lookup():
                return self._lookup(expr)
            case ty.Attainment():
                measure = NodePlan(
                    expr.measure, _windowed(expr.measure.measure, expr.measure.window), self.watch(self.emitter.plain(expr.measure)), ()
                )
                quota = NodePlan(
                    expr.quota,
                    f"quota of {_windowed(expr.quota.measure, expr.quota.window)}",
                    self.watch(self.emitter.plain(expr.quota)),
                    (),
                )
                return NodePlan(expr, self.sources.words(expr), self.watch(self.emitter.plain(expr)), (measure, quota))
            case ty.Tenure():
                return NodePlan(expr, self.sources.words(expr), self.watch(self.emitter.plain(expr)), (self.plan(expr.begins),))
            case ty.Convert():
                from compplan.engine.observe_exchange import conversion_plan  # few plans convert anything: the others need not load it

                return conversion_plan(self, expr)
            case ty.ParameterAt() if len(expr.values) > 1:
                return self._parameter(expr)
            case ty.RecordSum() | ty.ParameterAt() | ty.Averaged() | ty.Prorated():
                return NodePlan(expr, self.sources.words(expr), self.watch(self.emitter.plain(expr)), ())
            case _:
                value = self.watch(self.emitter.plain(expr))
                return NodePlan(
                    expr, self.sources.words(expr), value, tuple(self.plan(p) for p in parts(expr) if not isinstance(p, ty.Const))
                )

    def _slices(self, expr: ty.Slices) -> NodePlan:
        tiers = []
        ends = [t.start for t in expr.tiers[1:]]
        for tier, end, part in zip(expr.tiers, [*ends, None], slice_parts(self.emitter, expr), strict=True):
            amount, pay = self.watch(part.amount.node), self.watch(part.pay.node)
            tiers.append((self._seen(tier.start), self._seen(end), amount, self._seen(tier.value), pay))
        value = self.watch(self.emitter.plain(expr))
        return NodePlan(expr, _first_line(self.sources.words(expr)), value, (self.plan(expr.operand),), tuple(tiers))

    def _seen(self, expr: ty.Expr | None) -> Seen:
        """A constant as it is; else the column that holds the figure."""
        if expr is None:
            return None
        if isinstance(expr, ty.Const) and isinstance(expr.value, Fraction):
            return expr.value
        return self.watch(self.emitter.plain(expr))

    def _chosen_tier(self, expr: ty.Step | ty.Curve) -> NodePlan:
        """A column with the number of the row that is reached: the same choice with numbers for values."""
        rows = expr.tiers if isinstance(expr, ty.Step) else expr.points
        numbered = tuple(ty.Tier(t.start, ty.Const(Fraction(i), NUMBER, t.span), t.span) for i, t in enumerate(rows))
        as_step = ty.Step(expr.operand, numbered, NUMBER, expr.span)
        reached: exp.Expr = self.emitter.figure(as_step).node
        first, last = numbered[0].start, numbered[-1].start
        beyond: list[tuple[exp.Expr, Figure]] = []
        if first is not None:
            beyond.append((self.emitter.reaches(expr.operand, self.emitter.figure(first), "<"), sql.constant(Fraction(-1))))
        if isinstance(expr, ty.Curve) and last is not None:
            beyond.append((self.emitter.reaches(expr.operand, self.emitter.figure(last), ">"), sql.constant(Fraction(len(rows)))))
        if beyond:
            reached = sql.choose(beyond, Figure(reached, 18, 0)).node
        tiers = [(self._seen(tier.start), None, None, self._seen(tier.value), None) for tier in rows]
        ends = () if isinstance(expr, ty.Step) else (self.watch(self.emitter.plain(expr.below)), self.watch(self.emitter.plain(expr.above)))
        value = self.watch(self.emitter.plain(expr))
        words = _first_line(self.sources.words(expr))
        return NodePlan(expr, words, value, (self.plan(expr.operand),), tuple(tiers), self.watch(reached), ends)

    def _parameter(self, expr: ty.ParameterAt) -> NodePlan:
        """With a column for which of its values holds: the same choice with numbers for values."""
        numbered = tuple(ty.Since(s.first, ty.Const(Fraction(i), NUMBER, expr.span)) for i, s in enumerate(expr.values))
        reached = self.watch(self.emitter.plain(ty.ParameterAt(expr.name, numbered, expr.day, NUMBER, expr.span)))
        return NodePlan(expr, self.sources.words(expr), self.watch(self.emitter.plain(expr)), (), reached=reached)

    def _lookup(self, expr: ty.Lookup) -> NodePlan:
        table = self.emitter.tables[expr.table]
        rows = tuple(ty.TableRow(r.keys, ty.Const(Fraction(i), NUMBER, r.span), r.span) for i, r in enumerate(table.rows))
        numbered = ty.Table(table.name, table.keys, table.key_units, rows, NUMBER, table.span)
        chooser = Emitter(self.emitter.leaf, {**self.emitter.tables, expr.table: numbered}, self.emitter.calendar)
        reached = self.watch(chooser.plain(ty.Lookup(expr.table, expr.arguments, NUMBER, expr.span)))
        value = self.watch(self.emitter.plain(expr))
        return NodePlan(expr, self.sources.words(expr), value, tuple(self.plan(a) for a in expr.arguments), (), reached, (), table)


@immutable
class NodePlan:
    """Where a formula's value and the values of its parts are found in a row."""

    expr: ty.Expr
    words: str
    value: str | None
    parts: tuple[NodePlan | ConversionPlan, ...]
    tiers: tuple[tuple[Seen, ...], ...] = ()
    reached: str | None = None
    ends: tuple[str, ...] = ()
    table: ty.Table | None = None

    def read(self, row: Row) -> Node:
        """The formula with its values in one row."""
        value = to_value(self.expr.value) if isinstance(self.expr, ty.Const) else to_value(row[self.value or ""])
        tiers = self._tiers(row)
        return Node(
            _KINDS[type(self.expr)], self.words, str(self.expr.unit), value, tuple(p.read(row) for p in self.parts), tiers, self._why(row)
        )

    def _tiers(self, row: Row) -> tuple[TierRow, ...]:
        reached = None if self.reached is None else _whole(row[self.reached])
        if self.table is not None:
            if reached is None:
                return ()
            chosen = self.table.rows[reached]
            words = ", ".join(f"{name} {key.text}" for name, key in zip(self.table.keys, chosen.keys, strict=True))
            return (TierRow(words, None, None, None, to_value(chosen.value.value), None, True),)
        rows = []
        unit = str(self.expr.tiers[0].value.unit) if isinstance(self.expr, ty.Slices) else ""
        for index, names in enumerate(self.tiers):
            start, end, amount, value, pay = (to_value(row[n]) if isinstance(n, str) else n for n in names)
            hit = bool(amount) if reached is None else index == reached
            rows.append(TierRow(unit, start, end, amount, value, pay, hit))
        if self.ends:
            below, above = (to_value(row[n]) for n in self.ends)
            rows.insert(0, TierRow("below", None, rows[0].start, None, below, None, reached == -1))
            rows.append(TierRow("above", rows[-1].start, None, None, above, None, reached == len(self.tiers)))
        return tuple(rows)

    def _why(self, row: Row) -> str:
        """For a curve: where on it the operand lies; for a parameter: since when its value holds, and until when."""
        if isinstance(self.expr, ty.ParameterAt) and self.reached is not None:
            return _since(self.expr, _whole(row[self.reached]))
        if not isinstance(self.expr, ty.Curve) or self.reached is None:
            return ""
        reached = _whole(row[self.reached])
        if reached is None:
            return ""
        if reached < 0:
            return "below the first point"
        if reached >= len(self.tiers) - 1:
            return "at the last point" if reached < len(self.tiers) else "above the last point"
        return "between two points"


@immutable
class ConditionPlan:
    """A condition, and where its values are found."""

    words: str
    node: NodePlan | ConversionPlan

    def read(self, row: Row, *, brief: bool = False) -> Condition:
        """The condition with its values in one row; in brief, whether it held."""
        if brief and isinstance(self.node, NodePlan) and self.node.value is not None:
            return Condition(self.words, bool(row[self.node.value]), ())
        node = self.node.read(row)
        return Condition(self.words, bool(node.value), node.parts if node.parts else (node,))


def to_value(value: object) -> Value:
    """A value of the database or of a formula: numbers as fractions."""
    if isinstance(value, Decimal):
        return Fraction(*value.as_integer_ratio())
    if value is None or isinstance(value, (bool, str, Fraction)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, int)
    return Fraction(value)


def _whole(value: object) -> int | None:
    return None if value is None else int(Fraction(str(value)))


def _since(expr: ty.ParameterAt, index: int | None) -> str:
    """The days on which one of a parameter's values holds."""
    if index is None:
        return ""
    first = expr.values[index].first
    later = expr.values[index + 1].first if index + 1 < len(expr.values) else None
    through = "" if later is None else f"through {(later - timedelta(days=1)).isoformat()}"
    return " ".join(x for x in ("" if first is None else f"since {first.isoformat()}", through) if x)


def _windowed(name: str, window: ty.Window) -> str:
    """A measure's name with the time that it is taken over."""
    return f"{name} over {window.words}"


def _first_line(words: str) -> str:
    """Tiers without their rows."""
    return words.partition("{")[0].strip()


def figure_columns(figures: Sequence[tuple[str, Figure | None]]) -> list[exp.Expr]:
    """Named columns for the figures that there are."""
    return [sql.alias(f.node, name) for name, f in figures if f is not None]
