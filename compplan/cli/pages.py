"""What commands that write a page have in common."""

from __future__ import annotations

from pathlib import Path

from compplan.cli.arguments import Parser
from compplan.cli.terminal import Misuse, note
from compplan.diagnostics.text import safe


def add_page(command: Parser) -> None:
    """Adds the option to write a page."""
    command.add_argument("--html", metavar="FILE", help="also write a page with charts, to take to a meeting; never over another file")


def check_page_name(name: str | None) -> None:
    """Raises `Misuse` where a page is to have a name that no browser would open as one."""
    if name is None:
        return
    if not Path(name).name:
        raise Misuse("name the file of the page, as in --html page.html")
    if Path(name).suffix.lower() not in (".html", ".htm"):
        raise Misuse(f"a page's name ends in .html: --html {Path(name).with_suffix('.html')}")


def write(page: str, name: str) -> None:
    """Writes a page, and says where: beside what is printed, which may be read by a program."""
    from compplan.reports.pages.file import write_page

    write_page(page, Path(name))
    note(f"Written: {safe(name)}")
