"""The explainer of a payee's payouts: the run's own steps, walked again for one payee with every figure shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import duckdb

from compplan.calendar import Calendar, FiscalPeriod, parse_period
from compplan.diagnostics import Diagnostic, Problems, Span
from compplan.engine import sql
from compplan.engine.asked_for import known_payee, plans_of
from compplan.engine.covered import paid_months
from compplan.engine.database import create_calendar
from compplan.engine.explain_credits import credit_lines
from compplan.engine.explain_payouts import draw_lines, paid_lines, payout_lines
from compplan.engine.explained_places import Ranking, Tie
from compplan.engine.explained_stays import stay_lines
from compplan.engine.explanation import (
    AmendedLine,
    BudgetLine,
    CapExplanation,
    ComponentExplanation,
    Condition,
    Earning,
    Explanation,
    LeaveLine,
    LeftOut,
    PeriodDates,
    PlanExplanation,
    PoolShare,
    QuotaExplanation,
)
from compplan.engine.explanation_records import CostExplanation, SpreadExplanation
from compplan.engine.kept_values import HeldExplanation, KeptExplanation
from compplan.engine.lower import Lowering
from compplan.engine.observe import Sources, to_value
from compplan.engine.page import sum_of
from compplan.engine.payout_kinds import pays_later
from compplan.engine.reach import reach
from compplan.engine.relations import STEPS, quoted
from compplan.engine.run_folder import Run
from compplan.engine.shown_earnings import Shown, until_failed, worked
from compplan.engine.steps import Months
from compplan.engine.watched import Found, Row, Watched, watch
from compplan.language import typed as ty
from compplan.project_plans import ProjectPlans, read_plan_files
from compplan.schema import MONTHS_IN


def explained(
    run: Run,
    payees: Sequence[str],
    plan: str | None,
    connection: duckdb.DuckDBPyConnection,
    credits_read: Callable[[], None],
    *,
    names: bool,
    brief: bool = False,
) -> Iterator[Explanation]:
    """The explanations of several payees from the run's tables; `credits_read` waits for those of the credits.

    Without `names`, colleagues who are ranked are not named. In brief, single records are worked out only where the text shows them.

    Raises `Problems` as `explain` does.
    """
    made_from = run.manifest
    texts = read_plan_files(run.folder / "project", made_from.plan_files, made_from.schema, made_from.calendar)
    plans = [p for p in texts.require() if p.name in made_from.plans]
    period = parse_period(made_from.period)
    assert period is not None
    months = Months(period.first_month, period.last_month)
    lowering = Lowering(plans, made_from.schema, made_from.calendar, months)
    create_calendar(connection, made_from.calendar, reach(plans, made_from.calendar, months))
    found = Found(connection, tuple(payees))
    for payee in payees:
        name = known_payee(connection, made_from.schema, payee)
        explainer = _Explainer(connection, texts, lowering, payee, frozenset(made_from.steps), found, names=names, brief=brief)
        chosen = [p for p in plans_of(plans, plan) if explainer.is_payee(p)]
        if not chosen:
            message = f"{payee} is paid by no plan of this run." if plan is None else f"{payee} is not paid by the plan {plan}."
            raise Problems([Diagnostic("no-plan", "Nothing to explain", message, None, "See the payees sentence of each plan.")])
        for one in chosen:
            explainer.watch(one)
        credits_read()
        plans_explained = tuple(explainer.plan(p) for p in chosen)
        dates = tuple(_dates(made_from.calendar, period, plans_explained))
        yield Explanation(made_from.company, payee, name, made_from.figures, period.label, dates, made_from.rejected, plans_explained)


def _dates(calendar: Calendar, period: FiscalPeriod, plans: Sequence[PlanExplanation]) -> Iterator[PeriodDates]:
    """The days of the run's period, and of every period that is paid or explained."""
    labels = [period.label, *(line.period for p in plans for line in p.payouts)]
    labels += [e.when for p in plans for c in p.components for e in c.earnings if e.record is None]
    for label in dict.fromkeys(labels):
        found = parse_period(label)
        if found is not None:
            yield PeriodDates(label, calendar.start(found).isoformat(), (calendar.end(found) - timedelta(days=1)).isoformat())


