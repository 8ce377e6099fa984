"""The CRM export of a computer dealer, laid beside the project that describes it. The export is not part of this repository."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from compplan.api import Results, open_project
from tests.crm.by_hand import QUARTERS, Dealer, read_dealer

PROJECT = Path(__file__).parent / "project"
EXPORT = Path(os.environ.get("COMPPLAN_CRM_DATA") or Path(__file__).parents[3] / "shared/data/crm")
FILES = ("sales_pipeline.csv", "sales_teams.csv", "products.csv")


def lay_out(root: Path) -> Path:
    """A copy of the project with the export in it; skips the test where there is none."""
    if not all((EXPORT / name).is_file() for name in FILES):
        pytest.skip("the CRM export is not here: COMPPLAN_CRM_DATA names its folder")
    project = root / "dealer"
    shutil.copytree(PROJECT, project)
    (project / "export").mkdir()
    for name in FILES:
        (project / "export" / name).write_bytes((EXPORT / name).read_bytes())
    return project


@pytest.fixture(scope="session")
def dealer_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, to be read only."""
    return lay_out(tmp_path_factory.mktemp("crm"))


@pytest.fixture
def own_project(tmp_path: Path) -> Path:
    """A project of the test's own, to be spoilt."""
    return lay_out(tmp_path)


@pytest.fixture(scope="session")
def dealer(dealer_project: Path) -> Dealer:
    return read_dealer(dealer_project / "export", dealer_project / "kept")


@pytest.fixture(scope="session")
def quarters(dealer_project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """The four quarters of the year, each in a run of its own."""
    company, runs = open_project(dealer_project), tmp_path_factory.mktemp("runs")
    return {quarter: company.run(quarter, runs) for quarter in QUARTERS}
