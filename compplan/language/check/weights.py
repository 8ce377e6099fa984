"""Weights: components that pay shares of one target must say what the shares add up to, and must add up to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from compplan.diagnostics import Related
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language.amendments import in_force
from compplan.language.check.environment import DEEPEST, Environment
from compplan.schema import Period

_LARGEST = Decimal(10**6)
_Share = tuple[Decimal, t.Expression]


@immutable
class _Weight:
    """A share of a target that one component pays."""

    column: str
    share: Decimal
    period: Period
    sentence: t.Sentence
    of_a_name: bool
    """Whether a part is paid of what has a name of its own, such as 20% of the year's target in a quarter."""


def check_weights(env: Environment, plan: t.Plan) -> None:
    """Every `pay 75% of target per quarter` counts to the weights of the column `target`."""
    if env.damage.touches(plan.span):
        return
    components = [(line, *in_force(line)) for line in plan.lines if isinstance(line, t.Component)]
    begins = sorted({first for _, first, _ in components if first is not None})
    for day in [None, *begins]:
        since = day or (env.dates[0] if env.dates is not None else begins[0] if begins else date.min)
        there = [c for c, first, last in components if (first is None or first <= since) and (last is None or since <= last)]
        if not _check_weights_of(env, plan, there, day):
            return


def _check_weights_of(env: Environment, plan: t.Plan, components: Sequence[t.Component], since: date | None) -> bool:
    """Whether the components that are in force at one time add up to what is stated."""
    before = env.failed
    env.failed = False
    found: dict[str, list[_Weight]] = {}
    for component in components:
        for weight in _weights(env, component):
            _warn_other_period(env, component, weight)
            found.setdefault(weight.column, []).append(weight)
    stated: dict[str, t.Weights] = {}
    for line in plan.lines:
        if isinstance(line, t.Weights):
            if _column(line) in stated:
                env.problem("duplicate-sentence", f"The weights of {line.column.text} are stated twice.", line.span)
            stated[_column(line)] = line
    rates = dict(_rates(plan))
    for column, weights in found.items():
        _check(env, column, weights, stated.get(column), rates.get(column), since)
    for column, line in stated.items():
        if column not in found:
            env.problem("weights", f"No component pays a share of {column}.", line.span, rates.get(column))
    good = not env.failed
    env.failed = env.failed or before
    return good


def _column(line: t.Weights) -> str:
    return line.column.text.removeprefix("payee.")


def _warn_other_period(env: Environment, component: t.Component, weight: _Weight) -> None:
    """A quarter's target that is paid each month is paid three times."""
    fors = [line for line in component.lines if isinstance(line, t.ForPeriod)]
    if not fors or weight.of_a_name:
        return
    paid = fors[0].to_date.period if fors[0].to_date else fors[0].period
    if weight.period != paid:
        message = f"The target of a {weight.period} is paid for each {paid}."
        env.problem("target-period", message, weight.sentence.span, f"Write per {paid}, if a share of the target is meant.")


def _weights(env: Environment, component: t.Component) -> Iterator[_Weight]:
    if any(isinstance(line, t.Sentence) and line.keyword == "times" and isinstance(line.value, t.LeaveShare) for line in component.lines):
        return  # it is paid on leave, in place of a share of the target
    shares = _Shares({**env.lets, **{line.name.text: line for line in component.lines if isinstance(line, t.Let)}})
    for line in component.lines:
        if isinstance(line, t.Sentence) and line.keyword == "pay" and not isinstance(line.value, (t.Slices, t.Step, t.Curve)):
            share, of = shares.of(line.value)
            if isinstance(of, t.PerPeriod) and isinstance(of.operand, t.Path):
                of_a_name = isinstance(line.value, t.ShareOf) and isinstance(line.value.operand, t.Path)
                yield _Weight(of.operand.text.removeprefix("payee."), share, of.period, line, of_a_name)


@dataclass(slots=True)
class _Shares:
    """Reads formulas as a percentage of something, names followed; each name is followed once, and none too far."""

    lets: Mapping[str, t.Let]
    known: dict[str, _Share] = field(default_factory=dict)
    depth: int = 0

    def of(self, expr: t.Expression) -> _Share:
        """The percentage as a share, and what it is taken of."""
        match expr:
            case t.Path(names=(name,)) if name.text in self.lets:
                return self._named(name.text, expr)
            case t.PerPeriod(operand=t.Path() as path):
                share, of = self.of(path)
                return share, t.PerPeriod(of, expr.period, expr.span)
            case t.PerPeriod(operand=t.Convert() as converted):
                return self.of(t.PerPeriod(converted.operand, expr.period, expr.span))
            case t.Convert():
                return self.of(expr.operand)
            case t.ShareOf():
                share, of = self.of(expr.operand)
                return min(Decimal(str(expr.share.value)) * share, _LARGEST), of
        return Decimal(1), expr

    def _named(self, name: str, expr: t.Expression) -> _Share:
        if name not in self.known:
            self.known[name] = Decimal(1), expr
            self.depth += 1
            if self.depth <= DEEPEST:
                self.known[name] = self.of(self.lets[name].value)
            self.depth -= 1
        return self.known[name]


def _rates(plan: t.Plan) -> Iterator[tuple[str, str]]:
    """The columns of which a component pays a percentage with a star, which is a rate and no share, each with what to write instead."""
    for component in plan.lines:
        for line in component.lines if isinstance(component, t.Component) else ():
            if isinstance(line, t.Sentence) and line.keyword == "pay" and isinstance(line.value, t.Binary) and line.value.operator == "*":
                sides = (line.value.left, line.value.right), (line.value.right, line.value.left)
                for percent, of in sides:
                    if isinstance(percent, t.Literal) and percent.kind is t.LiteralKind.PERCENT and isinstance(of, t.PerPeriod):
                        if isinstance(of.operand, t.Path):
                            share = f"{(Decimal(str(percent.value)) * 100).normalize():f}%"
                            words = f"{of.operand.text} per {of.period}"
                            yield (
                                of.operand.text.removeprefix("payee."),
                                f"{share} * {words} is a rate and no share; write {share} of {words} where a share is meant.",
                            )


def _check(env: Environment, column: str, weights: list[_Weight], stated: t.Weights | None, rate: str | None, since: date | None) -> None:
    total = sum((w.share for w in weights), Decimal(0))
    text = f"{(total * 100).normalize():f}%"
    if stated is None:
        message = f"Components pay shares of {column}, and the plan does not say what they add up to."
        hint = f"They add up to {text}: write weights of {column} add to {text}, if that is meant."
        env.problem("weights-unstated", message, weights[0].sentence.span, hint)
        return
    if total != stated.total.value:
        related = tuple(Related(w.sentence.span, f"{(w.share * 100).normalize():f}%") for w in weights)
        message = f"The shares of {column} that components pay add up to {text}{f' from {since} on' if since is not None else ''}."
        env.problem("weights", message, stated.span, rate or "Change a share, or the total.", related)
