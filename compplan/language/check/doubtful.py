"""Warnings about components that can be worked out, and hardly mean what they say."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.advice import advise
from compplan.language.check.advice_figures import advise_figures
from compplan.language.check.environment import Environment
from compplan.language.check.hints import in_unit
from compplan.language.units import Kind
from compplan.language.walk import every, parts
from compplan.schema import MONTHS_IN

_CALCULATED = (ty.Const, ty.Cmp, ty.In, ty.NotE, ty.AndOr, ty.Arith, ty.Neg, ty.Named, ty.Within, ty.Empty, ty.Func)
_OF_THE_PAYEE = (
    ty.MeasureAt,
    ty.QuotaAt,
    ty.Attainment,
    ty.RecordSum,
    ty.EarnedAt,
    ty.PayeeField,
    ty.Place,
    ty.LeaveShare,
    ty.AverageBefore,
)


def warn_doubtful(env: Environment, component: ty.Component, tree: t.Component) -> None:
    """Reports what a component is likely not to mean."""
    for condition in component.conditions:
        _warn_constant(env, condition)
    if not env.damage.touches(tree.span):
        _warn_ranks_nothing(env, component)
        advise(env, component)
        advise_figures(env, component)
    if isinstance(component.grain, ty.ForPeriod):
        _warn_repeated(env, component, component.grain, tree)
    else:
        _warn_not_shared(env, component, component.grain)


def is_shared(env: Environment, credit: ty.Credit) -> bool:
    """Whether several payees can be credited with one record."""
    own = len(credit.gives) > 1 or any(g.recipient.how != "person" or g.child for g in credit.gives)
    origin = env.typed_credits.get(credit.source) if credit.from_credit else None
    return own or (origin is not None and is_shared(env, origin))


def _warn_constant(env: Environment, condition: ty.Expr) -> None:
    """A condition without a name in it decides nothing."""
    if not all(isinstance(e, _CALCULATED) for e in every(condition)):
        return
    always = f" is always {'yes' if condition.value else 'no'}" if isinstance(condition, ty.Const) else " is the same for everyone"
    env.problem("constant", f"This condition{always}.", condition.span, "Leave it out, or compare something of the payee or the record.")


def _warn_ranks_nothing(env: Environment, component: ty.Component) -> None:
    """Where too few have sold anything, those who have not tie for the places that are left, and are paid."""
    top = component.top
    if top is None or not any(isinstance(e, ty.MeasureAt) for e in every(top.by)):
        return
    if any(
        isinstance(e, (ty.MeasureAt, ty.QuotaAt, ty.RecordSum, ty.EarnedAt, ty.LeaveShare)) for c in component.conditions for e in every(c)
    ):
        return
    message = "Nothing has to be reached to be among the best: where too few have any, those who have none take the places that are left."
    zero = in_unit(Fraction(0), top.by.unit)
    match top.by:
        case ty.MeasureAt(measure=name) if name in env.measures:
            words = f"only if {name} > {zero}"
        case ty.Attainment(measure=measure) if measure.measure in env.measures:
            words = f"only if attainment({measure.measure}) > {zero}"
        case _:
            words = f"only if, the figure, > {zero}"
    env.problem("ranks-nothing", message, top.span, f"Say what it takes in a sentence beside it: {words}.")


def _warn_repeated(env: Environment, component: ty.Component, grain: ty.ForPeriod, tree: t.Component) -> None:
    """A component for each month that looks at a whole quarter is earned three times, all at the quarter's end."""
    longest = component.earned_at
    if longest is None or MONTHS_IN[longest] <= MONTHS_IN[grain.period]:
        return
    times = MONTHS_IN[longest] // MONTHS_IN[grain.period]
    message = (
        f"{component.name} is for each {grain.period} and looks at the whole {longest}: "
        f"it is earned {times} times, all in the last month of the {longest}."
    )
    sentence = next(line for line in tree.lines if isinstance(line, t.ForPeriod))
    hint = f"Write for each {longest}; or over {longest} to date, for the figure so far."
    env.problem("repeated", message, sentence.span, hint)


