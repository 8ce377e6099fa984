"""Plan files to typed plans: definitions gathered, every plan checked, all problems of all files in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from compplan.calendar import Calendar
from compplan.diagnostics import Collector, Diagnostic, Related, Span
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.changes import named_as
from compplan.language.check.caps import check_carried, type_caps
from compplan.language.check.components import type_component
from compplan.language.check.damage import damage_of
from compplan.language.check.dated import check_payees
from compplan.language.check.definitions import check_alone, fill, report_doubles, report_unused, type_all
from compplan.language.check.dependencies import report_circles
from compplan.language.check.doubtful_plans import warn_doubtful_plan
from compplan.language.check.draws import type_draws
from compplan.language.check.environment import Environment
from compplan.language.check.example_records import Frame
from compplan.language.check.examples import type_example
from compplan.language.check.expressions import type_formula
from compplan.language.check.formulas import type_condition
from compplan.language.check.holds import Components, type_clawbacks, type_holds
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.check.prorated import check_prorated
from compplan.language.check.proration import read_prorations
from compplan.language.check.terms import currency_is_right, dates_are_right, warn_cut, warn_cut_draws
from compplan.language.check.weights import check_weights
from compplan.language.resolve import resolve
from compplan.language.tried import Tried, with_tried
from compplan.language.units import NUMBER, money
from compplan.schema import Schema


@immutable
class Checked:
    """The plans that are right, in the order of the files, and every problem found."""

    plans: tuple[ty.Plan, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are no errors."""
        return not any(d.is_error for d in self.diagnostics)


