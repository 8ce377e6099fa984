"""Plan files to typed plans: definitions gathered, every plan checked, all problems of all files in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from compplan.calendar import Calendar
from compplan.diagnostics import Collector, Diagnostic, Related, Span
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.amendments import in_force
from compplan.language.changes import named_as
from compplan.language.check.components import type_component
from compplan.language.check.credits import type_credit
from compplan.language.check.damage import damage_of
from compplan.language.check.dated import check_payees
from compplan.language.check.dependencies import report_circles
from compplan.language.check.draws import type_draws
from compplan.language.check.environment import FIRST_YEAR, LAST_YEAR, Environment
from compplan.language.check.example_records import Frame
from compplan.language.check.examples import type_example
from compplan.language.check.expressions import type_formula
from compplan.language.check.formulas import type_condition, type_quantity
from compplan.language.check.holds import Components, type_clawbacks, type_holds
from compplan.language.check.measures import type_measure, type_quota_of
from compplan.language.check.names import did_you_mean
from compplan.language.check.parameters import type_parameter
from compplan.language.check.place import Grain, Place
from compplan.language.check.proration import read_prorations
from compplan.language.check.tables import type_table
from compplan.language.check.tenure import check_tenure
from compplan.language.check.weights import check_weights
from compplan.language.codes import problem
from compplan.language.resolve import resolve
from compplan.language.units import NUMBER, money
from compplan.language.walk import every
from compplan.schema import MONTHS_IN, Period, Schema

_ROUNDINGS = frozenset(Fraction(10) ** n for n in range(-6, 7))


@immutable
class Checked:
    """The plans that are right, in the order of the files, and every problem found."""

    plans: tuple[ty.Plan, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are no errors."""
        return not any(d.is_error for d in self.diagnostics)


def check_plans(files: Sequence[t.File], schema: Schema, calendar: Calendar, read_file: Callable[[str], str | None]) -> Checked:
    """The typed plans of a project. `read_file` gives the text of a table's CSV file, or None where there is none to read."""
    collector = Collector()
    items = [item for file in files for item in file.items]
    _unique(collector, items)
    damage = damage_of(files)
    environment = Environment(schema, calendar, collector, read_file, type_formula, damage=damage)
    standing = resolve(items, environment.problem)
    lost = environment.failed
    shared = {item.name.text: item for item in items if isinstance(item, t.Definitions)}
    used: set[tuple[str, str]] = set()
    plans = []
    for item in items:
        if isinstance(item, t.Plan):
            plan = _Checker(
                standing[item.span], shared, Environment(schema, calendar, collector, read_file, type_formula, damage=damage), used
            ).check()
            if plan is not None and not lost:
                plans.append(plan)
    for item in shared.values():
        _check_alone(item, Environment(schema, calendar, collector, read_file, type_formula, damage=damage))
        if not damage.lost:
            _report_unused(collector, item.lines, lambda name, of=item.name.text: (of, name) in used)  # type: ignore[misc]
    return Checked(tuple(plans), collector.sorted())


def _unique(collector: Collector, items: Sequence[t.Plan | t.Definitions | t.Amendment]) -> None:
    seen: dict[tuple[type, str], t.Name] = {}
    for item in items:
        if isinstance(item, t.Amendment):
            continue
        first = seen.setdefault((type(item), item.name.text), item.name)
        if first is not item.name:
            related = (Related(first.span, "the other one"),)
            what = "plans" if isinstance(item, t.Plan) else "definitions"
            collector.add(problem("duplicate-name", f"There are two {what} named {item.name.text}.", item.name.span, None, related))


def _names(lines: Sequence[t.PlanLine | t.SharedLine]) -> Iterator[tuple[str, t.Name]]:
    """What lines define, with the kind of thing; a quota goes by its measure's name and shares it."""
    for line in lines:
        match line:
            case t.Let() | t.Parameter() | t.Credit() | t.Measure() | t.Table() | t.Component() | t.Draw() | t.Hold() | t.Clawback():
                yield "", line.name
            case t.Quota():
                yield "quota", line.measure
            case _:
                pass


