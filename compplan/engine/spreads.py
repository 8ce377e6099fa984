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
from compplan.schema import MONTHS_IN, Period

_ROWS = "credited_rows"


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
    def carried(self) -> tuple[str, ...]:
        """What holds and clawbacks read of each row."""
        plan, name = self.lowering.plan, self.component.name
        return tuple(kept_column(plan, name, leaf) for leaf in kept_leaves(plan, name))

    def step(self, name: str) -> Step:
        """A row for each credit that something belongs to; one without a record for what belongs to none."""
        rows, parts = self._in_order() if self.spread.order is not None else self._by_weight()
        columns = ("payee", "period", *self.keys, *self.carried, "earned_month")
        of_row = ("payee", *self.keys, *self.carried)
        found = exp.select(*(sql.column(n, "r" if n in of_row else "f") for n in (*columns, "earned")))
        found = found.from_(parts.subquery("f", copy=False), copy=False).join(_rows("r"), on=_same(("row",), "r", "f"), copy=False)
        found = found.where(
            sql.any_of([exp.NEQ(this=sql.column("earned", "f"), expression=sql.whole(0)), sql.is_null(sql.column("earned", "f"))]),
            copy=False,
        )
        own = exp.select(*(sql.column(n, "s") for n in (*columns, "earned"))).from_(exp.to_table("shares").as_("s"), copy=False)
        union = exp.union(own, self._rest(columns), distinct=False, copy=False)
        query = exp.select(*(sql.column(n, "u") for n in (*columns, "earned"))).from_(union.subquery("u", copy=False), copy=False)
        query = query.with_(_ROWS, as_=rows, materialized=True, copy=False).with_("shares", as_=found, materialized=True, copy=False)
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

    # ---- the credits, and the periods that look at them

    @property
    def _window(self) -> Period:
        """The kind of the longer period to date, or of the period itself: its number is that of a row in it, too."""
        return self.grain.to_date or self.grain.period

    def _basis(self, month: exp.Expr) -> exp.Expr:
        return sql.quotient_down(month, MONTHS_IN[self._window])

    def _credits(self, own: Mapping[str, ty.Expr | tuple[ty.Aggregate, int]]) -> exp.Select:
        """The credits of payees: what names each, some formulas of it, and its number in their order, by which it is found again."""
        scope, plan = self.lowering.scope, self.lowering.plan
        columns = CreditColumns(scope, self.shape, "c")
        emitter = Emitter(columns.leaf, scope.tables, scope.calendar)
        chosen: list[exp.Expr] = [sql.column("number", "y"), *(sql.column(n, "c") for n in ("payee", *self.keys, "month"))]
        chosen.append(sql.alias(self._basis(sql.column("month", "c")), "basis"))
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
        placed = [exp.Ordered(this=sql.column(n, "c"), nulls_first=True) for n in dict.fromkeys(("date", *self.keys, *ORDER, "month"))]
        chosen.append(sql.alias(exp.Window(this=exp.func("row_number"), order=exp.Order(expressions=placed)), "row"))
        rows = exp.select(*chosen).from_(table(self.shape.step, "c"), copy=False)
        number = sql.alias(exp.Window(this=exp.func("row_number")), "number")
        payees = exp.select(sql.column("payee", "a"), number).from_(table(self.lowering.payees, "a"), copy=False)
        rows = rows.join(payees.subquery("y", copy=False), on=_same(("payee",), "y", "c"), copy=False)
        if any(isinstance(e, ty.PayeeField) and e.path for f in (*read, *leaves) for e in every(f)):
            rows = columns.join_payee(rows)
        return rows

    def _periods(self) -> exp.Subquery:
        """The periods, each with the last month that is looked at, and the number of the longer one."""
        window = ty.Window(self.grain.period) if self.grain.to_date is None else ty.Window(self._window, Reach.TO_DATE)
        found = periods(self.lowering.scope, self.grain.period, window).subquery("w", copy=False)
        basis = sql.alias(self._basis(sql.column("high", "w")), "basis")
        query = exp.select(sql.column("period", "w"), sql.column("high", "w"), basis).from_(found, copy=False)
        return query.subquery("n", copy=False)

    def _by_then(self, alias: str) -> exp.Expr:
        """That a row of the credit, `r`, counts in the period of a row that has `basis` and `high`."""
        until = exp.LTE(this=sql.column("month", "r"), expression=sql.column("high", alias))
        return sql.all_of([_same(("basis",), alias, "r"), until])

    def _less_before(self, value: str, alias: str, *order: exp.Expr) -> exp.Expr:
        """What a row has, less what it had before in the same longer period."""
        earlier = exp.Window(
            this=exp.func("lag", sql.column(value, alias), sql.whole(1), sql.whole(0)),
            partition_by=[sql.column("row", alias)],
            order=exp.Order(expressions=[exp.Ordered(this=sql.column("period", alias), nulls_first=True), *order]),
        )
        return sql.cast(sql.paren(exp.Sub(this=sql.column(value, alias), expression=earlier)), self._money)

    # ---- in order

    def _in_order(self) -> tuple[exp.Select, exp.Select]:
        """The credits, and what each adds to the figure of its window."""
        lowering, day = self.lowering, self.spread.order
        assert day is not None
        figured = lowering.figured()
        parts = self._parts()
        own: dict[str, ty.Expr | tuple[ty.Aggregate, int]] = {"ordered": day}
        own |= {f"own_{k}": (part, k) for k, part in enumerate(parts)}
        seen = ("row", "number", "payee", "ordered", *(f"own_{k}" for k in range(len(parts))))
        looked_at = exp.select(sql.column("period", "n"), *(sql.column(n, "r") for n in seen)).from_(_rows("r"), copy=False)
        looked_at = looked_at.join(self._periods(), on=self._by_then("n"), copy=False)
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier("o", quoted=True))
        later = exp.select(everything, *(self._later(k) for k in range(len(parts)))).from_(looked_at.subquery("o", copy=False), copy=False)
        before, after = (self._figure(parts, with_own=w) for w in (False, True))
        added = sql.cast(sql.add(after, before, "-").node, self._money)
        on = [exp.EQ(this=sql.column(n, "k"), expression=key) for n, key in zip(("payee", "period"), figured.keys, strict=True)]
        rows = figured.rows.copy().select(*(sql.column(n, "k") for n in ("row", "payee", "period")), sql.alias(added, "added"), copy=False)
        rows = rows.join(later.subquery("k", copy=False), on=sql.all_of(on), copy=False)
        change = sql.column("added", "a") if self.grain.to_date is None else self._less_before("added", "a")
        changed = exp.select(*(sql.column(n, "a") for n in ("row", "payee", "period")), sql.alias(change, "earned"))
        changed = changed.from_(rows.subquery("a", copy=False), copy=False)
        query = exp.select(*(sql.column(n, "b") for n in ("row", "period", "earned")), sql.column("earned_month", "e"))
        query = query.from_(changed.subquery("b", copy=False), copy=False)
        return self._credits(own), query.join(table(self.earned, "e"), on=_same(("payee", "period"), "e", "b"), copy=False)

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
        order = [sql.column("ordered", "o"), sql.column("row", "o")]
        later = exp.Window(
            this=exp.func("sum", sql.column(f"own_{index}", "o")),
            partition_by=[sql.column("number", "o"), sql.column("period", "o")],
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

    def _by_weight(self) -> tuple[exp.Select, exp.Select]:
        """The credits, and each figure shared out among them; of figures to date, less how the one before was shared out."""
        assert self.spread.weight is not None
        scope = self.lowering.scope
        weight = Emitter(CreditColumns(scope, self.shape, "c").leaf, scope.tables, scope.calendar).figure(self.spread.weight)
        own = sql.greatest([Figure(sql.column("weighed", "r"), weight.digits, weight.decimals), sql.constant(Fraction(0))])
        decimals = self.lowering.plan.unit_decimals
        kept = ("row", "figure", "period", "earned_month", "is_paid")
        columns = [sql.column(n, "r" if n == "row" else "f") for n in kept]
        rows = exp.select(*columns, sql.column("amount", "f"), own.named("weight")).from_(_rows("r"), copy=False)
        on = sql.all_of([_same(("payee",), "f", "r"), self._by_then("f")])
        rows = rows.join(self._figures().subquery("f", copy=False), on=on, copy=False)
        amount = Figure(sql.column("amount"), 18, decimals)
        cut = apportioned(rows, kept, amount, own, ("figure",), ("row",), self.lowering.plan.rounding_unit)
        nobody = exp.EQ(this=sql.column("weights", "s"), expression=sql.whole(0))
        given = sql.choose([(nobody, sql.constant(Fraction(0)))], Figure(sql.column("share", "s"), 18, decimals))
        shares = exp.select(*(sql.column(n, "s") for n in kept), sql.alias(sql.cast(given.node, self._money), "share"))
        shares = shares.from_(cut.subquery("s", copy=False), copy=False)
        paid_first = exp.Ordered(this=sql.column("is_paid", "d"), desc=True)
        change = sql.column("share", "d") if self.grain.to_date is None else self._less_before("share", "d", paid_first)
        names = ("row", "period", "earned_month", "is_paid")
        changed = exp.select(*(sql.column(n, "d") for n in names), sql.alias(change, "earned"))
        changed = changed.from_(shares.subquery("d", copy=False), copy=False)
        query = exp.select(*(sql.column(n, "b") for n in ("row", "period", "earned_month", "earned")))
        query = query.from_(changed.subquery("b", copy=False), copy=False).where(sql.column("is_paid", "b"), copy=False)
        return self._credits({"weighed": self.spread.weight}), query

    def _figures(self) -> exp.Select:
        """What is shared out, numbered: the figure of each period; of those to date also the one before, where its period has no row."""
        named = [sql.column(n, "e") for n in ("payee", "period", "earned_month")]
        high, basis = sql.column("high", "n"), sql.column("basis", "n")
        whole = "earned" if self.grain.to_date is None else "to_date"
        amount = sql.cast(sql.column(whole, "e"), self._money)
        own = exp.select(*named, high, basis, sql.alias(amount, "amount"), sql.alias(exp.true(), "is_paid"))
        own = own.from_(table(self.earned, "e"), copy=False).join(self._periods(), on=_same(("period",), "n", "e"), copy=False)
        found = own if self.grain.to_date is None else exp.union(own, self._figures_before(), distinct=False, copy=False)
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier("v", quoted=True))
        number = sql.alias(exp.Window(this=exp.func("row_number")), "figure")
        return exp.select(everything, number).from_(found.subquery("v", copy=False), copy=False)

    def _figures_before(self) -> exp.Select:
        """What a figure to date is counted from, where that is not the figure of the row before."""
        decimals = self.lowering.plan.unit_decimals
        to_date, earned = (Figure(sql.column(n, "e"), 18, decimals) for n in ("to_date", "earned"))
        before = sql.cast(sql.add(to_date, earned, "-").node, self._money)
        order = exp.Order(expressions=[exp.Ordered(this=sql.column("period", "e"))])

        def earlier(name: str) -> exp.Expr:
            return exp.Window(this=exp.func("lag", sql.column(name, "e")), partition_by=[sql.column("payee", "e")], order=order.copy())

        rows = exp.select(
            *(sql.column(n, "e") for n in ("payee", "earned_month")),
            sql.alias(exp.Sub(this=sql.column("period", "e"), expression=sql.whole(1)), "period"),
            sql.alias(before, "amount"),
            sql.alias(earlier("period"), "period_before"),
            sql.alias(earlier("to_date"), "to_date_before"),
            sql.column("basis", "n"),
            sql.alias(exp.Sub(this=sql.column("high", "n"), expression=sql.whole(MONTHS_IN[self.grain.period])), "high"),
        ).from_(table(self.earned, "e"), copy=False)
        rows = rows.join(self._periods(), on=_same(("period",), "n", "e"), copy=False)
        known = [
            exp.NullSafeEQ(this=sql.column("period_before", "x"), expression=sql.column("period", "x")),
            exp.NullSafeEQ(this=sql.column("to_date_before", "x"), expression=sql.column("amount", "x")),
        ]
        columns = [sql.column(n, "x") for n in ("payee", "period", "earned_month", "high", "basis", "amount")]
        query = exp.select(*columns, sql.alias(exp.false(), "is_paid")).from_(rows.subquery("x", copy=False), copy=False)
        same_basis = exp.EQ(this=self._basis(sql.column("high", "x")), expression=sql.column("basis", "x"))
        return query.where(same_basis, exp.Not(this=sql.paren(sql.all_of(known))), copy=False)


def _rows(alias: str) -> exp.Expr:
    return exp.to_table(_ROWS).as_(alias)


def _same(names: Sequence[str], one: str, other: str) -> exp.Expr:
    return sql.all_of([exp.EQ(this=sql.column(n, one), expression=sql.column(n, other)) for n in names])
