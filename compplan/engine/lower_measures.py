"""Measures to steps: sums by owner and month, then what they come to over a window, for each owner and period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on
from compplan.engine.credit_shape import CreditShape
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.relations import CALENDAR, RECORDS
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Check, Step, identifier, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.tree import Reach
from compplan.language.walk import every
from compplan.schema import MONTHS_IN, PEOPLE, PERIODS, Period


@immutable
class MeasureShape:
    """A lowered measure: its step by month, and the type of each of its parts."""

    measure: ty.Measure
    step: str
    parts: tuple[Figure, ...]

    def column(self, index: int, period: Period) -> str:
        """The column by month of a part that is added up over (part of) a period of a kind."""
        return _columns(self.measure.parts[index], index, period)[-1]


@immutable
class Valued:
    """A step with one figure, `value`, for each owner and period."""

    step: str
    value: Figure

    def column(self, alias: str) -> Figure:
        """The figure, under a table's alias."""
        return Figure(sql.column("value", alias), self.value.digits, self.value.decimals)


def owner_of(group: str | None, payee: exp.Expr, people_alias: str) -> exp.Expr:
    """Who a measure or quota belongs to, seen from a payee: the payee, the payee's group, the company."""
    if group is None:
        return payee
    if group == "":
        return sql.text("")
    return sql.column(group, people_alias)


def aggregate_formulas(measure: ty.Measure) -> Iterator[tuple[ty.Aggregate, ty.Expr]]:
    """Every formula inside the parts of a measure."""
    for part in measure.parts:
        for formula in (part.value, part.where):
            if formula is not None:
                yield part, formula


class CreditColumns:
    """Columns of a credit's row and of its payee, for formulas at the grain of a credit."""

    def __init__(self, scope: Scope, shape: CreditShape, alias: str) -> None:
        self.shape = shape
        self.alias = alias
        self.people = scope.schema.kinds[PEOPLE]
        self.payee = RecordColumns(scope.schema, self.people, "p", sql.column("date", alias))

    def leaf(self, leaf: Leaf) -> Emitted:
        """The column that a name stands for."""
        match leaf:
            case ty.CreditField() | ty.RecordField():
                return self.shape.column(leaf, self.alias)
            case ty.PayeeField(path=()):
                return sql.column("payee", self.alias)
            case ty.PayeeField():
                return self.payee.column(leaf.path)
            case ty.Moment():
                return sql.column("date", self.alias)
            case _:
                raise AssertionError(f"{type(leaf).__name__} at a credit")

    def join_payee(self, query: exp.Select) -> exp.Select:
        """The query with the payee's own record."""
        own = exp.EQ(this=sql.column(self.people.key[0], "p"), expression=sql.column("payee", self.alias))
        on = sql.all_of([own, *holds_on(self.people, "p", self.payee.day)])
        return self.payee.join(query.join(table(PEOPLE, "p", RECORDS), on=on, join_type="left", copy=False))


def _columns(part: ty.Aggregate, index: int, *periods: Period) -> list[str]:
    """The columns of a part: one, or one for each kind of period where each value counts once in a period."""
    return [f"part_{index}_{p}" for p in periods or PERIODS] if part.different else [f"part_{index}"]


def lower_measure(scope: Scope, measure: ty.Measure, name: str, shapes: Mapping[str, CreditShape]) -> tuple[Step, MeasureShape]:
    """A row for each owner and month in which there is something to add up."""
    queries, checks, reads = [], [], []
    figures: list[dict[str, Figure]] = []
    for part in measure.parts:
        shape = shapes[part.credit]
        query, figure, part_checks = (_different if part.different else _part)(scope, measure, part, shape)
        queries.append(query)
        figures.append(dict(zip(_columns(part, len(figures)), figure, strict=True)))
        checks += part_checks
        reads.append(shape.step)
    if len(queries) == 1:
        combined = queries[0].select(*(f.named(name) for name, f in figures[0].items()), copy=False)
    else:
        combined = _combined(queries, figures)
    title = f"{measure.name} by month"
    step = Step(name, title, ("owner", "month"), combined, tuple(dict.fromkeys(reads)), measure.span, tuple(checks))
    return step, MeasureShape(measure, name, tuple(next(iter(f.values())) for f in figures))


_Part = tuple[exp.Select, list[Figure], list[Check]]
"""A query by owner and month, the figures that it has yet to select, and what must hold."""


def _part(scope: Scope, measure: ty.Measure, part: ty.Aggregate, shape: CreditShape) -> _Part:
    """A sum, or a count of rows."""
    emitter, owner, rows = _rows(scope, measure, part, shape)
    value = None if part.value is None else emitter.figure(part.value)
    query = rows.copy().select(sql.alias(owner, "owner"), sql.column("month", "c"), copy=False)
    query = query.group_by(*([] if measure.group == "" else [owner]), sql.column("month", "c"), copy=False)
    checks = []
    if value is not None and may_be_empty(part.value):
        checks.append(_empty_check(measure, shape, rows, value))
    return query, [_total(value)], checks


