"""Quotas, and sums over records, to steps: a figure for each owner and period; empty where the records say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.averages import asked_about, measured_periods, of_payee, weighted, within
from compplan.engine.averages import reads as counted_by
from compplan.engine.columns import RecordColumns, holds_on
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.exchange import Lookups
from compplan.engine.lower_measures import Valued, owners, periods
from compplan.engine.relations import CALENDAR, RECORDS
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Step, table
from compplan.engine.working_days import WORKABLE
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import MONTHS_IN, PEOPLE, Period


def lower_record_sum(scope: Scope, expr: ty.RecordSum, group: str | None, cadence: Period, name: str) -> tuple[Step, Valued]:
    """The sum over a kind's rows, for each owner and period of a cadence; no row where there is nothing to add up."""
    columns = RecordColumns(scope.schema, scope.schema.kinds[expr.kind], "r")

    def leaf(e: Leaf) -> Emitted:
        if isinstance(e, (ty.Rate, ty.EndOf)):
            return lookups.look_up(e, emitter.plain)
        assert isinstance(e, ty.RecordField)
        return columns.column(e.path)

    lookups = Lookups(scope.schema)
    emitter = Emitter(leaf, scope.tables, scope.calendar)
    value = emitter.figure(expr.value)
    where = [] if expr.where is None else [emitter.condition(expr.where)]
    owner: exp.Expr = sql.text("") if group == "" else sql.column(expr.person or expr.group or "", "r")
    whole = exp.EQ(this=exp.Count(this=value.node), expression=exp.Count(this=exp.Star()))
    known = exp.Case().when(whole, exp.func("sum", value.node), copy=False)
    total = sql.cast(known, sql.decimal_type(sql.MOST_DIGITS, value.decimals))
    figure = Figure(total, sql.MOST_DIGITS, value.decimals)
    query = exp.select(sql.alias(owner, "owner"), sql.column("period", "w"), figure.named("value"))
    query = lookups.join(columns.join(query.from_(table(expr.kind, "r", RECORDS), copy=False)))
    if expr.period is not None:
        named = exp.EQ(this=sql.column("label", "q"), expression=sql.column(expr.period, "r"))
        query = query.join(table("periods", "q", CALENDAR), on=named, copy=False)
        inside = sql.all_of(
            [
                exp.GTE(this=sql.column("first_month", "q"), expression=sql.column("low", "w")),
                exp.LTE(this=sql.column("last_month", "q"), expression=sql.column("high", "w")),
            ]
        )
        query = query.join(periods(scope, cadence, expr.window).subquery("w", copy=False), on=inside, copy=False)
    else:
        query = query.join(periods(scope, cadence, expr.window).subquery("w", copy=False), join_type="cross", copy=False)
    if group != "":
        where.append(sql.not_null(owner))
    if where:
        query = query.where(*where, copy=False)
    query = query.group_by(*([] if group == "" else [owner]), sql.column("period", "w"), copy=False)
    return Step(name, f"{expr.kind} added up", ("owner", "period"), query, tuple(lookups.reads()), expr.span), Valued(name, figure)


@immutable
class QuotaDays:
    """Where people are dated: how a payee's quota is prorated, and the steps with the parts, the last days, and the payees of the plan."""

    how: ty.Proration
    parts: str
    last_days: str
    payees: str

    @property
    def is_averaged(self) -> bool:
        """Whether it is averaged over days, working days or months."""
        return self.how.by in ("days", "working days", "months")


@immutable
class Relieved:
    """What leave takes off a quota for which nothing is prorated: how it is counted, and the step with how much of each month it is."""

    how: ty.Proration
    off: str


