"""The page of scenarios as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compplan.reports.comparison import page as one_comparison
from compplan.reports.new_files import new_files
from compplan.reports.scenarios import page as several
from compplan.whatif.scenarios.try_scenarios import Tried


def write_scenarios_page(tried: Sequence[Tried], file: Path) -> None:
    """Writes the page of scenarios into a new file; of one alone, the whole comparison.

    Nothing is written over; a file that holds the same page stays. Raises `Problems` where anything else is there, or it cannot be written.
    """
    page = one_comparison.page_of(tried[0].comparison) if len(tried) == 1 else several.page_of(tried)
    with new_files(file.parent, (file.name,)) as passing:
        (passing / file.name).write_text(page, encoding="utf-8")