def check_plans(
    files: Sequence[t.File],
    schema: Schema,
    calendar: Calendar,
    read_file: Callable[[str], str | None],
    tried: Mapping[str, Sequence[Tried]] = MappingProxyType({}),
) -> Checked:
    """The typed plans of a project. `read_file` gives the text of a table's CSV file, or None where there is none to read.

    `tried` has sentences that change plans as they stand, by their names, without being written in any file of the project.
    """
    collector = Collector()
    items = [item for file in files for item in file.items]
    report_doubles(collector, items)
    damage = damage_of(files)
    environment = Environment(schema, calendar, collector, read_file, type_formula, damage=damage)
    standing = resolve(items, environment.problem)
    if tried:
        standing = with_tried(items, standing, tried, environment.problem)
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
        check_alone(item, Environment(schema, calendar, collector, read_file, type_formula, damage=damage))
        if not damage.lost:
            report_unused(collector, item.lines, lambda name, of=item.name.text: (of, name) in used)  # type: ignore[misc]
    return Checked(tuple(plans), collector.sorted())


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
        fill(self.env, self.tree.lines, shared)
        read_prorations(self.env, [line for line in self.tree.lines if isinstance(line, t.Prorate)])
        check_prorated(self.env, list(self.tree.lines))
        relieving = [line for line in self.tree.lines if isinstance(line, t.Relieve)]
        if relieving:
            from compplan.language.check.leave import read_reliefs  # rarely needed, and at start all is loaded

            read_reliefs(self.env, relieving)
        type_all(self.env)
        plan = self._plan()
        for block in blocks:
            self.used.update((block.name.text, name) for name in self.env.used)
        if not self.env.damage.lost and not self.env.refused:
            self._report_unused_lets()
            report_unused(self.env.collector, self._own_lines(), lambda name: name in self.env.used)
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
        capped = [line for line in tree.lines if isinstance(line, t.PlanCap)]
        caps = type_caps(env, capped, code, payout)
        drawn = [line for line in tree.lines if isinstance(line, t.Draw)]
        draws = type_draws(env, drawn, code, payout.period if isinstance(payout, t.Payout) else None)
        known = Components({c.name.text: c for c in tree.lines if isinstance(c, t.Component)}, tuple(components))
        holds = type_holds(env, [line for line in tree.lines if isinstance(line, t.Hold)], known)
        clawbacks = type_clawbacks(env, [line for line in tree.lines if isinstance(line, t.Clawback)], known)
        costed = [line for line in tree.lines if isinstance(line, t.ContractCost)]
        costs: tuple[ty.ContractCost, ...] = ()
        if costed:
            from compplan.language.check.costs import type_costs  # few plans say what their costs become

            costs = type_costs(env, costed, known)
        if clawbacks and isinstance(payout, t.Payout) and payout.negative is None:
            message = "What a clawback takes back can be more than a payout; the plan does not say what becomes of a negative one."
            each = f"payout each {payout.period}, a negative one is"
            env.problem("missing-sentence", message, payout.span, f"Write `{each} carried forward` or `{each} owed`.")
        check_carried(env, caps, kept=bool(holds or clawbacks))
        paid_in = self._paid_in(payout, code)
        check_weights(env, tree)
        frame = self._frame(code, effective, payout)
        examples = [type_example(env, line, frame) for line in tree.lines if isinstance(line, t.Example)]
        if not (isinstance(effective, t.Effective) and isinstance(currency, t.Currency) and isinstance(payout, t.Payout)):
            return None
        if not dates_are_right(env, effective) or not currency_is_right(env, currency):
            return None
        warn_cut(env, tree.lines, effective, components)
        warn_cut_draws(env, tree.lines, effective, payout.period)
        plan = ty.Plan(
            name=tree.name.text, label=tree.label, first=effective.first, last=effective.last, payees=where, currency=code,
            unit_decimals=max(0, -int(currency.unit.normalize().as_tuple().exponent)), rounding_unit=Fraction(currency.unit),
            half_even=currency.half_even, payout=payout.period,
            credits={k: v for k, v in env.typed_credits.items() if v is not None},
            measures={k: v for k, v in env.typed_measures.items() if v is not None},
            quotas={k: v for k, v in env.typed_quotas.items() if v is not None},
            prorations=dict(env.prorations), reliefs=dict(env.reliefs),
            leaves={k: v for k, v in env.typed_leaves.items() if v is not None},
            tables={k: v for k, v in env.typed_tables.items() if v is not None},
            parameters={k: v for k, v in env.typed_parameters.items() if v is not None},
            components=tuple(components), caps=caps,
            negative=payout.negative, draws=draws, paid_in=paid_in,
            holds=holds, clawbacks=clawbacks, costs=costs,
            examples=tuple(e for e in examples if e is not None), file=tree.span.file, span=tree.span,
            amended=tuple(_amended(a) for a in tree.amended),
        )  # fmt: skip
        if not env.failed and not env.damage.lost and not env.refused:
            warn_doubtful_plan(env, plan)
        return plan

    def _paid_in(self, payout: t.PlanLine | None, code: str) -> ty.PaidIn | None:
        if not isinstance(payout, t.Payout) or payout.paid_in is None:
            return None
        from compplan.language.check.paid_in import type_paid_in  # few plans pay in another currency: the others need not load it

        return type_paid_in(self.env, payout, code)

    def _frame(self, code: str, effective: t.PlanLine | None, payout: t.PlanLine | None) -> Frame:
        trees = [line for line in self.tree.lines if isinstance(line, t.Component)]
        per_credit = {c.name.text: line.credit.text for c in trees for line in c.lines if isinstance(line, (t.ForCredit, t.SpreadOver))}
        dates = (effective.first, effective.last) if isinstance(effective, t.Effective) else None
        draws = frozenset(line.name.text for line in self.tree.lines if isinstance(line, t.Draw))
        carries = isinstance(payout, t.Payout) and payout.negative == "carried"
        keeping = [line for line in self.tree.lines if isinstance(line, (t.Hold, t.Clawback))]
        names = {
            k.name.text: tuple(n.text for x in k.lines if isinstance(x, t.OfComponents) for n in x.names) for k in keeping
        }  # fmt: skip
        held = frozenset(n for k in keeping if isinstance(k, t.Hold) for n in names[k.name.text])
        period = payout.period if isinstance(payout, t.Payout) else None
        costs = {
            k.name.text: tuple(n.text for x in k.lines if isinstance(x, t.OfComponents) for n in x.names)
            for k in self.tree.lines
            if isinstance(k, t.ContractCost)
        }
        elsewhere = isinstance(payout, t.Payout) and payout.paid_in is not None
        return Frame({c.name.text: c.word for c in trees}, per_credit, code, dates, period, draws, carries, names, held, costs, elsewhere)

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


__all__ = ["Checked", "check_plans"]
