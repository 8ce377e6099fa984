"""Contract costs to a step: for each payee, record and month what is capitalised, amortised and written off, and what is left.

What was earned to date, less what was taken back, times the elapsed part of the term is what is amortised to date, rounded; a month has the
difference. So what is amortised and written off adds up to what was capitalised, and nothing is worked out month after month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.credit_shape import CreditShape, at
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.kept_leaves import kept_column
from compplan.engine.relations import CALENDAR, Earnings
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Check, Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty

if TYPE_CHECKING:
    from compplan.engine.lower import Lowering

FIGURES = ("capitalised", "expensed", "amortised", "written_off", "balance")
_TIMES = (18, 0)


@immutable
class CostOf:
    """What a component has to do with a contract cost: its earnings by record, and what is left of them where something keeps them."""

    cost: ty.ContractCost
    component: ty.Component
    shape: CreditShape
    earned: str
    left: str | None


def cost_steps(lowering: Lowering, plan: ty.Plan, made: Sequence[Earnings]) -> Iterator[Step]:
    """A step for each contract cost."""
    for name in dict.fromkeys(c.name for c in plan.costs):
        of = {c.component: c for c in plan.costs if c.name == name}
        parts = []
        for component, earnings in zip(plan.components, made, strict=True):
            if component.name in of and component.credit is not None and earnings.by_record is not None:
                left = lowering.names.kept_steps(plan, component).left if plan.keeping(component.name) else None
                shape = lowering.credit(plan, component.credit)
                parts.append(CostOf(of[component.name], component, shape, earnings.by_record, left))
        yield cost_step(lowering.scope(plan), plan, lowering.names.plan_step(plan, "cost", name), parts)


def cost_step(scope: Scope, plan: ty.Plan, name: str, parts: Sequence[CostOf]) -> Step:
    """A row for each component, payee, record and month up to the end of the run in which there is anything to tell."""
    queries = [_CostLowering(scope, plan, part).query() for part in parts]
    union: exp.Query = queries[0]
    for query in queries[1:]:
        union = exp.union(union, query, distinct=False, copy=False)
    columns = ("component", "payee", "record", "month", "begins", "elapsed", "term", "is_expense", *FIGURES)
    query = exp.select(*(sql.column(n, "u") for n in columns)).from_(union.subquery("u", copy=False), copy=False)
    cost = parts[0].cost
    reads = tuple(dict.fromkeys(r for p in parts for r in (p.earned, p.left) if r is not None))
    return Step(
        name, f"{cost.label}: month by month", ("component", "payee", "record", "month"), query, reads, cost.span, (_check(name, cost),)
    )


def _check(name: str, cost: ty.ContractCost) -> Check:
    """A term must be known as soon as it has begun."""
    wrong = sql.any_of([sql.is_null(sql.column("term")), exp.LT(this=sql.column("term"), expression=sql.whole(1))])
    rows = exp.select(sql.column("record"), sql.column("payee")).distinct().from_(table(name), copy=False)
    return Check(
        "no-figure",
        "A contract cost cannot be spread",
        rows.where(exp.Not(this=sql.column("is_expense")), sql.not_null(sql.column("begins")), wrong, copy=False),
        lambda row: f"{cost.label}: the time of {row[0]} is no whole number of months, or ends before it begins. It is a cost of {row[1]}.",
        "Complete the records, or say which of them are an expense at once: expense where ...",
        cost.span,
    )


@immutable
class _CostLowering:
    scope: Scope
    plan: ty.Plan
    of: CostOf

    @property
    def keys(self) -> tuple[str, ...]:
        """What names a payee's record."""
        return ("payee", *self.of.shape.record)

    @property
    def _money(self) -> exp.DataType:
        return sql.decimal_type(18, self.plan.unit_decimals)

    def query(self) -> exp.Select:
        """The changes of every figure to date, month by month."""
        to_date = self._to_date()
        order = exp.Order(expressions=[exp.Ordered(this=sql.column("month", "d"), nulls_first=True)])
        mine = [sql.column(k, "d") for k in self.keys]

        def change(value: str) -> exp.Expr:
            before = exp.Window(
                this=exp.func("lag", sql.column(value, "d"), sql.whole(1), sql.whole(0)),
                partition_by=[k.copy() for k in mine],
                order=order.copy(),
            )
            return sql.cast(sql.paren(exp.Sub(this=sql.column(value, "d"), expression=before)), self._money)

        nothing = sql.cast(sql.whole(0), self._money)
        is_expense = sql.column("is_expense", "d")
        capitalised = exp.Case().when(is_expense, nothing, copy=False).else_(change("earned"), copy=False)
        expensed = exp.Case().when(is_expense.copy(), change("earned"), copy=False).else_(nothing.copy(), copy=False)
        kept = [sql.column("amortised", "d"), sql.column("written", "d")]
        left = exp.Sub(this=exp.Sub(this=sql.column("earned", "d"), expression=kept[0]), expression=kept[1])
        balance = exp.Case().when(is_expense.copy(), nothing.copy(), copy=False).else_(sql.cast(sql.paren(left), self._money), copy=False)
        columns = [
            sql.alias(sql.text(self.of.component.name), "component"),
            sql.column("payee", "d"),
            sql.alias(_record(self.of.shape.record, "d"), "record"),
            *(sql.column(n, "d") for n in ("month", "begins", "elapsed", "term", "is_expense")),
            sql.alias(capitalised, "capitalised"),
            sql.alias(expensed, "expensed"),
            sql.alias(change("amortised"), "amortised"),
            sql.alias(change("written"), "written_off"),
            sql.alias(balance, "balance"),
        ]
        changes = exp.select(*columns).from_(to_date.subquery("d", copy=False), copy=False)
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier("r", quoted=True))
        some = sql.any_of([exp.NEQ(this=sql.column(n, "r"), expression=sql.whole(0)) for n in FIGURES])
        return exp.select(everything).from_(changes.subquery("r", copy=False), copy=False).where(some, copy=False)

    def _to_date(self) -> exp.Select:
        """What is earned, amortised and written off at the end of each month; from the write-off on, what was amortised stays."""
        grid = self._grid()
        names = (*self.keys, "month", "begins", "elapsed", "term", "is_expense", "is_off")
        earned = sql.cast(self._so_far(exp.func("sum", sql.column("amount", "g")), "g"), self._money)
        summed = exp.select(*(sql.column(n, "g") for n in names), sql.alias(earned, "earned")).from_(
            grid.subquery("g", copy=False), copy=False
        )
        total = Figure(sql.column("earned", "s"), 18, self.plan.unit_decimals)
        elapsed, term = (Figure(sql.cast(sql.column(n, "s"), sql.decimal_type(*_TIMES)), *_TIMES) for n in ("elapsed", "term"))
        part = sql.divide_exactly(sql.multiply_exactly(total, elapsed), term)
        rounded = sql.to_unit(part, self.plan.rounding_unit, self.plan.half_even)
        nothing = sql.cast(sql.whole(0), self._money)
        running = (
            exp.Case()
            .when(sql.column("is_expense", "s"), nothing, copy=False)
            .when(sql.column("is_off", "s"), exp.null(), copy=False)
            .when(exp.EQ(this=sql.column("elapsed", "s"), expression=sql.whole(0)), nothing.copy(), copy=False)
            .else_(sql.cast(rounded.node, self._money), copy=False)
        )
        known = exp.select(*(sql.column(n, "s") for n in (*names, "earned")), sql.alias(running, "running"))
        known = known.from_(summed.subquery("s", copy=False), copy=False)
        last = self._so_far(exp.IgnoreNulls(this=exp.LastValue(this=sql.column("running", "k"))), "k")
        amortised = sql.cast(exp.func("coalesce", last, sql.whole(0)), self._money)
        names = (*self.keys, "month", "begins", "elapsed", "term", "is_expense", "is_off", "earned")
        inner = exp.select(*(sql.column(n, "k") for n in names), sql.alias(amortised, "amortised"))
        inner = inner.from_(known.subquery("k", copy=False), copy=False)
        lost = sql.all_of([sql.column("is_off", "a"), exp.Not(this=sql.column("is_expense", "a"))])
        rest = sql.paren(exp.Sub(this=sql.column("earned", "a"), expression=sql.column("amortised", "a")))
        written = sql.cast(exp.Case().when(lost, rest, copy=False).else_(sql.whole(0), copy=False), self._money)
        query = exp.select(*(sql.column(n, "a") for n in (*names, "amortised")), sql.alias(written, "written"))
        return query.from_(inner.subquery("a", copy=False), copy=False)

    def _so_far(self, function: exp.Expr, alias: str) -> exp.Expr:
        """A function over the months of a record, up to and with this one."""
        return exp.Window(
            this=function,
            partition_by=[sql.column(k, alias) for k in self.keys],
            order=exp.Order(expressions=[exp.Ordered(this=sql.column("month", alias), nulls_first=True)]),
            spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
        )

    def _grid(self) -> exp.Select:
        """Every month since something was first earned for a record, with what was earned or taken back in it."""
        records, movements = self._records(), self._movements()
        month, end = sql.column("number", "n"), sql.column("last_day", "n")
        begins, term = sql.column("begins", "x"), sql.column("term", "x")
        if self.of.cost.by_days:
            since: exp.Expr = exp.DateDiff(this=end, expression=begins, unit=exp.var("DAY"))
        else:
            since = sql.paren(exp.Sub(this=month, expression=sql.paren(self.scope.month_of(begins))))
        so_far = exp.Add(this=since, expression=sql.whole(1))
        inside = exp.Least(this=so_far, expressions=[term.copy()], ignore_nulls=True)
        elapsed = exp.func("coalesce", exp.Greatest(this=inside, expressions=[sql.whole(0)], ignore_nulls=True), sql.whole(0))
        counted = exp.Case().when(sql.not_null(begins.copy()), elapsed, copy=False).else_(sql.whole(0), copy=False)
        off = exp.func("coalesce", exp.LTE(this=sql.column("off", "x"), expression=end.copy()), exp.false())
        columns = [sql.column(k, "x") for k in self.keys]
        query = exp.select(
            *columns,
            sql.alias(month.copy(), "month"),
            *(sql.column(n, "x") for n in ("begins", "term", "is_expense")),
            sql.alias(sql.cast(counted, "BIGINT"), "elapsed"),
            sql.alias(off, "is_off"),
            sql.alias(exp.func("coalesce", sql.column("amount", "m"), sql.whole(0)), "amount"),
        ).from_(records.subquery("x", copy=False), copy=False)
        within = [
            exp.EQ(this=sql.column("kind", "n"), expression=sql.text("month")),
            exp.GTE(this=month.copy(), expression=sql.column("first", "x")),
            exp.LTE(this=month.copy(), expression=sql.whole(self.scope.asked.last)),
        ]
        query = query.join(table("periods", "n", CALENDAR), on=sql.all_of(within), copy=False)
        same: list[exp.Expr] = [exp.NullSafeEQ(this=sql.column(k, "m"), expression=sql.column(k, "x")) for k in self.keys]
        same.append(exp.EQ(this=sql.column("month", "m"), expression=month.copy()))
        return query.join(movements.subquery("m", copy=False), on=sql.all_of(same), join_type="left", copy=False)

    def _records(self) -> exp.Select:
        """Each record that a payee has earned something for: since when, over which time, whether at once, when it is written off."""
        cost = self.of.cost
        emitter = Emitter(self._leaf, self.scope.tables, self.scope.calendar)
        begins = emitter.plain(cost.begins)
        off = None if cost.off is None else emitter.plain(cost.off)
        if off is not None and cost.off_if is not None:
            off = exp.Case().when(emitter.condition(cost.off_if), off, copy=False)
        no_record = sql.is_null(sql.column("record", "e"))
        expense = [no_record] if cost.expensed is None else [no_record, emitter.condition(cost.expensed)]
        keys = [sql.column(k, "e") for k in self.keys]
        found: dict[str, exp.Expr] = {
            "first": exp.func("min", sql.column("earned_month", "e")),
            "begins": exp.func("min", sql.cast(begins, "DATE")),
            "term": exp.func("min", self._term(emitter, begins)),
            "is_expense": exp.func("bool_or", sql.any_of(expense)),
            "off": exp.func("min", sql.cast(exp.null() if off is None else off, "DATE")),
        }
        query = exp.select(*keys, *(sql.alias(v, n) for n, v in found.items())).from_(table(self.of.earned, "e"), copy=False)
        return query.where(self._by_now("earned_month", "e"), copy=False).group_by(*(k.copy() for k in keys), copy=False)

    def _term(self, emitter: Emitter, begins: exp.Expr) -> exp.Expr:
        """How many months or days the time has; empty where that is not known, or no whole number."""
        cost = self.of.cost
        if cost.last is not None:
            last = emitter.plain(cost.last)
            if cost.by_days:
                days = exp.DateDiff(this=sql.paren(last), expression=sql.paren(begins.copy()), unit=exp.var("DAY"))
                return exp.Add(this=days, expression=sql.whole(1))
            ends = exp.Sub(
                this=sql.paren(self.scope.month_of(sql.paren(last))), expression=sql.paren(self.scope.month_of(sql.paren(begins.copy())))
            )
            return exp.Add(this=sql.paren(ends), expression=sql.whole(1))
        assert cost.months is not None
        figure = emitter.figure(cost.months)
        whole = exp.EQ(this=exp.func("floor", figure.node.copy()), expression=figure.node.copy())
        positive = exp.GTE(this=sql.paren(figure.node.copy()), expression=sql.whole(1))
        months = exp.Case().when(sql.all_of([whole, positive]), sql.cast(figure.node, "INTEGER"), copy=False)
        if not cost.by_days:
            return months
        after = exp.Add(this=sql.cast(begins.copy(), "DATE"), expression=exp.func("to_months", months))
        return exp.DateDiff(this=sql.cast(sql.paren(after), "DATE"), expression=sql.paren(begins.copy()), unit=exp.var("DAY"))

    def _movements(self) -> exp.Select:
        """What is earned and taken back for each record in each month."""
        chosen: list[exp.Expr] = [*(sql.column(k, "e") for k in self.keys), sql.alias(sql.column("earned_month", "e"), "month")]
        chosen.append(sql.alias(sql.column("earned", "e"), "amount"))
        earned = exp.select(*chosen).from_(table(self.of.earned, "e"), copy=False)
        union: exp.Query = earned.where(self._by_now("earned_month", "e"), copy=False)
        if self.of.left is not None:
            union = exp.union(union, self._taken(self.of.left), distinct=False, copy=False)
        keys = [sql.column(n, "u") for n in (*self.keys, "month")]
        total = sql.cast(exp.func("sum", sql.column("amount", "u")), self._money)
        query = exp.select(*keys, sql.alias(total, "amount")).from_(union.subquery("u", copy=False), copy=False)
        return query.group_by(*(k.copy() for k in keys), copy=False)

    def _taken(self, left: str) -> exp.Select:
        """What clawbacks change of each earning in each month; what is merely held counts as earned."""
        count = len(self.plan.keeping(self.of.component.name))

        def standing(alias: str) -> exp.Expr:
            return exp.Add(this=sql.column(f"left_{count}", alias), expression=sql.column("held", alias))

        before = exp.Window(
            this=exp.func("lag", sql.paren(standing("l")), sql.whole(1), sql.column("left_0", "l")),
            partition_by=[sql.column("earning", "l")],
            order=exp.Order(expressions=[exp.Ordered(this=sql.column("month", "l"), nulls_first=True)]),
        )
        change = sql.cast(sql.paren(exp.Sub(this=sql.paren(standing("l")), expression=before)), self._money)
        columns = [*(sql.column(k, "l") for k in self.keys), sql.column("month", "l"), sql.alias(change, "amount")]
        return exp.select(*columns).from_(table(left, "l"), copy=False).where(self._by_now("month", "l"), copy=False)

    def _by_now(self, month: str, alias: str) -> exp.Expr:
        return exp.LTE(this=sql.column(month, alias), expression=sql.whole(self.scope.asked.last))

    def _leaf(self, leaf: Leaf) -> Emitted:
        assert isinstance(leaf, ty.RecordField), f"{type(leaf).__name__} in a contract cost"
        return at(self.of.shape.column(leaf, "e"), kept_column(self.plan, self.of.component.name, leaf), "e")


def _record(names: Sequence[str], alias: str) -> exp.Expr:
    """A record's key as text; empty where there is none."""
    if len(names) == 1:
        return sql.cast(sql.column(names[0], alias), "VARCHAR")
    texts = [sql.cast(sql.column(n, alias), "VARCHAR") for n in names]
    return exp.Case().when(sql.not_null(sql.column(names[0], alias)), exp.func("concat_ws", sql.text(", "), *texts), copy=False)
