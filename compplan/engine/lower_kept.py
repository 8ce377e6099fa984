"""Holds and clawbacks of a component to steps: each earning with the parts that are kept, the shares that are released and taken by month,
and what is left of the earning after each of them.

What is left is rounded to date, so that its changes from month to month add up to it: nothing is ever taken back that was not paid.
What is known of the days after the run's is worked out with it, for those who ask when it comes; nothing of it is paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on
from compplan.engine.credit_shape import CreditShape, at
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.kept_leaves import kept_column, kept_leaves
from compplan.engine.relations import RECORDS, Earnings
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Check, Step, table
from compplan.engine.sums_to_date import Around, SumsToDate, sum_columns, sums_of
from compplan.immutable import immutable
from compplan.language import typed as ty

SHARE = (14, sql.MOST_DECIMALS)
"""Digits and decimals of a share to date, which lies between 0 and 1."""
_WIDE = (sql.MOST_DIGITS, sql.MOST_DECIMALS)
_ONE = Fraction(1)
_EMPTY = "Something that it is made from is empty."


@immutable
class KeptSteps:
    """The names of the steps of one component: its earnings as they are kept, the dated shares of them, what is left of them by month."""

    kept: str
    shares: str
    left: str


@immutable
class KeptLowering:
    """Lowers what holds a component, and takes it back."""

    scope: Scope
    plan: ty.Plan
    component: ty.Component
    shape: CreditShape
    earnings: Earnings
    names: KeptSteps
    payee_columns: RecordColumns

    @property
    def keepers(self) -> tuple[ty.Hold | ty.Clawback, ...]:
        """Holds, then clawbacks."""
        return self.plan.keeping(self.component.name)

    @property
    def keys(self) -> tuple[str, ...]:
        """What names the credit that an earning is for."""
        return ("payee", *self.shape.record, *self.shape.marks, "date")

    @property
    def _earned(self) -> str:
        """The step with what was earned, record by record."""
        return self.earnings.attributed or self.earnings.step

    def steps(self) -> Iterator[Step]:
        """The steps, the last with what is left."""
        yield self._kept()
        yield self._shares()
        yield self._left()

    # ---- the earnings, each with a number and the parts of it that are kept

    def _kept(self) -> Step:
        own = [*self.keys, "earned_month", "earned"]
        read = [kept_column(self.plan, self.component.name, leaf) for leaf in kept_leaves(self.plan, self.component.name)]
        order = [exp.Ordered(this=sql.column(n, "e"), nulls_first=True) for n in (*own, *read)]
        number = exp.Window(this=exp.func("row_number"), order=exp.Order(expressions=order))
        columns = [sql.alias(number, "earning"), *(sql.column(n, "e") for n in (*own, *read))]
        emitter = self._emitter("e", None)
        earned = Figure(sql.column("earned", "e"), 18, self.plan.unit_decimals)
        rest, before = sql.constant(_ONE), earned
        for index, keeper in enumerate(self.keepers, 1):
            if isinstance(keeper, ty.Hold):
                wanted = sql.greatest([sql.to_twelve(emitter.figure(keeper.keep)), sql.constant(Fraction(0))])
                kept = _share(sql.least([wanted, rest]).node)
                columns.append(kept.named(f"keep_{index}"))
                rest = sql.add(rest, kept, "-")
                after = self._rounded(sql.multiply(earned, rest))
                columns.append(self._amount(sql.add(before, after, "-")).named(f"kept_{index}"))
                before = after
        query = exp.select(*columns).from_(table(self._earned, "e"), copy=False)
        if self.earnings.attributed is not None:  # what belongs to no record is neither held nor taken back
            query = query.where(sql.not_null(sql.column("record", "e")), copy=False)
        touched = self._touched(emitter)
        query = query if touched is None else query.where(touched, copy=False)
        title = f"{self.component.label}: what may be kept of each earning"
        checks = tuple(self._kept_check(i, k) for i, k in enumerate(self.keepers, 1) if isinstance(k, ty.Hold))
        return Step(self.names.kept, title, ("earning",), query, (self._earned,), self.component.span, checks)

    @property
    def _holds(self) -> bool:
        return any(isinstance(k, ty.Hold) for k in self.keepers)

    def _touched(self, emitter: Emitter) -> exp.Expr | None:
        """Which earnings anything is taken back of, where nothing is held: the others, most of them, stay as they are."""
        if self._holds or not self.scope.months_follow:
            return None
        found = []
        for dated in (d for keeper in self.keepers for d in keeper.shares):
            if dated.child is None:
                before = exp.LT(this=sql.paren(emitter.plain(dated.dated)), expression=sql.day(self._end()))
                asked = dated.where is not None and not sums_of(dated)  # what is added up is known of numbered earnings alone
                found.append(sql.all_of([before, *([emitter.condition(dated.where)] if asked and dated.where is not None else [])]))
            else:
                referring = exp.select(sql.column(dated.child_reference or "", "r")).from_(table(dated.child, "r", RECORDS), copy=False)
                found.append(exp.In(this=sql.column("record", "e"), query=referring.subquery(copy=False)))
        return sql.any_of(found)

    def _kept_check(self, index: int, hold: ty.Hold) -> Check:
        rows = exp.select(sql.column("payee"), sql.column("record")).from_(table(self.names.kept), copy=False)
        return Check(
            "no-figure",
            "A hold cannot be worked out",
            rows.where(sql.is_null(sql.column(f"keep_{index}")), copy=False),
            lambda row: f"{hold.label}: which part is kept cannot be worked out for {row[0]} on {row[1]}. {_EMPTY}",
            "Complete the records, or say in the plan what holds where they say nothing.",
            hold.span,
        )

    # ---- the shares that are released and taken, each from its month on

    def _shares(self) -> Step:
        branches = [
            self._branch(i, keeper, number, dated)
            for i, keeper in enumerate(self.keepers, 1)
            for number, dated in enumerate(keeper.shares, 1)
        ]
        union: exp.Query = branches[0]
        for branch in branches[1:]:
            union = exp.union(union, branch, distinct=False, copy=False)
        names = ("earning", "keeper", "number", "source", "day", "met", "month", "share", *sum_columns(self.keepers))
        query = exp.select(*(sql.column(n, "u") for n in names)).from_(union.subquery("u", copy=False), copy=False)
        title = f"{self.component.label}: what is released and taken back, and when"
        keys = ("earning", "keeper", "number", "source", "day")
        return Step(self.names.shares, title, keys, query, (self.names.kept,), self.component.span, (self._share_check(),))

    def _branch(self, index: int, keeper: ty.Hold | ty.Clawback, number: int, dated: ty.DatedShare) -> exp.Select:
        """The shares of one sentence; of what is held also those whose day is empty or whose condition is not met: they have no month."""
        child = self._child(dated)
        sums = SumsToDate(self.scope, lambda: self._around(dated))
        emitter = self._emitter("k", child, sums)
        day = emitter.plain(dated.dated)
        share = sql.to_twelve(emitter.figure(dated.share))
        met: exp.Expr = exp.true() if dated.where is None else emitter.condition(dated.where)
        known = sql.all_of([sql.not_null(day.copy()), met.copy()])
        rows = exp.select(
            sql.column("earning", "k"),
            sql.alias(sql.cast(sql.whole(index), "INTEGER"), "keeper"),
            sql.alias(sql.cast(sql.whole(number), "INTEGER"), "number"),
            sql.alias(exp.null() if child is None else _key_of(child), "source"),
            sql.alias(sql.cast(day, "DATE"), "day"),
            sql.alias(exp.func("coalesce", met, exp.false()), "met"),
            sql.alias(sql.cast(self._month_counted(day, known), "INTEGER"), "month"),
            sql.alias(sql.cast(exp.Case().when(known, share.node, copy=False), sql.decimal_type(*_WIDE)), "share"),
            *sums.columns(dated, sum_columns(self.keepers)),
        )
        rows = sums.join(self._from_rows(rows, dated, child))
        if not self.scope.months_follow:
            on = exp.EQ(this=sql.column("day", "d"), expression=day.copy())
            rows = rows.join(table("days", "d", "calendar"), on=on, join_type="left", copy=False)
        if isinstance(keeper, ty.Hold):
            return rows
        if not self._holds:
            rows = rows.where(exp.LT(this=sql.paren(day.copy()), expression=sql.day(self._end())), copy=False)
        return rows.where(known.copy(), copy=False)

    def _child(self, dated: ty.DatedShare) -> RecordColumns | None:
        """The columns of the rows that a sentence goes through."""
        if dated.child is None:
            return None
        return RecordColumns(self.scope.schema, self.scope.schema.kinds[dated.child], "r", sql.column("date", "k"))

    def _from_rows(self, query: exp.Select, dated: ty.DatedShare, child: RecordColumns | None) -> exp.Select:
        """The query over the rows of a sentence: one for each earning, or for each row that refers to its record."""
        query = query.from_(table(self.names.kept, "k"), copy=False)
        if child is None:
            return query
        assert dated.child is not None
        refers = exp.EQ(this=sql.column(dated.child_reference or "", "r"), expression=sql.column("record", "k"))
        on = sql.all_of([refers, *holds_on(child.kind, "r", child.day)])
        return child.join(query.join(table(dated.child, "r", RECORDS), on=on, copy=False))

    def _around(self, dated: ty.DatedShare) -> Around:
        """The rows of a sentence, for what is added up up to the day of each."""
        child = self._child(dated)
        keys = [] if child is None else [*child.kind.key, *([] if child.kind.valid is None else [child.kind.valid.first])]
        return Around(
            lambda columns: self._from_rows(exp.select(*columns), dated, child),
            self._emitter("k", child).plain,
            (sql.column("earning", "k"), *(sql.column(key, "r") for key in keys)),
        )

    def _month_counted(self, day: exp.Expr, known: exp.Expr) -> exp.Expr:
        """The month in which a share counts; after those of the run, each day is like a month of its own; none, where it does not count."""
        end = sql.day(self._end())
        counted = exp.Greatest(this=self._month_of(day.copy()), expressions=[sql.column("earned_month", "k")], ignore_nulls=True)
        away = exp.DateDiff(this=day.copy(), expression=end.copy(), unit=exp.var("DAY"))
        later = exp.Add(this=sql.whole(self.scope.asked.last + 1), expression=away)
        before = exp.LT(this=sql.paren(day.copy()), expression=end)
        return exp.Case().when(sql.all_of([known.copy(), before]), counted, copy=False).when(known.copy(), later, copy=False)

    def _end(self) -> date:
        return self.scope.calendar.start_of_month(self.scope.asked.last + 1)

    def _month_of(self, day: exp.Expr) -> exp.Expr:
        """The month of a day; a day before those at hand is as good as the first."""
        if self.scope.months_follow:
            return self.scope.month_of(day)
        return exp.func("coalesce", sql.column("month", "d"), sql.whole(self.scope.all.first))

    def _share_check(self) -> Check:
        on = exp.EQ(this=sql.column("earning", "k"), expression=sql.column("earning", "s"))
        rows = (
            exp.select(sql.column("payee", "k"), sql.column("record", "k"), sql.column("keeper", "s"))
            .from_(table(self.names.shares, "s"), copy=False)
            .join(table(self.names.kept, "k"), on=on, copy=False)
            .where(sql.is_null(sql.column("share", "s")), in_run("s", self.scope.asked.last), copy=False)
        )
        keepers = self.keepers

        def message(row: tuple[object, ...]) -> str:
            keeper = keepers[int(str(row[2])) - 1]
            what = "released" if isinstance(keeper, ty.Hold) else "taken back"
            return f"{keeper.label}: which part is {what} cannot be worked out for {row[0]} on {row[1]}. {_EMPTY}"

        hint = "Complete the records, or leave such rows out with where."
        return Check("no-figure", "A share cannot be worked out", rows, message, hint, self.component.span)

    # ---- what is left of each earning, month by month

    def _left(self) -> Step:
        months = self._by_month()
        to_date = self._to_date(months)
        figures = self._figures(to_date)
        names = ["earning", *self.keys, "earned_month", "month"]
        order = [exp.Ordered(this=sql.column("month", "f"), nulls_first=True)]
        columns: list[exp.Expr] = [sql.column(n, "f") for n in (*names, "left_0")]
        for index, _ in enumerate(self.keepers, 1):
            columns += [sql.column(f"share_{index}", "f"), sql.column(f"left_{index}", "f")]
            own = exp.Sub(this=sql.column(f"left_{index}", "f"), expression=sql.column(f"left_{index - 1}", "f"))
            before = exp.Window(
                this=exp.func("lag", sql.paren(own), sql.whole(1), sql.whole(0)),
                partition_by=[sql.column("earning", "f")],
                order=exp.Order(expressions=[o.copy() for o in order]),
            )
            change = exp.Sub(this=sql.paren(own.copy()), expression=before)
            columns.append(sql.alias(sql.cast(sql.paren(change), self._money), f"change_{index}"))
        columns.append(sql.column("held", "f"))
        query = exp.select(*columns).from_(figures.subquery("f", copy=False), copy=False)
        title = f"{self.component.label}: what is left of each earning to date"
        reads = (self.names.kept, self.names.shares)
        return Step(self.names.left, title, ("earning", "month"), query, reads, self.component.span)

    @property
    def _money(self) -> exp.DataType:
        return sql.decimal_type(18, self.plan.unit_decimals)

    def _by_month(self) -> exp.Select:
        """The shares of each month, a column for each hold and clawback; the month in which it is earned is always there."""
        zero = sql.cast(sql.whole(0), sql.decimal_type(sql.MOST_DIGITS, sql.MOST_DECIMALS))
        shares: list[exp.Expr] = []
        nothing: list[exp.Expr] = []
        for index, _ in enumerate(self.keepers, 1):
            mine = exp.EQ(this=sql.column("keeper", "s"), expression=sql.whole(index))
            value = exp.Case().when(mine, sql.column("share", "s"), copy=False).else_(zero.copy(), copy=False)
            shares.append(sql.alias(value, f"s_{index}"))
            nothing.append(sql.alias(zero.copy(), f"s_{index}"))
        dated = exp.select(sql.column("earning", "s"), sql.column("month", "s"), *shares).from_(table(self.names.shares, "s"), copy=False)
        dated = dated.where(sql.not_null(sql.column("month", "s")), copy=False)
        first = exp.select(
            sql.column("earning", "k"), sql.alias(sql.cast(sql.column("earned_month", "k"), "INTEGER"), "month"), *nothing
        ).from_(table(self.names.kept, "k"), copy=False)
        union = exp.union(dated, first, distinct=False, copy=False).subquery("u", copy=False)
        sums = [
            sql.alias(sql.cast(exp.func("sum", sql.column(f"s_{i}", "u")), sql.decimal_type(sql.MOST_DIGITS, sql.MOST_DECIMALS)), f"s_{i}")
            for i, _ in enumerate(self.keepers, 1)
        ]
        keys = [sql.column("earning", "u"), sql.column("month", "u")]
        return exp.select(*keys, *sums).from_(union, copy=False).group_by(*(k.copy() for k in keys), copy=False)

    def _to_date(self, months: exp.Select) -> exp.Select:
        """The shares to date, from 0 to 1; what is released is never held again."""
        columns: list[exp.Expr] = [sql.column("earning", "m"), sql.column("month", "m")]
        for index, _ in enumerate(self.keepers, 1):
            total = _running("m", exp.func("sum", sql.column(f"s_{index}", "m")))
            inside = exp.Greatest(this=total, expressions=[sql.whole(0)], ignore_nulls=True)
            columns.append(_share(exp.Least(this=inside, expressions=[sql.whole(1)], ignore_nulls=True)).named(f"share_{index}"))
        inner = exp.select(*columns).from_(months.subquery("m", copy=False), copy=False)
        columns = [sql.column("earning", "t"), sql.column("month", "t")]
        for index, keeper in enumerate(self.keepers, 1):
            share: exp.Expr = sql.column(f"share_{index}", "t")
            if isinstance(keeper, ty.Hold):
                share = _running("t", exp.func("max", share))
            columns.append(_share(share).named(f"share_{index}"))
        return exp.select(*columns).from_(inner.subquery("t", copy=False), copy=False)

    def _figures(self, to_date: exp.Select) -> exp.Select:
        """What is left of the earning after each hold and clawback; `left_0` is the earning itself."""
        earned = Figure(sql.column("earned", "k"), 18, self.plan.unit_decimals)
        columns: list[exp.Expr] = [sql.column("earning", "d")]
        columns += [sql.column(n, "k") for n in (*self.keys, "earned_month")]
        columns += [sql.column("month", "d"), self._rounded(earned).named("left_0")]
        value, untaken = earned, earned
        for index, keeper in enumerate(self.keepers, 1):
            share = Figure(sql.column(f"share_{index}", "d"), *SHARE)
            rest = sql.add(sql.constant(_ONE), share, "-")
            if isinstance(keeper, ty.Hold):
                kept = Figure(sql.column(f"kept_{index}", "k"), 18, self.plan.unit_decimals)
                released = self._rounded(sql.multiply(kept, share))
                value = self._amount(sql.add(value, sql.add(kept, released, "-"), "-"))
            else:
                value, untaken = sql.multiply(value, rest), sql.multiply(untaken, rest)
            columns += [sql.column(f"share_{index}", "d"), self._rounded(value).named(f"left_{index}")]
        held_back = sql.add(self._rounded(untaken), self._rounded(value), "-")
        columns.append(sql.alias(sql.cast(held_back.node, self._money), "held"))
        on = exp.EQ(this=sql.column("earning", "k"), expression=sql.column("earning", "d"))
        rows = exp.select(*columns).from_(to_date.subquery("d", copy=False), copy=False)
        return rows.join(table(self.names.kept, "k"), on=on, copy=False)

    def _rounded(self, value: Figure) -> Figure:
        rounded = sql.to_unit(value, self.plan.rounding_unit, self.plan.half_even)
        return self._amount(rounded)

    def _amount(self, value: Figure) -> Figure:
        return Figure(sql.cast(value.node, self._money), 18, self.plan.unit_decimals)

    # ---- names

    def _emitter(self, alias: str, child: RecordColumns | None, sums: SumsToDate | None = None) -> Emitter:
        return Emitter(lambda leaf: self._leaf(leaf, alias, child, sums), self.scope.tables, self.scope.calendar)

    def _leaf(self, leaf: Leaf, alias: str, child: RecordColumns | None, sums: SumsToDate | None) -> Emitted:
        match leaf:
            case ty.SumToDate():
                assert sums is not None
                return sums.column(leaf)
            case ty.ChildField():
                assert child is not None
                return child.column(leaf.path)
            case ty.PayeeField(path=()):
                return sql.column("payee", alias)
            case ty.RecordField() | ty.CreditField():
                return at(self.shape.column(leaf, alias), kept_column(self.plan, self.component.name, leaf), alias)
            case ty.PayeeField():
                return at(self.payee_columns.column(leaf.path), kept_column(self.plan, self.component.name, leaf), alias)
            case ty.Moment(period=None):
                return sql.column("date", alias)
            case _:
                raise AssertionError(f"{type(leaf).__name__} in a hold or clawback")


def _key_of(child: RecordColumns) -> exp.Expr:
    """A row's key as text."""
    keys = [sql.cast(sql.column(name, "r"), "VARCHAR") for name in child.kind.key]
    return keys[0] if len(keys) == 1 else exp.func("concat_ws", sql.text(", "), *keys)


def in_run(alias: str, last: int) -> exp.Expr:
    """What counts in the months of a run that ends with a month."""
    return exp.LTE(this=sql.column("month", alias), expression=sql.whole(last))


def _share(node: exp.Expr) -> Figure:
    return Figure(sql.cast(node, sql.decimal_type(*SHARE)), *SHARE)


def _running(alias: str, function: exp.Expr) -> exp.Expr:
    """A function over the months of an earning, up to and with this one."""
    return exp.Window(
        this=function,
        partition_by=[sql.column("earning", alias)],
        order=exp.Order(expressions=[exp.Ordered(this=sql.column("month", alias), nulls_first=True)]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )
