"""What an explanation says of single records: those that a period's figure belongs to, and what becomes of them as costs."""

from __future__ import annotations

from fractions import Fraction

from compplan.immutable import immutable

Value = Fraction | str | bool | None


@immutable
class SpreadRow:
    """What of an earning belongs to one record; its record is null for what belongs to none."""

    record: str | None
    date: str | None
    amount: Value


@immutable
class SpreadExplanation:
    """The records that an earning belongs to, by what, in the plan's words. The rows add up to what was earned."""

    words: str
    credit: str
    rows: tuple[SpreadRow, ...]


@immutable
class ComingCost:
    """What of a contract cost will be amortised in a fiscal year, or in what the run leaves of it; `later`, in all others."""

    year: str
    amount: Value


@immutable
class CostExplanation:
    """A contract cost of one record in the run's months: what was there before, what was added, what became an expense, what is left.

    `record` is null for what belongs to none. `elapsed` months or days of the `term` have gone by when the months end; null, where the time
    has not begun. `coming` is when the balance will be amortised, if nothing else happens: its amounts add up to the balance.
    """

    name: str
    label: str
    component: str
    record: str | None
    before: Value
    capitalised: Value
    expensed: Value
    amortised: Value
    written_off: Value
    balance: Value
    elapsed: Value
    term: Value
    by: str
    coming: tuple[ComingCost, ...]
