"""An explanation as values: a tree that holds every figure on the way to a payout, and adds up on its own."""

from __future__ import annotations

from compplan.engine.explained_places import Ranking
from compplan.engine.explanation_records import CostExplanation, SpreadExplanation
from compplan.engine.kept_values import HeldExplanation, KeptExplanation
from compplan.engine.page import Page, Value
from compplan.immutable import immutable


@immutable
class TierRow:
    """A tier's receipt: from where to where, how much of the figure lies in it, its value, what it pays; `reached` where it counts."""

    words: str
    start: Value
    end: Value
    amount: Value
    value: Value
    pay: Value
    reached: bool


@immutable
class Node:
    """A formula in the plan's words with its value, and those of the formulas inside it."""

    kind: str
    words: str
    unit: str
    value: Value
    parts: tuple[Node, ...] = ()
    tiers: tuple[TierRow, ...] = ()
    note: str = ""


@immutable
class Condition:
    """A condition in the plan's words, whether it held, and the values that it was held against."""

    words: str
    held: bool
    values: tuple[Node, ...]


@immutable
class Factor:
    """One line of what a component pays: its keyword and its formula."""

    keyword: str
    node: Node


@immutable
class PoolShare:
    """A part of what a group comes to: the amount, among whom, the payee's weight among all weights, the share.

    `group` is empty for everyone; `weight` is null for one who has no part. Shares are whole units, and those of a group add up to the
    amount.
    """

    words: str
    group: str
    amount: Value
    weight: Value
    weights: Value
    members: int
    share: Value


@immutable
class BudgetLine:
    """What a budget leaves of a figure: `spent` is what those before it come to or, in proportion, all of the period together."""

    words: str
    spent: Value
    limit: Value
    kind: str


@immutable
class Earning:
    """One earning: for which period or record, why, and how much.

    `product` is that of the factors; `figure` is the same within floor and cap and rounded, zero where a condition failed. `earned` is the
    figure, less `before` where the component pays the figure to date. With `pool`, the product is the group's, and the figure is the
    share. With `budget`, `earned` is what that leaves of the figure. `failed` is the first condition that failed, in the plan's order.
    """

    when: str
    record: str | None
    date: str | None
    period: str
    ranking: Ranking | None
    conditions: tuple[Condition, ...]
    failed: str | None
    factors: tuple[Factor, ...]
    product: Value
    floor: Node | None
    cap: Node | None
    pool: PoolShare | None
    budget: BudgetLine | None
    figure: Value
    before: Value
    earned: Value
    spread: SpreadExplanation | None


@immutable
class LeftOut:
    """A record that does not meet the component's own condition, which is looked at with the values that it has."""

    record: str
    condition: Condition


@immutable
class AmendedLine:
    """A line that an amendment put into force: since when, the amendment's label, where it stands; no words for all of the component."""

    since: str
    label: str
    words: str
    file: str
    line: int


@immutable
class ComponentExplanation:
    """A component for one payee: its sentences as written, its earnings, the records left out by its own condition, the total."""

    name: str
    label: str
    word: str
    thing: str | None
    file: str
    line: int
    sentences: tuple[str, ...]
    amended: tuple[AmendedLine, ...]
    earnings: tuple[Earning, ...]
    left_out: tuple[LeftOut, ...]
    total: Value


@immutable
class CreditLine:
    """One credit of the payee in the run's months; `conversions` are those that its amounts are made with."""

    credit: str
    record: str
    via: str | None
    date: str
    share: Value
    credited: Value
    unit: str
    overlay: bool
    conversions: tuple[Node, ...]


@immutable
class CapExplanation:
    """A plan's cap in one payout period: the cap, what came before in the time that it is for, what came now, and what it takes off.

    It is for each of such periods, here `of` one of them: for what was earned in it, where it looks at what was `earned`, else for what
    becomes payable in it. What is payable to date is the lesser of the sum to date and the cap; `earlier` and `own` are sums it looks at;
    `carried` is what came over from the time before, None where the rest is lost. The limit is the figure of `limit_from`, rounded.
    """

    name: str
    words: str
    each: str
    of: str
    earned: bool
    period: str
    limit: Value
    limit_from: Node
    carried: Value
    earlier: Value
    own: Value
    correction: Value


