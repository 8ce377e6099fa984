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
_RECORDS = "cost_records"


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
        """What every month changes: the difference of two figures to date."""
        nothing = sql.cast(sql.whole(0), self._money)
        is_expense = sql.column("is_expense", "d")

        def unless_expense(value: exp.Expr) -> exp.Expr:
            return exp.Case().when(is_expense.copy(), nothing.copy(), copy=False).else_(value, copy=False)

        def less(*names: str) -> exp.Expr:
            found: exp.Expr = sql.column(names[0], "d")
            for name in names[1:]:
                found = exp.Sub(this=found, expression=sql.column(name, "d"))
            return sql.cast(sql.paren(found), self._money)

        change = less("earned", "earned_before")
        columns = [
            sql.alias(sql.text(self.of.component.name), "component"),
            sql.column("payee", "d"),
            sql.alias(_record(self.of.shape.record, "d"), "record"),
            *(sql.column(n, "d") for n in ("month", "begins", "elapsed", "term", "is_expense")),
            sql.alias(unless_expense(change), "capitalised"),
            sql.alias(exp.Case().when(is_expense.copy(), change.copy(), copy=False).else_(nothing.copy(), copy=False), "expensed"),
            sql.alias(less("amortised", "amortised_before"), "amortised"),
            sql.alias(less("written", "written_before"), "written_off"),
            sql.alias(unless_expense(less("earned", "amortised", "written")), "balance"),
        ]
        changes = exp.select(*columns).from_(self._to_date().subquery("d", copy=False), copy=False)
        changes = changes.with_(_RECORDS, as_=self._numbered(), materialized=True, copy=False)
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier("r", quoted=True))
        some = sql.any_of([exp.NEQ(this=sql.column(n, "r"), expression=sql.whole(0)) for n in FIGURES])
        return exp.select(everything).from_(changes.subquery("r", copy=False), copy=False).where(some, copy=False)

    def _to_date(self) -> exp.Select:
        """What is earned, amortised and written off at the end of each month and of the one before."""
        names = [sql.column(n, "a") for n in (*self.keys, "month", "begins", "elapsed", "term", "is_expense", "earned", "earned_before")]
        kept: list[exp.Expr] = []
        for suffix in ("", "_before"):
            lost = sql.all_of([sql.column(f"is_off{suffix}", "a"), exp.Not(this=sql.column("is_expense", "a"))])
            amortised = sql.column(f"amortised{suffix}", "a")
            rest = sql.paren(exp.Sub(this=sql.column(f"earned{suffix}", "a"), expression=amortised))
            written = exp.Case().when(lost, rest, copy=False).else_(sql.whole(0), copy=False)
            kept += [amortised.copy(), sql.alias(sql.cast(written, self._money), f"written{suffix}")]
        return exp.select(*names, *kept).from_(self._amortised().subquery("a", copy=False), copy=False)

    def _amortised(self) -> exp.Select:
        """The rounded part of what is earned that has gone by; from the write-off on, it stays as it was before."""
        nothing = sql.cast(sql.whole(0), self._money)
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier("g", quoted=True))
        query = exp.select(everything)
        for suffix in ("", "_before"):
            known = (
                exp.Case()
                .when(sql.column("is_expense", "g"), nothing.copy(), copy=False)
                .when(sql.column(f"is_off{suffix}", "g"), sql.column("at_last", "g"), copy=False)
                .else_(self._part(sql.column(f"earned{suffix}", "g"), sql.column(f"elapsed{suffix}", "g"), "g"), copy=False)
            )
            value = exp.func("coalesce", known, nothing.copy())
            query = query.select(sql.alias(sql.cast(value, self._money), f"amortised{suffix}"), copy=False)
        return query.from_(self._grid().subquery("g", copy=False), copy=False)

    def _part(self, earned: exp.Expr, elapsed: exp.Expr, alias: str) -> exp.Expr:
        """So much of the term of what is earned, rounded."""
        times, term = (Figure(sql.cast(n, sql.decimal_type(*_TIMES)), *_TIMES) for n in (elapsed, sql.column("term", alias)))
        part = sql.divide_exactly(sql.multiply_exactly(Figure(earned, 18, self.plan.unit_decimals), times), term)
        rounded = sql.cast(sql.to_unit(part, self.plan.rounding_unit, self.plan.half_even).node, self._money)
        none = exp.EQ(this=elapsed.copy(), expression=sql.whole(0))
        return exp.Case().when(none, sql.cast(sql.whole(0), self._money), copy=False).else_(rounded, copy=False)

    def _elapsed(self, month: exp.Expr, end: exp.Expr, alias: str) -> exp.Expr:
        """How much of the term of a record has gone by at the end of a month."""
        begins, term = sql.column("begins", alias), sql.column("term", alias)
        if self.of.cost.by_days:
            since: exp.Expr = exp.DateDiff(this=end, expression=begins, unit=exp.var("DAY"))
        else:
            since = sql.paren(exp.Sub(this=month, expression=sql.paren(self.scope.month_of(begins))))
        so_far = exp.Add(this=since, expression=sql.whole(1))
        inside = exp.Least(this=so_far, expressions=[term], ignore_nulls=True)
        elapsed = exp.func("coalesce", exp.Greatest(this=inside, expressions=[sql.whole(0)], ignore_nulls=True), sql.whole(0))
        counted = exp.Case().when(sql.not_null(begins.copy()), elapsed, copy=False).else_(sql.whole(0), copy=False)
        return sql.cast(counted, "BIGINT")

    def _grid(self) -> exp.Select:
        """Every month since something was first earned for a record, and how things stood at its end and at its beginning."""
        month, end = sql.column("number", "n"), sql.column("last_day", "n")
        one = sql.whole(1)
        before = sql.paren(exp.Sub(this=month.copy(), expression=one))
        day_before = sql.paren(exp.Sub(this=sql.column("first_day", "n"), expression=one.copy()))
        moved = exp.EQ(this=month.copy(), expression=sql.column("since", "s"))
        earned_before = exp.Case().when(moved, sql.column("earned_before", "s"), copy=False).else_(sql.column("earned", "s"), copy=False)

        def is_off(day: exp.Expr) -> exp.Expr:
            return exp.func("coalesce", exp.LTE(this=sql.column("off", "s"), expression=day), exp.false())

        names = (*self.keys, "begins", "term", "is_expense", "at_last", "earned")
        query = exp.select(
            *(sql.column(n, "s") for n in names),
            sql.alias(month.copy(), "month"),
            sql.alias(earned_before, "earned_before"),
            sql.alias(self._elapsed(month.copy(), end.copy(), "s"), "elapsed"),
            sql.alias(self._elapsed(before, day_before, "s"), "elapsed_before"),
            sql.alias(is_off(end.copy()), "is_off"),
            sql.alias(is_off(day_before.copy()), "is_off_before"),
        ).from_(self._stretches().subquery("s", copy=False), copy=False)
        within = [
            exp.EQ(this=sql.column("kind", "n"), expression=sql.text("month")),
            exp.GTE(this=month.copy(), expression=sql.column("since", "s")),
            exp.LT(this=month.copy(), expression=sql.column("until", "s")),
        ]
        return query.join(table("periods", "n", CALENDAR), on=sql.all_of(within), copy=False)

    def _stretches(self) -> exp.Select:
        """From each month in which something moves to the next: what is earned by then, and what is amortised before the write-off."""
        mine = [sql.column("number", "m")]
        order = exp.Order(expressions=[exp.Ordered(this=sql.column("month", "m"))])
        spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
        earned = exp.Window(this=exp.func("sum", sql.column("amount", "m")), partition_by=mine, order=order, spec=spec)
        end = sql.whole(self.scope.asked.last + 1)
        until = exp.Window(this=exp.func("lead", sql.column("month", "m"), sql.whole(1), end), partition_by=mine, order=order.copy())
        by_then = exp.LTE(this=sql.column("month", "m"), expression=sql.column("off_month", "m"))
        kept = exp.Case().when(by_then, sql.column("amount", "m"), copy=False).else_(sql.whole(0), copy=False)
        earned_at_last = exp.Window(this=exp.func("sum", kept), partition_by=[sql.column("number", "m")])
        before = exp.Sub(this=sql.column("earned", "t"), expression=sql.column("amount", "t"))
        names = (*self.keys, "begins", "term", "is_expense", "off")
        more = ("off_month", "off_end", "amount")
        totals = exp.select(
            *(sql.column(n, "m") for n in (*names, *more)),
            sql.alias(sql.column("month", "m"), "since"),
            sql.alias(until, "until"),
            sql.alias(sql.cast(earned, self._money), "earned"),
            sql.alias(sql.cast(earned_at_last, self._money), "earned_at_last"),
        ).from_(self._numbered_movements((*names, *more[:2])).subquery("m", copy=False), copy=False)
        at_last: exp.Expr = sql.cast(exp.null(), self._money)
        if self.of.cost.off is not None:
            elapsed = self._elapsed(sql.column("off_month", "t"), sql.column("off_end", "t"), "t")
            at_last = self._part(sql.column("earned_at_last", "t"), elapsed, "t")
        return exp.select(
            *(sql.column(n, "t") for n in (*names, "since", "until", "earned")),
            sql.alias(sql.cast(sql.paren(before), self._money), "earned_before"),
            sql.alias(at_last, "at_last"),
        ).from_(totals.subquery("t", copy=False), copy=False)

    def _numbered_movements(self, names: Sequence[str]) -> exp.Select:
        """What is earned and taken back, with what is known of the record and its number."""
        columns = [sql.column(n, "x") for n in ("number", *names)]
        query = exp.select(*columns, sql.column("month", "v"), sql.column("amount", "v"))
        query = query.from_(self._movements().subquery("v", copy=False), copy=False)
        same = [exp.NullSafeEQ(this=sql.column(k, "v"), expression=sql.column(k, "x")) for k in self.keys]
        return query.join(exp.to_table(_RECORDS).as_("x"), on=sql.all_of(same), copy=False)

    def _numbered(self) -> exp.Select:
        """The records, numbered, each with the last month before it is written off, and that month's end."""
        everything = exp.Column(this=exp.Star(), table=exp.to_identifier("x", quoted=True))
        number = sql.alias(exp.Window(this=exp.func("row_number")), "number")
        if self.of.cost.off is None:
            none = [sql.alias(sql.cast(exp.null(), kind), name) for name, kind in (("off_month", "INTEGER"), ("off_end", "DATE"))]
            return exp.select(everything, number, *none).from_(self._records().subquery("x", copy=False), copy=False)
        month = exp.Sub(this=sql.column("month", "o"), expression=sql.whole(1))
        query = exp.select(everything, number, sql.alias(month, "off_month"), sql.alias(sql.column("last_day", "n"), "off_end"))
        query = query.from_(self._records().subquery("x", copy=False), copy=False)
        on = exp.EQ(this=sql.column("day", "o"), expression=sql.column("off", "x"))
        query = query.join(table("days", "o", CALENDAR), on=on, join_type="left", copy=False)
        ended = [
            exp.EQ(this=sql.column("kind", "n"), expression=sql.text("month")),
            exp.EQ(this=sql.column("number", "n"), expression=sql.paren(month.copy())),
        ]
        return query.join(table("periods", "n", CALENDAR), on=sql.all_of(ended), join_type="left", copy=False)

    def _records(self) -> exp.Select:
        """Each record that a payee has earned something for: over which time, whether at once, when it is written off."""
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
