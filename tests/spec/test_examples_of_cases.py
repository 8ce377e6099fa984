"""The examples of cases that say `run` come true, in the engine and in the oracle."""

from __future__ import annotations

import pytest

from compplan.engine.examples import try_example
from compplan.language.check.plans import check_plans
from compplan.language.parse import parse
from tests.oracle.examples import run_example
from tests.spec.harness import Case, Company, cases
from tests.spec.test_spec import FILES

RUN = [pytest.param(case, id=f"{file.stem}: {case.title}") for file in FILES for case in cases(file) if case.run]


@pytest.mark.parametrize("case", RUN)
def test_comes_to_what_it_expects(case: Case, company: Company) -> None:
    parsed = parse(case.text, "case.plan")
    checked = check_plans([parse(company.definitions, "base.plan").file, parsed.file], company.schema, company.calendar, case.files.get)
    plans = [p for p in checked.plans if p.file == "case.plan"]
    assert plans
    for plan in plans:
        assert plan.examples
        for example in plan.examples:
            tried = try_example(plan, example, company.schema, company.calendar)
            assert not tried.problems
            assert [(o.expectation.text, o.found) for o in tried.outcomes] == [(e.text, e.value) for e in example.expected]
            found, outcome = run_example(plan, example, company.schema, company.calendar)
            assert not outcome.errors
            assert [(x.expectation.text, x.value) for x in found] == [(e.text, e.value) for e in example.expected]
