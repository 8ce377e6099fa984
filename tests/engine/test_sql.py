"""The SQL of the steps: exact, portable, and right where the database once was not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

import compplan
from compplan.engine.lower import lower
from compplan.engine.steps import Lowered, Months
from tests.generators import Case, cases, check
from tests.properties.effort import examples

YEAR = Months(2027 * 12, 2027 * 12 + 11)
INEXACT = {exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT}


@pytest.fixture(scope="module", params=[True, False], ids=["narrow", "wide"])
def sample(request: pytest.FixtureRequest) -> Lowered:
    company = compplan.open_project("plans")
    return lower(company.plans(), company.project.schema, company.project.calendar, YEAR, narrow=request.param)


def queries(lowered: Lowered) -> Iterator[exp.Expression]:
    """The query of every step, and of every check and its guard."""
    for step in lowered.steps:
        yield step.query
        for found in step.checks:
            yield found.query
            if found.guard is not None:
                yield found.guard


def assert_exact(query: exp.Expression) -> None:
    """No division but the whole one, nothing that the database counts in binary fractions."""
    for node in query.find_all(exp.Div, exp.Avg, exp.DataType):
        assert isinstance(node, exp.DataType), node
        assert node.this not in INEXACT


def assert_exact_text(query: exp.Expression) -> None:
    """The same of the text that the database is given."""
    text = query.sql("duckdb")
    without_literals = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    assert re.search(r"(?<!/)/(?!/)", without_literals) is None
    assert not re.search(r"\b(DOUBLE|FLOAT|REAL|AVG)\b", without_literals)
    assert not re.search(r"\d[eE][+-]?\d", without_literals)


def test_the_sample_company_is_worked_out_exactly(sample: Lowered) -> None:
    for query in queries(sample):
        assert_exact(query)
        assert_exact_text(query)


@examples(20)
@given(cases(), st.booleans())
def test_generated_plans_are_worked_out_exactly(case: Case, narrow: bool) -> None:
    plan, errors = check(case.plan_text, case.calendar, case.schema)
    assert plan is not None, errors
    for query in queries(lower([plan], case.schema, case.calendar, Months(case.first_month, case.last_month), narrow=narrow)):
        assert_exact(query)


def test_the_same_steps_can_be_written_for_spark(sample: Lowered) -> None:
    for query in queries(sample):
        assert query.sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def test_every_figure_of_every_step_is_a_decimal(tmp_path: Path) -> None:
    results = compplan.open_project("plans").run("2027", tmp_path)
    figures = {"DECIMAL", "INTEGER", "TINYINT", "BIGINT"}
    others = {"VARCHAR", "DATE", "BOOLEAN"}
    with duckdb.connect() as connection:
        for name in results.run.manifest.steps:
            described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{results.folder}/steps/{name}.parquet')").fetchall()
            types = {row[0]: str(row[1]).split("(")[0] for row in described}
            assert set(types.values()) <= figures | others, name
            for column in ("amount", "earned", "credited", "value", "limit", "to_date", "figure"):
                assert types.get(column, "DECIMAL") == "DECIMAL", (name, column)


# ---- what the database must do right ---------------------------------------------------------------------------------

MANY = 1_200_000


def test_running_sums_over_more_than_a_million_rows() -> None:
    """DuckDB once gave wrong ones from 1,041,748 rows on (duckdb/duckdb#24985): each total must be the one before and this row's amount."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute(
            f"CREATE TABLE deals AS SELECT i AS place, ((i * 7919) % 10007 - 3000)::DECIMAL(18, 2) AS amount FROM range({MANY}) t(i)"
        )
        wrong = connection.execute(
            """
            WITH running AS (
              SELECT place, amount,
                sum(amount) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS total
              FROM deals
            )
            SELECT count(*) FROM running now LEFT JOIN running before ON before.place = now.place - 1
            WHERE now.total IS DISTINCT FROM coalesce(before.total, 0) + now.amount
            """
        ).fetchone()
        ends = connection.execute(
            """
            SELECT (SELECT sum(amount) FROM deals), last(total ORDER BY place) FROM (
              SELECT place, sum(amount) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS total FROM deals
            )
            """
        ).fetchone()
    assert wrong == (0,)
    assert ends is not None
    assert ends[0] == ends[1]


def test_what_the_steps_rely_on() -> None:
    """Casts go half away from zero, products are exact, what does not fit is an error, whole division cuts towards zero."""
    with duckdb.connect() as connection:
        row = connection.execute(
            "SELECT 0.125::DECIMAL(18, 2), -0.125::DECIMAL(18, 2), (1.15 * 0.05)::VARCHAR, -7 // 2, 7 // 2, CAST(-0.005 AS DECIMAL(9, 2))"
        ).fetchone()
        assert row is not None
        assert [str(v) for v in row] == ["0.13", "-0.13", "0.0575", "-3", "3", "-0.01"]
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT 999999999999999999::DECIMAL(18, 0) * 999999999999999999::DECIMAL(18, 0)").fetchall()
