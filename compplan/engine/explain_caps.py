"""What the caps of a plan leave, for an explanation: the limit with all that it is made from, and the sums that it is held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlglot import exp

from compplan.calendar import FiscalPeriod
from compplan.engine.covered import paid_months
from compplan.engine.explanation import CapExplanation, Node, TierRow
from compplan.engine.lower import Lowering
from compplan.engine.lower_payouts import cap_name
from compplan.engine.observe import Observer, Sources, to_value
from compplan.engine.payout_kinds import pays_later
from compplan.engine.relations import STEPS, quoted
from compplan.engine.watched import Found
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN

_COUNTED = {"days": "calendar days", "asked": "calendar days", "months": "months"}


def cap_lines(found: Found, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str) -> Iterator[CapExplanation]:
    """What each cap of a plan leaves in the payout periods of the run."""
    for index, cap in enumerate(plan.caps, 1):
        lines = _Lines(found, lowering, plan, payee, index, cap)
        rest = f", the rest is carried to the next {cap.period}" if cap.carries else ""
        words = f"cap each {cap.period} at {sources.words(cap.limit)}{rest}"
        limits = _limits(found, lowering, sources, plan, payee, index)
        cohorts = pays_later(plan) and not cap.carries
        for of, period, limit, *figures in lines.of_cohorts() if cohorts else lines.of_periods():
            label = FiscalPeriod(cap.period, of).label
            carried, *sums = (to_value(f) for f in figures)
            yield CapExplanation(
                cap_name(plan, index), words, cap.period, label, cohorts, period, to_value(limit), limits[of], carried, *sums
            )


@dataclass(frozen=True, slots=True)
class _Lines:
    """The rows of one cap: the number of its period, the payout period, the limit, what is carried in, earlier, own, and the correction."""

    found: Found
    lowering: Lowering
    plan: ty.Plan
    payee: str
    index: int
    cap: ty.PlanCap

    @property
    def ratio(self) -> int:
        """The payout periods of a period of the cap."""
        return MONTHS_IN[self.cap.period] // MONTHS_IN[self.plan.payout]

    def _step(self, kind: str, *words: str) -> str:
        return f"{STEPS}.{quoted(self.lowering.names.plan_step(self.plan, kind, *words))}"

    def _parts(self, *keys: str) -> str:
        """What the cap looks at: what is earned, held and taken back, and what the caps above it change."""
        kinds = ["earned", *(["changes"] if pays_later(self.plan) else [])]
        steps = [*map(self._step, kinds), *(self._step("cap", str(i)) for i in range(1, self.index))]
        return " UNION ALL ".join(f"SELECT payee, {', '.join(keys)}, amount FROM {step}" for step in steps)

    def _rows(self, query: str) -> list[tuple[object, ...]]:
        months = paid_months(self.plan, self.lowering.asked)
        return self.found.connection.execute(query, [self.payee, self.plan.payout, months.first, months.last]).fetchall()

    def of_periods(self) -> Iterator[tuple[int, str, object, object, object, object, object]]:
        """A cap on what becomes payable in its period."""
        before = f"u.period < n.number AND u.period // {self.ratio} = n.number // {self.ratio}"
        sums = f"SELECT coalesce(sum(u.amount), 0) FROM ({self._parts('period')}) u WHERE u.payee = l.payee"
        query = f"""SELECT l.period, n.label, l."limit", ({sums} AND {before}), ({sums} AND u.period = n.number), coalesce(c.amount, 0)
            FROM calendar.periods n JOIN {self._step("limit", str(self.index))} l ON l.period = n.number // {self.ratio} AND l.payee = ?
            LEFT JOIN {self._step("cap", str(self.index))} c ON c.payee = l.payee AND c.period = n.number
            WHERE n.kind = ? AND n.first_month >= ? AND n.last_month <= ? ORDER BY n.number"""
        carried = self._carried_in() if self.cap.carries else {}
        for of, label, limit, earlier, own, correction in self._rows(query):
            number = int(str(of))
            came = carried.get(number, Fraction(0)) if self.cap.carries else None
            yield number, str(label), limit, came, earlier, own, correction

    def of_cohorts(self) -> Iterator[tuple[int, str, object, object, object, object, object]]:
        """A cap on what was earned in its period, in the payout periods in which that is paid."""
        parts = self._parts("cohort", "period")
        sums = f"SELECT coalesce(sum(u.amount), 0) FROM ({parts}) u WHERE u.payee = l.payee AND u.cohort // {self.ratio} = l.period"
        query = f"""SELECT l.period, n.label, l."limit", ({sums} AND u.period < n.number), ({sums} AND u.period = n.number),
              (SELECT coalesce(sum(c.amount), 0) FROM {self._step("cap", str(self.index))} c
               WHERE c.payee = l.payee AND c.cohort // {self.ratio} = l.period AND c.period = n.number)
            FROM calendar.periods n JOIN {self._step("limit", str(self.index))} l ON l.period <= n.number // {self.ratio} AND l.payee = ?
            WHERE n.kind = ? AND n.first_month >= ? AND n.last_month <= ? ORDER BY n.number, l.period"""
        for of, label, limit, earlier, own, correction in self._rows(query):
            if earlier or own:
                yield int(str(of)), str(label), limit, None, earlier, own, correction

    def _carried_in(self) -> dict[int, Fraction]:
        """What is carried into each period of the cap."""
        query = f"SELECT period, before FROM {self._step('rest', str(self.index))} WHERE payee = ?"
        return {int(period): Fraction(before) for period, before in self.found.connection.execute(query, [self.payee]).fetchall()}


def _limits(found: Found, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str, index: int) -> dict[int, Node]:
    """The limit of each period of a cap, with all that it is made from."""
    cap = plan.caps[index - 1]
    limit = lowering.limit(plan, cap, index, exp.Placeholder(this="payees"))
    figured = limit.figured()
    observer = Observer(figured.emitter, sources)
    watched = observer.plan(cap.limit)
    query = figured.rows.copy().select(*figured.keys, *observer.columns, copy=False)
    nodes = {}
    for row in found.rows_of((plan.name, f"limit {index}"), query.sql("duckdb", copy=False), payee):
        number = int(str(row["period"]))
        node = watched.read(row)
        nodes[number] = _with_parts(found, lowering, plan, payee, cap.limit, number, node) if isinstance(cap.limit, ty.Prorated) else node
    return nodes


def _with_parts(found: Found, lowering: Lowering, plan: ty.Plan, payee: str, limit: ty.Prorated, number: int, node: Node) -> Node:
    """A prorated figure with a row for each of its values: how much of the period it counts for."""
    step = quoted(lowering.names.prorated_steps(plan, limit)[1])
    query = f"""SELECT value, sum(weight), max(whole) FROM {STEPS}.{step} WHERE payee = ? AND period = ?
        GROUP BY value HAVING sum(weight) > 0 ORDER BY min(day)"""
    rows = found.connection.execute(query, [payee, number]).fetchall()
    tiers = tuple(TierRow("", None, None, to_value(weight), to_value(value), None, True) for value, weight, _ in rows)
    whole = rows[0][2] if rows else 0
    return replace(node, tiers=tiers, note=f"{whole} {_COUNTED.get(limit.how.by, limit.how.by)}")
