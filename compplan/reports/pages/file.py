"""A page as a file."""

from __future__ import annotations

from pathlib import Path

from compplan.reports.new_files import new_files


def write_page(page: str, file: Path) -> None:
    """Writes a page into a new file, whole or not at all.

    Nothing is written over; a file that holds the same page stays. Raises `Problems` where anything else is there, or it cannot be written.
    """
    with new_files(file.parent, (file.name,)) as passing:
        (passing / file.name).write_text(page, encoding="utf-8")
