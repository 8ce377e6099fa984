"""Typing what examples expect: components, payouts, measures, amounts of credits, formulas with a name, and any other formula."""

from __future__ import annotations

from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import hints
from compplan.language.check.credits import type_credit
from compplan.language.check.environment import Environment
from compplan.language.check.example_records import Frame
from compplan.language.check.formulas import named_period, type_literal, type_quantity
from compplan.language.check.measures import type_measure
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.tree_formulas import paths
from compplan.language.units import NUMBER, RATIO, Kind, Unit, money
from compplan.language.walk import every
from compplan.schema import Period

COST_FIGURES = ("capitalised", "expensed", "amortised", "written_off", "balance")
"""What an example can ask of a contract cost."""


def type_expectation(env: Environment, tree: t.Expect, frame: Frame) -> ty.Expectation | None:
    """What an example expects; None after reporting that it can be expected of nothing."""
    period = named_period(env, tree.period)
    targets = None if period is None else _targets(env, _Asked(frame, period, tree), tree.what)
    negative = isinstance(tree.value, t.Negate)
    literal = tree.value.operand if isinstance(tree.value, t.Negate) else tree.value
    if not isinstance(literal, t.Literal):
        env.problem("wrong-unit", "What is expected is a value written out.", tree.value.span)
        return None
    const = type_literal(literal)
    if targets is None or period is None or not isinstance(const.value, Fraction):
        return None
    paid = frame.elsewhere and const.unit.kind is Kind.MONEY
    units = [const.unit if paid and target.how == "payout" else _target_unit(env, target, frame) for target in targets]
    for unit in units:
        if unit is None or unit == const.unit:
            continue
        if units[0] is not None and unit != units[0]:
            env.problem("wrong-unit", f"{units[0]} and {unit} cannot be added up.", tree.what.span)
        else:
            hint = hints.for_units(ty.Const(Fraction(0), unit, tree.what.span), const)
            env.problem("wrong-unit", f"This is {unit}, what is expected of it {const.unit}.", tree.value.span, hint)
        return None
    value = -const.value if negative else const.value
    return ty.Expectation(tuple(targets), tree.payee, tree.record, period, value, const.unit, tree.words, tree.span)


@immutable
class _Asked:
    """What an expectation is about: its plan's frame, the period, the sentence."""

    frame: Frame
    whole: FiscalPeriod
    tree: t.Expect

    @property
    def period(self) -> Period:
        """The kind of period."""
        return self.whole.kind


def _targets(env: Environment, asked: _Asked, expr: t.Expression) -> list[ty.Target] | None:
    components = asked.frame.components
    match expr:
        case t.Binary(operator="+"):
            left, right = _targets(env, asked, expr.left), _targets(env, asked, expr.right)
            return None if left is None or right is None else left + right
        case t.Path(names=(name,)) if name.text == "payout":
            return [ty.Target("payout", "payout")]
        case t.Path(names=(name,)) if name.text in components:
            return [ty.Target("component", name.text)]
        case t.Call(name=t.Name(text=function), arguments=(t.Path(names=(name,)),)) if function in COST_FIGURES:
            return _cost(env, asked, function, name)
        case t.Path(names=(name,)) if name.text in (*asked.frame.draws, *asked.frame.changes):
            return [ty.Target("draw" if name.text in asked.frame.draws else "change", name.text)]
        case t.Call(name=t.Name(text="held"), arguments=(t.Path(names=(name,)),)):
            return _held(env, asked, name)
        case t.Path(names=(name,)) if name.text in env.measures:
            env.use(name.text)
            type_measure(env, name.text)
            return [ty.Target("measure", name.text)]
        case t.Call(name=t.Name(text=function), arguments=(t.Path(names=(name,)),)) if function in ("attainment", "quota", "credited"):
            return _asked(env, function, name)
        case t.Path(names=(head, name)) if head.text in components:
            return _let_of(env, asked, head.text, name)
        case t.Path(names=(head, name)) if head.text in env.credits:
            return _amount(env, head, name)
        case t.Path(names=(name,)) if name.text not in env.lets:
            hint = did_you_mean(expr.text, [*components, *asked.frame.draws, *asked.frame.changes, *env.measures, "payout"])
            env.problem("unknown-name", f"There is no component or measure {expr.text}.", expr.span, hint)
        case _:
            return _formula(env, asked, expr)
    return None


def _balance(env: Environment, asked: _Asked, name: t.Name) -> list[ty.Target] | None:
    """`balance(monthly)`: what is still to be recovered of a draw; `balance(payout)`: of negative payouts that are carried forward."""
    if name.text in asked.frame.draws or (name.text == "payout" and asked.frame.carries):
        return [ty.Target("balance", name.text)]
    hint: str | None
    if name.text == "payout":
        hint = "Say in the plan: payout each month, a negative one is carried forward."
        env.problem("unknown-name", "The plan carries no negative payout forward, so there is no balance of it.", name.span, hint)
    else:
        hint = did_you_mean(name.text, [*asked.frame.draws])
        env.problem("unknown-name", f"There is no draw {name.text}.", name.span, hint)
    return None


