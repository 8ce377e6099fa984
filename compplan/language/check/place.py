"""Places: where a formula stands decides which names it may use, and what a bare measure means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from enum import Enum

from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.tree import Against, Let
from compplan.language.units import Unit
from compplan.schema import Period, RecordKind


class Grain(Enum):
    """What there is one value for."""

    CONSTANT = "the plan"
    PEOPLE = "each person"
    RECORD = "each record"
    CREDIT = "each credit"
    PERIOD = "each payee and period"
    GROUP = "each group and period"
    ROWS = "each row"
    MEASURE = "a measure"


@immutable
class Place:
    """One place of a plan.

    `kind` is the record at hand, `credit` the credit at hand (at the grain RECORD: the credit that the records come from), `child` the
    kind whose rows a `give` goes through. `period` is how often, `window` what a bare measure is taken over, `to_date` whether the
    figure is one to date, `against` which quota it is held against. `group` is a quota's group: a column of people, "" for the company.
    `adding` is whether the credits at hand are being added up, `dated` the day on which the record at hand is credited. `paid` is the unit
    of the payout, in a draw; `level` is what it tops up to, where that is known. `converts` is whether money can be converted.
    `upto` is the day of a sentence of a hold or clawback, up to which rows that refer to the record are added up.
    """

    grain: Grain
    title: str
    kind: RecordKind | None = None
    credit: ty.Credit | None = None
    child: RecordKind | None = None
    period: Period | None = None
    window: ty.Window | None = None
    to_date: bool = False
    against: Against | None = None
    group: str | None = None
    lets: Mapping[str, Let] = field(default_factory=dict)
    target: ty.Expr | None = None
    ranked: bool = False
    adding: bool = False
    as_of: bool = False
    dated: ty.RecordField | None = None
    paid: Unit | None = None
    converts: bool = False
    level: ty.Expr | None = None
    upto: ty.Expr | None = None

    def having(self, **changes: object) -> Place:
        """The same place with some of it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def has_payee(self) -> bool:
        """Whether a payee is at hand."""
        if self.grain is Grain.RECORD:
            return self.credit is not None
        return self.grain in (Grain.CREDIT, Grain.PERIOD, Grain.PEOPLE)
