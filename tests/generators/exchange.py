"""Conversions outside credits, as text: salaries and other amounts, at rates of days, of periods and of their ends."""

from __future__ import annotations

from hypothesis import strategies as st

from compplan.schema import Period
from tests.generators.known import one_of, pick

ROUNDINGS = ("not rounded", "not rounded", "rounded to 0.01", "rounded to 1")
SALARY_QUOTAS = (
    "salary per quarter in USD at the plan rate of 2027-Q2, rounded to 1",
    "salary per quarter in USD at the daily rate of the end of the quarter, not rounded",
)
"""Quotas for each quarter."""


@st.composite
def converted(draw: st.DrawFn, period: Period | None) -> str:
    """Money that was of another currency: for each period, or for each credit."""
    rounding = one_of(draw, ROUNDINGS)
    rates = ["the daily rate of 2027-03-31", "the plan rate of 2027-Q1"]
    if period is None:
        return f"{pick(draw, '50 EUR', '9,000 JPY')} in USD at {one_of(draw, rates)}, {rounding}"
    rates += [f"the {name} rate of the end of the {period}" for name in ("daily", "plan", "daily", "plan")]
    amount = pick(draw, "50 EUR", "9,000 JPY", f"salary per {period}", f"salary per {period}", f"33.3333% of salary per {period}")
    return f"({amount}) in USD at {one_of(draw, rates)}, {rounding}"


@st.composite
def there_and_back(draw: st.DrawFn, amount: str) -> str:
    """An amount in dollars by way of another currency."""
    into = pick(draw, "EUR", "JPY")
    rounding = one_of(draw, ROUNDINGS)
    return f"({amount} in {into} at the daily rate of 2027-03-31, {rounding} in USD at the daily rate of 2027-05-15, not rounded)"


@st.composite
def paid_in(draw: st.DrawFn, payout: Period) -> str:
    """In which currency payouts are made; mostly in that of the plan."""
    currency = pick(draw, "", "", "payee.paid_in", "payee.paid_in", "EUR", "JPY")
    day = pick(draw, f"the end of the {payout}", f"the end of the {payout}", "2027-03-31")
    return f", in {currency} at the daily rate of {day}" if currency else ""