def _check_alone(item: t.Definitions, env: Environment) -> None:
    """Definitions are checked by themselves, so that what no plan uses yet is checked as well."""
    _fill(env, item.lines, ())
    _type_all(env)


def _fill(env: Environment, own: Sequence[t.PlanLine | t.SharedLine], used: Sequence[t.SharedLine]) -> None:
    lines = [*used, *own]
    env.lets = {x.name.text: x for x in lines if isinstance(x, t.Let)}
    env.credits = {x.name.text: x for x in lines if isinstance(x, t.Credit)}
    env.measures = {x.name.text: x for x in lines if isinstance(x, t.Measure)}
    env.quotas = {x.measure.text: x for x in lines if isinstance(x, t.Quota)}
    env.tables = {x.name.text: x for x in lines if isinstance(x, t.Table)}
    env.parameters = {x.name.text: x for x in lines if isinstance(x, t.Parameter)}
    env.tenure = next((x for x in lines if isinstance(x, t.Tenure)), None)
    check_tenure(env, [x for x in lines if isinstance(x, t.Tenure)])
    seen: dict[tuple[str, str], t.Name] = {}
    for what, name in _names(lines):
        first = seen.setdefault((what, name.text), name)
        if first is not name and not _are_versions(lines, name):
            related = (Related(first.span, "the other one"),)
            env.problem("duplicate-name", f"The name {name.text} is given twice.", name.span, None, related)


def _are_versions(lines: Sequence[t.PlanLine | t.SharedLine], name: t.Name) -> bool:
    """Whether all that has a name are components of one word that follow each other in time."""
    same = [line for line in lines if (key := named_as(line)) is not None and key[0] not in ("quota", "example") and key[1] == name.text]
    components = [line for line in same if isinstance(line, t.Component)]
    if len(components) < len(same) or len({c.word for c in components}) > 1:
        return False
    dates = sorted((first or date.min, last or date.max) for first, last in map(in_force, components))
    return all(before[1] < after[0] for before, after in pairwise(dates))


def _type_all(env: Environment) -> None:
    for parameter in env.parameters:
        type_parameter(env, parameter)
    for credit in env.credits:
        type_credit(env, credit)
    for measure in env.measures:
        type_measure(env, measure)
    for name, quota in env.quotas.items():
        if name in env.measures:
            type_quota_of(env, name)
        else:
            hint = did_you_mean(name, list(env.measures))
            env.problem("unknown-name", f"There is no measure {name}.", quota.measure.span, hint)
    for table in env.tables:
        type_table(env, table)


def _report_unused(collector: Collector, lines: Sequence[t.PlanLine | t.SharedLine], is_used: Callable[[str], bool]) -> None:
    for line in lines:
        if isinstance(line, (t.Let, t.Parameter, t.Credit, t.Measure, t.Table)) and not is_used(line.name.text):
            collector.add(problem("unused", f"Nothing uses {line.name.text}.", line.name.span, "Use it, or leave it out."))


def _is_within(span: Span, block: Span) -> bool:
    return span.file == block.file and block.line <= span.line and span.end_line <= block.end_line


def _amended(amendment: t.Amendment) -> ty.Amended:
    first = next(line.first for line in amendment.lines if isinstance(line, t.InForce))
    assert first is not None
    because = " ".join(line.text for line in amendment.lines if isinstance(line, t.Because))
    return ty.Amended(amendment.label, first, because, amendment.span)


