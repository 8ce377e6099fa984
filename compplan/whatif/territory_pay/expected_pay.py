"""What people are expected to be paid: the project's own plans, worked out with what is expected of accounts.

Under today's territories, and under others beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from compplan.assignment.scenario.pay_limits import Ends, PayLimits
from compplan.engine.given_rows import Outcome, PlansOnRows
from compplan.immutable import immutable
from compplan.whatif.territory_pay.expectation import Expectation


@immutable
class Change:
    """A figure under today's territories, and under the proposed ones where there are any."""

    today: Decimal
    proposed: Decimal | None = None

    @property
    def difference(self) -> Decimal:
        """How much more it is under the proposed territories."""
        return Decimal(0) if self.proposed is None else self.proposed - self.today

    def __add__(self, other: Change) -> Change:
        """Both added up."""
        proposed = None if self.proposed is None or other.proposed is None else self.proposed + other.proposed
        return Change(self.today + other.today, proposed)


@immutable
class Attainment:
    """What a measure of a plan comes to for a person, the person's group or the company, and the quota that it is held against."""

    plan: str
    measure: str
    owner: str
    group: str | None
    quota: Decimal | None
    credited: Change

    @property
    def today(self) -> Decimal | None:
        """Measure over quota under today's territories; None where there is no quota to hold it against."""
        return self.credited.today / self.quota if self.quota else None

    @property
    def proposed(self) -> Decimal | None:
        """The same under the proposed territories."""
        return self.credited.proposed / self.quota if self.quota and self.credited.proposed is not None else None


@immutable
class PersonPay:
    """What a person is expected to be paid in a currency, by which plans, and what the person's accounts are expected to bring.

    `plans` is empty for a rep who is paid by no plan that depends on territories. `attainments` has the person's own measures.
    """

    person: str
    is_rep: bool
    plans: tuple[str, ...]
    currency: str
    expected: Change
    pay: Change
    attainments: tuple[Attainment, ...]


@immutable
class ExpectedPay:
    """What everyone is expected to be paid whose pay depends on territories: reps first, each by name.

    `attainments` has those of groups and of the company. `unpaid` are new hires, of whom the plans know nothing. `bands` has the band of
    pay of each rep, by measure, where pay is balanced.
    """

    company: str
    period: str
    figure: str
    people: tuple[PersonPay, ...]
    attainments: tuple[Attainment, ...]
    unpaid: tuple[str, ...]
    proposed: bool
    bands: Mapping[str, PayLimits]

    @property
    def reps(self) -> tuple[PersonPay, ...]:
        """The reps."""
        return tuple(p for p in self.people if p.is_rep)

    @property
    def others(self) -> tuple[PersonPay, ...]:
        """All others: managers, specialists and whoever else is paid by what reps bring."""
        return tuple(p for p in self.people if not p.is_rep)

    def outside(self, measure: str) -> tuple[PersonPay, ...]:
        """The reps whose pay under the proposed territories is not in its band."""
        return tuple(p for p in self.reps if not _within(p.pay.proposed, self.bands[measure].pay.get(p.person, (None, None))))


@dataclass(frozen=True, eq=False)
class Way:
    """Who has each account, and what comes of that; `payees` has the payees of each plan, whatever they are paid."""

    owners: tuple[str, ...]
    result: Outcome
    payees: Mapping[str, tuple[str, ...]]


def pay_where(expected: Expectation, plans: PlansOnRows, owners: Sequence[str]) -> Way:
    """What people are paid where each account is with one of the `owners`. Raises `Problems` as a run does."""
    result = plans.work_out(expected.records(owners))
    return Way(tuple(owners), result, plans.payees)


def expected_pay(expected: Expectation, today: Way, proposed: Way | None = None) -> ExpectedPay:
    """What people are paid today and, where another way is given, what they would be paid then."""
    ways = [today] if proposed is None else [today, proposed]
    everyone = {person for people in today.payees.values() for person in people}
    paid_by = {person: tuple(plan for plan, people in today.payees.items() if person in people) for person in everyone}
    amounts = [_paid(way.result) for way in ways]
    brought = [_brought(expected, way.owners) for way in ways]
    attained = tuple(_attainments([way.result for way in ways]))
    reps = set(expected.paid_reps)
    found = []
    for person in [*sorted(reps), *sorted({p for each in amounts for p, _ in each} - reps)]:
        currencies = sorted({c for each in amounts for p, c in each if p == person}) or [""]
        plans_of = paid_by.get(person, ())
        own = tuple(a for a in attained if a.group is None and a.owner == person and a.plan in plans_of)
        for currency in currencies:
            pay = _change([each.get((person, currency), Decimal(0)) for each in amounts])
            brings = _change([each.get(person, Decimal(0)) for each in brought])
            found.append(PersonPay(person, person in reps, plans_of, currency, brings, pay, own))
    unpaid = tuple(rep for rep in expected.reps.key() if rep not in reps)
    figure = next(iter(expected.pay.amount))
    shared = tuple({(a.measure, a.owner, a.quota, a.credited): a for a in reversed(attained) if a.group is not None}.values())[::-1]
    company = expected.scenario.project.company
    return ExpectedPay(
        company, expected.pay.period, figure, tuple(found), shared, unpaid, proposed is not None, expected.scenario.pay_limits
    )


def _within(paid: Decimal | None, band: Ends) -> bool:
    low, high = band
    return paid is None or ((low is None or paid >= low) and (high is None or paid <= high))


def _paid(result: Outcome) -> Mapping[tuple[str, str], Decimal]:
    """What each person is paid in each currency, by all plans together."""
    found: dict[tuple[str, str], Decimal] = {}
    for each in result.paid:
        key = (each.payee, each.currency)
        found[key] = found.get(key, Decimal(0)) + each.amount
    return found


def _brought(expected: Expectation, owners: Sequence[str]) -> Mapping[str, Decimal]:
    """What the accounts of each person are expected to bring, of the figure that is balanced."""
    found: dict[str, int] = {}
    for owner, figure in zip(owners, expected.figures.balanced.tolist(), strict=True):
        found[owner] = found.get(owner, 0) + figure
    return {owner: Decimal(figure).scaleb(-expected.figures.balanced_decimals) for owner, figure in found.items()}


def _attainments(results: Sequence[Outcome]) -> Iterator[Attainment]:
    """The measures of all ways beside each other."""
    by_way = [{(a.plan, a.measure, a.owner): a for a in result.attained} for result in results]
    for key in sorted({key for each in by_way for key in each}):
        beside = [each.get(key) for each in by_way]
        one = next(a for a in beside if a is not None)
        credited = _change([Decimal(0) if a is None else a.credited for a in beside])
        yield Attainment(one.plan, one.measure, one.owner, one.group, one.quota, credited)


def _change(values: Sequence[Decimal]) -> Change:
    return Change(values[0], values[1] if len(values) > 1 else None)
