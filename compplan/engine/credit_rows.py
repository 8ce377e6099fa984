"""The rows of a credit that a component is paid for, each with the running totals that the component reads of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on
from compplan.engine.credit_shape import CreditShape
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.relations import RECORDS
from compplan.engine.running_rows import is_first, own_figure, running
from compplan.engine.running_totals import RunningTotals
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import table
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import PEOPLE, Period


@dataclass(slots=True)
class CreditRows:
    """A credit's rows for one component; with `only` those of the payees in that list.

    `running` has the index of each running total that was asked for, `columns` those of the payee beside each row that a total takes in.
    """

    scope: Scope
    shape: CreditShape
    grain: ty.ForCredit
    payees: str
    only: exp.Expr | None
    narrow: bool
    running: dict[tuple[ty.Aggregate, Period, ty.RecordField | None], int] = field(default_factory=dict)
    columns: RecordColumns = field(init=False)

    def __post_init__(self) -> None:
        self.columns = RecordColumns(self.scope.schema, self.scope.schema.kinds[PEOPLE], "p", sql.column("date", "i"))

    def index(self, aggregate: ty.Aggregate, period: Period, same: ty.RecordField | None = None) -> int:
        """The index of a running total in its period."""
        return self.running.setdefault((aggregate, period, same), len(self.running))

    def total(self, aggregate: ty.Aggregate, period: Period, same: ty.RecordField | None, *, before: bool) -> Figure:
        """A running total with the row, or before it; of rows whose record has the same in a column."""
        index = self.index(aggregate, period, same)
        own = self._own(aggregate)
        digits = sql.NARROW_DIGITS if self._is_narrow(own) else sql.MOST_DIGITS
        total = Figure(sql.column(f"total_{index}", "c"), digits, own.decimals)
        return sql.add(total, Figure(sql.column(f"own_{index}", "c"), own.digits, own.decimals), "-") if before else total

    def rows(self) -> exp.Expr:
        """The credit itself; with running totals where the component reads any."""
        emitter = Emitter(self._leaf, self.scope.tables, self.scope.calendar, self.narrow)
        inner = exp.select().from_(self._with_firsts(), copy=False)
        own = [(own_figure(emitter, part, index), period, same) for (part, period, same), index in self.running.items()]
        if self.only is not None:
            inner = inner.where(among(sql.column("payee", "i"), self.only), copy=False)
        inner = self._with_payee(inner)
        if self.grain.to_date is not None:
            totals = RunningTotals(self.scope, self.shape, self.payees, self.grain.to_date, [f for f, _, _ in own], self.narrow)
            return totals.query(inner).subquery("c", copy=False)
        if not self.running and self.only is None:
            return table(self.shape.step, "c")
        inner = inner.select(exp.Column(this=exp.Star(), table=exp.to_identifier("i", quoted=True)), copy=False)
        for index, (value, period, same) in enumerate(own):
            total = Figure(running(exp.func("sum", value.node), self.shape, period, same), sql.MOST_DIGITS, value.decimals)
            total = sql.narrow(total) if self._is_narrow(value) else total
            inner = inner.select(value.named(f"own_{index}"), total.named(f"total_{index}"), copy=False)
        return inner.subquery("c", copy=False)

    def _with_firsts(self) -> exp.Expr:
        """The credit; where values are counted each once, with a mark at the first row of each value in its period."""
        counted = [(*key, index) for key, index in self.running.items() if key[0].different]
        if not counted:
            return table(self.shape.step, "i")
        emitter = Emitter(self._leaf, self.scope.tables, self.scope.calendar)
        marks = [sql.alias(is_first(emitter, self.shape, part, period, same), f"first_{index}") for part, period, same, index in counted]
        inner = self._with_payee(exp.select().from_(table(self.shape.step, "i"), copy=False))
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier("i", quoted=True))
        return inner.select(everything, *marks, copy=False).subquery("i", copy=False)

    def _with_payee(self, inner: exp.Select) -> exp.Select:
        if not any(
            isinstance(e, ty.PayeeField) and e.path for part, _, _ in self.running for f in (part.value, part.where) if f for e in every(f)
        ):
            return inner
        people, date = self.scope.schema.kinds[PEOPLE], sql.column("date", "i")
        own = exp.EQ(this=sql.column(people.key[0], "p"), expression=sql.column("payee", "i"))
        on = sql.all_of([own, *holds_on(people, "p", date)])
        return self.columns.join(inner.join(table(PEOPLE, "p", RECORDS), on=on, join_type="left", copy=False))

    def _leaf(self, leaf: Leaf) -> Emitted:
        match leaf:
            case ty.CreditField() | ty.RecordField():
                return self.shape.column(leaf, "i")
            case ty.PayeeField(path=()):
                return sql.column("payee", "i")
            case ty.PayeeField():
                return self.columns.column(leaf.path)
            case ty.Moment():
                return sql.column("date", "i")
            case _:
                raise AssertionError(f"{type(leaf).__name__} inside a running total")

    def _is_narrow(self, own: Figure) -> bool:
        return self.narrow and own.decimals <= sql.NARROW_DIGITS - 8

    def _own(self, aggregate: ty.Aggregate) -> Figure:
        emitter = Emitter(self._leaf, self.scope.tables, self.scope.calendar)
        return own_figure(emitter, aggregate, 0)


def among(payee: exp.Expr, some: exp.Expr) -> exp.Expr:
    """Whether a payee is in a list."""
    return exp.func("list_contains", some.copy(), payee)
