"""Reading the documentation: its code blocks, with the directives in the comments above them, each made into a whole project to run.

A directive is an HTML comment above a block. `in: plan` puts the block into a plan that uses the definitions marked `shared`; `in:
commission` puts it into a commission of such a plan, whose `payees` and `payout` can be given. `error: code` says what the checker must
find. `fails` marks an example that is meant not to hold. A comment that begins with `holds:` is the body of an example of its own; the
records marked `given` are there where it gives none of that kind, save for rows that name people whom it leaves out. What it expects must
also be written in the visible text of its section.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"

_PART = re.compile(r"<!--(?P<comment>.*?)-->|^```(?P<lang>[a-z]*)\n(?P<code>.*?)^```$|^(?P<heading>#+ [^\n]*)$", re.S | re.M)
_BLANK = re.compile(r"\s*\Z")

PLAN = """
plan frame "The plan around the example" {{
  use        company
  effective  from 2027-01-01 through 2027-12-31
  payees     {payees}
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     {payout}
{body}
}}
"""
COMPONENT = 'commission it "It" {{\n{body}\n}}'
NOTHING = 'bonus nothing "Nothing" {\nfor each year\npay 0 USD\n}'


@dataclass
class Block:
    """A code block: where it stands, in which language, its text, and the directives above it."""

    file: str
    line: int
    heading: str
    section: str
    language: str
    code: str
    directives: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.file}:{self.line} {self.heading}"


def blocks(name: str) -> list[Block]:
    """All code blocks of a page."""
    text = (DOCS / name).read_text(encoding="utf-8")
    found: list[Block] = []
    heading, pending, end = "", dict[str, str](), 0
    for part in _PART.finditer(text):
        if not _BLANK.match(text[end : part.start()]):
            pending = {}
        end = part.end()
        line = text.count("\n", 0, part.start()) + 1
        if part["heading"] is not None:
            heading, pending = part["heading"].lstrip("# "), {}
        elif part["comment"] is not None:
            pending = pending | _directives(part["comment"])
        else:
            found.append(Block(name, line, heading, _section(text, part.start()), part["lang"], part["code"], pending))
            pending = {}
    return found


def _directives(comment: str) -> dict[str, str]:
    """`in: plan; error: needs-else` is two of them; what begins with `holds:` is one."""
    stripped = comment.strip()
    if stripped.startswith("holds:"):
        return {"holds": stripped.removeprefix("holds:").strip("\n")}
    pairs = (p.partition(":") for p in stripped.split(";"))
    return {key.strip(): value.strip() for key, _, value in pairs}


def _section(text: str, at: int) -> str:
    """The visible text between the headings around a place."""
    bare = _without_code(text)
    start = max((m.start() for m in re.finditer(r"^#+ ", bare, re.M) if m.start() <= at), default=0)
    end = min((m.start() for m in re.finditer(r"^#+ ", bare, re.M) if m.start() > at), default=len(text))
    return re.sub(r"<!--.*?-->", "", text[start:end], flags=re.S)


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", lambda m: " " * len(m.group()), text, flags=re.S | re.M)


def whole_text(block: Block, shared: str, given: str) -> str:
    """The text of a plan file, with what the directives put around the block."""
    place = block.directives.get("in")
    example = _hidden_example(block, given)
    if place is None:
        return block.code + ("" if "use " not in block.code or "definitions " in block.code else shared)
    body = COMPONENT.format(body=block.code) if place == "commission" else block.code
    if not re.search(r"^ *(commission|bonus|award) ", body, re.M):
        body += NOTHING + "\n"
    if "weights" in block.directives:
        body += f"weights of target_incentive add to {block.directives['weights']}\n"
    terms = {"payees": block.directives.get("payees", "everyone"), "payout": block.directives.get("payout", "each month")}
    return PLAN.format(body=body + example, **terms) + shared


def _hidden_example(block: Block, given: str) -> str:
    if "holds" not in block.directives:
        return ""
    lines = block.directives["holds"]
    own = set(re.findall(r"given (\w+)", lines))
    tables = [t for t in re.findall(r"^given \w+ \{.*?^\}", given, re.S | re.M) if t.split()[1] not in own]
    if "people" in own:
        gone = set(_people(given)) - set(_people(lines))
        tables = ["\n".join(row for row in t.split("\n") if not any(f'"{name}"' in row for name in gone)) for t in tables]
    return '\nexample "what the text says" {\n' + "\n".join([*tables, lines]) + "\n}\n"


def _people(given: str) -> list[str]:
    """The keys of the people in tables of records."""
    return [key for table in re.findall(r"given people \{(.*?)\}", given, re.S) for key in re.findall(r'^\s*\| "(\w+)"', table, re.M)]


def hidden_figures(block: Block) -> list[str]:
    """The figures that a hidden example expects, without their units."""
    lines = block.directives.get("holds", "").splitlines()
    return [re.sub(r" [A-Z]{3}$", "", x.rpartition("=")[2].split("#")[0].strip()) for x in lines if x.strip().startswith("expect")]