def _cost(env: Environment, asked: _Asked, figure: str, name: t.Name) -> list[ty.Target] | None:
    """`amortised(winning)`: a figure of a contract cost in the period; of the balance, at its end. `balance` is asked of draws, too."""
    if figure == "balance" and name.text not in asked.frame.costs:
        return _balance(env, asked, name)
    if name.text in asked.frame.costs:
        return [ty.Target("cost", name.text, figure)]
    env.problem("unknown-name", f"There is no contract cost {name.text}.", name.span, did_you_mean(name.text, list(asked.frame.costs)))
    return None


def _held(env: Environment, asked: _Asked, name: t.Name) -> list[ty.Target] | None:
    """`held(own)`: what is still held of a component when the period ends."""
    if name.text in asked.frame.held:
        return [ty.Target("held", name.text)]
    message = f"No hold keeps anything of {name.text}." if name.text in asked.frame.components else f"There is no component {name.text}."
    env.problem("unknown-name", message, name.span, did_you_mean(name.text, sorted(asked.frame.held)))
    return None


def _formula(env: Environment, asked: _Asked, expr: t.Expression) -> list[ty.Target] | None:
    """Any formula that a component for such a period could have."""
    place = Place(Grain.PERIOD, "the example", period=asked.period, window=ty.Window(asked.period), converts=True)
    others = (*asked.frame.components, *asked.frame.draws, *asked.frame.changes, "payout")
    named = next((p for p in paths(expr) if p.names[0].text in others), None)
    if named is not None:
        message = f"{named.text} can only be expected as it is, or added to another component."
        env.problem("wrong-arguments", message, named.span, "Expect each of them in a sentence of its own.")
        return None
    typed = type_quantity(env, place, expr)
    if typed is None:
        return None
    earned = next((e for e in every(typed) if isinstance(e, (ty.EarnedAt, ty.AverageBefore))), None)
    if earned is not None:
        message = "What a component has earned is expected by its name."
        env.problem("wrong-arguments", message, earned.span, f'Write expect {earned.component} for "ana" in 2027-Q1 = ...')
        return None
    return [ty.Target("formula", asked.tree.words, formula=typed, grain=ty.ForPeriod(asked.period, None, None))]


def _let_of(env: Environment, asked: _Asked, component: str, name: t.Name) -> list[ty.Target] | None:
    """`own.rate`: a formula with a name inside a component."""
    day = env.calendar.start(asked.whole)
    found = [v for v in env.places.get(component, []) if (v[0] is None or v[0] <= day) and (v[1] is None or day <= v[1])]
    if not found:
        return None
    _, _, place, grain = found[0]
    if name.text not in place.lets:
        hint = did_you_mean(name.text, list(place.lets))
        env.problem("unknown-name", f"{component} has no formula with the name {name.text}.", name.span, hint)
        return None
    typed = type_quantity(env, place, t.Path((name,), name.span))
    if typed is None:
        return None
    if any(isinstance(e, ty.Place) for e in every(typed)):
        env.problem("wrong-grain", f"{name.text} depends on the ranking, so it cannot be asked for by itself.", name.span)
        return None
    if isinstance(grain, ty.ForCredit):
        if asked.tree.record is None:
            message = f"{name.text} has one value for each {grain.credit}."
            env.problem("wrong-grain", message, asked.tree.span, 'Name the record: for "ana" on "d1" in 2027-01.')
            return None
        return [ty.Target("formula", f"{component}.{name.text}", formula=typed, grain=ty.ForCredit(grain.credit, None, None, None))]
    if grain.period != asked.period:
        message = f"{component} is for each {grain.period}, so {name.text} has a value for each {grain.period}."
        env.problem("needs-window", message, asked.tree.period.span, f"Ask for a {grain.period}.")
        return None
    return [ty.Target("formula", f"{component}.{name.text}", formula=typed, grain=ty.ForPeriod(grain.period, None, None))]


def _amount(env: Environment, credit: t.Name, name: t.Name) -> list[ty.Target] | None:
    """`booking.kept`: one of a credit's amounts."""
    typed = type_credit(env, credit.text)
    if typed is None:
        return None
    if name.text not in typed.amounts:
        hint = f"An amount of the credit can be expected: {', '.join(f'{credit.text}.{a}' for a in typed.amounts)}."
        env.problem("unknown-name", f"{name.text} is no amount of {credit.text}.", name.span, hint)
        return None
    env.use(credit.text)
    return [ty.Target("credited", credit.text, name.text)]


def _asked(env: Environment, function: str, name: t.Name) -> list[ty.Target] | None:
    known = env.credits if function == "credited" else env.measures
    if name.text not in known:
        env.problem("unknown-name", f"There is no {name.text} to ask the {function} of.", name.span, did_you_mean(name.text, list(known)))
        return None
    if function in ("quota", "attainment") and name.text not in env.quotas:
        env.problem("no-quota", f"No quota is set for {name.text}.", name.span)
        return None
    env.use(name.text)
    return [ty.Target(function, name.text)]


def _target_unit(env: Environment, target: ty.Target, frame: Frame) -> Unit | None:
    match target.how:
        case "component":
            return money(frame.currency) if frame.components[target.name] != "award" else NUMBER
        case "payout" | "draw" | "balance" | "change" | "held" | "cost":
            return money(frame.currency)
        case "attainment":
            return RATIO
        case "credited":
            credit = type_credit(env, target.name)
            return None if credit is None else credit.amounts[target.amount].unit
        case "formula":
            return None if target.formula is None else target.formula.unit
        case _:
            measure = type_measure(env, target.name)
            return None if measure is None else measure.unit
