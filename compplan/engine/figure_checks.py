"""What to say when a figure cannot be worked out: whose, for when, and the first thing that is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from compplan.calendar import FiscalPeriod
from compplan.engine import sql
from compplan.engine.emit import Emitter
from compplan.engine.lower_components import ComponentLowering, Figured
from compplan.engine.missing_quotas import wanted_quota
from compplan.engine.steps import Check, Wanted, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.formulas_of import formulas
from compplan.language.tree import Reach
from compplan.language.walk import every, parts


@immutable
class _Cause:
    """Something that may be missing: a condition in SQL, and what to say, with {payee}, {when} and {detail} to be filled in."""

    missing: exp.Expr
    words: str
    detail: exp.Expr | None = None
    quota: ty.QuotaAt | None = None


def figure_checks(lowering: ComponentLowering, figured: Figured, step: str) -> tuple[Check, ...]:
    """What is told of the rows of a component whose figure is empty: exchange rates that are missing, each once; then the others."""
    rates = list(dict.fromkeys(e for f in formulas(lowering.component) for e in _at_hand(f) if isinstance(e, ty.Rate)))
    if not rates:
        return (_figure_check(lowering, figured, step),)
    from compplan.engine.component_rates import rate_checks  # few components convert anything: the others need not load it

    told, checks = rate_checks(lowering, figured, step, rates)
    return (*checks, _figure_check(lowering, figured, step, told))


def _figure_check(lowering: ComponentLowering, figured: Figured, step: str, told: Sequence[exp.Expr] = ()) -> Check:
    """Gives the rows of a component whose figure is empty, each with the first cause that can be named; save those `told` elsewhere."""
    component = lowering.component
    causes = [*_causes(lowering, figured), *_nobody(lowering)]
    chosen = exp.Case()
    for index, cause in enumerate(causes):
        chosen = chosen.when(cause.missing, sql.whole(index), copy=False)
    value = sql.is_null(figured.figure.node)
    keys = [figured.keys[0], figured.keys[1]]
    detail = exp.Case()
    for cause in causes:
        detail = detail.when(cause.missing, cause.detail or sql.text(""), copy=False)
    cause_column: exp.Expr = chosen.else_(sql.whole(-1), copy=False) if causes else sql.whole(-1)
    shown: exp.Expr = detail if causes else sql.text("")
    query = (
        figured.rows.copy().select(*keys, sql.alias(cause_column, "cause"), sql.alias(shown, "detail"), copy=False).where(value, copy=False)
    )
    guard = (
        exp.select(sql.whole(1)).from_(table(step), copy=False).where(sql.is_null(sql.column("earned")), copy=False).limit(1, copy=False)
    )
    query = query.where(*(exp.Not(this=sql.paren(t)) for t in told), copy=False)
    if figured.where is not None:
        query = query.where(figured.where, copy=False)

    def message(row: tuple[object, ...]) -> str:
        payee, key, index = str(row[0]), row[1], int(str(row[2]))
        when = (
            f"in {FiscalPeriod(component.grain.period, int(str(key))).label}" if isinstance(component.grain, ty.ForPeriod) else f"on {key}"
        )
        why = (
            causes[index].words.format(payee=payee, when=when, detail=row[3]) if index >= 0 else "Something that it is made from is empty."
        )
        return f"{component.label} of {payee} {when} cannot be worked out. {why}"

    def wanted(row: tuple[object, ...]) -> Wanted | None:
        index = int(str(row[2]))
        quota = causes[index].quota if index >= 0 else None
        if quota is None or not isinstance(component.grain, ty.ForPeriod):
            return None
        return wanted_quota(lowering.plan, quota, str(row[0]), FiscalPeriod(component.grain.period, int(str(row[1]))))

    hint = "Complete the records, or say in the plan what holds where they say nothing."
    return Check("no-figure", "A figure cannot be worked out", query, message, hint, component.span, guard, wanted)


def _nobody(lowering: ComponentLowering) -> Iterator[_Cause]:
    """A pool that nobody has a part in."""
    if lowering.pooled is not None:
        zero = exp.EQ(this=sql.column("weights", "t"), expression=sql.whole(0))
        words = "There is something to share out among {detail}, and nobody has a part in it."
        yield _Cause(
            zero,
            words,
            exp.Case()
            .when(exp.EQ(this=sql.column("group", "t"), expression=sql.text("")), sql.text("everyone"), copy=False)
            .else_(sql.column("group", "t"), copy=False),
        )


def _causes(lowering: ComponentLowering, figured: Figured) -> Iterator[_Cause]:
    seen: set[ty.Expr] = set()
    emitter = figured.emitter
    for formula in formulas(lowering.component):
        for e in _at_hand(formula):
            if e in seen:
                continue
            seen.add(e)
            yield from _causes_of(lowering, emitter, e)


def _causes_of(lowering: ComponentLowering, emitter: Emitter, e: ty.Expr) -> Iterator[_Cause]:
    match e:
        case ty.Attainment():
            quota = emitter.figure(e.quota).node
            yield _missing_quota(lowering, e.quota, quota)
            zero = exp.LTE(this=sql.paren(quota), expression=sql.whole(0))
            yield _Cause(zero, f"The quota of {{payee}} for {e.quota.measure} is not above zero.")
        case ty.QuotaAt():
            yield _missing_quota(lowering, e, emitter.plain(e))
        case ty.MeasureAt() if lowering.plan.measures[e.measure].group:
            group = lowering.plan.measures[e.measure].group
            yield _Cause(sql.is_null(emitter.plain(e)), f"{{payee}} has no {group}, so there is no {e.measure}.")
        case ty.Averaged(how=ty.Proration(by="asked")):
            column = ".".join(e.column.path)
            words = (
                f"Within the {e.window.period}, {column} of {{payee}} changes, or they are a payee for part of it, and the plan does not "
                f"say what then counts: write {prorations(column)}."
            )
            yield _Cause(sql.is_null(emitter.plain(e)), words)
        case ty.Prorated(how=ty.Proration(by="asked")):
            words = (
                f"{{payee}} is a payee for part of the time, or the {e.of} changes within it, and the plan does not say what then counts: "
                f"write {prorations(e.of)}."
            )
            yield _Cause(sql.is_null(emitter.plain(e)), words)
        case ty.AverageBefore():
            words = f"{{payee}} was no payee of the plan in the months before their {e.leave} leave, so there is nothing to average."
            yield _Cause(sql.is_null(emitter.plain(e)), words)
        case ty.Averaged() if e.unit.own:
            words = f"Within the {e.window.period}, {e.column.path[-1]} of {{payee}} is in several currencies, and has no average."
            yield _Cause(sql.is_null(emitter.plain(e)), words)
        case ty.RecordSum():
            rated = any(isinstance(part, ty.Rate) for part in every(e.value))
            words = f"There are no {e.kind} for {{payee}} {{when}}{', or an exchange rate that they need is missing' if rated else ''}."
            yield _Cause(sql.is_null(emitter.plain(e)), words)
        case ty.Lookup():
            given = [sql.cast(emitter.plain(a), "VARCHAR") for a in e.arguments]
            shown = exp.func("concat_ws", sql.text(", "), *[exp.func("coalesce", g, sql.text("empty")) for g in given])
            yield _Cause(sql.is_null(emitter.plain(e)), f"No row of the table {e.table} fits {{detail}}.", shown)
        case ty.RecordField() | ty.PayeeField() if e.optional and e.path:
            yield _Cause(sql.is_null(emitter.plain(e)), f"{e.path[-1]} is empty.")
        case _:
            pass


def _at_hand(formula: ty.Expr) -> Iterator[ty.Expr]:
    """The formula and all inside it, save what speaks of the rows that a sum adds up: those are not at hand here."""
    yield formula
    if not isinstance(formula, (ty.RecordSum, ty.Prorated)):
        for part in parts(formula):
            yield from _at_hand(part)


def _missing_quota(lowering: ComponentLowering, quota: ty.QuotaAt, node: exp.Expr) -> _Cause:
    """No quota; or one that is asked about, where people are dated and the plan does not say how it is prorated."""
    words = _no_quota(quota)
    rate = next((e for e in every(lowering.plan.quotas[quota.measure].value) if isinstance(e, ty.Rate)), None)
    if rate is not None:
        return _Cause(sql.is_null(node), f"{words} Or it has one, and a {rate.rates} rate that it is converted at is missing.")
    own = lowering.plan.measures[quota.measure].group is None
    if lowering.stays is None or not own or f"quota({quota.measure})" in lowering.plan.prorations:
        return _Cause(sql.is_null(node), words, quota=quota)
    period, named = lowering.plan.quotas[quota.measure].period, f"quota({quota.measure})"
    asked = f" Or they have one, and are a payee for part of a {period}, or change within it, and the plan does not say what then counts"
    return _Cause(sql.is_null(node), f"{words}{asked}: write {prorations(named)}.")


def prorations(named: str) -> str:
    """The sentences of which the plan needs one."""
    return f"prorate {named} by calendar days, prorate {named} by months of at least 15 days, or do not prorate {named}"


def _no_quota(quota: ty.QuotaAt) -> str:
    whole = f"; the whole {quota.window.period} needs one" if quota.window.reach is Reach.WHOLE else ""
    return f"{{payee}} has no quota for {quota.measure} {{when}}{whole}."
