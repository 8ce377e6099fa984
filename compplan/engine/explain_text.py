"""An explanation as plain text: what was paid, then each component from its sentences to its cents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from compplan.calendar import Calendar, FiscalPeriod, parse_period
from compplan.engine.explanation import (
    ComponentExplanation,
    Condition,
    Earning,
    Explanation,
    Factor,
    Node,
    PaidExplanation,
    PayoutLine,
    PlanExplanation,
    PoolShare,
)
from compplan.engine.figure_text import amount, in_unit, money, plain, shown
from compplan.engine.laid_out import MOST_ROWS, laid_out, line
from compplan.engine.node_text import inside_text, part_text
from compplan.engine.page import Value, sum_of
from compplan.engine.payout_kinds import CAP, CARRIED, DRAW, EARNING
from compplan.schema import MONTHS_IN, PERIODS


def render_explanation(explanation: Explanation, width: int = 110, all_rows: bool = False) -> str:
    """The explanation as text of a width; long lists are cut unless all rows are wanted."""
    return laid_out(_Renderer(width, all_rows, explanation).explanation(explanation), width)


def paid_for(explanation: Explanation, width: int = 110) -> str:
    """What a run made of one record, as text: each component with its working, what is held and taken back."""
    renderer = _Renderer(width, True, explanation)
    return laid_out((part for plan in explanation.plans for part in renderer.of_record(plan)), width)


class _Renderer:
    def __init__(self, width: int, all_rows: bool, explanation: Explanation) -> None:
        self.width = width
        self.all_rows = all_rows
        self.period = explanation.period
        self.dates = {d.label: d for d in explanation.dates}
        self.currency = ""

    def amount(self, value: Value) -> str:
        """An amount of the plan at hand."""
        return amount(value, self.currency)

    def spelled(self, label: str) -> str:
        """A period's label, with its dates where they are not those of the calendar year."""
        found, period = self.dates.get(label), parse_period(label)
        if found is None or period is None or found.first == Calendar().start(period).isoformat():
            return label
        return f"{label} ({found.first} through {found.last})"

    def explanation(self, e: Explanation) -> Iterator[str]:
        who = f"{e.name} ({e.payee})" if e.name else e.payee
        yield f"{who}, {self.spelled(e.period)}, {e.company}"
        yield f"From the figures {e.figures}, as the manifest of the run names them."
        if e.set_aside:
            rows = f"{e.set_aside:,} row{'s' if e.set_aside != 1 else ''}"
            yield f"{rows} of the records could not be used and were set aside; rejects.csv of the run lists them."
        for plan in e.plans:
            yield ""
            yield from self.plan(plan)

    def plan(self, p: PlanExplanation) -> Iterator[str]:
        self.currency = p.currency
        yield line(f"{p.label}, payout", _paid(p))
        yield "=" * self.width
        labels = {(EARNING, c.name): c.label for c in p.components}
        labels |= {(k.kind, k.name): k.label for k in p.kept}
        labels |= {(kind, d.name): d.label for d in p.draws for kind in (CARRIED, DRAW)}
        if not p.payouts:
            yield f"  Nothing is paid in {self.spelled(self.period)}: {_payday(p, self.period)}"
        for period in dict.fromkeys(part.period for part in p.payouts):
            parts = [part for part in p.payouts if part.period == period]
            total = sum_of(part.amount for part in parts)
            yield line(f"  {self.spelled(period)}", money(total, p.currency))
            for part in parts:
                name = "the cap takes off" if part.kind == CAP else part.component
                yield line(f"    {labels.get((part.kind, part.component), name)}", self.amount(part.amount))
            yield from (row for paid in p.paid if paid.period == period for row in self.paid(paid, labels, parts))
        yield from self.kept(p)
        yield from self.caps(p)
        yield from self.draws(p)
        if p.costs:
            from compplan.engine.explain_costs import cost_text  # few plans say what their costs become

            yield from cost_text(p.costs, p.currency, None if self.all_rows else MOST_ROWS)
        for component in p.components:
            yield ""
            yield from self.component(component, p.currency)
        yield from self.credits(p)
        yield from self.stays(p)
        if p.quotas:
            from compplan.engine.quota_months import quota_text  # rarely needed

            yield from quota_text(p.quotas, self.width)
        yield from self.leaves(p)

    def kept(self, p: PlanExplanation) -> Iterator[str]:
        """What holds and clawbacks change, and what is held."""
        if p.kept or p.held:
            from compplan.engine.kept_text import kept_text  # few plans hold anything: the others need not load it

            last = parse_period(self.period)
            yield from kept_text(p, self.period if last is None else FiscalPeriod("month", last.last_month).label, all_rows=self.all_rows)

    def of_record(self, p: PlanExplanation) -> Iterator[str]:
        """One record in a plan."""
        for c in p.components:
            for earning in c.earnings:
                if earning.spread is not None:
                    from compplan.engine.explain_spread import spread_part  # few plans spread anything

                    yield from spread_part(c, earning, p.currency)
                    continue
                amount_earned = money(earning.earned, p.currency) if c.thing is None else _things(earning.earned, c.thing)
                yield line(f"  {c.label} ({c.word} {c.name}, {c.file}, line {c.line}), earned in {earning.period}", amount_earned)
                for condition in earning.conditions:
                    yield from self.condition(condition)
                if earning.failed is None:
                    yield from self.working(earning, p.currency, c.thing)
                elif not earning.conditions or earning.conditions[-1].held:
                    yield f"    not paid: {earning.failed} was not reached"
            for one in c.left_out:
                yield f"  {c.label} ({c.word} {c.name}, {c.file}, line {c.line}) does not pay for it"
                yield from self.condition(one.condition, "for each ... where")
        yield from self.kept(p)
        if p.costs:
            from compplan.engine.explain_costs import cost_text  # few plans say what their costs become

            yield from cost_text(p.costs, p.currency, None)

    def paid(self, paid: PaidExplanation, labels: Mapping[tuple[str, str], str], parts: Sequence[PayoutLine]) -> Iterator[str]:
        """The payout in the currency in which it is paid, and each of its lines."""
        what = _conversion(paid.conversion) if len(paid.conversion.parts) > 1 else f"rounded to the digits of {paid.currency}"
        yield line(f"    {paid.conversion.words}: {what.removesuffix(': ' + shown(paid.conversion))}", shown(paid.conversion))
        for part in parts if len(parts) > 1 else ():
            name = "the cap takes off" if part.kind == CAP else part.component
            yield line(f"      {labels.get((part.kind, part.component), name)}", amount(part.paid, paid.currency))

    def caps(self, p: PlanExplanation) -> Iterator[str]:
        """Each cap, with the sums that it is held against; those of earlier periods, too, which the payouts above do not show."""
        for name, of, limit in dict.fromkeys((c.name, c.of, c.limit) for c in p.caps):
            these = [c for c in p.caps if (c.name, c.of) == (name, of)]
            taken = [c for c in these if c.correction]
            last = these[-1]
            about = f", on what was earned in {of}" if last.earned else ""
            comes_to = "" if last.limit_from.kind == "constant" else f": {money(limit, p.currency)} in {of}"
            yield f"  {last.words}{about}{comes_to}{'' if taken else '; it takes nothing off'}"
            yield from inside_text(last.limit_from, "      ")
            for c in taken or [last]:
                if c.carried is not None:
                    yield line("    carried over", self.amount(c.carried))
                yield line(f"    before {c.period}", self.amount(c.earlier))
                yield line(f"    in {c.period}", self.amount(c.own))
                yield line(f"    to date, with {c.period}", self.amount(sum_of((c.carried, c.earlier, c.own))))
                if c.correction:
                    yield line(f"    changes {c.period} by", self.amount(c.correction))

    def draws(self, p: PlanExplanation) -> Iterator[str]:
        """Each draw, and what is carried forward, with its balance; periods in which there is nothing to tell are left out."""
        for name, label, sentences in dict.fromkeys((d.name, d.label, d.sentences) for d in p.draws):
            these = [d for d in p.draws if d.name == name]
            told = [d for d in these if d.before or d.added or d.recovered]
            yield f"  {label}{f' (draw {name})' if sentences else ''}{'' if told else ': nothing in these months'}"
            yield from (f"    {' '.join(sentence.split())}" for sentence in sentences)
            for d in told:
                yield line(f"    {self.spelled(d.period)}, payout before it", self.amount(d.paid))
                yield line("      balance before", self.amount(d.before))
                added = "topped up" if sentences else "carried forward"
                for words, change in ((added, d.added), ("recovered", d.recovered), ("forgiven", d.forgiven)):
                    if change:
                        yield line(f"      {words}", self.amount(change))
                yield line("      balance after", self.amount(d.after))

    def component(self, c: ComponentExplanation, currency: str) -> Iterator[str]:
        total = money(c.total, currency) if c.thing is None else _things(c.total, c.thing)
        yield line(f"{c.label} ({c.word} {c.name}, {c.file}, line {c.line})", total)
        yield "-" * self.width
        grain = next((s for s in c.sentences if s.startswith("for ")), "")
        yield f"  {' '.join(grain.split())}"
        for change in c.amended:
            what = f": {' '.join(change.words.split())}" if change.words else ""
            yield f"  from {change.since}, {change.label} ({change.file}, line {change.line}){what}"
        if not c.earnings:
            yield f"  {_nothing(c, self.period)}"
        shown = c.earnings if self.all_rows or len(c.earnings) <= MOST_ROWS else ()
        if c.earnings and c.earnings[0].record is not None:
            yield from self.records(c, currency)
        else:
            for earning in shown or c.earnings:
                yield from self.earning(earning, currency, c.thing)
        if c.left_out:
            yield f"  {len(c.left_out)} left out by the condition after where: {_some([x.record for x in c.left_out], self.all_rows)}"

    def records(self, c: ComponentExplanation, currency: str) -> Iterator[str]:
        """One line for each record, then the first one that pays in full."""
        paid = [e for e in c.earnings if e.failed is None]
        failed = [e for e in c.earnings if e.failed is not None]
        for earning in paid if self.all_rows else paid[:MOST_ROWS]:
            date = earning.date or ""
            what = _in_short(earning.factors)
            before = f"{self.amount(earning.figure)} to date less {self.amount(earning.before)}" if earning.before is not None else what
            yield line(f"  {date}  {earning.when:<24} {before}", money(earning.earned, currency))
        if len(paid) > MOST_ROWS and not self.all_rows:
            rest = sum_of(e.earned for e in paid[MOST_ROWS:])
            yield line(f"  and {len(paid) - MOST_ROWS} more (--all lists them)", money(rest, currency))
        if paid:
            last = paid[-1] if paid[-1].before is not None else paid[0]
            yield f"  How {last.when} was worked out:"
            yield from self.working(last, currency)
        for reason in dict.fromkeys(e.failed for e in failed):
            these = [e for e in failed if e.failed == reason]
            yield f"  Not paid for {len(these)}: {_some([e.when for e in these], self.all_rows)}"
            if these[0].conditions:
                yield from self.condition(these[0].conditions[-1])
            else:
                yield f"    {reason} was not reached"

    def earning(self, e: Earning, currency: str, thing: str | None) -> Iterator[str]:
        amount = money(e.earned, currency) if thing is None else _things(e.earned, thing)
        period = parse_period(e.when)
        ends = None if period is None else FiscalPeriod("month", period.last_month).label
        later = f", earned in {e.period}" if e.period != ends else ""
        yield line(f"  {self.spelled(e.when)}{later}", amount)
        if e.ranking is not None:
            word = "within" if e.ranking.qualifies else "not within"
            figure = f"{e.ranking.words} = {in_unit(e.ranking.figure, e.ranking.unit)}"
            yield f"    place {plain(e.ranking.place)} of {e.ranking.payees} with {figure}: {word} the top"
            for one in e.ranking.first:
                yield f"      {plain(one.place):>3}  {one.payee or 'another'}: {in_unit(one.figure, e.ranking.unit)}"
            if e.ranking.payees > len(e.ranking.first):
                yield f"           and {e.ranking.payees - len(e.ranking.first)} more"
            if e.ranking.tie is not None and e.ranking.tie.payees > 1:
                from compplan.engine.explained_tie import tie_line  # few rankings share prizes

                yield tie_line(e.ranking, self.amount)
        for condition in e.conditions:
            yield from self.condition(condition)
        if e.failed is not None:
            if e.pool is not None and e.pool.weight is None:
                yield f"    no part in it: {e.pool.words}"
            elif not e.conditions or e.conditions[-1].held:
                yield f"    not paid: {e.failed} was not reached"
            if e.before:
                yield line("    less what was earned before", self.amount(e.before))
        else:
            yield from self.working(e, currency, thing)
        if e.spread is not None and e.spread.rows:
            from compplan.engine.explain_spread import spread_lines  # few plans spread anything

            yield from spread_lines(e.spread, currency, None if self.all_rows else MOST_ROWS)

    def condition(self, c: Condition, keyword: str = "only if") -> Iterator[str]:
        yield f"    {'yes ' if c.held else 'NO: '} {keyword} {c.words}"
        for node in (n for n in c.values if n.kind != "constant"):
            yield from part_text(node, "            ")

    def working(self, e: Earning, currency: str, thing: str | None = None) -> Iterator[str]:
        for factor in e.factors:
            since = f", {factor.node.note}" if factor.node.kind == "parameter" and factor.node.note else ""
            yield line(f"    {factor.keyword:<6}{factor.node.words}{since}", shown(factor.node))
            yield from inside_text(factor.node, "          ")
        if e.floor is not None:
            yield line(f"    floor at {e.floor.words}", shown(e.floor))
        if e.cap is not None:
            yield line(f"    cap at {e.cap.words}", shown(e.cap))
        if thing is None:
            if e.pool is not None or e.product != e.figure or len(e.factors) > 1:
                exact = "" if e.product == (e.figure if e.pool is None else e.pool.amount) else f", exactly {plain(e.product)}"
                yield line(f"    comes to{exact}", money(e.figure if e.pool is None else e.pool.amount, currency))
            if e.pool is not None:
                yield from self.pool(e.pool, currency)
            if e.before is not None:
                yield line("    less what was earned before", money(e.before, currency))
            if e.budget is not None:
                whose = "all of the period come to" if e.budget.kind == "in proportion" else "spent before"
                yield f"    {e.budget.words}: {whose} {money(e.budget.spent, currency)}"
                yield line("    the budget leaves", money(e.earned, currency))

    def pool(self, p: PoolShare, currency: str) -> Iterator[str]:
        """Whose amount it is, and the payee's part in it."""
        whose = f" among {p.members} of {p.group}" if p.group else f" among {p.members}"
        yield f"    {p.words}:{whose}"
        part = "no part in it" if p.weight is None else f"{plain(p.weight)} of {plain(p.weights)}"
        yield line(f"      {part}", money(p.share, currency))

    def stays(self, p: PlanExplanation) -> Iterator[str]:
        """The days in the plan, where they differ or something is averaged over them."""
        if len(p.stays) < 2 and not any(s.columns for s in p.stays):
            return
        yield ""
        yield line("A payee of the plan", f"{sum(s.days for s in p.stays):,} days")
        yield "-" * self.width
        for stay in p.stays:
            worked = "" if stay.working_days is None else f", {stay.working_days:,} working days"
            yield line(f"  {stay.first} through {stay.last}", f"{stay.days:,} days{worked}")
            for c in stay.columns:
                yield f"    {c.name} = {in_unit(c.value, c.unit)}"

    def leaves(self, p: PlanExplanation) -> Iterator[str]:
        """The days on leave, and what is relieved for them."""
        for name in dict.fromkeys(one.leave for one in p.leaves):
            lines = [one for one in p.leaves if one.leave == name]
            yield ""
            yield line(f"On {name} leave", f"{sum(one.days for one in lines):,} days")
            yield "-" * self.width
            for one in lines:
                worked = "" if one.working_days is None else f", {one.working_days:,} working days"
                yield line(f"  {one.first} through {one.last}", f"{one.days:,} days{worked}")
            yield from (f"    relieves {words}" for words in lines[0].relieves)

    def credits(self, p: PlanExplanation) -> Iterator[str]:
        for name in dict.fromkeys(c.credit for c in p.credits):
            lines = [c for c in p.credits if c.credit == name]
            total = sum_of(c.credited for c in lines)
            yield ""
            yield line(f"Credited with {name}: {len(lines)} record{'s' if len(lines) != 1 else ''}", in_unit(total, lines[0].unit))
            yield "-" * self.width
            for c in lines if self.all_rows else lines[:MOST_ROWS]:
                share = "" if c.share == 1 else f"  share {in_unit(c.share, 'a ratio')}"
                yield line(
                    f"  {c.date}  {c.record}{f' of {c.via}' if c.via else ''}{share}{'  overlay' if c.overlay else ''}",
                    in_unit(c.credited, c.unit),
                )
                for one in c.conversions:
                    if len(one.parts) > 1:
                        yield f"              {_conversion(one)}"
            if len(lines) > MOST_ROWS and not self.all_rows:
                rest = sum_of(c.credited for c in lines[MOST_ROWS:])
                yield line(f"  and {len(lines) - MOST_ROWS} more (--all lists them)", in_unit(rest, lines[0].unit))


