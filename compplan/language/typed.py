"""The typed plan: every name resolved, every formula with its unit, every window said. What the engine and the oracle work from.

Numbers are exact `Fraction`s. `+` and `-` are exact; the result of `*` and `/` has twelve decimals, half away from zero; see
`docs/language.md`, "Exactness". Its parts have files of their own, and are all named from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Window
from compplan.language.typed_components import Budget, Component, ForCredit, ForPeriod, Pool, Spread, Top
from compplan.language.typed_costs import ContractCost
from compplan.language.typed_credits import Aggregate, Credit, Give, Measure, Quota, Recipient, Repeat
from compplan.language.typed_examples import Example, Expectation, Rows, Target
from compplan.language.typed_figures import (
    Attainment,
    AverageBefore,
    Averaged,
    ChildField,
    Const,
    CreditField,
    EarnedAt,
    LeaveShare,
    MeasureAt,
    Moment,
    PaidBefore,
    Part,
    PayeeField,
    Place,
    Proration,
    QuotaAt,
    RecordField,
    Since,
    Tenure,
    Value,
)
from compplan.language.typed_formulas import (
    AndOr,
    Arith,
    Cmp,
    Convert,
    Curve,
    Div,
    Empty,
    EndOf,
    Expr,
    Func,
    In,
    Lookup,
    Named,
    Neg,
    NotE,
    ParameterAt,
    Prorated,
    Rate,
    RecordSum,
    Scale,
    Shift,
    Slices,
    Step,
    SumToDate,
    Tier,
    Within,
)
from compplan.language.typed_leave import Leave, Relief
from compplan.language.typed_payouts import Clawback, DatedShare, Draw, Hold, PaidIn, PlanCap
from compplan.language.typed_tables import KeyCell, Parameter, Table, TableRow
from compplan.schema import Period


@immutable
class Amended:
    """An amendment of a plan: its label, from when on it holds, and why, where that is said."""

    label: str
    first: date
    because: str
    span: Span = span_field()


@immutable
class Plan:
    """One plan, ready to be worked out."""

    name: str
    label: str
    first: date
    last: date
    payees: Expr | None
    currency: str
    unit_decimals: int
    rounding_unit: Fraction
    half_even: bool
    payout: Period
    credits: Mapping[str, Credit]
    measures: Mapping[str, Measure]
    quotas: Mapping[str, Quota]
    tables: Mapping[str, Table]
    prorations: Mapping[str, Proration]
    """How columns of people, quotas as `quota(measure)`, caps as `cap each year` and draws as `draw monthly` are prorated; where nothing is
    said, it is asked.
    """
    leaves: Mapping[str, Leave]
    reliefs: Mapping[str, Relief]
    """What leave takes off, by quotas as `quota(measure)`."""
    parameters: Mapping[str, Parameter]
    components: tuple[Component, ...]
    caps: tuple[PlanCap, ...]
    negative: str | None
    """What becomes of a negative payout: "carried" forward, "owed", or None where the plan does not say."""
    draws: tuple[Draw, ...]
    paid_in: PaidIn | None
    """In which currency payouts are made, where it is another than the plan's."""
    holds: tuple[Hold, ...]
    """A hold of several components stands here once for each of them."""
    clawbacks: tuple[Clawback, ...]
    examples: tuple[Example, ...]
    file: str
    span: Span = span_field()
    amended: tuple[Amended, ...] = ()
    costs: tuple[ContractCost, ...] = ()
    """A contract cost of several components stands here once for each of them."""

    def dates_of(self, component: Component) -> tuple[date, date]:
        """The first and last day of a component within the plan's."""
        first, last = component.first or self.first, component.last or self.last
        return max(first, self.first), min(last, self.last)

    @property
    def named_components(self) -> tuple[Component, ...]:
        """The components, one for each name: the first of those that follow each other in time."""
        return tuple({c.name: c for c in reversed(self.components)}[name] for name in dict.fromkeys(c.name for c in self.components))

    def component(self, name: str) -> Component | None:
        """The component of that name, if there is one; the first of several that follow each other."""
        return next((c for c in self.components if c.name == name), None)

    def keeping(self, component: str) -> tuple[Hold | Clawback, ...]:
        """What holds a component and takes it back: holds first, each in the order of the text."""
        held = tuple(h for h in self.holds if h.component == component)
        return (*held, *(c for c in self.clawbacks if c.component == component))


__all__ = [
    "Aggregate",
    "Amended",
    "AndOr",
    "Arith",
    "Attainment",
    "AverageBefore",
    "Averaged",
    "Budget",
    "ChildField",
    "Clawback",
    "Cmp",
    "Component",
    "Const",
    "ContractCost",
    "Convert",
    "Credit",
    "CreditField",
    "Curve",
    "DatedShare",
    "Div",
    "Draw",
    "EarnedAt",
    "Empty",
    "EndOf",
    "Example",
    "Expectation",
    "Expr",
    "ForCredit",
    "ForPeriod",
    "Func",
    "Give",
    "Hold",
    "In",
    "KeyCell",
    "Leave",
    "LeaveShare",
    "Lookup",
    "Measure",
    "MeasureAt",
    "Moment",
    "Named",
    "Neg",
    "NotE",
    "PaidBefore",
    "PaidIn",
    "Parameter",
    "ParameterAt",
    "Part",
    "PayeeField",
    "Place",
    "Plan",
    "PlanCap",
    "Pool",
    "Prorated",
    "Proration",
    "Quota",
    "QuotaAt",
    "Rate",
    "Recipient",
    "RecordField",
    "RecordSum",
    "Relief",
    "Repeat",
    "Rows",
    "Scale",
    "Shift",
    "Since",
    "Slices",
    "Spread",
    "Step",
    "SumToDate",
    "Table",
    "TableRow",
    "Target",
    "Tenure",
    "Tier",
    "Top",
    "Value",
    "Window",
    "Within",
]
