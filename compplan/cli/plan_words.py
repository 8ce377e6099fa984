"""A plan in words, as it stands after checking: all that it uses in one place, with its origin, and what caps each part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from textwrap import dedent

from compplan.cli.figures import value_text
from compplan.diagnostics import Span
from compplan.diagnostics.text import safe
from compplan.language import typed as ty
from compplan.language.said import Said
from compplan.language.units import RATIO
from compplan.language.uses import Used

_WIDTH = 12


def plan_lines(plan: ty.Plan, texts: Mapping[str, str]) -> Iterator[str]:
    """The lines about a plan. `texts` are the texts of the plan files, from which formulas are quoted."""
    words = _Words(texts)
    yield f"plan {plan.name}: {safe(plan.label)}  ({words.place(plan.span)})"
    yield _row("in force", f"{plan.first} through {plan.last}")
    for change in plan.amended:
        because = f", because {safe(change.because)}" if change.because else ""
        yield _row("amended", f"from {change.first}: {safe(change.label)}{because}  ({words.place(change.span)})")
    yield from words.quoted("payees", "where ", plan.payees, otherwise="everyone")
    ties = "half to even" if plan.half_even else "half away from zero"
    for what, how in plan.prorations.items():
        yield _row("prorated", f"{what} {_method(how)}")
    for what, relief in plan.reliefs.items():
        yield _row("relieved", f"{what} for {relief.leave} leave {_method(relief.how)}  ({words.place(relief.span)})")
    paid = plan.currency if plan.paid_in is None else f"{plan.currency}, paid {' '.join(words.text(plan.paid_in.span))}"
    yield _row("payout", f"each {plan.payout}, in {paid}; each earning rounded to {_unit(plan)}, {ties}")
    yield from _definitions(plan, words)
    for component in plan.components:
        yield ""
        yield from _component(plan, component, words)
    yield ""
    yield from _limits(plan, words)


def _method(how: ty.Proration) -> str:
    """What counts of a period."""
    by = {"days": "by calendar days", "working days": "by working days", "not": "not: as of the last day"}
    return by.get(how.by, f"by months of at least {how.least} days")


class _Words:
    """Quotes formulas from the texts that they stand in."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.lines = {name: text.replace("\r", "\n").split("\n") for name, text in texts.items()}

    def place(self, span: Span) -> str:
        return f"{safe(span.file)}:{span.line}"

    def text(self, span: Span) -> list[str]:
        """The lines of a span, the later ones indented as far as they are beyond the first."""
        lines = self.lines.get(span.file, [])[span.line - 1 : span.end_line]
        if not lines:
            return [""]
        if len(lines) == 1:
            return [safe(lines[0][span.column - 1 : span.end_column - 1])]
        lines[-1] = lines[-1][: span.end_column - 1]
        rest = dedent("\n".join(lines[1:])).split("\n")
        return [safe(line).rstrip() for line in (lines[0][span.column - 1 :], *(f"  {x}" if x.strip() != "}" else x.strip() for x in rest))]

    def lines_of(self, component: ty.Component, formula: ty.Expr) -> list[str] | None:
        """The lines of a component's tiers as they stand, the rows that were changed with their origin; None where nothing was changed."""
        for head, *rows in component.said:
            if head.span.file == formula.span.file and head.span.line == formula.span.line and any(_is_elsewhere(r, formula) for r in rows):
                first = self.text(formula.span)[0]
                return [first, *(f"{self._said(r)}{f'  ({self.place(r.span)})' if _is_elsewhere(r, formula) else ''}" for r in rows)]
        return None

    def origin(self, component: ty.Component, formula: ty.Expr) -> str:
        """Where a formula was written, if that is not in its component."""
        span, around = formula.span, component.span
        inside = span.file == around.file and around.line <= span.line <= around.end_line
        return "" if inside else f"  ({self.place(span)})"

    def _said(self, said: Said) -> str:
        return said.words.format(*(" ".join(self.text(span)) for span in said.spans))

    def quoted(self, label: str, lead: str, formula: ty.Expr | None, otherwise: str | None = None, tail: str = "") -> Iterator[str]:
        if formula is None:
            if otherwise is not None:
                yield _row(label, otherwise)
            return
        first, *rest = self.text(formula.span)
        if rest:
            rest[-1] += tail
        yield _row(label, lead + first + ("" if rest else tail))
        yield from (_row("", line) for line in rest)


