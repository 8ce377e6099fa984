"""Conditions that cannot hold together, in one sentence or in several, and choices that everything meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from compplan.calendar import Calendar
from compplan.diagnostics import Related, Span
from compplan.language import typed as ty
from compplan.language.check.all_formulas import every_with_kind, stated, unnamed
from compplan.language.check.environment import Environment
from compplan.language.units import Kind

_DAY = timedelta(days=1)
_Values = frozenset[ty.Value]
_NOTHING: _Values = frozenset()
_ALWAYS = (date.min, date.max)


def warn_contradictions(env: Environment, plan: ty.Plan) -> None:
    """Reports conditions that nothing meets, and those that everything meets."""
    for credit in plan.credits.values():
        _warn_never(env, _of_credit(plan, credit))
    for component in plan.components:
        if isinstance(component.grain, ty.ForCredit):
            own = [*([] if component.grain.where is None else [component.grain.where]), *component.conditions]
            credit = plan.credits[component.grain.credit]
            if not _warn_never(env, [*_of_credit(plan, credit), *own]):
                _warn_outside(env, plan, component, credit, own)
        else:
            _warn_never(env, component.conditions)
    for measure in plan.measures.values():
        for part in measure.parts:
            if part.where is not None:
                _warn_never(env, [*_of_credit(plan, plan.credits[part.credit]), part.where])
    for statement in stated(plan):
        for _, e in every_with_kind(*statement):
            if isinstance(e, ty.AndOr):
                _warn_never(env, [e]) if e.operator == "and" else _warn_always(env, e)


def _of_credit(plan: ty.Plan, credit: ty.Credit) -> list[ty.Expr]:
    """Which records are credited: by the credit, and by the one that it comes from."""
    origin = plan.credits.get(credit.source) if credit.from_credit else None
    return [*([] if origin is None else _of_credit(plan, origin)), *credit.where]


@dataclass(slots=True)
class _Asked:
    """What conditions ask of one figure, date or text: to be one of the values, and none of others; a date, to lie within a stretch."""

    one_of: _Values | None = None
    none_of: _Values = frozenset()
    low: date = date.min
    high: date = date.max
    asking: list[ty.Expr] = field(default_factory=list)

    @property
    def is_possible(self) -> bool:
        """Whether anything meets it."""
        return self.low <= self.high and (self.one_of is None or bool(self.one_of - self.none_of))


def _warn_never(env: Environment, conditions: Iterable[ty.Expr]) -> bool:
    """Reports the first condition that cannot hold with those before it."""
    asked: dict[ty.Expr, _Asked] = {}
    for one in (atom for condition in conditions for atom in _joined(condition, "and")):
        operand = _ask(env.calendar, asked, one)
        if operand is not None and not asked[operand].is_possible:
            before = asked[operand].asking[:-1]
            other = before[-1] if before else None
            message, hint = _never(_name(operand), other, one)
            related = () if other is None else (Related(other.span, "this is asked as well"),)
            env.problem("never-holds", message, one.span, hint, related)
            return True
    return False


def _never(name: str, other: ty.Expr | None, one: ty.Expr) -> tuple[str, str | None]:
    """What is said of a condition that cannot hold, beside another or by itself."""
    texts = [e.right.value for e in (other, one) if isinstance(e, ty.Cmp) and e.comparator == "=" and isinstance(e.right, ty.Const)]
    if len(texts) == 2 and all(isinstance(text, str) for text in texts):
        both = f'"{texts[0]}" and "{texts[1]}"'
        return f"{name} cannot be {both} at once: this never holds.", f'If either will do, write {name} in ("{texts[0]}", "{texts[1]}").'
    return f"{name} cannot be all that is asked of it: this never holds.", None


def _joined(condition: ty.Expr, operator: str) -> Iterator[ty.Expr]:
    """The conditions that `and`, or `or`, joins."""
    condition = unnamed(condition)
    if isinstance(condition, ty.AndOr) and condition.operator == operator:
        yield from _joined(condition.left, operator)
        yield from _joined(condition.right, operator)
    else:
        yield condition


def _ask(calendar: Calendar, asked: dict[ty.Expr, _Asked], one: ty.Expr) -> ty.Expr | None:
    """Adds what one condition asks; what it asks it of, or None where that is nothing that can be told."""
    holds = not isinstance(one, ty.NotE)
    read = _read(calendar, unnamed(one.operand) if isinstance(one, ty.NotE) else one, holds)
    if read is None or not isinstance(read[0], (ty.RecordField, ty.PayeeField, ty.CreditField)):
        return None
    operand, one_of, none_of, (low, high) = read
    here = asked.setdefault(operand, _Asked())
    here.one_of = one_of if here.one_of is None else here.one_of if one_of is None else here.one_of & one_of
    here.none_of |= none_of
    here.low, here.high = max(here.low, low), min(here.high, high)
    here.asking.append(one)
    return operand


def _read(calendar: Calendar, condition: ty.Expr, holds: bool) -> tuple[ty.Expr, _Values | None, _Values, tuple[date, date]] | None:
    """What a condition is about, which values it takes or does not, and between which days; with `holds` no, what its opposite asks."""
    match condition:
        case ty.RecordField() | ty.PayeeField() | ty.CreditField():
            return condition, frozenset({holds}), _NOTHING, _ALWAYS
        case ty.In(operand=operand, choices=choices):
            values = frozenset(choice.value for choice in choices)
            return (unnamed(operand), values, _NOTHING, _ALWAYS) if holds else (unnamed(operand), None, values, _ALWAYS)
        case ty.Within(operand=operand, period=period) if holds:
            return unnamed(operand), None, _NOTHING, (calendar.start(period), calendar.end(period) - _DAY)
        case ty.Cmp(comparator="=" | "!=" as comparator, left=left, right=ty.Const(value=value)) if holds or comparator == "=":
            if holds and comparator == "=":
                return unnamed(left), frozenset({value}), _NOTHING, _ALWAYS
            return unnamed(left), None, frozenset({value}), _ALWAYS
        case ty.Cmp(comparator=comparator, left=left, right=ty.Const(value=date() as day)) if holds:
            low = {">=": day, ">": day + _DAY}.get(comparator, date.min)
            high = {"<=": day, "<": day - _DAY}.get(comparator, date.max)
            return unnamed(left), None, _NOTHING, (low, high)
        case _:
            return None


def _warn_always(env: Environment, expr: ty.AndOr) -> None:
    """`kind != "a" or kind != "b"`: whatever it is, it is not the one or not the other."""
    seen: dict[ty.Expr, ty.Const] = {}
    for one in _joined(expr, "or"):
        if isinstance(one, ty.Cmp) and one.comparator == "!=" and isinstance(one.right, ty.Const):
            operand = unnamed(one.left)
            first = seen.setdefault(operand, one.right)
            if first.value != one.right.value:
                name = _name(operand)
                message = f"Whatever {name} is, it is not the one or not the other: this leaves nothing out."
                hint = f"If it may be neither, write and instead of or: {name} != ... and {name} != ..."
                env.problem("constant", message, expr.span, hint)
                return


def _warn_outside(env: Environment, plan: ty.Plan, component: ty.Component, credit: ty.Credit, own: list[ty.Expr]) -> None:
    """The day of a credit is wanted to lie where the plan, or the component, is not in force."""
    if credit.repeated:
        return
    first, last = plan.dates_of(component)
    asked: dict[ty.Expr, _Asked] = {}
    for one in (atom for condition in [*_of_credit(plan, credit), *own] for atom in _joined(condition, "and")):
        if _ask(env.calendar, asked, one) == credit.dated:
            found = asked[credit.dated]
            if found.low > last or found.high < first:
                whose = "the component" if component.first is not None or component.last is not None else "the plan"
                message = f"{credit.name} counts on its {_name(credit.dated)}, and {whose} is in force from {first} through {last} alone."
                where: Span = one.span
                hint = f"So {component.name} never pays. Change the dates here, or those of {whose}."
                env.problem("never-pays", message, where, hint)
                return


def _name(expr: ty.Expr) -> str:
    """How a figure, date or text is called."""
    match expr:
        case ty.RecordField() | ty.PayeeField() | ty.ChildField() if expr.path:
            return ".".join(expr.path)
        case ty.CreditField():
            return expr.name
        case ty.MeasureAt():
            return expr.measure
        case ty.Attainment():
            return f"attainment({expr.measure.measure})"
        case _:
            return "this" if expr.unit.kind is not Kind.DATE else "the date"
