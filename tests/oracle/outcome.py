"""A plan worked out on records, from credits to payouts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from compplan.calendar import Calendar
from compplan.language import typed as ty
from compplan.language.formulas_of import earnings_read
from compplan.schema import Schema
from tests.oracle.components import Components, Earning
from tests.oracle.costs import CostRow, contract_costs
from tests.oracle.credits import credit_rows
from tests.oracle.kept import Change, Held, what_becomes
from tests.oracle.measures import Measures
from tests.oracle.paid_in import PaidLine
from tests.oracle.payouts import Paid, Payout, first_month_needed, payouts
from tests.oracle.spreads import attributed
from tests.oracle.stays import Stays, stays_of
from tests.oracle.values import CreditRow, DataError, Records, Trouble, round12
from tests.oracle.world import World


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a run comes to. With `errors`, the rest is what could be worked out all the same."""

    measures: Measures
    earnings: Sequence[Earning]
    awards: Sequence[Earning]
    payouts: Sequence[Payout]
    credits: Mapping[str, Sequence[CreditRow]]
    errors: Sequence[Trouble]
    balances: Mapping[str, Mapping[tuple[str, int], Fraction]] = field(default_factory=dict)
    """What is left of each draw, by payee and payout period; under `payout`, of what is carried forward."""
    changes: Sequence[Change] = ()
    held: Sequence[Held] = ()
    by_record: Sequence[Earning] = ()
    """The earnings of money record by record: those of periods as they are spread, what belongs to no record beside them."""
    costs: Sequence[CostRow] = ()
    paid: Sequence[PaidLine] = ()
    """The payouts in the currencies in which they are paid."""

    def measure(self, name: str, owner: str | None, first_month: int, last_month: int) -> Fraction | None:
        """A measure of its owner (a payee, a group or the company) over months."""
        return self.measures.measure(name, owner, first_month, last_month)

    def quota(self, name: str, owner: str | None, first_month: int, last_month: int) -> Fraction | None:
        """The quota of its owner over months, None where one of its periods has none."""
        return self.measures.quota(name, owner, first_month, last_month)

    def attainment(self, name: str, owner: str | None, first_month: int, last_month: int) -> Fraction | None:
        """Measure over quota, with twelve decimals; None where there is no quota above zero."""
        measure, quota = self.measure(name, owner, first_month, last_month), self.quota(name, owner, first_month, last_month)
        return None if measure is None or quota is None or quota <= 0 else round12(measure / quota)


def in_order(components: Sequence[ty.Component]) -> list[ty.Component]:
    """Each component after those whose earnings it reads."""
    done: list[ty.Component] = []
    while len(done) < len(components):
        known = {c.name for c in done} - {c.name for c in components if c not in done}
        done += [c for c in components if c not in done and all(e.component in known for e in earnings_read(c))]
    return done


def evaluate(plan: ty.Plan, schema: Schema, calendar: Calendar, records: Records, first_month: int, last_month: int) -> Outcome:
    """What a plan comes to on records between two months, both included. Raises nothing: `errors` has what the data leave undecided."""
    world = World(schema, calendar, records)
    troubles: list[Trouble] = []
    credited = credit_rows(plan, world, troubles)
    stays = stays_of(plan, world)
    measures = Measures(plan, world, credited, stays)
    if troubles:
        return Outcome(measures, (), (), (), credited, tuple(troubles))
    components = Components(plan, measures, stays, first_month_needed(plan, measures, first_month), last_month, troubles)
    found: list[Earning] = []
    rows: list[Earning] = []
    for component in in_order(plan.components):
        made = components.earnings(component)
        measures.earned.setdefault(component.name, []).extend((e.payee, e.earned_month, e.amount) for e in made)
        found += made
        rows += attributed(components, component, made)
    money = [e for e in found if e.word != "award"]
    by_record = [e for e in rows if e.word != "award"]
    changes, held = what_becomes(plan, measures, by_record, last_month, troubles)
    costs = contract_costs(plan, measures, by_record, changes, held, last_month, troubles)
    paid = _payouts(plan, measures, stays, money, changes, first_month, last_month, troubles)
    in_run = [e for e in found if first_month <= e.earned_month <= last_month]
    return Outcome(
        measures,
        tuple(e for e in in_run if e.word != "award"),
        tuple(e for e in in_run if e.word == "award"),
        tuple(paid.payouts),
        credited,
        tuple(dict.fromkeys(troubles)),
        paid.balances,
        tuple(changes),
        tuple(held),
        tuple(e for e in by_record if first_month <= e.earned_month <= last_month),
        tuple(costs),
        tuple(paid.in_currencies),
    )


def _payouts(
    plan: ty.Plan,
    measures: Measures,
    stays: Stays,
    money: list[Earning],
    changes: Sequence[Change],
    first: int,
    last: int,
    troubles: list[Trouble],
) -> Paid:
    try:
        return payouts(plan, measures, stays, money, changes, first, last, troubles)
    except DataError as error:
        troubles.append(error.trouble)
        return Paid([], {})
