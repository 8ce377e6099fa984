"""The same inputs give the same results: whatever the order of rows, the threads, and the width of the arithmetic."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

import compplan
from compplan.engine.database import open_database
from compplan.engine.explain import explain_each
from compplan.engine.explain_text import render_explanation
from compplan.engine.lower import lower
from compplan.engine.run import ParquetKeeper
from compplan.engine.run_folder import Run
from compplan.engine.steps import Months
from compplan.records.load import load_records

PEOPLE = ["ana.ruiz", "anton.petrov", "grace.okonkwo", "nadia.rahman", "sanjay.kulkarni"]
YEAR = Months(2027 * 12, 2027 * 12 + 11)


@pytest.fixture(scope="module")
def as_it_is(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return compplan.open_project("plans").run("2027", tmp_path_factory.mktemp("runs"), threads=2).run


@pytest.fixture(scope="module", params=[1, 2], ids=["1 thread", "2 threads"])
def shuffled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The sample company with the rows of every file in another order."""
    folder = tmp_path_factory.mktemp("shuffled") / "plans"
    shutil.copytree("plans", folder)
    order = random.Random(request.param)
    for file in sorted((folder / "data").glob("*.csv")):
        header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        order.shuffle(rows)
        file.write_text("".join([header, *rows]), encoding="utf-8")
    return compplan.open_project(folder).run("2027", tmp_path_factory.mktemp("runs"), threads=request.param).run


def test_every_step_has_the_same_content(as_it_is: Run, shuffled: Run) -> None:
    assert shuffled.manifest.steps == as_it_is.manifest.steps
    assert shuffled.manifest.queries == as_it_is.manifest.queries


def test_what_people_read_is_the_same_to_the_byte(as_it_is: Run, shuffled: Run) -> None:
    assert (shuffled.folder / "payouts.csv").read_bytes() == (as_it_is.folder / "payouts.csv").read_bytes()
    one, other = list(explain_each(as_it_is, PEOPLE)), list(explain_each(shuffled, PEOPLE))
    assert [json.dumps(e.to_json()) for e in one] == [json.dumps(e.to_json()) for e in other]
    assert [render_explanation(e, all_rows=True) for e in one] == [render_explanation(e, all_rows=True) for e in other]


def test_tables_for_programs_are_in_the_same_order(as_it_is: Run, shuffled: Run) -> None:
    assert shuffled.earnings().equals(as_it_is.earnings())
    assert shuffled.awards().equals(as_it_is.awards())


def test_figures_within_64_bits_are_the_same_as_beyond(as_it_is: Run, tmp_path: Path) -> None:
    """A run counts within 64 bits as long as it can. Hashes see types as well, so that the rows themselves are compared."""
    company = compplan.open_project("plans")
    with open_database() as connection:
        load_records(company.project, connection)
        from compplan.engine.database import create_calendar, make_steps

        create_calendar(connection, company.project.calendar, YEAR)
        lowered = lower(company.plans(), company.project.schema, company.project.calendar, YEAR, narrow=False)
        make_steps(connection, lowered, ParquetKeeper(tmp_path))
        for step in lowered.steps:
            narrow = str(as_it_is.folder / "steps" / f"{step.name}.parquet").replace("'", "''")
            wide = str(tmp_path / f"{step.name}.parquet").replace("'", "''")
            for one, other in ((narrow, wide), (wide, narrow)):
                more = f"SELECT count(*) FROM (SELECT * FROM read_parquet('{one}') EXCEPT ALL SELECT * FROM read_parquet('{other}'))"
                assert connection.execute(more).fetchall() == [(0,)], step.name
