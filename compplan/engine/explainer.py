"""The explainer of a payee's payouts: the run's own steps, walked again for one payee with every figure shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

import duckdb
from sqlglot import exp

from compplan.calendar import Calendar, FiscalPeriod, parse_period
from compplan.diagnostics import Diagnostic, Problems, Span
from compplan.engine import sql
from compplan.engine.asked_for import known_payee, plans_of
from compplan.engine.component_formulas import product
from compplan.engine.conversions import SEEN, conversions, kept_name, told
from compplan.engine.covered import credits_used, paid_months
from compplan.engine.database import create_calendar
from compplan.engine.explain_kept import kept_lines
from compplan.engine.explained_stays import stay_lines
from compplan.engine.explanation import (
    BudgetLine,
    CapExplanation,
    ComponentExplanation,
    Condition,
    CreditLine,
    DrawExplanation,
    Earning,
    Explanation,
    Factor,
    PayoutLine,
    PeriodDates,
    PlanExplanation,
    PoolShare,
    Ranked,
    Ranking,
)
from compplan.engine.lower import Lowering
from compplan.engine.lower_components import Figured
from compplan.engine.observe import ConditionPlan, NodePlan, Observer, Sources, figure_columns, to_value
from compplan.engine.payout_kinds import CARRIED, parts_of, pays_later
from compplan.engine.project_earnings import fixed
from compplan.engine.reach import reach
from compplan.engine.relations import STEPS, quoted
from compplan.engine.run_folder import Run
from compplan.engine.steps import Months
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.project_plans import ProjectPlans, read_plan_files
from compplan.schema import MONTHS_IN

_Row = Mapping[str, object]
MOST_RANKED = 5
"""So many of those who are ranked are named."""


def explained(
    run: Run, payees: Sequence[str], plan: str | None, connection: duckdb.DuckDBPyConnection, credits_read: Callable[[], None]
) -> Iterator[Explanation]:
    """The explanations of several payees from the run's tables; `credits_read` waits for those of the credits.

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
    found = _Found(connection, tuple(payees))
    for payee in payees:
        name = known_payee(connection, made_from.schema, payee)
        explainer = _Explainer(connection, texts, lowering, payee, frozenset(made_from.steps), found)
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


@immutable
class _Watched:
    """A component's query with the plans of all that is watched in it."""

    figured: Figured
    factors: tuple[NodePlan, ...]
    conditions: tuple[ConditionPlan, ...]
    floor: NodePlan | None
    cap: NodePlan | None
    query: str


@dataclass(slots=True)
class _Found:
    """What the queries give for all payees that are to be explained, each asked once."""

    connection: duckdb.DuckDBPyConnection
    payees: tuple[str, ...]
    _watched: dict[tuple[str, ...], _Watched] = field(default_factory=dict)
    _kept: dict[tuple[str, ...], dict[str, list[_Row]]] = field(default_factory=dict)
    _ranked: dict[tuple[str, int], tuple[int, tuple[Ranked, ...]]] = field(default_factory=dict)

    def watched(self, plan: ty.Plan, component: ty.Component, watch: Callable[[ty.Plan, ty.Component], _Watched]) -> _Watched:
        """What is watched in a component."""
        key = (plan.name, component.name, *component.version)
        if key not in self._watched:
            self._watched[key] = watch(plan, component)
        return self._watched[key]

    def rows(self, plan: ty.Plan, component: ty.Component, watched: _Watched, payee: str) -> Sequence[_Row]:
        """One payee's rows of it."""
        key = (plan.name, component.name, *component.version)
        if key not in self._kept:
            self._kept[key] = self._rows(watched)
        return self._kept[key].get(payee, [])

    def ranked(self, step: str, period: int) -> tuple[int, tuple[Ranked, ...]]:
        """How many are ranked in a period, and the first of them."""
        key = (step, period)
        if key not in self._ranked:
            query = (
                f"SELECT payee, place, figure, count(*) OVER () FROM {STEPS}.{quoted(step)} WHERE period = ? ORDER BY place, payee LIMIT ?"
            )
            rows = self.connection.execute(query, [period, MOST_RANKED]).fetchall()
            first = tuple(Ranked(str(payee), to_value(place), to_value(figure)) for payee, place, figure, _ in rows)
            self._ranked[key] = (int(rows[0][3]) if rows else 0, first)
        return self._ranked[key]

    def _rows(self, watched: _Watched) -> dict[str, list[_Row]]:
        cursor = self.connection.execute(watched.query, {"payees": list(self.payees)})
        names = [d[0] for d in cursor.description or []]
        rows: dict[str, list[_Row]] = {}
        for row in cursor.fetchall():
            values = dict(zip(names, row, strict=True))
            rows.setdefault(str(values["payee"]), []).append(values)
        return rows


