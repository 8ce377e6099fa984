"""Weights: components that pay shares of one target must say what the shares add up to, and must add up to it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from compplan.diagnostics import Related
from compplan.language import tree as t
from compplan.language.check.environment import Environment


def check_weights(env: Environment, plan: t.Plan) -> None:
    """Every `pay 75% of target per quarter` counts to the weights of the column `target`."""
    if env.damage.touches(plan.span):
        return
    found: dict[str, list[tuple[Decimal, t.Sentence]]] = {}
    for component in plan.lines:
        if isinstance(component, t.Component):
            for column, share, sentence in _weighted(component):
                _warn_other_period(env, component, sentence)
                found.setdefault(column, []).append((share, sentence))
    stated: dict[str, t.Weights] = {}
    for line in plan.lines:
        if isinstance(line, t.Weights):
            if line.column.text in stated:
                env.problem("duplicate-sentence", f"The weights of {line.column.text} are stated twice.", line.span)
            stated[line.column.text] = line
    for column, weights in found.items():
        _check(env, column, weights, stated.get(column))
    for column, line in stated.items():
        if column not in found:
            env.problem("weights", f"No component pays a share of {column}.", line.span)


def _warn_other_period(env: Environment, component: t.Component, sentence: t.Sentence) -> None:
    """A quarter's target that is paid each month is paid three times."""
    fors = [line for line in component.lines if isinstance(line, t.ForPeriod)]
    value = sentence.value.operand if isinstance(sentence.value, t.ShareOf) else sentence.value
    if not fors or not isinstance(value, t.PerPeriod):
        return
    paid = fors[0].to_date.period if fors[0].to_date else fors[0].period
    if value.period != paid:
        message = f"The target of a {value.period} is paid for each {paid}."
        env.problem("target-period", message, sentence.span, f"Write per {paid}, if a share of the target is meant.")


def _weighted(component: t.Component) -> Iterator[tuple[str, Decimal, t.Sentence]]:
    for line in component.lines:
        if not isinstance(line, t.Sentence) or line.keyword != "pay":
            continue
        value = line.value
        share = Decimal(1)
        if isinstance(value, t.ShareOf):
            share, value = Decimal(str(value.share.value)), value.operand
        if isinstance(value, t.PerPeriod) and isinstance(value.operand, t.Path):
            yield value.operand.text, share, line


def _check(env: Environment, column: str, weights: list[tuple[Decimal, t.Sentence]], stated: t.Weights | None) -> None:
    total = sum((share for share, _ in weights), Decimal(0))
    text = f"{(total * 100).normalize():f}%"
    if stated is None:
        message = f"Components pay shares of {column}, and the plan does not say what they add up to."
        hint = f"They add up to {text}: write weights of {column} add to {text}, if that is meant."
        env.problem("weights-unstated", message, weights[0][1].span, hint)
        return
    if total != stated.total.value:
        related = tuple(Related(s.span, f"{(share * 100).normalize():f}%") for share, s in weights)
        message = f"The shares of {column} that components pay add up to {text}."
        env.problem("weights", message, stated.span, "Change a share, or the total.", related)
