"""Explaining what payees are paid in a run; the explanations themselves are made by `explainer`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from compplan.engine.run_checks import damaged, verify_project, verify_sums
from compplan.engine.run_folder import Run
from compplan.engine.run_tables import open_database, open_tables, read_credits, unreadable

if TYPE_CHECKING:
    from compplan.engine.explanation import Explanation


def explain(run: Run, payee: str, plan: str | None = None, *, names: bool = False, brief: bool = False) -> Explanation:
    """Why a payee was paid what they were paid; with `names`, colleagues who are ranked are named.

    With `brief`, single records are worked out only where the text shows them, and there are no rows to print but those: that is quicker
    where there are thousands. Raises `Problems` for a payee or plan that the run does not have.
    """
    (explanation,) = explain_each(run, [payee], plan, names=names, brief=brief)
    return explanation


def explain_each(
    run: Run, payees: Sequence[str], plan: str | None = None, *, names: bool = False, brief: bool = False
) -> Iterator[Explanation]:
    """The explanations of several payees, one after the other; each query is asked once for all of them. Raises as `explain` does."""
    verify_project(run)
    if not payees:
        return
    try:
        with open_database() as connection, ThreadPoolExecutor(1) as readers:
            reading = readers.submit(read_credits, connection.cursor(), run, payees)
            from compplan.engine.explainer import explained  # while the credits are read: loading it takes as long

            open_tables(connection, run)
            for explanation in explained(run, payees, plan, connection, reading.result, names=names, brief=brief):
                verify_sums(run, explanation)
                yield explanation
    except (duckdb.Error, OSError) as error:
        file = unreadable(run)
        if file is None:
            raise
        raise damaged(run, f"{file} is missing or cannot be read") from error


def explanation_schema() -> dict[str, Any]:
    """The JSON Schema of an explanation."""
    return dict(json.loads((Path(__file__).parent / "explanation.schema.json").read_text(encoding="utf-8")))