def _different(scope: Scope, measure: ty.Measure, part: ty.Aggregate, shape: CreditShape) -> _Part:
    """How many values there are: each counts in the first month of the period in which it stands, so that months add up to the period."""
    emitter, owner, rows = _rows(scope, measure, part, shape)
    assert part.value is not None
    value = emitter.plain(part.value)
    each = rows.select(sql.alias(owner, "owner"), sql.column("month", "c"), sql.alias(value, "value"), copy=False)
    each = each.where(sql.not_null(value), copy=False).distinct()
    month = sql.column("month", "e")
    firsts = []
    for period in PERIODS:
        same = [sql.column("owner", "e"), sql.column("value", "e"), sql.quotient_down(month, MONTHS_IN[period])]
        firsts.append(sql.alias(exp.Window(this=exp.func("min", month), partition_by=same), f"first_{period}"))
    marked = exp.select(sql.column("owner", "e"), month, *firsts).from_(each.subquery("e", copy=False), copy=False)
    query = exp.select(sql.column("owner", "f"), sql.column("month", "f")).from_(marked.subquery("f", copy=False), copy=False)
    query = query.group_by(sql.column("owner", "f"), sql.column("month", "f"), copy=False)
    is_first = [exp.EQ(this=sql.column(f"first_{p}", "f"), expression=sql.column("month", "f")) for p in PERIODS]
    ones = [sql.choose([(first, sql.constant(Fraction(1)))], sql.constant(Fraction(0))) for first in is_first]
    return query, [_total(one) for one in ones], []


def _rows(scope: Scope, measure: ty.Measure, part: ty.Aggregate, shape: CreditShape) -> tuple[Emitter, exp.Expr, exp.Select]:
    """The rows of a credit that a part takes in, and who they belong to."""
    columns = CreditColumns(scope, shape, "c")
    emitter = Emitter(columns.leaf, scope.tables, scope.calendar)
    where = [] if part.where is None else [emitter.condition(part.where)]
    needs_people = measure.group not in (None, "") or any(
        isinstance(e, ty.PayeeField) and e.path for f in (part.value, part.where) if f is not None for e in every(f)
    )
    owner = owner_of(measure.group, sql.column("payee", "c"), "p")
    rows = exp.select().from_(table(shape.step, "c"), copy=False)
    if needs_people:
        rows = columns.join_payee(rows)
    if measure.group:
        where.append(sql.not_null(owner))
    if where:
        rows = rows.where(*where, copy=False)
    return emitter, owner, rows


def _total(value: Figure | None) -> Figure:
    if value is None:
        return Figure(sql.cast(exp.Count(this=exp.Star()), sql.decimal_type(18, 0)), 18, 0)
    return Figure(exp.func("sum", value.node), sql.MOST_DIGITS, value.decimals)


def may_be_empty(expr: ty.Expr | None) -> bool:
    """Whether a formula may come to nothing, because something that it reads may be empty."""
    if expr is None:
        return False
    fields = [e for e in every(expr) if isinstance(e, (ty.RecordField, ty.PayeeField))]
    return any(e.optional or len(e.path) > 1 for e in fields) or any(isinstance(e, ty.Lookup) for e in every(expr))


def _empty_check(measure: ty.Measure, shape: CreditShape, rows: exp.Select, value: Figure) -> Check:
    record, payee = sql.column("record", "c"), sql.column("payee", "c")
    query = rows.copy().select(record, payee, copy=False).where(sql.is_null(value.node), copy=False)
    return Check(
        "no-figure",
        "A figure is empty",
        query,
        lambda row: f"{measure.name} adds up a figure that is empty for {row[1]} on {shape.credit.kind} {row[0]}.",
        "Fill in what it is made from, or leave such records out with where.",
        measure.span,
    )


def _combined(queries: Sequence[exp.Select], figures: Sequence[Mapping[str, Figure]]) -> exp.Select:
    """The parts side by side: a branch for each, added up by owner and month."""
    branches = []
    everything = {name: figure for part in figures for name, figure in part.items()}
    for query, own in zip(queries, figures, strict=True):
        columns = [f.named(name) if name in own else sql.alias(_zero(f), name) for name, f in everything.items()]
        branches.append(query.select(*columns, copy=False))
    union: exp.Query = branches[0]
    for branch in branches[1:]:
        union = exp.union(union, branch, distinct=False, copy=False)
    sums = [
        sql.alias(sql.cast(exp.func("sum", sql.column(name, "u")), sql.decimal_type(sql.MOST_DIGITS, f.decimals)), name)
        for name, f in everything.items()
    ]
    query = exp.select(sql.column("owner", "u"), sql.column("month", "u"), *sums).from_(union.subquery("u", copy=False), copy=False)
    return query.group_by(sql.column("owner", "u"), sql.column("month", "u"), copy=False)


