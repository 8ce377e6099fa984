"""What can be prorated, and what a run asks where the plan does not say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic
from compplan.language.check.plans import check_plans
from compplan.language.parse import parse
from tests.generators.company import DATED_SCHEMA

PLAN = """plan p "P" {{
  effective from 2027-01-01 through 2027-12-31
  payees everyone
  currency USD, each earning rounded to 0.01, half away from zero
  payout each month
  weights of target add to 100%
  {line}
  credit booking from deals {{
    where close_date is not empty
    on close_date
    amount acv
    give 100% to owner
  }}
  measure arr = sum(booking.credited)
  measure team_arr for each team = sum(booking.credited)
  quota for arr each quarter = sum(quotas.goal)
  quota for team_arr each quarter = sum(team_quotas.goal)
  bonus a "A" {{
    for each quarter
    pay target per quarter
    times attainment(arr)
    times attainment(team_arr)
  }}
}}
"""


def errors(line: str) -> list[Diagnostic]:
    parsed = parse(PLAN.format(line=line), "p.plan")
    checked = check_plans([parsed.file], DATED_SCHEMA, Calendar(), lambda _: None)
    return [d for d in (*parsed.diagnostics, *checked.diagnostics) if d.is_error]


@pytest.mark.parametrize(
    "line",
    [
        "prorate target, quota(arr) by calendar days",
        "prorate target by calendar days\n  do not prorate quota(arr)",
        "prorate quota(arr), level by months of at least 15 days",
        "prorate quota(arr), level by working days",
    ],
)
def test_columns_that_are_figures_and_quotas_are_prorated(line: str) -> None:
    assert errors(line) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("prorate role by calendar days", "role is text, and has no average."),
        ("prorate quota(team_arr) by calendar days", "team_arr is not the goal of one payee, whose days could count."),
        ("prorate attainment(arr) by calendar days", "A column of people, a quota, a cap or a draw is prorated."),
        ("prorate target by months of at least 40 days", "No month has 40 days."),
        ("prorate target by calendar days\n  do not prorate target", "It is said twice how target is prorated."),
        ("prorate targe by calendar days", "A payee has no column targe."),
    ],
)
def test_what_cannot_be_prorated_is_said(line: str, message: str) -> None:
    assert [d.message for d in errors(line)] == [message]


def test_working_days_are_those_of_the_project() -> None:
    schema = replace(DATED_SCHEMA, working_days=None)
    parsed = parse(PLAN.format(line="prorate target by working days\n  do not prorate quota(arr)"), "p.plan")
    checked = check_plans([parsed.file], schema, Calendar(), lambda _: None)
    assert [d.message for d in checked.diagnostics if d.is_error] == ["The project file does not say which days are working days."]


def test_a_draw_says_what_becomes_of_the_balance_of_whoever_leaves() -> None:
    draw = 'prorate draw d by calendar days\n  draw d "D" {\n    top up to 5 USD\n    recover at most payout\n  }'
    assert [d.message for d in errors(draw)] == ["The draw d does not say what becomes of the balance of somebody who leaves."]
    assert errors(draw.replace("payout\n", "payout\n    on leaving, the balance is forgiven\n")) == []
    kept = draw.replace("recover at most payout\n", "recover nothing\n    on leaving, the balance is owed\n")
    assert [d.message for d in errors(kept)] == ["Nothing is recovered, so it need not be said when it is owed."]
    assert [d.message for d in errors("prorate draw e by calendar days")] == ["The plan has no draw e."]
