"""The project of the documentation."""

from __future__ import annotations

import pytest

from compplan.records import Project, load_project
from tests.docs.running import marked


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project that the reference shows: its records, and no plans."""
    root = tmp_path_factory.mktemp("docs")
    (root / "compplan.yaml").write_text(marked("project"), encoding="utf-8")
    return load_project(root)
