"""The page of a simulated period as a file."""

from __future__ import annotations

from pathlib import Path

from compplan.reports.new_files import new_files
from compplan.reports.simulation.page import page_of
from compplan.whatif.simulation.forecast import Forecasts


def write_simulation_page(forecasts: Forecasts, file: Path) -> None:
    """Writes the page of a simulated period into a new file.

    Nothing is written over; a file that holds the same page stays. Raises `Problems` where anything else is there, or it cannot be written.
    """
    with new_files(file.parent, (file.name,)) as passing:
        (passing / file.name).write_text(page_of(forecasts), encoding="utf-8")
