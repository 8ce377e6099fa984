"""`compplan simulate --html`: the page of a simulated period, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call

PLANS = Path(__file__).resolve().parents[2] / "plans"


def test_a_page_is_written_where_it_is_asked_for(compplan: Call, started: Path, tmp_path: Path) -> None:
    words = (
        "simulate",
        "--project",
        str(started),
        "--period",
        "2027-Q1",
        "--season",
        "none",
        "--replicates",
        "20",
        "--html",
        "quarter.html",
    )
    said = compplan(*words, "--format", "json")
    assert said.code == 0
    assert json.loads(said.out)["replicates"] == 20
    assert "Written: quarter.html" in said.err
    assert "Eight times out of ten it costs" in (tmp_path / "quarter.html").read_text(encoding="utf-8")
    other = compplan(*words, "--seed", "2")
    assert other.code == 1
    assert "quarter.html is there already, and holds something else" in other.err


def test_a_page_has_the_name_of_one(compplan: Call, started: Path) -> None:
    said = compplan("simulate", "--project", str(started), "--period", "2027-Q1", "--html", "quarter")
    assert said.code == 2
    assert "--html quarter.html" in said.err


def test_scenarios_that_change_records_stand_beside_things_as_they_are(compplan: Call, tmp_path: Path) -> None:
    words = ("--only", "faster,reorganised", "--period", "2027-02", "--replicates", "5", "--html", "month.html")
    said = compplan("simulate", str(PLANS / "what-if.yaml"), *words)
    assert said.code == 0
    page = (tmp_path / "month.html").read_text(encoding="utf-8")
    assert "All beside each other" in page
    assert all(f'<a href="#side-{n}">{name}</a>' in page for n, name in enumerate(("as it is", "faster", "reorganised")))