def _is_elsewhere(said: Said, formula: ty.Expr) -> bool:
    """Whether a line was written elsewhere than the formula around it."""
    span = formula.span
    return said.span.file != span.file or not span.line <= said.span.line <= span.end_line


def _row(label: str, text: str, depth: int = 1) -> str:
    return f"{'  ' * depth}{label:<{_WIDTH}}{text}".rstrip()


def _unit(plan: ty.Plan) -> str:
    unit = plan.rounding_unit
    return f"{unit.numerator}" if unit.denominator == 1 else f"0.{'0' * (plan.unit_decimals - 1)}1"


def _definitions(plan: ty.Plan, words: _Words) -> Iterator[str]:
    """The credits, measures, quotas and tables that the plan uses, wherever they were written."""
    used = Used.by(plan)
    for parameter in (p for p in plan.parameters.values() if p.name in used.parameters):
        values = (f"{'' if v.first is None else f'from {v.first}: '}{'; '.join(words.text(v.value.span))}" for v in parameter.values)
        yield _row("parameter", f"{parameter.name} = {', '.join(values)}  ({words.place(parameter.span)})")
    for credit in (c for c in plan.credits.values() if c.name in used.credits):
        yield _row("credit", f"{credit.name} from {credit.source}{_again(credit, words)}  ({words.place(credit.span)})")
    for measure in plan.measures.values():
        whose = "each payee" if measure.group is None else f"each {measure.group}" if measure.group else "the company"
        if measure.name.isidentifier() and measure.name in used.measures:
            yield _row("measure", f"{measure.name} for {whose}  ({words.place(measure.span)})")
    for quota in (q for q in plan.quotas.values() if q.measure in used.quotas):
        yield _row("quota", f"for {quota.measure}, each {quota.period}  ({words.place(quota.span)})")
    for leave in (x for x in plan.leaves.values() if x.name in used.leaves):
        least = "" if leave.least is None else f", lasting at least {leave.least} days"
        yield _row("leave", f"{leave.name} from {leave.kind}{least}  ({words.place(leave.span)})")
        yield from words.quoted("", "where ", leave.where)
    for table in (t for t in plan.tables.values() if t.name in used.tables):
        yield _row("table", f"{table.name} by {', '.join(table.keys)}, {len(table.rows)} rows  ({words.place(table.span)})")


def _component(plan: ty.Plan, component: ty.Component, words: _Words) -> Iterator[str]:
    yield f"  {component.word} {component.name}: {safe(component.label)}  ({words.place(component.span)})"
    yield from (f"  {line}" for line in _component_rows(plan, component, words))


def _component_rows(plan: ty.Plan, component: ty.Component, words: _Words) -> Iterator[str]:
    if component.first is not None or component.last is not None:
        first, last = plan.dates_of(component)
        yield _row("in force", f"{first} through {last}")
    grain = component.grain
    if isinstance(grain, ty.ForPeriod):
        yield _row("for", f"each payee and {grain.period}{_to_date(grain)}")
    else:
        yield _row("for", f"each payee and {grain.credit}{_to_date(grain)}")
        yield from words.quoted("", "where ", grain.where)
    if component.top is not None:
        yield from words.quoted("only to", f"{_top(component.top)}, ties {component.top.ties}, by ", component.top.by)
    for number, factor in enumerate(component.factors):
        granted = f' "{safe(component.thing)}"' if component.thing is not None and number == len(component.factors) - 1 else ""
        keyword = "times" if number else "grant" if component.thing else "pay"
        changed = words.lines_of(component, factor)
        if changed is not None:
            yield from (_row(keyword if n == 0 else "", line) for n, line in enumerate(changed))
        else:
            yield from words.quoted(keyword, "", factor, tail=granted + words.origin(component, factor))
    for condition in component.conditions:
        yield from words.quoted("only if", "", condition, tail=words.origin(component, condition))
    for label, limit in (("at least", component.floor), ("at most", component.cap)):
        if limit is not None:
            yield from words.quoted(label, "", limit, tail=words.origin(component, limit))
    for label, keyword, part in (
        ("budget", "budget", component.budget),
        ("shared", "share", component.pool),
        ("spread", "spread", component.spread),
    ):
        if part is not None:
            yield _row(label, " ".join(words.text(part.span)).removeprefix(keyword).strip())
    yield _row("earned", _earned(component))
    yield _row("limited by", _limited(plan, component))
    keepers = [f"{'held' if isinstance(k, ty.Hold) else 'taken back'} by {k.name}" for k in plan.keeping(component.name)]
    keepers += [f"a contract cost of {c.name}" for c in plan.costs if c.component == component.name]
    if keepers:
        yield _row("later", ", ".join(keepers))