def lower_quota(
    scope: Scope,
    quota: ty.Quota,
    group: str | None,
    name: str,
    sums: Mapping[ty.RecordSum, Valued],
    days: QuotaDays | None,
    relieved: Relieved | None = None,
    *,
    by_month: bool = False,
) -> tuple[Step, Valued]:
    """The quota of every owner in each of its own periods; where people are dated, prorated as the plan says, and relieved for leave.

    `by_month`: a row for each month, with its part of the quota, what a ramp asks for in it, how much of it counts, and of how much.
    """
    averaged = days is not None and days.is_averaged
    payee = RecordColumns(scope.schema, scope.schema.kinds[PEOPLE], "p", sql.column("day", "t" if averaged else "l"))
    joined: dict[ty.RecordSum, str] = {}
    lookups = Lookups(scope.schema)

    def leaf(e: Leaf) -> Emitted:
        match e:
            case ty.RecordSum():
                return sums[e].column(joined.setdefault(e, f"s{len(joined)}"))
            case ty.PayeeField(path=()):
                return sql.column("owner", "o")
            case ty.PayeeField():
                return payee.column(e.path)
            case ty.Moment(period=None):
                return sql.column("last_day", "w")
            case ty.Moment():
                return sql.column("period", "w")
            case ty.Rate() | ty.EndOf():
                return lookups.look_up(e, Emitter(leaf, scope.tables, scope.calendar).plain)
            case _:
                raise AssertionError(f"{type(e).__name__} in a quota")

    def leaf_of_month(e: Leaf) -> Emitted:
        return sql.column("last_day", "m") if isinstance(e, ty.Moment) and e.period is None else leaf(e)

    value = Emitter(leaf, scope.tables, scope.calendar).figure(quota.value)
    ramp = None if quota.ramp is None else Emitter(leaf_of_month, scope.tables, scope.calendar).figure(quota.ramp)
    query = exp.select().from_(owners(scope, group).subquery("o", copy=False), copy=False)
    window, how = ty.Window(quota.period), None if days is None or not averaged else days.how
    how = how if relieved is None else relieved.how
    spans = periods(scope, quota.period, window) if how is None else measured_periods(scope, quota.period, window, how)
    own = [] if how is None else of_payee(how, "w", sql.column("owner", "o"))
    spanned = spans.subquery("w", copy=False)
    query = query.join(spanned, on=sql.all_of(own), copy=False) if own else query.join(spanned, join_type="cross", copy=False)
    fields = [e for f in (quota.value, quota.ramp) if f is not None for e in every(f) if isinstance(e, ty.PayeeField) and e.path]
    reads = [sums[e].step for e in joined]
    if days is not None and averaged:
        made, (query, value) = (days.parts, days.payees, *counted_by(days.how)), _averaged(query, days, value, ramp)
        counted: exp.Expr = sql.column("weight", "t")
    else:
        query, value, made, counted = _of_the_period(scope, query, quota, (days, relieved), value, ramp)
    reads += made
    query = _with_people(query, payee) if fields else query
    query = join_valued(query, {alias: sums[e].step for e, alias in joined.items()}, sql.column("owner", "o"), sql.column("period", "w"))
    reads += lookups.reads()
    query = lookups.join(query).select(sql.column("owner", "o"), sql.column("period", "w"), value.named("value"), copy=False)
    if by_month:
        month = sql.column("month", "t") if averaged else sql.column("number", "m")
        asked = exp.null() if ramp is None else exp.func("max", ramp.node)
        whole = exp.null() if how is None else exp.func("max", sql.column("whole", "w"))
        columns = {"month": month, "asked": asked, "counted": exp.func("sum", counted), "whole": whole}
        query = query.select(*(sql.alias(node, column) for column, node in columns.items()), copy=False).group_by(month.copy(), copy=False)
    title = f"The quota for {quota.measure}, for each {quota.period}"
    return Step(name, title, ("owner", "period"), query, tuple(dict.fromkeys(reads)), quota.span), Valued(name, value)


def _of_the_period(
    scope: Scope, query: exp.Select, quota: ty.Quota, days: tuple[QuotaDays | None, Relieved | None], value: Figure, ramp: Figure | None
) -> tuple[exp.Select, Figure, tuple[str, ...], exp.Expr]:
    """The quota of a whole period, ramped and relieved month by month; the steps that it is made from; what is left of a month."""
    prorated, relieved = days
    reads: tuple[str, ...] = ()
    left: exp.Expr = exp.null()
    if relieved is not None:
        query, value, left = _relieved(query, relieved, value if ramp is None else sql.multiply(value, ramp))
        reads = (relieved.off, *counted_by(relieved.how))
    elif ramp is not None:
        query, value = _with_months(query), _ramped(value, ramp, MONTHS_IN[quota.period])
    if prorated is not None:
        query, asked = _with_days(scope, query, prorated, quota, [e for e in every(quota.value) if isinstance(e, ty.PayeeField) and e.path])
        reads = (*reads, prorated.last_days, prorated.parts)
        value = value if asked is None else Figure(exp.Case().when(asked, value.node, copy=False), value.digits, value.decimals)
        if (ramp is not None or relieved is not None) and asked is not None:
            query = query.group_by(sql.column("payee", "k"), copy=False)
    return query, value, reads, left


