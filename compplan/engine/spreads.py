"""Spreads to steps: what a component for a period comes to, attributed to the payee's rows of a credit; what belongs to none, in rows of
its own. The rows add up to what was earned.

In order, the component is worked out after each credit and before it: the whole measure less what comes later. By weight, whole cents are
shared out. A figure to date is spread as a whole, and each row pays the difference to how the period before spread its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.apportion import apportioned
from compplan.engine.columns import node_of
from compplan.engine.credit_shape import ORDER, CreditShape
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.kept_leaves import kept_column, kept_leaves
from compplan.engine.lower_components import ComponentLowering
from compplan.engine.lower_measures import CreditColumns, MeasureShape, periods
from compplan.engine.running_rows import own_figure
from compplan.engine.sql import Figure
from compplan.engine.steps import Check, Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.running import runs_along
from compplan.language.tree import Reach
from compplan.language.walk import every
from compplan.schema import MONTHS_IN


@immutable
class Spreading:
    """Spreads the earnings of one component; `earned` is their step, `measures` what its formulas read of measures."""

    lowering: ComponentLowering
    shape: CreditShape
    earned: str
    measures: Mapping[str, MeasureShape]

    @property
    def component(self) -> ty.Component:
        """What is spread."""
        return self.lowering.component

    @property
    def spread(self) -> ty.Spread:
        """Over what, and by what."""
        assert self.component.spread is not None
        return self.component.spread

    @property
    def grain(self) -> ty.ForPeriod:
        """The periods."""
        assert isinstance(self.component.grain, ty.ForPeriod)
        return self.component.grain

    @property
    def keys(self) -> tuple[str, ...]:
        """What names a row of the credit, but for the payee."""
        return (*self.shape.record, *self.shape.marks, "date")

    @property
    def same(self) -> tuple[str, ...]:
        """What makes it the same row in another period, and puts rows in order."""
        marks = (n if n in self.keys else f"own_{n}" for n in ORDER)
        return (*dict.fromkeys(("date", *self.keys, *marks)), "tie")

    @property
    def carried(self) -> tuple[str, ...]:
        """What holds and clawbacks read of each row."""
        plan, name = self.lowering.plan, self.component.name
        return tuple(kept_column(plan, name, leaf) for leaf in kept_leaves(plan, name))

    def step(self, name: str) -> Step:
        """A row for each credit that something belongs to; one without a record for what belongs to none."""
        parts = self._in_order() if self.spread.order is not None else self._by_weight()
        columns = ("payee", "period", *self.keys, *self.carried, "earned_month")
        found = exp.select(*(sql.column(n, "f") for n in (*columns, "earned"))).from_(parts.subquery("f", copy=False), copy=False)
        own = exp.select(*(sql.column(n, "s") for n in (*columns, "earned"))).from_(exp.to_table("shares").as_("s"), copy=False)
        own = own.where(
            sql.any_of([exp.NEQ(this=sql.column("earned", "s"), expression=sql.whole(0)), sql.is_null(sql.column("earned", "s"))]),
            copy=False,
        )
        union = exp.union(own, self._rest(columns), distinct=False, copy=False)
        query = exp.select(*(sql.column(n, "u") for n in (*columns, "earned"))).from_(union.subquery("u", copy=False), copy=False)
        query = query.with_("shares", as_=found, materialized=True, copy=False)
        title = f"{self.component.label}: to which {self.spread.credit} it belongs"
        reads = tuple(dict.fromkeys(t.name for t in query.find_all(exp.Table) if t.db == "steps"))
        return Step(name, title, ("payee", "period", *self.keys), query, reads, self.spread.span, (self._check(name),))

    def _rest(self, columns: Sequence[str]) -> exp.Select:
        """What was earned less what belongs to credits, where anything is left."""
        sums = exp.select(
            sql.column("payee", "s"), sql.column("period", "s"), sql.alias(exp.func("sum", sql.column("earned", "s")), "earned")
        ).from_(exp.to_table("shares").as_("s"), copy=False)
        sums = sums.group_by(sql.column("payee", "s"), sql.column("period", "s"), copy=False)
        given = exp.func("coalesce", sql.column("earned", "g"), sql.whole(0))
        left = sql.cast(sql.paren(exp.Sub(this=sql.column("earned", "e"), expression=given)), self._money)
        known = {n: sql.column(n, "e") for n in ("payee", "period", "earned_month")}
        rows = exp.select(
            *(sql.alias(known.get(n, exp.null()), n) for n in columns), sql.alias(left, "earned")
        ).from_(table(self.earned, "e"), copy=False)  # fmt: skip
        rows = rows.join(sums.subquery("g", copy=False), on=_same(("payee", "period"), "g", "e"), join_type="left", copy=False)
        return rows.where(exp.NEQ(this=left.copy(), expression=sql.whole(0)), copy=False)

    def _check(self, name: str) -> Check:
        rows = exp.select(sql.column("payee"), sql.column("record")).from_(table(name), copy=False)
        return Check(
            "no-figure",
            "A spread cannot be worked out",
            rows.where(sql.is_null(sql.column("earned")), copy=False),
            lambda row: (
                f"{self.component.label}: what of it belongs to {row[1]} of {row[0]} cannot be worked out. "
                "Something that it is made from is empty."
            ),
            "Complete the records, or say in the plan what holds where they say nothing.",
            self.spread.span,
        )

    @property
    def _money(self) -> exp.DataType:
        return sql.decimal_type(18, self.lowering.plan.unit_decimals)

    # ---- the credits in each window

    def _credits(self, own: Mapping[str, ty.Expr | tuple[ty.Aggregate, int]]) -> exp.Select:
        """A row for each period and each credit that it looks at: what names it, and some formulas of it."""
        scope, plan = self.lowering.scope, self.lowering.plan
        columns = CreditColumns(scope, self.shape, "c")
        emitter = Emitter(columns.leaf, scope.tables, scope.calendar)
        basis = self.grain.to_date
        window = ty.Window(self.grain.period) if basis is None else ty.Window(basis, Reach.TO_DATE)
        chosen: list[exp.Expr] = [sql.column("payee", "c"), sql.column("period", "n"), sql.column("high", "n")]
        chosen += [sql.column(n, "c") for n in (*self.keys, "month")]
        chosen += [sql.alias(sql.column(n, "c"), f"own_{n}") for n in ORDER if n not in self.keys]
        read: list[ty.Expr] = []
        for name, formula in own.items():
            if isinstance(formula, tuple):
                chosen.append(own_figure(emitter, *formula).named(name))
                read += [f for f in (formula[0].value, formula[0].where) if f is not None]
            else:
                chosen.append(sql.alias(emitter.plain(formula), name))
                read.append(formula)
        leaves = kept_leaves(plan, self.component.name)
        chosen += [sql.alias(node_of(emitter.leaf(leaf)), kept_column(plan, self.component.name, leaf)) for leaf in leaves]
        on = [
            exp.GTE(this=sql.column("month", "c"), expression=sql.column("low", "n")),
            exp.LTE(this=sql.column("month", "c"), expression=sql.column("high", "n")),
        ]
        rows = exp.select(*chosen).from_(table(self.shape.step, "c"), copy=False)
        rows = rows.join(periods(scope, self.grain.period, window).subquery("n", copy=False), on=sql.all_of(on), copy=False)
        payees = table(self.lowering.payees, "y")
        rows = rows.join(payees, on=_same(("payee",), "y", "c"), copy=False)
        if any(isinstance(e, ty.PayeeField) and e.path for f in (*read, *leaves) for e in every(f)):
            rows = columns.join_payee(rows)
        alike = [sql.column(n, "r") for n in ("payee", "period", *self.same[:-1])]
        first = exp.Order(expressions=[exp.Ordered(this=sql.column("month", "r"))])
        tie = exp.Window(this=exp.func("row_number"), partition_by=alike, order=first)
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier("r", quoted=True))
        return exp.select(everything, sql.alias(tie, "tie")).from_(rows.subquery("r", copy=False), copy=False)

    # ---- in order

    def _in_order(self) -> exp.Select:
        """What each credit adds to the figure of its window."""
        lowering, day = self.lowering, self.spread.order
        assert day is not None
        figured = lowering.figured()
        parts = self._parts()
        own: dict[str, ty.Expr | tuple[ty.Aggregate, int]] = {"ordered": day}
        own |= {f"own_{k}": (part, k) for k, part in enumerate(parts)}
        rows_of = exp.select(
            exp.Column(this=exp.Star(), table=exp.to_identifier("o", quoted=True)), *(self._later(k) for k in range(len(parts)))
        ).from_(self._credits(own).subquery("o", copy=False), copy=False)
        before, after = (self._figure(parts, with_own=w) for w in (False, True))
        added = sql.cast(sql.add(after, before, "-").node, self._money)
        on = [exp.EQ(this=sql.column(n, "k"), expression=key) for n, key in zip(("payee", "period"), figured.keys, strict=True)]
        names = ("payee", "period", "high", *self.same, *self.carried)
        rows = figured.rows.copy().select(*(sql.column(n, "k") for n in names), sql.alias(added, "added"), copy=False)
        rows = rows.join(rows_of.subquery("k", copy=False), on=sql.all_of(on), copy=False)
        change: exp.Expr = sql.column("added", "a")
        if self.grain.to_date is not None:
            basis = sql.quotient_down(sql.column("high", "a"), MONTHS_IN[self.grain.to_date])
            earlier = exp.Window(
                this=exp.func("lag", sql.column("added", "a"), sql.whole(1), sql.whole(0)),
                partition_by=[sql.column("payee", "a"), basis, *(sql.column(n, "a") for n in self.same)],
                order=exp.Order(expressions=[exp.Ordered(this=sql.column("period", "a"), nulls_first=True)]),
            )
            change = sql.cast(sql.paren(exp.Sub(this=change, expression=earlier)), self._money)
        kept = ("payee", "period", *self.keys, *self.carried)
        changed = exp.select(*(sql.column(n, "a") for n in kept), sql.alias(change, "earned")).from_(
            rows.subquery("a", copy=False), copy=False
        )
        query = exp.select(*(sql.column(n, "b") for n in kept), sql.column("earned_month", "e"), sql.column("earned", "b"))
        query = query.from_(changed.subquery("b", copy=False), copy=False)
        return query.join(table(self.earned, "e"), on=_same(("payee", "period"), "e", "b"), copy=False)

    def _parts(self) -> list[ty.Aggregate]:
        """What is added up of the credit, each once."""
        found = [
            part
            for measure in self.measures.values()
            for part in measure.measure.parts
            if part.credit == self.spread.credit and measure.measure.group is None
        ]
        return [part for part in dict.fromkeys(found) if not part.different]

    def _later(self, index: int) -> exp.Expr:
        """What the credits after a row add to a part."""
        order = [sql.column("ordered", "o"), *(sql.column(n, "o") for n in self.same)]
        later = exp.Window(
            this=exp.func("sum", sql.column(f"own_{index}", "o")),
            partition_by=[sql.column("payee", "o"), sql.column("period", "o")],
            order=exp.Order(expressions=[exp.Ordered(this=n, nulls_first=True) for n in order]),
            spec=exp.WindowSpec(kind="ROWS", start=sql.whole(1), start_side="FOLLOWING", end="UNBOUNDED", end_side="FOLLOWING"),
        )
        return sql.alias(exp.func("coalesce", later, sql.whole(0)), f"later_{index}")

    def _figure(self, parts: Sequence[ty.Aggregate], *, with_own: bool) -> Figure:
        """The component's figure with what was credited up to a row; without the row itself, where its own is left out."""
        lowering, scope = self.lowering, self.lowering.scope

        def leaf(e: Leaf) -> Emitted:
            if isinstance(e, ty.MeasureAt) and runs_along(lowering.plan, self.component, e):
                return self._running(e, parts, with_own)
            return lowering.period_leaf(e, self.grain.period)

        return lowering.figure_by(Emitter(leaf, scope.tables, scope.calendar))

    def _running(self, leaf: ty.MeasureAt, parts: Sequence[ty.Aggregate], with_own: bool) -> Emitted:
        shape, alias = self.measures[leaf.measure], self.lowering.joined[leaf, self.grain.period]

        def part(e: Leaf) -> Emitted:
            assert isinstance(e, ty.Part)
            aggregate, decimals = shape.measure.parts[e.index], shape.parts[e.index].decimals
            figure = Figure(sql.column(f"part_{e.index}", alias), sql.MOST_DIGITS, decimals)
            if aggregate.credit != self.spread.credit:
                return figure
            index = parts.index(aggregate)
            for name in (f"later_{index}", *([] if with_own else [f"own_{index}"])):
                figure = sql.add(figure, Figure(sql.column(name, "k"), sql.MOST_DIGITS, decimals), "-")
            return figure

        scope = self.lowering.scope
        return Emitter(part, scope.tables, scope.calendar).figure(shape.measure.formula)

    # ---- in proportion

    def _by_weight(self) -> exp.Select:
        """The figure shared out; of a figure to date, less how the one before was shared out among the credits until then."""
        earned = Figure(sql.column("earned", "e"), 18, self.lowering.plan.unit_decimals)
        if self.grain.to_date is None:
            signed = [self._shared(earned, None)]
        else:
            to_date = Figure(sql.column("to_date", "e"), 18, self.lowering.plan.unit_decimals)
            signed = [self._shared(to_date, None), self._shared(sql.add(to_date, earned, "-"), MONTHS_IN[self.grain.period])]
        kept = ("payee", "period", *self.same, *self.carried, "earned_month")
        union: exp.Query = signed[0]
        for other in signed[1:]:
            union = exp.union(union, other, distinct=False, copy=False)
        whole = exp.func("sum", sql.column("share", "u"))
        known = exp.EQ(this=exp.Count(this=sql.column("share", "u")), expression=exp.Count(this=exp.Star()))
        total = sql.cast(exp.Case().when(known, whole, copy=False), self._money)
        query = exp.select(*(sql.column(n, "u") for n in kept), sql.alias(total, "earned")).from_(
            union.subquery("u", copy=False), copy=False
        )
        return query.group_by(*(sql.column(n, "u") for n in kept), copy=False)

    def _shared(self, amount: Figure, before: int | None) -> exp.Select:
        """An amount shared out by weight, and taken off where it is that of the period `before`, so many months earlier."""
        assert self.spread.weight is not None
        scope = self.lowering.scope
        weight = Emitter(CreditColumns(scope, self.shape, "c").leaf, scope.tables, scope.calendar).figure(self.spread.weight)
        kept = ("payee", "period", *self.same, *self.carried, "earned_month")
        rows_of = self._credits({"weighed": self.spread.weight})
        decimals = self.lowering.plan.unit_decimals
        fixed = Figure(sql.cast(amount.node, sql.decimal_type(18, decimals)), 18, decimals)
        own = sql.greatest([Figure(sql.column("weighed", "k"), weight.digits, weight.decimals), sql.constant(Fraction(0))])
        columns = [sql.column(n, "e" if n == "earned_month" else "k") for n in kept]
        rows = exp.select(*columns, fixed.named("amount"), own.named("weight")).from_(rows_of.subquery("k", copy=False), copy=False)
        rows = rows.join(table(self.earned, "e"), on=_same(("payee", "period"), "e", "k"), copy=False)
        if before is not None:
            until = exp.Sub(this=sql.column("high", "k"), expression=sql.whole(before))
            rows = rows.where(exp.LTE(this=sql.column("month", "k"), expression=sql.paren(until)), copy=False)
        cut = apportioned(rows, kept, fixed, own, ("payee", "period"), self.same, self.lowering.plan.rounding_unit)
        share = Figure(sql.column("share", "s"), 18, decimals)
        nobody = exp.EQ(this=sql.column("weights", "s"), expression=sql.whole(0))
        given = sql.choose([(nobody, sql.constant(Fraction(0)))], share if before is None else sql.negate(share))
        signed = sql.cast(given.node, self._money)
        return exp.select(*(sql.column(n, "s") for n in kept), sql.alias(signed, "share")).from_(cut.subquery("s", copy=False), copy=False)


def _same(names: Sequence[str], one: str, other: str) -> exp.Expr:
    return sql.all_of([exp.EQ(this=sql.column(n, one), expression=sql.column(n, other)) for n in names])
