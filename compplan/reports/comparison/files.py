"""The page of a comparison as a file."""

from __future__ import annotations

from pathlib import Path

from compplan.reports.comparison.page import page_of
from compplan.reports.new_files import new_files
from compplan.whatif.comparison.comparison import Comparison


def write_comparison_page(comparison: Comparison, file: Path) -> None:
    """Writes the page of a comparison into a new file.

    Nothing is written over; a file that holds the same page stays. Raises `Problems` where anything else is there, or it cannot be written.
    """
    with new_files(file.parent, (file.name,)) as passing:
        (passing / file.name).write_text(page_of(comparison), encoding="utf-8")
