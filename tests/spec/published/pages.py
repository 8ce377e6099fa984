"""Reads the pages of published cases: what each case is called, where it was published, its plans, and what is announced of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

FOLDER = Path(__file__).parent
VERDICTS = frozenset({"ok", "ok_rounding", "ok_derived", "ambiguous", "wrong"})

_PART = re.compile(
    r"^(?P<heading>##? (?P<title>[^\n]+))$"
    r"|^Published: (?P<source>[^\n]+) · `(?P<id>[a-z0-9-]+)` · (?P<verdict>\w+)$"
    r"|^```plan(?P<words>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_EXPECTED = re.compile(r"# (error|warning): \[([a-z-]+)\] ([^#\n]*)")
_COMES_TO = re.compile(r"# comes to (-?[\d,]+(?:\.\d+)?)(%|x| [A-Z]{3}|)$")
_ROW = re.compile(
    r"^\| `(?P<id>[a-z0-9-]+)` +\| (?P<kind>[^|]+?) +\| (?P<verdict>\w+) +\| (?P<state>covered|waits) +\| (?P<where>[^|]+?) *\|$"
)


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """A problem that a comment announces: its line in the page, and part of its message."""

    line: int
    severity: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block of plan text, padded with empty lines so that its lines are those of the page; `run` where its examples are tried."""

    text: str
    run: bool

    @property
    def announced(self) -> tuple[Said, ...]:
        """The problems that its comments announce."""
        lines = enumerate(self.text.split("\n"), 1)
        return tuple(sorted(Said(number, m[1], m[2], m[3].strip()) for number, line in lines for m in _EXPECTED.finditer(line)))

    @property
    def instead(self) -> dict[int, Fraction]:
        """By line, the figures that expectations do not expect: `# comes to 5%`."""
        found = ((number, _COMES_TO.search(line.rstrip())) for number, line in enumerate(self.text.split("\n"), 1))
        return {number: _figure(m[1], m[2]) for number, m in found if m is not None}


@dataclass(frozen=True, slots=True)
class Case:
    """One published case: its heading, identifier, source, whether its figures are right, and its plans."""

    title: str
    id: str
    source: str
    verdict: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file: what its plans share, and its cases."""

    file: Path
    shared: tuple[Block, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of all cases: `where` is the page of a covered case, or what a case waits for."""

    id: str
    kind: str
    verdict: str
    state: str
    where: str


def read_pages() -> tuple[Page, ...]:
    """Every page of cases, by name."""
    return tuple(_page(file) for file in sorted(FOLDER.glob("*.md")) if file.name != "COVERAGE.md")


def read_coverage() -> tuple[Row, ...]:
    """The rows of COVERAGE.md."""
    found = (_ROW.match(line) for line in (FOLDER / "COVERAGE.md").read_text(encoding="utf-8").split("\n"))
    return tuple(Row(m["id"], m["kind"], m["verdict"], m["state"], m["where"]) for m in found if m is not None)


def _page(file: Path) -> Page:
    text = file.read_text(encoding="utf-8")
    shared: list[Block] = []
    cases: list[Case] = []
    title, source = "", ("", "", "")
    blocks = shared
    for part in _PART.finditer(text):
        if part["title"]:
            title = part["title"]
        elif part["id"]:
            source = (part["id"], part["source"], part["verdict"])
            blocks = []
            cases.append(Case(title, *source, ()))
        else:
            above = text.count("\n", 0, part.start("text"))
            blocks.append(Block("\n" * above + part["text"], part["words"].strip() == "run"))
        if cases:
            cases[-1] = Case(title if cases[-1].title == title else cases[-1].title, *source, tuple(blocks))
    return Page(file, tuple(shared), tuple(cases))


def _figure(number: str, unit: str) -> Fraction:
    figure = Fraction(number.replace(",", ""))
    return figure / 100 if unit == "%" else figure