class _Checker:
    """Checks one plan."""

    def __init__(self, tree: t.Plan, shared: Mapping[str, t.Definitions], env: Environment, used: set[tuple[str, str]]) -> None:
        self.tree = tree
        self.shared = shared
        self.env = env
        self.used = used

    def check(self) -> ty.Plan | None:
        blocks = self._used_blocks()
        self.env.dates = next(((x.first, x.last) for x in self.tree.lines if isinstance(x, t.Effective)), None)
        shared = [line for block in blocks for line in block.lines if named_as(line) not in self.tree.hidden]
        _fill(self.env, self.tree.lines, shared)
        read_prorations(self.env, [line for line in self.tree.lines if isinstance(line, t.Prorate)])
        _type_all(self.env)
        plan = self._plan()
        for block in blocks:
            self.used.update((block.name.text, name) for name in self.env.used)
        if not self.env.damage.lost and not self.env.refused:
            self._report_unused_lets()
            _report_unused(self.env.collector, self._own_lines(), lambda name: name in self.env.used)
        return None if self.env.failed else plan

    def _own_lines(self) -> list[t.PlanLine]:
        """What stands in the plan itself; of what it takes over from another plan, that one tells whether it is used."""
        return [line for line in self.tree.lines if _is_within(line.span, self.tree.span)]

    def _report_unused_lets(self) -> None:
        """Names given inside a component or a credit of the plan that nothing there uses."""
        for block in self._own_lines():
            if isinstance(block, (t.Component, t.Credit)):
                for line in block.lines:
                    if isinstance(line, t.Let) and line.span not in self.env.used_lets:
                        self.env.problem("unused", f"Nothing uses {line.name.text}.", line.name.span, "Use it, or leave it out.")

    def _warn_cut(self, line: t.Effective, components: Sequence[ty.Component]) -> None:
        """A period that does not lie wholly within the plan's dates is not paid by a component for such periods."""
        calendar = self.env.calendar
        for component in components:
            kind = component.grain.period if isinstance(component.grain, ty.ForPeriod) else "month"
            first, last = calendar.period_of(line.first, kind), calendar.period_of(line.last, kind)
            cut = [p for p in (first, last) if calendar.start(p) < line.first or calendar.end(p) > line.last + timedelta(days=1)]
            if cut:
                message = f"{cut[0].label} does not lie wholly within the plan's dates, so {component.name} pays nothing for it."
                tree = next(c for c in self.tree.lines if isinstance(c, t.Component) and c.span == component.span)
                where = next(x.span for x in tree.lines if isinstance(x, t.ForPeriod))
                self.env.problem("period-cut", message, where, "If that is meant, leave it; if not, change the period or the dates.")

    def _warn_cut_draws(self, line: t.Effective, payout: Period) -> None:
        """A draw tops up no payout whose period does not lie wholly within the plan's dates."""
        calendar = self.env.calendar
        first, last = calendar.period_of(line.first, payout), calendar.period_of(line.last, payout)
        cut = [p for p in (first, last) if calendar.start(p) < line.first or calendar.end(p) > line.last + timedelta(days=1)]
        for draw in (x for x in self.tree.lines if isinstance(x, t.Draw) and cut):
            message = f"{cut[0].label} does not lie wholly within the plan's dates, so {draw.name.text} pays nothing for it."
            self.env.problem("period-cut", message, draw.name.span, "If that is meant, leave it; if not, change the period or the dates.")

    def _used_blocks(self) -> list[t.Definitions]:
        blocks: list[t.Definitions] = []
        for line in self.tree.lines:
            if isinstance(line, t.Use):
                block = self.shared.get(line.name.text)
                if block is None:
                    hint = did_you_mean(line.name.text, list(self.shared))
                    self.env.problem("unknown-use", f"There are no definitions {line.name.text}.", line.name.span, hint)
                    block = self.shared.get(closest(line.name.text, self.shared) or "")
                    if block is None:
                        self.env.damage = replace(self.env.damage, any_name=True)
                        continue
                elif any(block is b for b in blocks):
                    self.env.problem("duplicate-sentence", f"The plan uses {line.name.text} twice.", line.span)
                    continue
                blocks.append(block)
        return blocks

    def _one(self, kind: type, keyword: str, example: str) -> t.PlanLine | None:
        """The one sentence that a plan must have of a kind."""
        found = [line for line in self.tree.lines if isinstance(line, kind)]
        if not found:
            message = f"The plan {self.tree.name.text} has no sentence with {keyword}."
            self.env.problem("missing-sentence", message, self.tree.name.span, f"For example: {example}")
            return None
        for again in found[1:]:
            related = (Related(found[0].span, "it stood here first"),)
            self.env.problem("duplicate-sentence", f"A plan has one sentence with {keyword}.", again.span, None, related)
        return found[0]

    def _plan(self) -> ty.Plan | None:
        env, tree = self.env, self.tree
        effective = self._one(t.Effective, "effective", "effective from 2027-01-01 through 2027-12-31")
        payees = self._one(t.Payees, "payees", 'payees where role = "AE"')
        currency = self._one(t.Currency, "currency", "currency USD, each earning rounded to 0.01, half away from zero")
        payout = self._one(t.Payout, "payout", "payout each month")
        code = currency.code if isinstance(currency, t.Currency) else env.schema.currency
        where = self._payees(payees)
        trees = [line for line in tree.lines if isinstance(line, t.Component)]
        env.components = {c.name.text: NUMBER if c.word == "award" else money(code) for c in trees}
        components = self._components(code)
        report_circles(env, components)
        caps = [self._cap(line, code, payout) for line in tree.lines if isinstance(line, t.PlanCap)]
        drawn = [line for line in tree.lines if isinstance(line, t.Draw)]
        draws = type_draws(env, drawn, code, payout.period if isinstance(payout, t.Payout) else None)
        known = Components({c.name.text: c for c in tree.lines if isinstance(c, t.Component)}, tuple(components))
        holds = type_holds(env, [line for line in tree.lines if isinstance(line, t.Hold)], known)
        clawbacks = type_clawbacks(env, [line for line in tree.lines if isinstance(line, t.Clawback)], known)
        if clawbacks and isinstance(payout, t.Payout) and payout.negative is None:
            message = "What a clawback takes back can be more than a payout; the plan does not say what becomes of a negative one."
            each = f"payout each {payout.period}, a negative one is"
            env.problem("missing-sentence", message, payout.span, f"Write `{each} carried forward` or `{each} owed`.")
        carrying = next((c for c in caps if c is not None and c.carries), None)
        if carrying is not None and (holds or clawbacks):
            message = "A cap holds what was earned in its period, whenever that is paid; its rest cannot go to the next period as well."
            env.problem("wrong-place", message, carrying.span, "Leave the rest out, or the holds and clawbacks.")
        if carrying is not None and len(caps) > 1:
            message = "A cap whose rest is carried on is the only one of its plan: which of two holds the rest could not be said."
            env.problem("wrong-place", message, carrying.span, "Leave the rest out, or the other cap.")
        check_weights(env, tree)
        frame = self._frame(code, effective, payout)
        examples = [type_example(env, line, frame) for line in tree.lines if isinstance(line, t.Example)]
        if not (isinstance(effective, t.Effective) and isinstance(currency, t.Currency) and isinstance(payout, t.Payout)):
            return None
        if not self._effective(effective) or not self._currency(currency):
            return None
        self._warn_cut(effective, components)
        self._warn_cut_draws(effective, payout.period)
        return ty.Plan(
            name=tree.name.text, label=tree.label, first=effective.first, last=effective.last, payees=where, currency=code,
            unit_decimals=max(0, -int(currency.unit.normalize().as_tuple().exponent)), rounding_unit=Fraction(currency.unit),
            half_even=currency.half_even, payout=payout.period,
            credits={k: v for k, v in env.typed_credits.items() if v is not None},
            measures={k: v for k, v in env.typed_measures.items() if v is not None},
            quotas={k: v for k, v in env.typed_quotas.items() if v is not None},
            prorations=dict(env.prorations),
            tables={k: v for k, v in env.typed_tables.items() if v is not None},
            parameters={k: v for k, v in env.typed_parameters.items() if v is not None},
            components=tuple(components), caps=tuple(c for c in caps if c is not None),
            negative=payout.negative, draws=draws,
            holds=holds, clawbacks=clawbacks,
            examples=tuple(e for e in examples if e is not None), file=tree.span.file, span=tree.span,
            amended=tuple(_amended(a) for a in tree.amended),
        )  # fmt: skip

    def _frame(self, code: str, effective: t.PlanLine | None, payout: t.PlanLine | None) -> Frame:
        trees = [line for line in self.tree.lines if isinstance(line, t.Component)]
        per_credit = {c.name.text: line.credit.text for c in trees for line in c.lines if isinstance(line, t.ForCredit)}
        dates = (effective.first, effective.last) if isinstance(effective, t.Effective) else None
        draws = frozenset(line.name.text for line in self.tree.lines if isinstance(line, t.Draw))
        carries = isinstance(payout, t.Payout) and payout.negative == "carried"
        keeping = [line for line in self.tree.lines if isinstance(line, (t.Hold, t.Clawback))]
        names = {
            k.name.text: tuple(n.text for x in k.lines if isinstance(x, t.OfComponents) for n in x.names) for k in keeping
        }  # fmt: skip
        held = frozenset(n for k in keeping if isinstance(k, t.Hold) for n in names[k.name.text])
        period = payout.period if isinstance(payout, t.Payout) else None
        return Frame({c.name.text: c.word for c in trees}, per_credit, code, dates, period, draws, carries, names, held)

    def _payees(self, line: t.PlanLine | None) -> ty.Expr | None:
        if not isinstance(line, t.Payees) or line.where is None:
            return None
        where = type_condition(self.env, Place(Grain.PEOPLE, "the payees sentence"), line.where)
        return where if where is None or check_payees(self.env, where) else None

    def _components(self, code: str) -> list[ty.Component]:
        trees = [line for line in self.tree.lines if isinstance(line, t.Component)]
        if not trees:
            message = f"The plan {self.tree.name.text} pays nothing."
            self.env.problem("missing-sentence", message, self.tree.name.span, "Write a commission, a bonus or an award.")
        typed = [type_component(self.env, c, code) for c in trees]
        return [c for c in typed if c is not None]

    def _cap(self, line: t.PlanCap, code: str, payout: t.PlanLine | None) -> ty.PlanCap | None:
        place = Place(Grain.PERIOD, "the plan's cap", period=line.period, window=ty.Window(line.period))
        limit = type_quantity(self.env, place, line.limit)
        if limit is None:
            return None
        if limit.unit != money(code):
            hint = f"Ask for it per {line.period}." if limit.unit.per else None
            self.env.problem("wrong-unit", f"A cap is in {code}; this is {limit.unit}.", line.limit.span, hint)
            return None
        if isinstance(payout, t.Payout) and MONTHS_IN[payout.period] > MONTHS_IN[line.period]:
            message = f"Payouts are made each {payout.period}; a cap for each {line.period} is shorter."
            self.env.problem("needs-window", message, line.span)
            return None
        earned = next((e for e in every(limit) if isinstance(e, ty.EarnedAt)), None)
        if earned is not None and isinstance(payout, t.Payout) and payout.period != line.period:
            message = f"This cap limits each {payout.period}'s payout, when it is not known yet what is earned in the {line.period}."
            self.env.problem("needs-window", message, earned.span, f"Cap each {payout.period}, or let the cap speak of measures.")
            return None
        if line.carried is not None and line.carried != line.period:
            message = f"What goes beyond the cap of a {line.period} is carried to the next {line.period}."
            self.env.problem("wrong-arguments", message, line.span, f"Write: the rest is carried to the next {line.period}.")
            return None
        return ty.PlanCap(line.period, limit, line.carried is not None, line.span)

    def _effective(self, line: t.Effective) -> bool:
        calendar = self.env.calendar
        if not FIRST_YEAR <= line.first.year <= line.last.year <= LAST_YEAR and line.first <= line.last:
            self.env.problem("effective", f"A plan lies between the years {FIRST_YEAR} and {LAST_YEAR}.", line.span)
            return False
        if line.last < line.first:
            self.env.problem("effective", "The plan ends before it begins.", line.span)
            return False
        after = line.last + timedelta(days=1)
        for day in (line.first, after):
            if calendar.start_of_month(calendar.month_of(day)) != day:
                message = "A plan begins with the first day of a month of the calendar and ends with the last day of one."
                self.env.problem("effective", message, line.span)
                return False
        return True

    def _currency(self, line: t.Currency) -> bool:
        if line.code != self.env.schema.currency:
            message = f"The records count in {self.env.schema.currency}, the plan in {line.code}."
            self.env.problem("currency", message, line.span, f"Write currency {self.env.schema.currency}.")
            return False
        unit = Fraction(line.unit)
        if unit not in _ROUNDINGS:
            self.env.problem("wrong-arguments", "Earnings are rounded to 0.01, 0.1, 1, 10 and so on.", line.span)
            return False
        return True


__all__ = ["Checked", "check_plans"]
