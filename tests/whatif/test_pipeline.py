"""Open records of a simulation: each is won or lost as those of the past were that had been open as long."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compplan.api import open_project, period_of
from compplan.diagnostics import Problems
from compplan.engine.steps import Months
from compplan.whatif.comparison.compare import records_of
from compplan.whatif.scenarios.scenario import as_it_is
from compplan.whatif.simulation.pipeline import mass_of
from compplan.whatif.simulation.project import simulate_project
from compplan.whatif.simulation.settings import Settings
from compplan.whatif.simulation.simulate import simulate
from tests.support.pipeline_project import some_deals, write_pipeline_project
from tests.support.scenario_project import paid

NEXT = period_of("2027-Q1")
OPEN = ("deals", "stage", "Open")


def wins(folder: Path, settings: Settings) -> list[tuple[int, str, date, str]]:
    """For each replicate, the deals that were open before: the day on which each is won, and its stage then."""
    project = open_project(folder).project
    with records_of(project) as connection:
        simulate(connection, project, [as_it_is(project)], settings, ())
        return connection.execute(
            """SELECT h."~replicate", m."~from", m.close_date, m.stage FROM records."deals~moved" m
            JOIN draws.choices h ON h."~copy" = m."~copy" WHERE m."~from" IN ('young', 'middle', 'old', 'known')"""
        ).fetchall()


@pytest.mark.parametrize("method", ["blocks", "model"])
def test_open_deals_end_as_those_that_were_open_as_long(tmp_path: Path, method: str) -> None:
    folder = write_pipeline_project(tmp_path / "project", some_deals())
    settings = Settings(NEXT, 300, 11, method, season="none", pipeline=OPEN)  # type: ignore[arg-type]
    found = wins(folder, settings)
    assert {stage for *_, stage in found} == {"Won"}
    assert {name for _, name, _, _ in found} == {"young"}, "whatever was open for 50 days was lost after 80, and nothing was open for 100"
    days = Counter((day - date(2027, 1, 1)).days for _, _, day, _ in found)
    assert set(days) == {10, 30}, "it has been open for 10 days, and deals were won after 20 and 40"
    assert 0.57 < len(found) / 300 < 0.76, "two of three were won"
    assert 0.35 < days[10] / len(found) < 0.65


def test_deals_that_are_drawn_besides_begin_after_the_last_known_day(tmp_path: Path) -> None:
    folder = write_pipeline_project(tmp_path / "project", some_deals())
    project = open_project(folder).project
    with records_of(project) as connection:
        simulate(connection, project, [as_it_is(project)], Settings(NEXT, 5, season="none", pipeline=OPEN), ())
        query = """SELECT min(created), bool_or(stage = 'Open') FROM records."deals~moved" WHERE "~copy" <> 0 AND "~from" LIKE 'd%'"""
        found = connection.execute(query).fetchone()
        stays = connection.execute("""SELECT count(*) FROM records."deals~moved" WHERE "~copy" = 0 AND stage = 'Open'""").fetchone()
    assert found == (date(2027, 1, 1), False) or (found is not None and found[0] >= date(2027, 1, 1))
    assert stays == (0,), "an open deal is drawn, and does not stay beside that"


def test_what_ended_later_was_open_then_as_far_as_was_known(tmp_path: Path) -> None:
    later = ("known", "ben", "Won", date(2026, 12, 22), date(2027, 2, 20), 700_000)
    folder = write_pipeline_project(tmp_path / "project", [*some_deals(), later])
    settings = Settings(
        NEXT, 100, 11, season="none", known_through=date(2026, 12, 31), history=Months(2026 * 12, 2026 * 12 + 11), pipeline=OPEN
    )
    days = {day for _, name, day, _ in wins(folder, settings) if name == "known"}
    assert days == {date(2026, 12, 22) + timedelta(days=lasted) for lasted in (20, 40)}


def test_what_an_open_deal_has_empty_is_as_it_was_where_it_ends_alike(tmp_path: Path) -> None:
    blank = ("blank", "ben", "Open", date(2026, 12, 22), None, None)
    folder = write_pipeline_project(tmp_path / "project", [*some_deals(), blank])
    project = open_project(folder).project
    with records_of(project) as connection:
        simulate(connection, project, [as_it_is(project)], Settings(NEXT, 50, season="none", pipeline=OPEN), ())
        query = """SELECT m."~from", m.amount, t.amount
            FROM records."deals~moved" m JOIN records.deals t ON m.deal = m."~from" || '~' || t.deal
            WHERE m."~from" IN ('blank', 'young')"""
        found = connection.execute(query).fetchall()
    assert all(amount == (twin if name == "blank" else 500_000) for name, amount, twin in found)
    assert len({amount for name, amount, _ in found if name == "blank"}) > 5


def test_pay_follows_the_open_deals_that_are_won(tmp_path: Path) -> None:
    folder = write_pipeline_project(tmp_path / "project", some_deals())
    found = simulate_project(open_project(folder).project, Settings(NEXT, 200, season="none", pipeline=OPEN)).sides[0]
    (part,) = found.currencies
    (ben,) = [p for p in part.payees if p.payee == "ben"]
    assert (ben.pay.p10, ben.pay.p50, ben.pay.p90) == (Decimal(0), Decimal(50_000), Decimal(50_000))
    assert "3 open deals" in " ".join(found.drawn.words)
    assert paid(folder, "2027-Q1") == {}, "as it is, no open deal pays anything"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("deal", "stage", "Open"), "Did you mean `deals`?"),
        (("deals", "stages", "Open"), "Did you mean `stage`?"),
        (("deals", "stage", "Opne"), "Did you mean `Open`?"),
    ],
)
def test_a_pipeline_that_is_not_there_is_told(tmp_path: Path, said: tuple[str, str, str], words: str) -> None:
    folder = write_pipeline_project(tmp_path / "project", some_deals())
    with pytest.raises(Problems) as problems:
        simulate_project(open_project(folder).project, Settings(NEXT, 5, season="none", pipeline=said))
    assert words in f"{problems.value.diagnostics[0].message} {problems.value.diagnostics[0].hint}"


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.lists(st.integers(0, 9), max_size=6))
def test_how_likely_an_end_is_follows_from_all_that_were_open_as_long(lasted: list[int], ages: list[int]) -> None:
    ended = sorted(lasted)
    stays, naive = Fraction(1), []
    for place, days in enumerate(ended):
        at_risk = len(ended) - place + sum(1 for age in ages if age >= days)
        stays *= 1 - Fraction(1, at_risk)
        naive.append(float(1 - stays))
    found = mass_of(np.array(ended, dtype=np.int64), np.array(ages, dtype=np.int64))
    assert found.tolist() == pytest.approx(naive)