def _paid(p: PlanExplanation) -> str:
    """What is paid, in each currency."""
    sums: dict[str, Fraction] = {}
    for paid in p.paid:
        sums[paid.currency] = sum_of((sums.get(paid.currency), paid.conversion.value))
    return ", ".join(money(total, currency) for currency, total in sums.items()) or money(p.total, p.currency)


def _payday(p: PlanExplanation, period: str) -> str:
    """When a plan pays what is earned in a period that ends before the plan's own."""
    asked = parse_period(period)
    if asked is None:
        return f"this plan pays each {p.payout_period}."
    kind = next(k for k in PERIODS if k == p.payout_period)
    paid = FiscalPeriod(kind, asked.last_month // MONTHS_IN[kind])
    if paid.last_month <= asked.last_month:
        return "nothing was earned."
    return f"this plan pays each {kind}; what is earned is paid for {paid.label}, when {FiscalPeriod('month', paid.last_month).label} ends."


def _nothing(c: ComponentExplanation, period: str) -> str:
    """Why a component has no earnings."""
    grain = next((s.split() for s in c.sentences if s.startswith("for ")), [])
    kind = grain[2].rstrip(",") if len(grain) > 2 and grain[1] == "each" else ""
    if kind in PERIODS:
        return f"Nothing was earned here: no {kind} of this component ended in {period}."
    return f"Nothing was earned here: no record met the conditions in {period}."


def _in_short(factors: Sequence[Factor]) -> str:
    """A product on one line; of a single formula, its words and the figures in it."""
    if len(factors) != 1:
        return " x ".join(shown(f.node) for f in factors)
    node = factors[0].node
    values = ", ".join(f"{p.words} = {shown(p)}" for p in node.parts)
    return f"{node.words}: {values}" if values else node.words


def _conversion(node: Node) -> str:
    """A conversion on one line: the amount in its own currency, the rate and its day."""
    own = shown(node.parts[0])
    if len(node.parts) < 2:
        return f"{own} already"
    rate = node.parts[1]
    return f"{own} {'/' if rate.note else 'x'} {plain(rate.value)}, the {rate.words}; {node.note}: {shown(node)}"


def _things(count: Value, thing: str) -> str:
    """How many of something that is no money."""
    return "none" if not count else f"{plain(count)} x {thing}"


def _some(items: Sequence[str], all_items: bool) -> str:
    if all_items or len(items) <= 6:
        return ", ".join(items)
    return f"{', '.join(items[:6])} and {len(items) - 6} more"
