"""Typing draws: what payouts are topped up to, how much of it is recovered out of which payouts, when the balance starts anew."""

from __future__ import annotations

from collections.abc import Sequence

from compplan.diagnostics import Related
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas, hints
from compplan.language.check.environment import Environment
from compplan.language.check.place import Grain, Place
from compplan.language.check.prorated import draw_mark, prorated
from compplan.language.units import RATIO, money
from compplan.language.walk import every, is_negative
from compplan.schema import MONTHS_IN, PEOPLE, Period

_EXAMPLES = {"top": "top up to 2,000 USD", "recover": "recover at most payout - 2,000 USD, or recover nothing"}


def type_draws(env: Environment, trees: Sequence[t.Draw], currency: str, payout: Period | None) -> tuple[ty.Draw, ...]:
    """The draws of a plan that are right, in the order of the text."""
    typed = [_type_draw(env, tree, currency, payout) for tree in trees]
    return tuple(d for d in typed if d is not None)


def _type_draw(env: Environment, tree: t.Draw, currency: str, payout: Period | None) -> ty.Draw | None:
    top_up = _one(env, tree, t.TopUp, "top")
    recover = _one(env, tree, t.Recover, "recover")
    forgive = _one(env, tree, t.Forgive, "forgive")
    leaving = _one(env, tree, t.Leaving, "on leaving")
    if payout is None or not isinstance(top_up, t.TopUp) or not isinstance(recover, t.Recover):
        return None
    place = Place(Grain.PERIOD, f"the draw {tree.name.text}", period=payout, window=ty.Window(payout), paid=money(currency), converts=True)
    level, level_if = _amount(env, place.having(as_of=True), top_up.level, currency), _condition(env, place, top_up.when)
    if level is not None:
        level = prorated(env, draw_mark(tree.name.text), level, payout, tree.span)
    place = place.having(level=level)
    room = None if recover.room is None else _amount(env, place, recover.room, currency)
    room_if = _condition(env, place, recover.when)
    good = _recovers(env, recover, forgive, leaving) and _forgives(env, forgive, payout) and _leaves(env, tree, recover, leaving)
    if level is None or (recover.room is not None and room is None) or level_if is False or room_if is False or not good:
        return None
    if is_negative(level):
        env.problem("wrong-arguments", "Payouts are topped up to an amount above zero.", level.span)
        return None
    if not all(_is_known_by_then(env, f, payout) for f in (level, level_if, room, room_if) if isinstance(f, ty.Expr)):
        return None
    period = forgive.period if isinstance(forgive, t.Forgive) else None
    conditions = [None if isinstance(c, bool) else c for c in (level_if, room_if)]
    left = leaving.left if isinstance(leaving, t.Leaving) else None
    return ty.Draw(tree.name.text, tree.label, level, conditions[0], room, conditions[1], period, left, tree.span)


def _one(env: Environment, tree: t.Draw, kind: type[t.DrawLine], word: str) -> t.DrawLine | None:
    """The sentence of a kind; reports where there are two of them, or none of those that must be there."""
    found = [line for line in tree.lines if isinstance(line, kind)]
    for again in found[1:]:
        related = (Related(found[0].span, "it stood here first"),)
        env.problem("duplicate-sentence", f"A draw has one sentence with {word}.", again.span, None, related)
    if found:
        return found[0]
    if word in _EXAMPLES:
        what = "what payouts are topped up to" if word == "top" else "what is recovered"
        message = f"The draw {tree.name.text} does not say {what}."
        env.problem("missing-sentence", message, tree.name.span, f"For example: {_EXAMPLES[word]}")
    return None


def _amount(env: Environment, place: Place, tree: t.Expression, currency: str) -> ty.Expr | None:
    typed = formulas.type_quantity(env, place, tree)
    if typed is not None and typed.unit != money(currency):
        hint = "Say of what: 50% of payout." if typed.unit == RATIO else hints.for_pay([typed], currency)
        env.problem("wrong-unit", f"A draw is in {currency}; this is {typed.unit}.", typed.span, hint)
        return None
    return typed


def _condition(env: Environment, place: Place, tree: t.Expression | None) -> ty.Expr | bool:
    """The typed condition; True where there is none, False after a report."""
    return True if tree is None else formulas.type_condition(env, place, tree) or False


def _recovers(env: Environment, recover: t.Recover, forgive: t.DrawLine | None, leaving: t.DrawLine | None) -> bool:
    """Where nothing is recovered, there is nothing to say when, and nothing to forgive or to owe."""
    if recover.room is not None:
        return True
    for line, what in ((recover.when, "it is recovered"), (forgive, "it is forgiven"), (leaving, "it is owed")):
        if line is not None:
            message = f"Nothing is recovered, so it need not be said when {what}."
            env.problem("wrong-place", message, line.span, "Leave it out.")
            return False
    return True


def _leaves(env: Environment, tree: t.Draw, recover: t.Recover, leaving: t.DrawLine | None) -> bool:
    """Where people come and go, it is said what becomes of the balance of whoever leaves; where nobody does, it is not."""
    dated = env.schema.kinds[PEOPLE].valid is not None
    if leaving is not None and not dated:
        message = "People hold no days here, so that nobody leaves."
        env.problem("wrong-place", message, leaving.span, "Say in the project file from when through when rows of people hold: valid.")
        return False
    if leaving is None and dated and recover.room is not None:
        message = f"The draw {tree.name.text} does not say what becomes of the balance of somebody who leaves."
        say = "on leaving, the balance is"
        hint = f"Write: {say} forgiven. Or: {say} owed. Or: {say} recovered from the last payout, the rest is forgiven."
        env.problem("missing-sentence", message, tree.name.span, hint)
        return False
    return True


def _forgives(env: Environment, forgive: t.DrawLine | None, payout: Period) -> bool:
    if isinstance(forgive, t.Forgive) and MONTHS_IN[forgive.period] < MONTHS_IN[payout]:
        message = f"Payouts are made each {payout}; a {forgive.period} is shorter."
        env.problem("needs-window", message, forgive.span)
        return False
    return True


def _is_known_by_then(env: Environment, formula: ty.Expr, payout: Period) -> bool:
    """A draw is paid with its period, so it cannot look at a longer one that is not over."""
    for e in every(formula):
        whole = isinstance(e, ty.MeasureAt) and e.window.is_own and e.window.reach is t.Reach.WHOLE
        if isinstance(e, ty.MeasureAt) and whole and MONTHS_IN[e.window.period] > MONTHS_IN[payout]:
            message = f"The draw is paid each {payout}, when the whole {e.window.period} is not known."
            env.problem("needs-window", message, e.span, f"Write over {e.window.period} to date.")
            return False
    return True
