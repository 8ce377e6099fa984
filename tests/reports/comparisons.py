"""Comparisons of made-up payees, for tests of their report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from compplan.whatif.comparison.comparison import (
    Amounts,
    AttainmentSpread,
    Comparison,
    CurrencyPart,
    Group,
    PayeeChange,
    Sales,
    quantiles,
    spread_of,
)
from compplan.whatif.comparison.plan_changes import PlanChange

NASTY = '</script><img src=x onerror=alert(1)> "O\'Neil" & שלום {{ 7*7 }} \u2028'
Paid = tuple[str, str, str]


def payees(paid: Iterable[Paid], role: str = "AE") -> tuple[PayeeChange, ...]:
    """Payees by name, with what they get before and after."""
    return tuple(PayeeChange(f"p{i}", n, {"role": role}, Amounts(Decimal(b), Decimal(a))) for i, (n, b, a) in enumerate(paid))


def many_payees(count: int) -> tuple[PayeeChange, ...]:
    """So many payees, of whom a third get more, a third less; one is paid very much, some nothing, and some less than nothing."""
    special = {5: Decimal(2_000_000)}
    found = []
    for i in range(count):
        usual = Decimal(0) if i % 11 == 0 else Decimal(-300) if i % 97 == 1 else Decimal(i * 7919 % 90_000) / 2
        before = special.get(i, usual)
        after = before + (Decimal(i * 31 % 4000) / 4 * (i % 3 - 1))
        found.append((f"Payee Number {i}", str(before), str(after)))
    return payees(found)


def part_of(found: Sequence[PayeeChange], currency: str = "USD", sold: str | None = "1000000") -> CurrencyPart:
    """All that is paid in a currency: by component, by two months, and by role."""
    before, after = ([getattr(p.amounts, side) for p in found] for side in ("before", "after"))
    total = Amounts(sum(before, Decimal(0)), sum(after, Decimal(0)))
    half = Amounts(total.before // 2, total.after // 2)
    rest = Amounts(total.before - half.before, total.after - half.after)
    halves = {
        "component": (Group("Executive 2027: Own bookings", half), Group("Executive 2027: Team bookings", rest)),
        "period": (Group("2027-01", rest), Group("2027-02", half)),
        "role": (Group("AE", total),),
    }
    sales = None if sold is None else Sales("booking", Amounts(Decimal(sold), Decimal(sold)))
    return CurrencyPart(currency, total, halves, tuple(found), spread_of(before), spread_of(after), sales)


def comparison(*parts: CurrencyPart, changes: Sequence[str] = ("from 100% it is 1.6x, was 1.5x.",), owners: int = 12) -> Comparison:
    """A comparison of these, with a measure of which so many have a quota."""
    before = tuple(Fraction(i, 8) for i in range(owners))
    after = tuple(Fraction(i, 7) for i in range(owners))
    reached = Amounts(*(Decimal(sum(s >= 1 for s in shares)) for shares in (before, after)))
    measure = AttainmentSpread("arr", owners, reached, quantiles(list(before)), quantiles(list(after)), before, after)
    told = tuple(PlanChange(("executive",), "Own bookings", words) for words in changes)
    return Comparison("Halden Systems", "2027-Q1", "as it is", "new", told, parts, (measure,) if owners else ())


SMALL = payees([("Ana Ruiz", "1000.00", "1250.50"), ("Ben Ode", "3000", "2900"), ("Cy Lo", "0", "0"), ("Dee", "-120", "80")])
