"""Comparing, trying and simulating from Python: Arrow tables that agree with each other, charts, and pages."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import altair as alt
import pytest

from compplan import Company, Problems, open_project
from tests.support.scenario_project import edit_rows, write_scenario_project


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = write_scenario_project(tmp_path_factory.mktemp("api") / "project")
    edit_rows(folder, "quotas", lambda rows: [*rows, *({**row, "quarter": "2027-Q2"} for row in rows)])
    return open_project(folder)


def _sum(values: object) -> Decimal:
    return sum(values, Decimal(0))  # type: ignore[call-overload,no-any-return]


def test_a_comparison_gives_tables_that_add_up(company: Company, tmp_path: Path) -> None:
    other = tmp_path / "sales.plan"
    other.write_text((company.project.root / "sales.plan").read_text().replace("rate = 5%", "rate = 8%"))
    found = company.compare(company.project.root, other, "2027-Q1", by=["region"])
    costs = found.costs.to_pylist()
    (total,) = [row for row in costs if row["by"] == "total"]
    assert total["difference"] == total["after"] - total["before"] > 0
    for by in ("component", "period", "region"):
        assert _sum(row["after"] for row in costs if row["by"] == by) == total["after"]
    assert _sum(row["before"] for row in found.payees.to_pylist()) == total["before"]
    assert set(found.payees.column("region").to_pylist()) == {"West", "East"}
    assert "8%" in " ".join(found.changes.column("change").to_pylist())
    assert json.loads(found.to_json())["currencies"][0]["total"]["after"] == f"{total['after']:f}"
    assert all(isinstance(chart, (alt.Chart, alt.LayerChart)) for chart in found.charts().values())
    found.write_page(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")
    (tmp_path / "other.html").write_text("somebody's own")
    with pytest.raises(Problems):
        found.write_page(tmp_path / "other.html")


def test_scenarios_are_found_by_their_names(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "what-if.yaml"
    file.write_text("scenarios: {dearer: {parameters: {rate: 8%}}, same: {parameters: {rate: 5%}}}\n")
    tried = company.try_scenarios("2027-Q1", file, sets=["rate=6%"])
    assert list(tried)[:2] == ["dearer", "same"]
    assert len(tried) == 3
    assert tried["same"].comparison.currencies[0].total.difference == 0
    totals = {row["scenario"]: row["difference"] for row in tried.costs.to_pylist() if row["by"] == "total"}
    assert totals["dearer"] > totals[list(tried)[2]] > totals["same"] == 0
    with pytest.raises(KeyError, match="there are dearer, same"):
        _ = tried["cheaper"]
    assert tried.charts()


def test_a_simulation_gives_every_replicate(company: Company, tmp_path: Path) -> None:
    found = company.simulate("2027-Q2", sets=["rate=8%"], replicates=40, season="none", budget=400, by=["region"])
    costs = found.costs.to_pylist()
    assert len(costs) == 80
    base = [row["cost"] for row in costs if row["scenario"] == "as it is"]
    part = found.forecasts.sides[0].currencies[0]
    assert sorted(base)[3] == part.cost.p10
    assert part.budget is not None
    parts = [row for row in found.parts.to_pylist() if row["scenario"] == "as it is" and row["by"] == "region"]
    assert abs(sum(row["spread"] for row in parts) - 1) < 0.002
    assert {row["measure"] for row in found.quotas.to_pylist()} == {"arr"}
    assert {row["payee"] for row in found.payees.to_pylist()} == {"ana", "ben", "cy", "dee"}
    assert found.charts()
    found.write_page(tmp_path / "forecast.html")
    assert "<script" in (tmp_path / "forecast.html").read_text()


def test_what_is_not_there_is_told(company: Company) -> None:
    with pytest.raises(Problems):
        company.simulate("2027-Q2", method="guess")
    with pytest.raises(Problems):
        company.simulate("soon")
    with pytest.raises(Problems):
        company.try_scenarios("2027-Q1", sets=["rat=6%"])
