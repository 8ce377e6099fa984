"""A plan with an amendment, or based on another, is the plan that says the same without one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from hypothesis import assume, given, note
from hypothesis import strategies as st

from compplan.calendar import Calendar
from compplan.language import typed as ty
from compplan.language.check.plans import check_plans
from compplan.language.parse import parse
from compplan.schema import Schema
from tests.generators import Case, cases
from tests.generators.amended import amended, based, changes, written_as_second, written_out
from tests.properties.effort import examples


def typed(text: str, calendar: Calendar, schema: Schema) -> tuple[ty.Plan, ...]:
    """The typed plans of a text that must be right; amendments, which alone differ, are left out."""
    parsed = parse(text, "generated.plan")
    checked = check_plans([parsed.file], schema, calendar, lambda _: None)
    errors = [d for d in (*parsed.diagnostics, *checked.diagnostics) if d.is_error]
    note(text)
    assert not errors, errors
    return tuple(replace(plan, amended=()) for plan in checked.plans)


@examples(60)
@given(cases(), st.data())
def test_an_amended_plan_is_the_plan_written_out(case: Case, data: st.DataObject) -> None:
    assume("\namend " not in case.plan_text)
    changed = data.draw(changes(case.plan_text))
    assume(changed is not None)
    assert changed is not None
    day = half_way(case)
    (standing,) = typed(amended(case.plan_text, changed, day), case.calendar, case.schema)
    (written,) = typed(written_out(case.plan_text, changed, day), case.calendar, case.schema)
    assert standing == written


def half_way(case: Case) -> date:
    """The first day of the second quarter of the fiscal year in which the plan begins; every generated plan is in force then."""
    begins = re.search(r"effective from (\S+) through", case.plan_text)
    assert begins is not None
    return case.calendar.start_of_month(case.calendar.month_of(date.fromisoformat(begins[1])) // 12 * 12 + 3)


@examples(60)
@given(cases(), st.data())
def test_a_plan_based_on_another_is_the_plan_written_out(case: Case, data: st.DataObject) -> None:
    assume("\namend " not in case.plan_text)
    changed = data.draw(changes(case.plan_text))
    assume(changed is not None)
    assert changed is not None
    _, standing = typed(based(case.plan_text, changed), case.calendar, case.schema)
    (written,) = typed(written_as_second(case.plan_text, changed), case.calendar, case.schema)
    assert standing == written
