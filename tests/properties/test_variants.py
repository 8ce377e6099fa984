"""Plans that are worked out together come to what each comes to alone; a plan beside itself shares every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, note
from hypothesis import strategies as st

from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.database import create_kind, insert_rows, open_database
from compplan.engine.relations import STEPS, quoted
from compplan.engine.steps import Months
from compplan.engine.variants import Made, Variant, make_variants
from compplan.language import typed as ty
from tests.generators import Case, cases, check
from tests.generators.amended import changed_throughout, changes
from tests.generators.cases import plans
from tests.generators.company import DATED_SCHEMA, FISCAL_YEARS
from tests.generators.components import OFTEN
from tests.properties.effort import examples
from tests.support.engine import Found, run_engine


@dataclass(frozen=True)
class Together:
    """The rows of payouts of each plan, and what was made; or what is wrong."""

    payouts: tuple[list[tuple[Any, ...]], ...] = ()
    made: tuple[Made, ...] = ()
    wrong: tuple[Diagnostic, ...] = ()


@st.composite
def two_plans(draw: st.DrawFn) -> tuple[Case, str]:
    """A case, and another plan for the same records."""
    case = draw(cases())
    year = next(y for y in FISCAL_YEARS if y.calendar == case.calendar)
    return case, draw(plans(year, draw(st.sampled_from(OFTEN)), case.schema is DATED_SCHEMA))


@st.composite
def changed_plans(draw: st.DrawFn) -> tuple[Case, str]:
    """A case, and its plan with one component that is changed, which has the rest of it in common, and the insides of that component."""
    case = draw(cases())
    changed = draw(changes(case.plan_text))
    assume(changed is not None)
    assert changed is not None
    return case, changed_throughout(case.plan_text, changed)


@examples(6)
@given(two_plans())
def test_plans_worked_out_together_come_to_what_each_comes_to_alone(drawn: tuple[Case, str]) -> None:
    _assert_as_alone(*drawn)


@examples(6)
@given(changed_plans())
def test_a_plan_beside_itself_with_one_component_changed_comes_to_what_each_comes_to_alone(drawn: tuple[Case, str]) -> None:
    _assert_as_alone(*drawn)


def _assert_as_alone(case: Case, other: str) -> None:
    note(other)
    alone = [_alone(case, text) for text in (case.plan_text, other)]
    together = _together(case, [case.plan_text, other])
    if any(found.errors for found in alone):
        assert together.wrong
        return
    assert not together.wrong
    for found, mine in zip(alone, together.payouts, strict=True):
        assert _sums(mine) == {key: amount for key, amount in _paid(found).items() if amount}


@examples(4)
@given(cases())
def test_a_plan_beside_itself_is_worked_out_once(case: Case) -> None:
    together = _together(case, [case.plan_text, case.plan_text])
    if not together.wrong:
        assert together.made[0].relations == together.made[1].relations


def _alone(case: Case, text: str) -> Found:
    return run_engine(text, case.schema, case.calendar, case.records, case.first_month, case.last_month)


def _paid(found: Found) -> dict[tuple[str, str, str, str], Fraction]:
    return {(payee, label, name, currency): amount for payee, label, name, currency, amount in found.paid}


def _together(case: Case, texts: Sequence[str]) -> Together:
    chosen: list[ty.Plan] = []
    for text in texts:
        plan, errors = check(text, case.calendar, case.schema)
        assert plan is not None, errors
        chosen.append(plan)
    with open_database(threads=1) as connection:
        for kind in case.schema.kinds.values():
            create_kind(connection, kind)
            columns = [c.name for c in kind.columns]
            insert_rows(connection, kind, columns, [[row.get(c) for c in columns] for row in case.records.get(kind.name, ())])
        variants = [Variant(f"side {n}", (plan,)) for n, plan in enumerate(chosen)]
        try:
            made = make_variants(connection, variants, case.schema, case.calendar, Months(case.first_month, case.last_month))
        except Problems as problems:
            return Together(wrong=tuple(problems.diagnostics))
        query = "SELECT payee, label, kind, component, amount, currency FROM {}.{}"
        payouts = (connection.execute(query.format(STEPS, quoted(one.relation("payouts")))).fetchall() for one in made)
        return Together(tuple(payouts), made)


def _sums(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[str, str, str, str], Fraction]:
    sums: dict[tuple[str, str, str, str], Fraction] = {}
    for payee, label, kind, component, amount, currency in rows:
        key = (payee, label, "" if kind == "cap" else component, currency)
        sums[key] = sums.get(key, Fraction(0)) + Fraction(amount)
    return {key: amount for key, amount in sums.items() if amount}
