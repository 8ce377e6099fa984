"""The typed plan: what is earned."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from fractions import Fraction

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.said import Said
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Against
from compplan.language.typed_figures import PayeeField
from compplan.language.typed_formulas import Expr
from compplan.language.units import Unit
from compplan.schema import Period


@immutable
class ForPeriod:
    """Once for each payee and period; `to_date` where the figure is that of a longer period to date, less what was earned before."""

    period: Period
    to_date: Period | None
    against: Against | None


@immutable
class ForCredit:
    """Once for each credit that meets the condition; `to_date` as for a period, in order of date and record."""

    credit: str
    where: Expr | None
    to_date: Period | None
    against: Against | None


@immutable
class Top:
    """Only the first `count`, or the first `share` of all payees, by a figure.

    `ties` says of those who share a place whether they are included, excluded, or sharing: then they have the prizes of all the places that
    they take up, in equal parts.
    """

    count: int | None
    share: Fraction | None
    rounded_up: bool
    ties: str
    by: Expr
    span: Span = span_field()


@immutable
class Pool:
    """What a component comes to is shared out among the payees of a group: equally, or by a figure.

    `group` is the payee's column that names the group, None for everyone; `where` says which of them have a part. A figure below zero
    counts as zero. The parts add up to the whole, by largest remainder, the first payee by key where two remainders are equal.
    """

    group: PayeeField | None
    where: Expr | None
    by: Expr | None
    span: Span = span_field()


@immutable
class Budget:
    """At most so much in each period for all payees together; `spent` says who has it: cut, left out or in proportion.

    What is below zero stands as it is and leaves the budget alone. Credits go by date, record and payee: with `cut`, the one that no longer
    fits has what is left; with `left out` it has nothing, nor has any after it. In proportion, all of the period are lessened alike.
    """

    limit: Expr
    period: Period
    spent: str
    span: Span = span_field()


@immutable
class Spread:
    """What a component for a period comes to, attributed to the payee's rows of a credit: in order of a day or by a weight, one of the two.

    In order, each row has what it adds to the figure; what is there before the first belongs to none. By weight, each has its part, by
    largest remainder; a weight below zero counts as zero.
    """

    credit: str
    order: Expr | None
    weight: Expr | None
    span: Span = span_field()


@immutable
class Component:
    """Part of what a plan pays: a product of factors where every condition holds, within floor and cap, rounded once."""

    word: str
    name: str
    label: str
    grain: ForPeriod | ForCredit
    factors: tuple[Expr, ...]
    conditions: tuple[Expr, ...]
    top: Top | None
    cap: Expr | None
    floor: Expr | None
    thing: str | None
    unit: Unit
    earned_at: Period | None
    """The longest period that it must see whole before it is earned; None where a credit's own date is enough."""
    span: Span = span_field()
    first: date | None = None
    last: date | None = None
    """Its own first and last day, where it is in force for a part of the plan's time."""
    said: tuple[tuple[Said, ...], ...] = field(default=(), compare=False, repr=False)
    pool: Pool | None = None
    budget: Budget | None = None
    spread: Spread | None = None

    @property
    def credit(self) -> str | None:
        """The credit to whose rows what it earns belongs; None where it belongs to a period alone."""
        if isinstance(self.grain, ForCredit):
            return self.grain.credit
        return None if self.spread is None else self.spread.credit

    @property
    def version(self) -> tuple[str, ...]:
        """What tells it apart from an earlier component of the same name."""
        return () if self.first is None else ("from", self.first.isoformat())
