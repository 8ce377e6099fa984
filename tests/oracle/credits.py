"""Who is credited with which share of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from compplan.language import typed as ty
from compplan.schema import MONTHS_IN
from tests.oracle.formulas import Scope, figure_of, is_yes, value_of
from tests.oracle.values import CreditRow, DataError, Row, Trouble, moved, record_date, round12
from tests.oracle.world import World


@dataclass(frozen=True, slots=True)
class _Share:
    give: int
    via: int | None
    payee: str
    share: Fraction
    overlay: bool


def credit_rows(plan: ty.Plan, world: World, troubles: list[Trouble]) -> Mapping[str, tuple[CreditRow, ...]]:
    """The rows of every credit of a plan, in order; what could not be credited is added to `troubles`."""
    done: dict[str, tuple[CreditRow, ...]] = {}

    def work_out(name: str) -> None:
        credit = plan.credits[name]
        if credit.from_credit and credit.source not in done:
            work_out(credit.source)
        done[name] = tuple(sorted(_rows(credit, plan, world, done, troubles), key=lambda row: row.order))

    for name in plan.credits:
        if name not in done:
            work_out(name)
    return done


def _rows(
    credit: ty.Credit, plan: ty.Plan, world: World, done: Mapping[str, tuple[CreditRow, ...]], troubles: list[Trouble]
) -> Iterator[CreditRow]:
    for scope in _sources(credit, plan, world, done):
        try:
            yield from _credited(credit, scope)
        except DataError as error:
            troubles.append(error.trouble)


def _sources(credit: ty.Credit, plan: ty.Plan, world: World, done: Mapping[str, tuple[CreditRow, ...]]) -> Iterator[Scope]:
    """What is credited: each record of a kind, or each row of another credit with its payee."""
    if credit.from_credit:
        for row in done[credit.source]:
            scope = Scope(world, plan.tables, kind=row.kind, record=row.record, credit=row, payee=row.payee, record_day=record_date(row))
            day = _date_of(credit, scope)
            yield replace(scope, day=day, dated=day)
    else:
        for record in world.rows(credit.kind):
            scope = Scope(world, plan.tables, kind=credit.kind, record=record)
            day = _date_of(credit, scope)
            yield replace(scope, day=day, dated=day, record_day=day)


def _date_of(credit: ty.Credit, scope: Scope) -> date | None:
    day = value_of(credit.dated, scope)
    assert day is None or isinstance(day, date)
    return day


def _credited(credit: ty.Credit, scope: Scope) -> list[CreditRow]:
    if not all(is_yes(condition, scope) for condition in credit.where):
        return []
    world, record = scope.world, scope.record
    assert record is not None
    key = world.key(credit.kind, record)
    where = ", ".join(str(part) for part in key)
    day = scope.dated
    if day is None:
        raise DataError(Trouble("empty-date", credit.name, where=where))
    repetitions = list(_repetitions(credit, scope, day, where))
    amounts = {name: figure_of(formula, scope) for name, formula in credit.amounts.items()}
    known = {name: amount for name, amount in amounts.items() if amount is not None}
    if len(known) < len(amounts):
        raise DataError(Trouble("empty-amount", credit.name, where=where))
    return [
        CreditRow(
            credit.name, credit.kind, record, key, s.give, s.via, s.payee, d, world.calendar.month_of(d), s.share, s.overlay,
            {name: round12(s.share * amount) for name, amount in known.items()}, scope.credit, n,
        )
        for n, d in repetitions
        for s in _shares(credit, scope, where)
        if s.share != 0
    ]  # fmt: skip


def _repetitions(credit: ty.Credit, scope: Scope, day: date, where: str) -> Iterator[tuple[int, date]]:
    """Each day on which a record counts, numbered: its own, and so many months later; what comes from a repeated credit has its day."""
    if credit.repeat is None:
        source = scope.credit
        yield (1, day) if source is None or not credit.repeated else (source.repetition, source.date)
        return
    times = figure_of(credit.repeat.times, scope)
    if times is None:
        raise DataError(Trouble("empty-times", credit.name, where=where))
    for n in range(int(times)):
        yield n + 1, moved(day, 0, n * MONTHS_IN[credit.repeat.period])


def _shares(credit: ty.Credit, scope: Scope, where: str) -> list[_Share]:
    """Every share that is given of one record, the rest worked out last; raises `DataError` where they do not add up."""
    given: list[_Share] = []
    for index, give in enumerate(credit.gives):
        if give.share is not None:
            given.extend(_given(credit, index, give, scope, where))
    said = sum((s.share for s in given if not s.overlay), Fraction(0))
    rest = credit.total - said
    for index, give in enumerate(credit.gives):
        if give.share is None:
            if rest < 0:
                raise DataError(Trouble("negative-rest", credit.name, where=where))
            person = value_of(give.recipient.target, scope)
            if person is None and rest != 0:
                raise DataError(Trouble("rest-to-nobody", credit.name, where=where))
            if person is not None:
                given.append(_Share(index, None, str(person), rest, False))
                said += rest
    if any(not give.overlay for give in credit.gives) and said != credit.total and not _rest_to_nobody(credit, rest):
        raise DataError(Trouble("shares", credit.name, where=where))
    return given


def _rest_to_nobody(credit: ty.Credit, rest: Fraction) -> bool:
    return rest == 0 and any(give.share is None for give in credit.gives)


def _given(credit: ty.Credit, index: int, give: ty.Give, scope: Scope, where: str) -> Iterator[_Share]:
    assert give.share is not None
    if give.equally:
        yield from _equal_shares(credit, index, give, scope, where)
        return
    for via, child in _children(credit, give, scope):
        here = replace(scope, child=child)
        if give.where is not None and not is_yes(give.where, here):
            continue
        recipients = tuple(_recipients(credit, give.recipient, here))
        share = figure_of(give.share, here)
        if share is None and recipients:
            raise DataError(Trouble("empty-share", credit.name, where=where))
        for payee in recipients:
            assert share is not None
            yield _Share(index, via, payee, share, give.overlay)


def _equal_shares(credit: ty.Credit, index: int, give: ty.Give, scope: Scope, where: str) -> Iterator[_Share]:
    """What all have between them, in equal parts of twelve decimals; what is left over goes to the first by key, a last digit each."""
    assert give.share is not None
    reached: list[tuple[str, int | None]] = []
    for via, child in _children(credit, give, scope):
        here = replace(scope, child=child)
        if give.where is None or is_yes(give.where, here):
            reached += [(payee, via) for payee in _recipients(credit, give.recipient, here)]
    share = figure_of(give.share, scope)
    if share is None and reached:
        raise DataError(Trouble("empty-share", credit.name, where=where))
    if share is None or not reached:
        return
    each, left_over = divmod(round12(share) * 10**12, len(reached))
    for place, (payee, via) in enumerate(sorted(reached, key=lambda one: one[0])):
        yield _Share(index, via, payee, Fraction(each + (1 if place < left_over else 0), 10**12), give.overlay)


def _children(credit: ty.Credit, give: ty.Give, scope: Scope) -> Iterable[tuple[int | None, Row | None]]:
    """The child's rows that refer to the record; just the record itself where the give goes through none."""
    if give.child is None or give.child_reference is None:
        return [(None, None)]
    assert scope.record is not None
    key = scope.world.key(credit.kind, scope.record)[0]
    return list(scope.world.referring(give.child, give.child_reference, key, scope.dated).items())


def _recipients(credit: ty.Credit, recipient: ty.Recipient, scope: Scope) -> tuple[str, ...]:
    target = value_of(recipient.target, scope)
    if target is None:
        return ()
    match recipient.how:
        case "person":
            return (str(target),)
        case "managers":
            return scope.world.managers_above(str(target), credit.name, scope.dated)
        case _:
            assert recipient.group is not None
            return scope.world.members(recipient.group, target, scope.dated)