def _again(credit: ty.Credit, words: _Words) -> str:
    if credit.repeat is None:
        return ""
    times = " ".join(words.text(credit.repeat.times.span))
    return f", each {credit.repeat.period}, {times} times"


def _to_date(grain: ty.ForPeriod | ty.ForCredit) -> str:
    if grain.to_date is None:
        return ""
    against = "" if grain.against is None else f", against {grain.against.value}"
    return f", on the {grain.to_date} to date less what was earned before{against}"


def _top(top: ty.Top) -> str:
    if top.count is not None:
        return f"the first {top.count}"
    share = value_text(top.share or Fraction(0), RATIO)
    return f"the first {share}, rounded {'up' if top.rounded_up else 'down'}"


def _earned(component: ty.Component) -> str:
    if component.earned_at is None:
        return "on the credit's own date" if isinstance(component.grain, ty.ForCredit) else "when its period ends"
    return f"when the {component.earned_at} ends"


def _limited(plan: ty.Plan, component: ty.Component) -> str:
    limits = ["its own cap"] if component.cap is not None else []
    if component.word != "award":
        limits += [f"the plan's cap each {cap.period}" for cap in plan.caps]
    return " and ".join(limits) or "nothing"


def _limits(plan: ty.Plan, words: _Words) -> Iterator[str]:
    """The plan's caps, what becomes of negative payouts, the draws, and what nothing limits."""
    for cap in plan.caps:
        rest = f", the rest is carried to the next {cap.period}" if cap.carries else ""
        yield from words.quoted("cap", f"each {cap.period} at ", cap.limit, tail=rest)
    for cost in {c.name: c for c in plan.costs}.values():
        named = ", ".join(c.component for c in plan.costs if c.name == cost.name)
        yield _row("cost", f"{cost.name}: {safe(cost.label)}, of {named}  ({words.place(cost.span)})")
    yield _row("below zero", _NEGATIVE[plan.negative])
    for draw in plan.draws:
        yield from _draw(draw, words)
    free = list(dict.fromkeys(c.name for c in plan.components if _limited(plan, c) == "nothing"))
    yield _row("no cap on", ", ".join(free) if free else "nothing: everything has a cap")
    yield _row("no hold on", _spared(plan, ty.Hold))
    yield _row("no clawback", f"of {_spared(plan, ty.Clawback)}")


def _spared(plan: ty.Plan, keeper: type[ty.Hold | ty.Clawback]) -> str:
    """The components that no hold, or no clawback, is about."""
    names = list(dict.fromkeys(c.name for c in plan.components))
    spared = [n for n in names if not any(isinstance(k, keeper) for k in plan.keeping(n))]
    return "anything" if spared == names else ", ".join(spared) or "nothing: everything has one"


_NEGATIVE = {
    "carried": "a negative payout is carried forward",
    "owed": "a negative payout is owed",
    None: "not said: a run that comes to a negative payout stops",
}


_LEFT = {"recovered": "recovered from the last payout, the rest is forgiven"}


def _draw(draw: ty.Draw, words: _Words) -> Iterator[str]:
    """A draw: up to what it tops up, what it recovers, what becomes of the rest."""
    yield _row("draw", f"{draw.name}: {safe(draw.label)}  ({words.place(draw.span)})")
    yield from words.quoted("", "tops up to ", draw.level)
    yield from words.quoted("", "only if ", draw.level_if)
    yield from words.quoted("", "recovers at most ", draw.room, otherwise="recovers nothing")
    yield from words.quoted("", "only if ", draw.room_if)
    if draw.room is not None:
        left = "is carried on while the plan is in force" if draw.forgive is None else f"is forgiven at the end of each {draw.forgive}"
        yield _row("", f"what is left {left}")
    if draw.leaving is not None:
        yield _row("", f"on leaving, the balance is {_LEFT.get(draw.leaving, draw.leaving)}")