class _Explainer:
    """Explains one payee; `found` has what was worked out for all."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        texts: ProjectPlans,
        lowering: Lowering,
        payee: str,
        steps: frozenset[str],
        found: Found,
        *,
        names: bool,
        brief: bool,
    ) -> None:
        self.connection = connection
        self.sources = Sources(texts.texts)
        self.lowering = lowering
        self.payee = payee
        self.steps = steps
        self.found = found
        self.names = names
        self.brief = brief
        self.budgets: dict[str, list[dict[str, object]]] = {}

    def is_payee(self, plan: ty.Plan) -> bool:
        """Whether the plan pays the payee."""
        step = quoted(self.lowering.names.plan_step(plan, "payees"))
        return self.connection.execute(f"SELECT 1 FROM {STEPS}.{step} WHERE payee = ?", [self.payee]).fetchone() is not None

    def watch(self, plan: ty.Plan) -> None:
        """Writes the queries of a plan's components, for which no table is needed yet."""
        for component in plan.components:
            self.found.watched(plan, component, self._watch)

    def plan(self, plan: ty.Plan) -> PlanExplanation:
        """One plan."""
        components = tuple(c for c in (self._component(plan, c) for c in plan.components if self._may_be_shown(plan, c)) if c is not None)
        payouts = tuple(payout_lines(self.connection, plan, self.payee))
        rounding = f"each earning rounded to {sql.decimal_of(plan.rounding_unit)}, half {'even' if plan.half_even else 'away from zero'}"
        total = sum_of(p.amount for p in payouts)
        return PlanExplanation(
            plan.name,
            plan.label,
            plan.file,
            rounding,
            plan.currency,
            plan.payout,
            components,
            tuple(credit_lines(self.connection, self.lowering, self.sources, plan, self.payee, self.steps)),
            *self._kept(plan),
            self._caps(plan),
            tuple(draw_lines(self.connection, self.lowering, self.sources, plan, self.payee)),
            payouts,
            tuple(paid_lines(self.connection, self.lowering, self.sources, plan, self.payee)),
            tuple(stay_lines(self.connection, self.lowering, plan, self.payee)),
            self._quotas(plan),
            self._leaves(plan),
            self._costs(plan),
            total,
        )

    def _caps(self, plan: ty.Plan) -> tuple[CapExplanation, ...]:
        """What the plan's caps leave."""
        if not plan.caps:
            return ()
        from compplan.engine.explain_caps import cap_lines  # few plans have caps: the others need not load it

        return tuple(cap_lines(self.found, self.lowering, self.sources, plan, self.payee))

    def _kept(self, plan: ty.Plan) -> tuple[tuple[KeptExplanation, ...], tuple[HeldExplanation, ...]]:
        """What is held, released and taken back."""
        if not pays_later(plan):
            return (), ()
        from compplan.engine.explain_kept import kept_lines  # few plans hold anything: the others need not load it

        return kept_lines(self.connection, self.lowering, self.sources, plan, self.payee, paid_months(plan, self.lowering.asked))

    def _quotas(self, plan: ty.Plan) -> tuple[QuotaExplanation, ...]:
        """Quotas that are ramped, prorated or relieved, month by month."""
        if not any(q.ramp is not None or f"quota({q.measure})" in {**plan.prorations, **plan.reliefs} for q in plan.quotas.values()):
            return ()
        from compplan.engine.quota_months import quota_lines  # rarely needed, and at start all is loaded

        months = paid_months(plan, self.lowering.asked)
        return tuple(quota_lines(self.connection, self.lowering, plan, self.payee, months, self.steps))

    def _costs(self, plan: ty.Plan) -> tuple[CostExplanation, ...]:
        """What becomes of earnings as costs of contracts."""
        if not plan.costs:
            return ()
        from compplan.engine.explain_costs import cost_lines  # few plans say what their costs become

        return tuple(cost_lines(self.connection, self.lowering, plan, self.payee))

    def _leaves(self, plan: ty.Plan) -> tuple[LeaveLine, ...]:
        """The days on leave, where the plan speaks of any."""
        if not plan.leaves:
            return ()
        from compplan.engine.explained_leave import leave_lines  # rarely needed, and at start all is loaded

        return tuple(leave_lines(self.connection, self.lowering, plan, self.payee, self.steps))

    # ---- components

    def _watch(self, plan: ty.Plan, component: ty.Component) -> Watched:
        return watch(self.lowering, self.sources, plan, component)

    def _component(self, plan: ty.Plan, component: ty.Component) -> ComponentExplanation | None:
        """One component; None where it was in force before the months of the run alone, and nothing of it is earned in them."""
        watched = self.found.watched(plan, component, self._watch)
        rows = self.found.rows(plan, component, watched, self.payee)
        earnings: list[Earning] = []
        left_out: list[LeftOut] = []
        earlier: dict[object, Fraction] = {}
        months = self._months(plan, component)
        shown = Shown(brief=self.brief and isinstance(component.grain, ty.ForCredit))
        last: tuple[int, Row] | None = None
        for row in rows:
            within = months.first <= int(str(row["earned_month"])) <= months.last
            if watched.where is not None and row.get("counts", True) is not True:
                when, record, _ = self._when(component, watched, row)
                left_out += [LeftOut(record or when, watched.where.read(row, brief=shown.brief))] if within else []
                continue
            earning = self._earning(plan, component, watched, row, earlier, shown if within else None)
            if within:
                last = (len(earnings), row) if earning.failed is None else last
                earnings.append(earning)
        if not earnings and not left_out and self._has_ended(plan, component):
            return None
        if last is not None and shown.brief:
            earnings[last[0]] = worked(component, watched, last[1], earnings[last[0]])
        total = sum_of(e.earned for e in earnings)
        return ComponentExplanation(
            component.name, component.label, component.word, component.thing, component.span.file, component.span.line,
            self._said(component), tuple(self._amended(plan, component)), tuple(earnings), tuple(left_out), total,
        )  # fmt: skip

    def _months(self, plan: ty.Plan, component: ty.Component) -> Months:
        """The months of the run in which what the component comes to may be earned: those of a figure known later, after it ended."""
        months = self.lowering.asked if component.word == "award" else paid_months(plan, self.lowering.asked)
        first = self.lowering.calendar.month_of(plan.dates_of(component)[0])
        return Months(max(first, months.first), months.last) if component.version or component.last else months

    def _may_be_shown(self, plan: ty.Plan, component: ty.Component) -> bool:
        months = self._months(plan, component)
        return months.first <= months.last

    def _has_ended(self, plan: ty.Plan, component: ty.Component) -> bool:
        """Whether the component is in force in no month of the run any more."""
        last = self.lowering.calendar.month_of(plan.dates_of(component)[1])
        return bool(component.version or component.last) and last < self._months(plan, component).first

    def _said(self, component: ty.Component) -> tuple[str, ...]:
        lines = (line for sentence in component.said for said in sentence for line in self.sources.line(said).split("\n"))
        return tuple(line.split("#")[0].strip() for line in lines if line.split("#")[0].strip())

    def _amended(self, plan: ty.Plan, component: ty.Component) -> Iterator[AmendedLine]:
        """What amendments put into force of it: a component of theirs, or lines of one."""
        for change in plan.amended:
            if _lies_in(component.span, change.span):
                yield AmendedLine(change.first.isoformat(), change.label, "", component.span.file, component.span.line)
                continue
            for said in (line for sentence in component.said for line in sentence):
                words = self.sources.line(said).split("#")[0].strip()
                if _lies_in(said.span, change.span) and words != "}" and not words.startswith("effective "):
                    yield AmendedLine(change.first.isoformat(), change.label, words, said.span.file, said.span.line)

    def _earning(
        self, plan: ty.Plan, component: ty.Component, watched: Watched, row: Row, earlier: dict[object, Fraction], shown: Shown | None
    ) -> Earning:
        """One earning, with all its figures where it is shown."""
        figure = to_value(row["figure"])
        assert isinstance(figure, Fraction)
        before = self._before(component, row, figure, earlier)
        ranking = None if component.top is None else self._ranking(plan, component, component.top, row)
        conditions = tuple(until_failed(watched.conditions, row)) if ranking is None or ranking.qualifies else ()
        pool = None if component.pool is None else self._pool(plan, component, component.pool, row)
        if pool is not None and pool.weight is None:
            conditions = ()
        failed = pool.words if pool is not None and pool.weight is None else self._failed(component, ranking, conditions)
        when, record, day = self._when(component, watched, row)
        month = FiscalPeriod("month", int(str(row["earned_month"]))).label
        earned, budget = figure - (before or Fraction(0)), None
        if component.budget is not None:
            earned, budget = self._within_budget(plan, component, component.budget, watched, row)
        earning = Earning(
            when=when, record=record, date=day, period=month, ranking=ranking, conditions=conditions, failed=failed,
            factors=(), product=None, floor=None, cap=None, pool=pool, budget=budget, figure=figure, before=before, earned=earned,
            spread=None if component.spread is None else self._spread(plan, component, component.spread, row),
        )  # fmt: skip
        return worked(component, watched, row, earning) if shown is not None and shown.next(failed) else earning

    def _within_budget(
        self, plan: ty.Plan, component: ty.Component, budget: ty.Budget, watched: Watched, row: Row
    ) -> tuple[Fraction, BudgetLine | None]:
        """What the run has left of a figure."""
        step = self.lowering.names.plan_step(plan, "earnings", component.name, *component.version)
        if step not in self.budgets:
            cursor = self.connection.execute(f"SELECT * FROM {STEPS}.{quoted(step)} WHERE payee = ?", [self.payee])
            names = [d[0] for d in cursor.description or []]
            self.budgets[step] = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        kept = self.budgets[step]
        keys = [k.alias_or_name for k in watched.figured.keys]
        figure = to_value(row["figure"])
        assert isinstance(figure, Fraction)
        same = (k for k in kept if to_value(k["figure"]) == figure and all(row[n] == k[n] for n in keys))
        this = next(same, None)
        if this is None:
            return figure, None  # it is earned later than in the months of the run, and not shown
        kept.remove(this)
        earned = to_value(this["earned"])
        assert isinstance(earned, Fraction)
        return earned, BudgetLine(
            " ".join(self.sources.at(budget.span).split()), to_value(this["spent"]), to_value(this["limit"]), budget.spent
        )

    def _spread(self, plan: ty.Plan, component: ty.Component, spread: ty.Spread, row: Row) -> SpreadExplanation:
        """The records that the figure of a period belongs to."""
        from compplan.engine.explain_spread import spread_explained  # few plans spread anything

        step = self.lowering.names.plan_step(plan, "attributed", component.name, *component.version)
        words = " ".join(self.sources.at(spread.span).split())
        return spread_explained(self.connection, step, self.payee, int(str(row["period"])), words, spread.credit)

    def _pool(self, plan: ty.Plan, component: ty.Component, pool: ty.Pool, row: Row) -> PoolShare:
        """The payee's part of what the group comes to."""
        group = "" if row["pool_group"] is None else str(row["pool_group"])
        step = quoted(self.lowering.names.plan_step(plan, "pool", component.name, *component.version))
        among = f"""SELECT count(*) FROM {STEPS}.{step} WHERE period = ? AND member AND "group" IS NOT DISTINCT FROM ?"""
        members = self.connection.execute(among, [row["period"], row["pool_group"]]).fetchone()
        assert members is not None
        mine = bool(row["pool_member"])
        words = " ".join(self.sources.at(pool.span).split())
        return PoolShare(
            words, group, to_value(row["pool_amount"]), to_value(row["pool_weight"]) if mine else None,
            to_value(row["pool_weights"]) if mine else None, int(members[0]), to_value(row["pool_share"]) if mine else Fraction(0),
        )  # fmt: skip

    def _ranking(self, plan: ty.Plan, component: ty.Component, top: ty.Top, row: Row) -> Ranking:
        """The payee's place, and who is ahead."""
        payees, first = self.found.ranked(
            self.lowering.names.plan_step(plan, "ranking", component.name, *component.version), int(str(row["period"]))
        )
        if not self.names:
            first = tuple(one if one.payee == self.payee else replace(one, payee=None) for one in first)
        words = self.sources.words(top.by)
        figures = to_value(row["ranked_by"]), to_value(row["place"])
        tie = None
        if top.ties == "sharing" and row["qualifies"]:
            tie = Tie(to_value(row["tie_amount"]), int(str(row["tie_weights"])), to_value(row["tie_share"]))
        return Ranking(words, str(top.by.unit), *figures, bool(row["qualifies"]), payees, first, tie)

    def _before(self, component: ty.Component, row: Row, figure: Fraction, earlier: dict[object, Fraction]) -> Fraction | None:
        """What the same figure came to before: kept by the query for each credit, that of the period before for periods."""
        if "before" in row:
            value = to_value(row["before"])
            return value if isinstance(value, Fraction) else None
        grain = component.grain
        if not isinstance(grain, ty.ForPeriod) or grain.to_date is None:
            return None
        last = (int(str(row["period"])) + 1) * MONTHS_IN[grain.period] - 1
        basis = last // MONTHS_IN[grain.to_date]
        before = earlier.get(basis, Fraction(0))
        earlier[basis] = figure
        return before

    def _failed(self, component: ty.Component, ranking: Ranking | None, conditions: Sequence[Condition]) -> str | None:
        if ranking is not None and not ranking.qualifies:
            assert component.top is not None
            share = component.top.share
            size = str(component.top.count) if share is None else f"{sql.decimal_of(share * 100):f}%"
            return f"to the top {size} by {self.sources.words(component.top.by)}"
        return next((c.words for c in conditions if not c.held), None)

    def _when(self, component: ty.Component, watched: Watched, row: Row) -> tuple[str, str | None, str | None]:
        if isinstance(component.grain, ty.ForPeriod):
            return FiscalPeriod(component.grain.period, int(str(row["period"]))).label, None, None
        record = ", ".join(str(row[n]) for n in watched.records)
        through = f" of {row['via']}" if row.get("via") is not None else ""
        return record + through, record, str(row["date"])


def _lies_in(inner: Span, outer: Span) -> bool:
    return inner.file == outer.file and outer.line <= inner.line and inner.end_line <= outer.end_line