def _warn_not_shared(env: Environment, component: ty.Component, grain: ty.ForCredit) -> None:
    """What belongs to a whole record is paid in full to each payee who shares it; `share` or `credited` anywhere says that it is known."""
    credit = env.typed_credits.get(grain.credit)
    if credit is None or grain.to_date is not None or _minds_shares(component, grain):
        return
    shared = is_shared(env, credit) and not (_without_overlays(component, grain) and _one_owner(env, credit))
    whole = next((e for f in component.factors for e in _figures(f) if _is_whole(e)), None)
    if whole is not None and (shared or _has_part(credit)):
        name = whole.path[-1] if isinstance(whole, ty.RecordField) else "this"
        who = "each payee who shares it is paid for all of it" if shared else f"the payee of {credit.name} is credited with a part of it"
        message = f"{name} is that of the whole record, and {who}."
        env.problem("double-count", message, whole.span, _hint(credit, whole.unit.kind is Kind.MONEY))
    elif shared and not any(isinstance(e, _OF_THE_PAYEE) for f in component.factors if f.unit.kind is Kind.MONEY for e in _figures(f)):
        message = f"Each payee who shares a record of {credit.name} is paid all of this, however small the share."
        env.problem("double-count", message, component.factors[0].span, _hint(credit, False))


def _hint(credit: ty.Credit, is_money: bool) -> str:
    instead = "Write credited instead, or times share" if is_money else "Write times share"
    return f"{instead}. If all of it is meant for each payee of {credit.name}, say so: only if share > 0%."


def _minds_shares(component: ty.Component, grain: ty.ForCredit) -> bool:
    """Whether the component speaks of what the payee is credited with."""
    formulas = [*component.factors, *component.conditions, component.cap, component.floor, grain.where]
    return any(isinstance(e, ty.CreditField) and e.name != "overlay" for f in formulas if f is not None for e in every(f))


def _without_overlays(component: ty.Component, grain: ty.ForCredit) -> bool:
    formulas = [*component.conditions, grain.where]
    return any(isinstance(e, ty.CreditField) and e.name == "overlay" for f in formulas if f is not None for e in every(f))


def _one_owner(env: Environment, credit: ty.Credit) -> bool:
    """Whether, overlays aside, each record goes to one person."""
    own = [g for g in credit.gives if not g.overlay]
    origin = env.typed_credits.get(credit.source) if credit.from_credit else None
    return (
        len(own) <= 1 and all(g.recipient.how == "person" and not g.child for g in own) and (origin is None or not is_shared(env, origin))
    )


def _has_part(credit: ty.Credit) -> bool:
    """Whether the payee is always credited with less than the whole record."""
    return all(isinstance(g.share, ty.Const) and isinstance(g.share.value, Fraction) and g.share.value < 1 for g in credit.gives)


def _is_whole(expr: ty.Expr) -> bool:
    return isinstance(expr, ty.RecordField) and expr.unit.kind in (Kind.MONEY, Kind.NUMBER)


def _figures(expr: ty.Expr) -> Iterator[ty.Expr]:
    """The formulas whose size the figure follows: not what a choice, a step or a table goes by."""
    yield expr
    match expr:
        case ty.Step() | ty.Curve():
            tiers = expr.tiers if isinstance(expr, ty.Step) else expr.points
            inside: tuple[ty.Expr, ...] = tuple(tier.value for tier in tiers)
        case ty.Func(name="if"):
            inside = expr.arguments[1:]
        case ty.Lookup() | ty.Cmp() | ty.In() | ty.Within() | ty.Empty():
            inside = ()
        case _:
            inside = tuple(parts(expr))
    for part in inside:
        yield from _figures(part)
