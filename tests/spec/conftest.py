"""The company that all cases share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spec.harness import Company, read_company


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder: Path = tmp_path_factory.mktemp("company")
    return read_company(folder)