def _with_people(query: exp.Select, payee: RecordColumns) -> exp.Select:
    """The query with the payee's own columns."""
    own = exp.EQ(this=sql.column(payee.kind.key[0], "p"), expression=sql.column("owner", "o"))
    on = sql.all_of([own, *holds_on(payee.kind, "p", payee.day)])
    return payee.join(query.join(table(PEOPLE, "p", RECORDS), on=on, join_type="left", copy=False))


def _with_months(query: exp.Select) -> exp.Select:
    """A row for each month of the period."""
    query = query.join(table("periods", "m", CALENDAR), on=_is_month_of("m", "w"), copy=False)
    return query.group_by(sql.column("owner", "o"), sql.column("period", "w"), copy=False)


def _with_days(
    scope: Scope, query: exp.Select, days: QuotaDays, quota: ty.Quota, fields: list[ty.PayeeField]
) -> tuple[exp.Select, exp.Expr | None]:
    """The day on which a payee is read; and, where nothing is said of proration, whether nothing need be asked."""

    def same(alias: str) -> exp.Expr:
        pairs = (("payee", "o", "owner"), ("period", "w", "period"))
        return sql.all_of([exp.EQ(this=sql.column(n, alias), expression=sql.column(m, a)) for n, a, m in pairs])

    query = query.join(table(days.last_days, "l"), on=same("l"), join_type="left", copy=False)
    if days.how.by == "not":
        return query, None
    asked = asked_about(scope, days.parts, quota, fields).subquery("k", copy=False)
    return query.join(asked, on=same("k"), join_type="left", copy=False), sql.is_null(sql.column("payee", "k"))


def _averaged(query: exp.Select, days: QuotaDays, value: Figure, ramp: Figure | None) -> tuple[exp.Select, Figure]:
    """The average over the parts of the period; days on which a payee of the plan is none count as nothing."""
    part = sql.all_of([exp.EQ(this=sql.column("payee", "t"), expression=sql.column("owner", "o")), within("t", "w")])
    query = query.join(table(days.parts, "t"), on=part, join_type="left", copy=False)
    is_payee = exp.EQ(this=sql.column("payee", "y"), expression=sql.column("owner", "o"))
    query = query.join(table(days.payees, "y"), on=is_payee, join_type="left", copy=False)
    if ramp is not None:
        month = [exp.EQ(this=sql.column("kind", "m"), expression=sql.text("month"))]
        month.append(exp.EQ(this=sql.column("number", "m"), expression=sql.column("month", "t")))
        query = query.join(table("periods", "m", CALENDAR), on=sql.all_of(month), join_type="left", copy=False)
        value = sql.multiply(value, ramp)
    average = weighted(value, exp.func("max", sql.column("whole", "w")))
    none = exp.EQ(this=exp.Count(this=sql.column("weight", "t")), expression=sql.whole(0))
    away = sql.all_of([none, exp.GT(this=exp.Count(this=sql.column("payee", "y")), expression=sql.whole(0))])
    nobody = sql.all_of([none.copy(), exp.EQ(this=exp.Count(this=sql.column("payee", "y")), expression=sql.whole(0))])
    known = exp.Case().when(nobody, exp.null(), copy=False).else_(average.node, copy=False)
    figure = sql.choose([(away, sql.constant(Fraction(0)))], Figure(known, average.digits, average.decimals))
    return query.group_by(sql.column("owner", "o"), sql.column("period", "w"), copy=False), figure