def _zero(figure: Figure) -> exp.Expr:
    return sql.cast(sql.whole(0), sql.decimal_type(figure.digits, figure.decimals))


# ---- over a window ------------------------------------------------------------------------------------------------


def window_name(what: str, window: ty.Window, cadence: Period) -> str:
    """A name that says what is taken over which window, for each of which period."""
    by = "" if window == ty.Window(cadence) else f"_for_each_{cadence}"
    return identifier(what, "over", window.words.replace(" ", "_") + by)


def owners(scope: Scope, group: str | None) -> exp.Select:
    """Everyone that a measure can belong to."""
    people = scope.schema.kinds[PEOPLE]
    if group == "":
        return exp.select(sql.alias(sql.text(""), "owner"))
    name = people.key[0] if group is None else group
    query = exp.select(sql.alias(sql.column(name, "p"), "owner")).from_(table(PEOPLE, "p", RECORDS), copy=False)
    if group is None:
        return query if people.valid is None else query.distinct()
    return query.where(sql.not_null(sql.column(name, "p")), copy=False).distinct()


def periods(scope: Scope, cadence: Period, window: ty.Window) -> exp.Select:
    """The periods of a cadence, each with the first and last month of the window seen from its end."""
    start, end = _covered(sql.column("last_month", "n"), window, cadence)
    return (
        exp.select(
            sql.alias(sql.column("number", "n"), "period"),
            sql.alias(sql.paren(start), "low"),
            sql.alias(sql.paren(end), "high"),
            sql.column("last_day", "n"),
        )
        .from_(table("periods", "n", CALENDAR), copy=False)
        .where(exp.EQ(this=sql.column("kind", "n"), expression=sql.text(cadence)), copy=False)
        .where(exp.GTE(this=sql.column("first_month", "n"), expression=sql.whole(scope.all.first)), copy=False)
        .where(exp.LTE(this=sql.column("last_month", "n"), expression=sql.whole(scope.all.last)), copy=False)
    )


def _covered(last: exp.Expr, window: ty.Window, cadence: Period) -> tuple[exp.Expr, exp.Expr]:
    """The first and last month of a window, seen from the last month of a period of a cadence."""
    if window.months:
        apart = MONTHS_IN[cadence] if window.apart else 0
        return _less(last, window.months - 1 + apart), _less(last, apart)
    size = MONTHS_IN[window.period]
    start = _less(exp.Mul(this=sql.quotient_down(last, size), expression=sql.whole(size)), window.back)
    whole = exp.Add(this=sql.paren(start), expression=sql.whole(size - 1))
    return start, _less(last, window.back) if window.reach is Reach.TO_DATE else whole


def _less(month: exp.Expr, months: int) -> exp.Expr:
    return exp.Sub(this=month, expression=sql.whole(months)) if months else month


def lower_window(scope: Scope, shape: MeasureShape, window: ty.Window, cadence: Period, name: str) -> tuple[Step, Valued]:
    """The measure over a window, for each owner and period of a cadence; where nothing was added up, sums are zero."""
    measure = shape.measure
    month = sql.column("month", "m")
    within = sql.all_of(
        [
            exp.EQ(this=sql.column("owner", "m"), expression=sql.column("owner", "o")),
            exp.GTE(this=month, expression=sql.column("low", "w")),
            exp.LTE(this=month, expression=sql.column("high", "w")),
        ]
    )
    parts = []
    for index, figure in enumerate(shape.parts):
        total = exp.func("coalesce", exp.func("sum", sql.column(shape.column(index, window.period), "m")), sql.whole(0))
        parts.append(sql.alias(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, figure.decimals)), f"part_{index}"))
    summed = (
        exp.select(sql.column("owner", "o"), sql.column("period", "w"), *parts)
        .from_(owners(scope, measure.group).subquery("o", copy=False), copy=False)
        .join(periods(scope, cadence, window).subquery("w", copy=False), join_type="cross", copy=False)
        .join(table(shape.step, "m"), on=within, join_type="left", copy=False)
        .group_by(sql.column("owner", "o"), sql.column("period", "w"), copy=False)
    )

    def part(leaf: Leaf) -> Emitted:
        assert isinstance(leaf, ty.Part)
        return Figure(sql.column(f"part_{leaf.index}", "s"), sql.MOST_DIGITS, shape.parts[leaf.index].decimals)

    value = Emitter(part, scope.tables, scope.calendar).figure(measure.formula)
    columns = [sql.column("owner", "s"), sql.column("period", "s"), *(sql.column(f"part_{i}", "s") for i in range(len(shape.parts)))]
    query = exp.select(*columns, value.named("value")).from_(summed.subquery("s", copy=False), copy=False)
    words = f"{measure.name} over {window.words}"
    return Step(name, words, ("owner", "period"), query, (shape.step,), measure.span), Valued(name, value)
