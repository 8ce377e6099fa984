"""Draws docs/images/demo.svg: what `make demo` prints, its longest parts cut. `make picture` calls it.

The same output gives the same picture, byte for byte.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from io import StringIO
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

HOME = Path(__file__).parent.parent
PICTURE = HOME / "docs" / "images" / "demo.svg"
CUT = "  ⋮"

THEME = TerminalTheme(
    (250, 250, 248), (40, 44, 52),
    [(40, 44, 52), (180, 40, 40), (30, 110, 60), (140, 100, 0), (30, 80, 160), (120, 50, 130), (0, 110, 120), (110, 110, 110)],
)  # fmt: skip

FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px; \
line-height: {line_height}px; white-space: pre; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Runs the two commands and draws what they print."""
    with tempfile.TemporaryDirectory() as runs:
        payouts = _output("run", "plans", "--period", "2027-Q1", "--out", runs)
        explanation = _output("explain", "ana.ruiz", "--project", "plans", "--period", "2027-Q1", "--run", runs)
    lines = [
        "$ compplan run plans --period 2027-Q1", *_payouts_of("Account Executive", payouts), CUT, payouts[-1], "",
        "$ compplan explain ana.ruiz --project plans --period 2027-Q1", *_start_of(explanation),
    ]  # fmt: skip
    console = Console(record=True, width=max(map(len, lines)), file=StringIO(), force_terminal=True)
    for line, following in pairwise([*lines, ""]):
        console.print(_styled(line, following), soft_wrap=True)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    svg = console.export_svg(title="compplan", theme=THEME, code_format=FORMAT, unique_id="demo")
    PICTURE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")


def _output(*words: str) -> list[str]:
    done = subprocess.run([sys.executable, "-m", "compplan", *words], cwd=HOME, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def _payouts_of(label: str, lines: list[str], rows: int = 7) -> list[str]:
    """The table of one plan: its heads, the first rows, the totals."""
    start = next(i for i, line in enumerate(lines) if line.startswith(label))
    table = lines[start : lines.index("", start)]
    return [*table[: 3 + rows], CUT, *table[-2:]]


def _start_of(lines: list[str]) -> list[str]:
    """The head of the explanation, the last month of its first component, and the beginning of the next."""
    parts = [i for i, line in enumerate(lines) if set(line) == {"-"}]
    first, second = parts[0], parts[1]
    month = max(i for i in range(first, second) if lines[i].startswith("  2027-"))
    return [*lines[: first + 2], CUT, *lines[month : second + 3], CUT]


def _styled(line: str, following: str) -> Text:
    """Commands are green; heads, with a rule below them, and totals are bold."""
    text = Text(line, no_wrap=True)
    if line.startswith("$"):
        text.stylize("bold green")
    elif (line and line != CUT and following[:2] in ("--", "==")) or line.startswith(("total ", "All plans")):
        text.stylize("bold")
    return text


if __name__ == "__main__":
    main()
