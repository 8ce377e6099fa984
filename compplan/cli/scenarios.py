"""Scenarios as commands open them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.terminal import note

if TYPE_CHECKING:
    from compplan.assignment.scenario.check import Scenario


def scenario_at(path: str | Path, like: Scenario | None = None) -> Scenario:
    """The scenario of a file, with what the plans say of its bands of pay; what takes a while is told on the standard error.

    Of a scenario that is `like` another in all that pay depends on, it is not worked out again.
    """
    from compplan.whatif.territory_pay.scenario import open_scenario

    return open_scenario(Path(path), note, like)