class _Explainer:
    """Explains one payee; `found` has what was worked out for all."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        texts: ProjectPlans,
        lowering: Lowering,
        payee: str,
        steps: frozenset[str],
        found: _Found,
    ) -> None:
        self.connection = connection
        self.texts = texts.texts
        self.sources = Sources(self.texts)
        self.lowering = lowering
        self.payee = payee
        self.steps = steps
        self.found = found
        self.budgets: dict[str, list[dict[str, object]]] = {}

    def is_payee(self, plan: ty.Plan) -> bool:
        """Whether the plan pays the payee."""
        step = quoted(self.lowering.plan_step(plan, "payees"))
        return self.connection.execute(f"SELECT 1 FROM {STEPS}.{step} WHERE payee = ?", [self.payee]).fetchone() is not None

    def watch(self, plan: ty.Plan) -> None:
        """Writes the queries of a plan's components, for which no table is needed yet."""
        for component in plan.components:
            self.found.watched(plan, component, self._watch)

    def plan(self, plan: ty.Plan) -> PlanExplanation:
        """One plan."""
        components = tuple(self._component(plan, c) for c in plan.components if self._is_shown(plan, c))
        payouts = tuple(self._payouts(plan))
        rounding = f"each earning rounded to {sql.decimal_of(plan.rounding_unit)}, half {'even' if plan.half_even else 'away from zero'}"
        total = sum((p.amount for p in payouts if isinstance(p.amount, Fraction)), Fraction(0))
        return PlanExplanation(
            plan.name,
            plan.label,
            plan.file,
            rounding,
            plan.currency,
            plan.payout,
            components,
            tuple(self._credits(plan)),
            tuple(kept_lines(self.connection, self.lowering, plan, self.payee, paid_months(plan, self.lowering.asked))),
            tuple(self._caps(plan)),
            tuple(self._draws(plan)),
            payouts,
            tuple(stay_lines(self.connection, self.lowering, plan, self.payee)),
            total,
        )

    # ---- credits, payouts and caps

    def _credits(self, plan: ty.Plan) -> Iterator[CreditLine]:
        """What the payee was credited with in the run's months, of every credit that the plan pays by or measures."""
        months = paid_months(plan, self.lowering.asked)
        for name in credits_used(plan):
            step, unit = self.lowering.credit_step(plan, name), str(plan.credits[name].amounts["credited"].unit)
            if step not in self.steps:
                continue
            made = conversions(plan.credits[name].amounts.values())
            kept = "".join(f", {quoted(kept_name(n, what))}" for n, _ in enumerate(made) for what in SEEN)
            query = f"""SELECT record, via, date, share, credited, overlay{kept} FROM {STEPS}.{quoted(step)}
                WHERE payee = ? AND month BETWEEN ? AND ? ORDER BY date, record, give, via, share"""
            for record, via, day, share, credited, overlay, *rest in self.connection.execute(
                query, [self.payee, months.first, months.last]
            ).fetchall():
                figures = [to_value(v) for v in rest]
                told_of = tuple(
                    told(one, self.sources.words(one), figures[n * len(SEEN) : (n + 1) * len(SEEN)]) for n, one in enumerate(made)
                )
                through = None if via is None else str(via)
                yield CreditLine(
                    name, str(record), through, str(day), Fraction(share), Fraction(credited), unit, bool(overlay), told_of
                )  # fmt: skip

    def _payouts(self, plan: ty.Plan) -> Iterator[PayoutLine]:
        rows = self.connection.execute(
            f"SELECT label, kind, component, amount FROM {STEPS}.payouts WHERE plan = ? AND payee = ?",
            [plan.name, self.payee],
        ).fetchall()
        order = {(kind, name): i for i, (kind, name, _) in enumerate(parts_of(plan))}
        for label, kind, component, amount in sorted(rows, key=lambda r: (r[0], order.get((r[1], r[2]), len(order)), r[2])):
            yield PayoutLine(str(label), str(kind), str(component), Fraction(amount))

    def _caps_of_cohorts(self, plan: ty.Plan) -> Iterator[CapExplanation]:
        """Each cap on what was earned in its period, in the payout periods in which that is paid."""
        months = paid_months(plan, self.lowering.asked)
        steps = [self.lowering.plan_step(plan, kind) for kind in ("earned", "changes")]
        for index, cap in enumerate(plan.caps, 1):
            ratio = MONTHS_IN[cap.period] // MONTHS_IN[plan.payout]
            own = quoted(self.lowering.plan_step(plan, "cap", str(index)))
            parts = " UNION ALL ".join(f"SELECT payee, cohort, period, amount FROM {STEPS}.{quoted(s)}" for s in steps)
            sums = f"SELECT coalesce(sum(u.amount), 0) FROM ({parts}) u WHERE u.payee = l.payee AND u.cohort // {ratio} = l.period"
            query = f"""SELECT n.label, l.period, l."limit", ({sums} AND u.period < n.number), ({sums} AND u.period = n.number),
                  (SELECT coalesce(sum(c.amount), 0) FROM {STEPS}.{own} c
                   WHERE c.payee = l.payee AND c.cohort // {ratio} = l.period AND c.period = n.number)
                FROM calendar.periods n JOIN {STEPS}.{quoted(self.lowering.plan_step(plan, "limit", str(index)))} l
                  ON l.period <= n.number // {ratio} AND l.payee = ?
                WHERE n.kind = ? AND n.first_month >= ? AND n.last_month <= ? ORDER BY n.number, l.period"""
            rows = self.connection.execute(query, [self.payee, plan.payout, months.first, months.last]).fetchall()
            for label, earned_in, limit, earlier, now, correction in rows:
                words = f"cap each {cap.period} at {self.sources.words(cap.limit)}, of what was earned in "
                words += FiscalPeriod(cap.period, int(earned_in)).label
                if earlier or now:
                    yield CapExplanation(words, str(label), to_value(limit), None, *(to_value(v) for v in (earlier, now, correction)))
            steps.append(self.lowering.plan_step(plan, "cap", str(index)))

    def _caps(self, plan: ty.Plan) -> Iterator[CapExplanation]:
        if pays_later(plan):
            yield from self._caps_of_cohorts(plan)
            return
        for index, cap in enumerate(plan.caps, 1):
            ratio = MONTHS_IN[cap.period] // MONTHS_IN[plan.payout]
            steps = [self.lowering.plan_step(plan, "earned"), *(self.lowering.plan_step(plan, "cap", str(i)) for i in range(1, index))]
            parts = " UNION ALL ".join(f"SELECT payee, period, amount FROM {STEPS}.{quoted(s)}" for s in steps)
            before = f"u.period < n.number AND u.period // {ratio} = n.number // {ratio}"
            query = f"""SELECT n.number, n.label, l."limit", coalesce(c.amount, 0),
                  (SELECT coalesce(sum(u.amount), 0) FROM ({parts}) u WHERE u.payee = l.payee AND {before}),
                  (SELECT coalesce(sum(u.amount), 0) FROM ({parts}) u WHERE u.payee = l.payee AND u.period = n.number)
                FROM calendar.periods n JOIN {STEPS}.{quoted(self.lowering.plan_step(plan, "limit", str(index)))} l
                  ON l.period = n.number // {ratio} AND l.payee = ?
                LEFT JOIN {STEPS}.{quoted(self.lowering.plan_step(plan, "cap", str(index)))} c ON c.payee = l.payee AND c.period = n.number
                WHERE n.kind = ? AND n.first_month >= ? AND n.last_month <= ? ORDER BY n.number"""
            months = paid_months(plan, self.lowering.asked)
            rows = self.connection.execute(query, [self.payee, plan.payout, months.first, months.last]).fetchall()
            rest = f", the rest is carried to the next {cap.period}" if cap.carries else ""
            words = f"cap each {cap.period} at {self.sources.words(cap.limit)}{rest}"
            carried = self._carried_into(plan, index) if cap.carries else {}
            for number, label, limit, correction, earlier, own in rows:
                came = carried.get(int(number) // ratio, Fraction(0)) if cap.carries else None
                yield CapExplanation(words, str(label), to_value(limit), came, *(to_value(v) for v in (earlier, own, correction)))

    def _carried_into(self, plan: ty.Plan, index: int) -> dict[int, Fraction]:
        """What is carried into each period of a cap."""
        step = quoted(self.lowering.plan_step(plan, "rest", str(index)))
        rows = self.connection.execute(f"SELECT period, before FROM {STEPS}.{step} WHERE payee = ?", [self.payee]).fetchall()
        return {int(period): Fraction(before) for period, before in rows}

    def _draws(self, plan: ty.Plan) -> Iterator[DrawExplanation]:
        """What is carried forward, and each draw, in the payout periods of the run."""
        balances = [("payout", CARRIED, "Negative payouts carried forward", ())] if plan.negative == "carried" else []
        months = paid_months(plan, self.lowering.asked)
        for key, name, label, sentences in [*balances, *((d.name, d.name, d.label, self._sentences(d.span)) for d in plan.draws)]:
            query = f"""SELECT n.label, b.paid, b.before, b.added, b.recovered, b.forgiven, b.after
                FROM {STEPS}.{quoted(self.lowering.balance_step(plan, key))} b
                JOIN calendar.periods n ON n.kind = ? AND n.number = b.period
                WHERE b.payee = ? AND n.first_month >= ? AND n.last_month <= ? ORDER BY n.number"""
            for period, *figures in self.connection.execute(query, [plan.payout, self.payee, months.first, months.last]).fetchall():
                yield DrawExplanation(name, label, sentences, str(period), *(to_value(f) for f in figures))

    # ---- components

    def _component(self, plan: ty.Plan, component: ty.Component) -> ComponentExplanation:
        watched = self.found.watched(plan, component, self._watch)
        rows = self.found.rows(plan, component, watched, self.payee)
        earnings, left_out = [], []
        earlier: dict[object, Fraction] = {}
        months = self._months(plan, component)
        for row in rows:
            shown = months.first <= int(str(row["earned_month"])) <= months.last
            if row.get("counts") is False:
                left_out += [str(row["record"])] if shown else []
                continue
            earning = self._earning(plan, component, watched, row, earlier)
            if shown:
                earnings.append(earning)
        total = sum((e.earned for e in earnings if isinstance(e.earned, Fraction)), Fraction(0))
        return ComponentExplanation(
            component.name, component.label, component.word, component.thing, component.span.file, component.span.line,
            self._said(component), tuple(earnings), tuple(left_out), total,
        )  # fmt: skip

    def _months(self, plan: ty.Plan, component: ty.Component) -> Months:
        """The months of the run in which the component is in force."""
        months = self.lowering.asked if component.word == "award" else paid_months(plan, self.lowering.asked)
        first, last = (self.lowering.calendar.month_of(day) for day in plan.dates_of(component))
        return Months(max(first, months.first), min(last, months.last)) if component.version or component.last else months

    def _is_shown(self, plan: ty.Plan, component: ty.Component) -> bool:
        months = self._months(plan, component)
        return months.first <= months.last

    def _said(self, component: ty.Component) -> tuple[str, ...]:
        lines = (line for sentence in component.said for said in sentence for line in self.sources.line(said).split("\n"))
        return tuple(line.split("#")[0].strip() for line in lines if line.split("#")[0].strip())

    def _sentences(self, block: Span) -> tuple[str, ...]:
        lines = self.texts.get(block.file, "").split("\n")[block.line : block.end_line - 1]
        return tuple(line.split("#")[0].strip() for line in lines if line.split("#")[0].strip())

    def _watch(self, plan: ty.Plan, component: ty.Component) -> _Watched:
        lowering = self.lowering.component(plan, component, exp.Placeholder(this="payees"))
        figured = lowering.figured()
        emitter = figured.emitter
        observer = Observer(emitter, self.sources)
        factors = tuple(observer.plan(f) for f in component.factors)
        conditions = tuple(ConditionPlan(self.sources.words(c), observer.plan(c)) for c in component.conditions)
        floor = None if component.floor is None else observer.plan(component.floor)
        cap = None if component.cap is None else observer.plan(component.cap)
        figures = [("product", product(emitter, component)), ("figure", fixed(lowering, figured.figure))]
        if figured.before is not None:
            figures.append(("before", fixed(lowering, figured.before)))
        columns = [*figured.keys, sql.alias(lowering.month_earned(figured.last_month), "earned_month")]
        columns += [*figure_columns(figures), *observer.columns]
        if figured.where is not None:
            columns.append(sql.alias(figured.where, "counts"))
        if component.top is not None:
            columns += [sql.alias(sql.column(n, "t"), n) for n in ("place", "qualifies")] + [
                sql.alias(sql.column("figure", "t"), "ranked_by")
            ]
        if component.pool is not None:
            columns += [sql.alias(sql.column(n, "t"), f"pool_{n}") for n in ("group", "member", "amount", "weight", "weights", "share")]
        query = figured.rows.copy().select(*columns, copy=False)
        order = [k.name for k in figured.keys if isinstance(k, exp.Column)]
        first = ["date"] if "date" in order else []
        query = query.order_by(*(sql.column(n) for n in [*first, *order]), copy=False)
        return _Watched(figured, factors, conditions, floor, cap, query.sql("duckdb", copy=False))

    def _earning(
        self, plan: ty.Plan, component: ty.Component, watched: _Watched, row: Mapping[str, object], earlier: dict[object, Fraction]
    ) -> Earning:
        figure = to_value(row["figure"])
        assert isinstance(figure, Fraction)
        before = self._before(component, row, figure, earlier)
        ranking = None if component.top is None else self._ranking(plan, component, component.top, row)
        conditions = tuple(_until_failed(watched.conditions, row)) if ranking is None or ranking.qualifies else ()
        pool = None if component.pool is None else self._pool(plan, component, component.pool, row)
        if pool is not None and pool.weight is None:
            conditions = ()
        failed = pool.words if pool is not None and pool.weight is None else self._failed(component, ranking, conditions)
        when, record, day = self._when(component, row)
        month = FiscalPeriod("month", int(str(row["earned_month"]))).label
        fires = failed is None
        earned, budget = figure - (before or Fraction(0)), None
        if component.budget is not None:
            earned, budget = self._within_budget(plan, component, component.budget, row, figure)
        return Earning(
            when=when, record=record, date=day, period=month, ranking=ranking, conditions=conditions, failed=failed,
            factors=tuple(Factor(_keyword(component, i), f.read(row)) for i, f in enumerate(watched.factors)) if fires else (),
            product=to_value(row["product"]) if fires else None,
            floor=watched.floor.read(row) if fires and watched.floor else None,
            cap=watched.cap.read(row) if fires and watched.cap else None,
            pool=pool,
            budget=budget, figure=figure, before=before, earned=earned,
        )  # fmt: skip

    def _within_budget(
        self, plan: ty.Plan, component: ty.Component, budget: ty.Budget, row: Mapping[str, object], figure: Fraction
    ) -> tuple[Fraction, BudgetLine | None]:
        """What the run has left of a figure."""
        step = self.lowering.plan_step(plan, "earnings", component.name)
        if step not in self.budgets:
            cursor = self.connection.execute(f"SELECT * FROM {STEPS}.{quoted(step)} WHERE payee = ?", [self.payee])
            names = [d[0] for d in cursor.description or []]
            self.budgets[step] = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        kept = self.budgets[step]
        not_keys = ("earned_month", "figure", "limit", "spent", "earned")
        same = (k for k in kept if to_value(k["figure"]) == figure and all(row[n] == value for n, value in k.items() if n not in not_keys))
        this = next(same, None)
        if this is None:
            return figure, None  # it is earned later than in the months of the run, and not shown
        kept.remove(this)
        earned = to_value(this["earned"])
        assert isinstance(earned, Fraction)
        return earned, BudgetLine(
            " ".join(self.sources.at(budget.span).split()), to_value(this["spent"]), to_value(this["limit"]), budget.spent
        )

    def _pool(self, plan: ty.Plan, component: ty.Component, pool: ty.Pool, row: Mapping[str, object]) -> PoolShare:
        """The payee's part of what the group comes to."""
        group = "" if row["pool_group"] is None else str(row["pool_group"])
        step = quoted(self.lowering.plan_step(plan, "pool", component.name, *component.version))
        among = f"""SELECT count(*) FROM {STEPS}.{step} WHERE period = ? AND member AND "group" IS NOT DISTINCT FROM ?"""
        members = self.connection.execute(among, [row["period"], row["pool_group"]]).fetchone()
        assert members is not None
        mine = bool(row["pool_member"])
        words = " ".join(self.sources.at(pool.span).split())
        return PoolShare(
            words, group, to_value(row["pool_amount"]), to_value(row["pool_weight"]) if mine else None,
            to_value(row["pool_weights"]) if mine else None, int(members[0]), to_value(row["pool_share"]) if mine else Fraction(0),
        )  # fmt: skip

    def _ranking(self, plan: ty.Plan, component: ty.Component, top: ty.Top, row: Mapping[str, object]) -> Ranking:
        """The payee's place, and who is ahead."""
        payees, first = self.found.ranked(
            self.lowering.plan_step(plan, "ranking", component.name, *component.version), int(str(row["period"]))
        )
        words = self.sources.words(top.by)
        return Ranking(words, str(top.by.unit), to_value(row["ranked_by"]), to_value(row["place"]), bool(row["qualifies"]), payees, first)

    def _before(
        self, component: ty.Component, row: Mapping[str, object], figure: Fraction, earlier: dict[object, Fraction]
    ) -> Fraction | None:
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

    def _when(self, component: ty.Component, row: Mapping[str, object]) -> tuple[str, str | None, str | None]:
        if isinstance(component.grain, ty.ForPeriod):
            return FiscalPeriod(component.grain.period, int(str(row["period"]))).label, None, None
        record = ", ".join(str(row[n]) for n in row if n == "record" or n.startswith("record_"))
        through = f" of {row['via']}" if row.get("via") is not None else ""
        return record + through, record, str(row["date"])


def _keyword(component: ty.Component, index: int) -> str:
    """The word that a factor stands after in the plan."""
    if component.word == "award":
        return "grant"
    return "pay" if index == 0 else "times"


def _until_failed(conditions: Sequence[ConditionPlan], row: Mapping[str, object]) -> Iterator[Condition]:
    """The conditions that were looked at: up to the first that failed."""
    for plan in conditions:
        condition = plan.read(row)
        yield condition
        if not condition.held:
            return
