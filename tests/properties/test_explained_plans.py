"""Explanations of plans that nobody wrote add up again, from their JSON alone, and come to what is paid."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import duckdb
from hypothesis import given, note

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Problems
from compplan.engine.database import Keeper, create_calendar, create_kind, insert_rows, make_steps, open_database
from compplan.engine.explain import explanation_schema
from compplan.engine.explainer import explained
from compplan.engine.lower import lower
from compplan.engine.reach import reach
from compplan.engine.run_folder import Manifest, Run, StepFacts
from compplan.engine.steps import Lowered, Months
from compplan.schema import MONTHS_IN, Period
from tests.generators import Case, cases, check
from tests.properties.effort import examples
from tests.support.json_schema import violations
from tests.support.readd import readd

PLAN = "generated.plan"


@examples(20)
@given(cases())
def test_every_explanation_adds_up(case: Case) -> None:
    plan, errors = check(case.plan_text, case.calendar, case.schema)
    assert plan is not None, errors
    period = _period(case, plan.payout)
    asked = Months(period.first_month, period.last_month)
    with open_database(threads=1) as connection, tempfile.TemporaryDirectory() as folder:
        for kind in case.schema.kinds.values():
            create_kind(connection, kind)
            columns = [c.name for c in kind.columns]
            insert_rows(connection, kind, columns, [[row.get(c) for c in columns] for row in case.records.get(kind.name, ())])
        create_calendar(connection, case.calendar, reach([plan], case.calendar, asked))
        lowered = lower([plan], case.schema, case.calendar, asked)
        try:
            make_steps(connection, lowered, Keeper())
        except Problems:
            return  # what cannot be worked out is not explained
        connection.execute("DROP SCHEMA calendar CASCADE; CREATE SCHEMA calendar")
        (Path(folder) / "project").mkdir()
        (Path(folder) / "project" / PLAN).write_text(case.plan_text, encoding="utf-8")
        run = Run(Path(folder), _manifest(case, lowered, period))
        payees = [str(r[0]) for r in connection.execute("SELECT DISTINCT payee FROM steps.payees_generated ORDER BY 1").fetchall()]
        paid = _paid(connection, lowered)
        schema = explanation_schema()
        for payee, explanation in zip(payees, explained(run, payees, None, connection, lambda: None, names=False), strict=True):
            made = explanation.to_json()
            note(f"{payee} in {period.label}")
            assert violations(schema, made) == []
            assert readd(made) == []
            assert sum((Fraction(p["total"]) for p in made["plans"]), Fraction(0)) == paid.get(payee, 0)
            assert explanation.to_text(all_rows=True)


def _period(case: Case, payout: Period) -> FiscalPeriod:
    """A period of those that are run, at least as long as a payout period: a year where all of one is run."""
    kinds: tuple[Period, ...] = ("year", "half", "quarter", "month")
    for kind in kinds:
        size = MONTHS_IN[kind]
        if size <= max(case.last_month - case.first_month + 1, MONTHS_IN[payout]):
            return FiscalPeriod(kind, case.last_month // size)
    raise AssertionError(payout)


def _manifest(case: Case, lowered: Lowered, period: FiscalPeriod) -> Manifest:
    return Manifest(
        company="Generated",
        period=period.label,
        versions={},
        queries="",
        plans=("generated",),
        sources={},
        project="",
        records={},
        rows={},
        rejected=0,
        steps={s.name: StepFacts(s.title, 0, "") for s in lowered.steps},
        credits=lowered.credits,
        earnings=lowered.earnings,
        plan_files=(PLAN,),
        schema=case.schema,
        calendar=case.calendar,
    )


def _paid(connection: duckdb.DuckDBPyConnection, lowered: Lowered) -> dict[str, Fraction]:
    if not lowered.payouts:
        return {}
    rows = connection.execute("SELECT payee, sum(counted) FROM steps.payouts GROUP BY payee").fetchall()
    return {str(payee): Fraction(amount) for payee, amount in rows}
