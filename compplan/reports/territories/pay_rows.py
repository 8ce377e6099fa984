"""Expected pay as the page shows it: a sentence, and a row for each person with a bar for the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from compplan.reports.territories.figures import Figures, percent
from compplan.reports.territories.pay import PersonPay

BAR = 60
"""Units from the middle of a bar to its end."""


@dataclass(frozen=True)
class PayRow:
    """A person's row; `bar` is how far the difference reaches from the middle, to the left where it is below zero.

    `rep` is the number of the rep, None for managers and others; `sort` has the figures that columns are sorted by.
    """

    rep: int | None
    name: str
    key: str
    attainment: str
    attainment_before: str
    pay: str
    pay_before: str
    difference: str
    bar: float
    sort: tuple[Decimal, Decimal, Decimal]


def pay_rows(figures: Figures, pay: Sequence[PersonPay]) -> tuple[PayRow, ...]:
    """The rows of all people, those first who gain most."""
    number = {rep: j for j, rep in enumerate(figures.reps)}
    largest = max((abs(p.difference) for p in pay if p.difference is not None), default=Decimal(0)) or Decimal(1)
    ordered = sorted(pay, key=lambda p: (p.difference is None, -(p.difference or 0), p.person))
    return tuple(_row(figures, p, number.get(p.person), largest) for p in ordered)


def _row(figures: Figures, p: PersonPay, rep: int | None, largest: Decimal) -> PayRow:
    name = p.person if rep is None else figures.rep_name(rep)
    gain = p.difference or Decimal(0)
    return PayRow(
        rep=rep,
        name=name,
        key="" if name == p.person else p.person,
        attainment=_share(p.attainment_proposed),
        attainment_before=_share(p.attainment_today),
        pay=money(p.proposed, p.currency),
        pay_before=money(p.today, p.currency),
        difference="–" if p.difference is None else f"{'+' if gain > 0 else ''}{money(gain, '')}",
        bar=round(float(gain / largest) * BAR, 1),
        sort=(p.attainment_proposed or Decimal(-1), p.proposed or Decimal(-1), gain),
    )


def pay_sentence(pay: Sequence[PersonPay]) -> str:
    """How many people gain and lose, and what all of them come to, where that is one currency."""
    known = [p for p in pay if p.difference is not None]
    gain, lose = (sum(1 for p in known if (p.difference or 0) * sign > 0) for sign in (1, -1))
    said = f"Expected pay under both territories, worked out by the plans: {gain:,} of {len(pay):,} people gain, {lose:,} lose"
    currencies = {p.currency for p in known}
    if len(currencies) != 1:
        return f"{said}."
    today, proposed = (sum((getattr(p, side) for p in known), Decimal(0)) for side in ("today", "proposed"))
    currency = currencies.pop()
    return f"{said}; together they are paid {money(proposed, currency)}, today {money(today, currency)}."


def money(value: Decimal | None, currency: str) -> str:
    """An amount with its currency, as people write it."""
    if value is None:
        return "–"
    return f"{value:,.2f} {currency}".strip().replace("-", "−")


def _share(value: Decimal | None) -> str:
    return "" if value is None else percent(Fraction(value), fixed=True)