@immutable
class DrawExplanation:
    """A draw in one payout period: the payout before it, its balance before, what it adds, recovers and forgives, its balance after.

    What is carried forward of negative payouts has the same form; its name is `carried`.
    """

    name: str
    label: str
    sentences: tuple[str, ...]
    period: str
    paid: Value
    before: Value
    added: Value
    recovered: Value
    forgiven: Value
    after: Value


@immutable
class PayoutLine:
    """What a component, a cap or a draw adds to the payout of a period, and that in the currency in which it is paid."""

    period: str
    kind: str
    component: str
    amount: Value
    paid: Value


@immutable
class PaidExplanation:
    """The payout of a period in the currency in which it is paid, where that is another than the plan's: the amount and the rate."""

    period: str
    currency: str
    conversion: Node


@immutable
class ColumnValue:
    """A column of the payee that is averaged over days, and what it was in a stay."""

    name: str
    value: Value
    unit: str


@immutable
class StayLine:
    """Days on which the payee was one, both included, within the run's months; how many, and what is averaged over them.

    `working_days` is how many of them are, where the plan counts by those.
    """

    first: str
    last: str
    days: int
    working_days: int | None
    columns: tuple[ColumnValue, ...]


@immutable
class LeaveLine:
    """Days on which the payee is on a leave, both included and within the plan; how many, and the quotas relieved for it, in words.

    `working_days` is how many of them are, where the plan counts by those.
    """

    leave: str
    first: str
    last: str
    days: int
    working_days: int | None
    relieves: tuple[str, ...]


@immutable
class QuotaMonth:
    """A month's part of a quota: what a ramp asks for in it, how much of the period's days, or months, it counts, what that makes."""

    month: str
    asked: Value
    counted: Value
    part: Value


@immutable
class QuotaExplanation:
    """A payee's quota that is ramped, prorated or relieved, in one of its periods, month by month; `whole` is all that could count."""

    measure: str
    period: str
    unit: str
    counts: str | None
    whole: Value
    value: Value
    months: tuple[QuotaMonth, ...]


@immutable
class PlanExplanation:
    """One plan for one payee."""

    name: str
    label: str
    file: str
    rounding: str
    currency: str
    payout_period: str
    components: tuple[ComponentExplanation, ...]
    credits: tuple[CreditLine, ...]
    kept: tuple[KeptExplanation, ...]
    held: tuple[HeldExplanation, ...]
    caps: tuple[CapExplanation, ...]
    draws: tuple[DrawExplanation, ...]
    payouts: tuple[PayoutLine, ...]
    paid: tuple[PaidExplanation, ...]
    stays: tuple[StayLine, ...]
    quotas: tuple[QuotaExplanation, ...]
    leaves: tuple[LeaveLine, ...]
    costs: tuple[CostExplanation, ...]
    total: Value


@immutable
class PeriodDates:
    """The first and the last day of a period that is named by its label."""

    label: str
    first: str
    last: str


@immutable
class Explanation(Page):
    """Why a payee was paid what they were paid in a run. Printing it prints it as text."""

    company: str
    payee: str
    name: str | None
    figures: str
    period: str
    dates: tuple[PeriodDates, ...]
    set_aside: int
    plans: tuple[PlanExplanation, ...]

    def __repr__(self) -> str:
        return f"<Explanation {self.payee} {self.period}: {', '.join(p.label for p in self.plans)}>"

    def to_text(self, width: int = 110, *, all_rows: bool = False) -> str:
        """The explanation as text of a width; long lists are cut unless all rows are wanted."""
        from compplan.engine.explain_text import render_explanation

        return render_explanation(self, width, all_rows)