def _relieved(query: exp.Select, relieved: Relieved, value: Figure) -> tuple[exp.Select, Figure, exp.Expr]:
    """The average over the months of the period, each as long as it is without the leave."""
    query = _with_months(query)
    first, last = sql.column("first_day", "m"), sql.column("last_day", "m")
    if relieved.how.by == "months":
        whole: exp.Expr = sql.whole(1)
    elif relieved.how.by == "working days":
        own = [exp.EQ(this=sql.column("payee", "u"), expression=sql.column("owner", "o"))]
        own.append(exp.EQ(this=sql.column("month", "u"), expression=sql.column("number", "m")))
        query, whole = query.join(table(WORKABLE, "u"), on=sql.all_of(own), copy=False), sql.column("days", "u")
    else:
        whole = sql.paren(exp.Add(this=sql.paren(exp.Sub(this=last, expression=first)), expression=sql.whole(1)))
    off = [exp.EQ(this=sql.column("payee", "v"), expression=sql.column("owner", "o"))]
    off.append(exp.EQ(this=sql.column("month", "v"), expression=sql.column("number", "m")))
    query = query.join(table(relieved.off, "v"), on=sql.all_of(off), join_type="left", copy=False)
    left = sql.paren(exp.Sub(this=whole, expression=exp.func("coalesce", sql.column("weight", "v"), sql.whole(0))))
    return query, weighted(value, exp.func("max", sql.column("whole", "w")), left), left.copy()


def _ramped(value: Figure, ramp: Figure, months: int) -> Figure:
    """The average over the months of a period; empty where one of them is."""
    product = sql.multiply(value, ramp)
    whole = exp.EQ(this=exp.Count(this=product.node), expression=exp.Count(this=exp.Star()))
    total = exp.Case().when(whole, exp.func("sum", product.node.copy()), copy=False)
    figure = Figure(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, product.decimals)), sql.MOST_DIGITS, product.decimals)
    return figure if months == 1 else sql.divide(figure, sql.constant(Fraction(months)))


def _is_month_of(alias: str, window: str) -> exp.Expr:
    """That a period of the calendar is a month, and lies in a window."""
    number = sql.column("number", alias)
    return sql.all_of(
        [
            exp.EQ(this=sql.column("kind", alias), expression=sql.text("month")),
            exp.GTE(this=number, expression=sql.column("low", window)),
            exp.LTE(this=number.copy(), expression=sql.column("high", window)),
        ]
    )


def join_valued(query: exp.Select, steps: Mapping[str, str], owner: exp.Expr, period: exp.Expr) -> exp.Select:
    """The query with steps of owner and period joined, each under its alias."""
    for alias, step in steps.items():
        on = sql.all_of(
            [
                exp.EQ(this=sql.column("owner", alias), expression=owner),
                exp.EQ(this=sql.column("period", alias), expression=period),
            ]
        )
        query = query.join(table(step, alias), on=on, join_type="left", copy=False)
    return query


def lower_quota_window(scope: Scope, quota: ty.Quota, base: Valued, window: ty.Window, cadence: Period, name: str) -> tuple[Step, Valued]:
    """The quota over a window, for each owner and period of a cadence; empty where one of its periods has none."""
    size = MONTHS_IN[quota.period]
    first = exp.Mul(this=sql.column("period", "q"), expression=sql.whole(size))
    inside = sql.all_of(
        [
            exp.GTE(this=sql.paren(first), expression=sql.column("low", "w")),
            exp.LTE(this=exp.Add(this=sql.paren(first), expression=sql.whole(size - 1)), expression=sql.column("high", "w")),
        ]
    )
    value = sql.column("value", "q")
    full = exp.EQ(this=exp.Count(this=value), expression=exp.Count(this=exp.Star()))
    total = exp.Case().when(full, exp.func("sum", value), copy=False)
    figure = Figure(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, base.value.decimals)), sql.MOST_DIGITS, base.value.decimals)
    query = (
        exp.select(sql.column("owner", "q"), sql.column("period", "w"), figure.named("value"))
        .from_(table(base.step, "q"), copy=False)
        .join(periods(scope, cadence, window).subquery("w", copy=False), on=inside, copy=False)
        .group_by(sql.column("owner", "q"), sql.column("period", "w"), copy=False)
    )
    title = f"The quota for {quota.measure} over {window.words}"
    return Step(name, title, ("owner", "period"), query, (base.step,), quota.span), Valued(name, figure)
