"""Writes docs/gallery/: published commission plans as patterns to copy, with their records and what they come to. `make gallery` calls it.

All of it comes from tests/spec/published, whose plans are worked out by the tests, so that no page can say what is not so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
CASES = HOME / "tests" / "spec" / "published"
GALLERY = HOME / "docs" / "gallery"

WORDS: tuple[tuple[str, str], ...] = (
    ("accelerator", r"accelerat|beyond (the )?(quota|quarter's quota)|from 100%: (1\.\d|[2-9])"),
    ("advance against commission", r"\bdraw\b"),
    ("amortised commission, ASC 606, IFRS 15", r"contract +cost"),
    ("attainment", r"attainment\("),
    ("base salary, share of", r"base pay|base_pay|salary"),
    ("bonus plan of a company, executive bonus", r"`bonus-sec|company-wide"),
    ("bonus pool", r"\bpool\b"),
    ("booking split between reps", r"shares +add to"),
    ("cancellation, refund, return", r"refund|cancel|come back|clawback"),
    ("cap, maximum, limit", r"\bcap +(at|each)\b|up to a maximum"),
    ("clawback, chargeback", r"clawback|refund|come back"),
    ("company goal", r"for the company"),
    ("currency, exchange rate", r"currency_|exchange|in pounds|GBP|EUR"),
    ("curve, interpolation, sliding scale", r"the curve at"),
    ("decelerator, lower rate beyond", r"decelerat|regressive|lower rates"),
    ("discount", r"discount"),
    ("draw", r"\bdraw\b"),
    ("excluded items, what counts", r"commission_base|that count|that grant"),
    ("flat rate, percentage of sales", r"flat_rate|rate_setting|percentage of"),
    ("for each full percent, rounded down", r"round_down"),
    ("gate, threshold, qualifier", r"\bgated?\b|only +if +attainment|threshold"),
    ("grid, matrix, rate table", r"matrix|grid|\btable \w+ \{"),
    ("growth over an earlier period", r"previous|a year before"),
    ("guarantee, non-recoverable draw", r"recover +nothing|non_recoverable|guarantee"),
    ("holdback, payment on cash received", r"\bhold\b|holdback|customer has paid|release"),
    ("hours worked", r"\bhours\b"),
    ("individual and team goal", r"weighted|for each team|one quarter by"),
    ("insurance", r"`insurance-"),
    ("kicker, SPIFF, sales contest", r"spiff|campaign"),
    ("leave, maternity, absence", r"\bleave +\w+ from|[Ll]eave is paid"),
    ("leaver, joiner, part of a year", r"proration|someone (leaves|was hired)|365 days"),
    ("margin, gross profit", r"margin"),
    ("marginal, graduated, progressive tiers", r"each slice of"),
    ("multiplier", r"multiplier"),
    ("new hire", r"ramp|hire"),
    ("on-target earnings, variable pay", r"target_incentive|\btarget\b"),
    ("overlay, double crediting", r"as overlay"),
    ("override, a manager's commission", r"override"),
    ("paid in parts, in instalments", r"paid_in_parts|installments|advance_and"),
    ("payout curve", r"payout_curve|payout curve"),
    ("per unit, per lead, fixed amount", r"per_unit|for each (unit|lead)|amount for (each|every)|same amount"),
    ("points, scores, objectives", r"score|points\b"),
    ("property, real estate, broker", r"`property-"),
    ("proration", r"proration|days"),
    ("quota", r"quota for"),
    ("ramp, new hire's quota", r"ramp"),
    ("recruiting, staffing", r"`recruiting-"),
    ("recurring revenue, residuals", r"residual|repeat +each|every month|each month for"),
    ("retail, salon, dealer", r"`(shop|salon|dealer)-"),
    ("retroactive, whole, cliff tiers", r"the step reached by|retroactive"),
    ("rolling twelve months, trailing, average", r"months before|the last \d+ months|average"),
    ("rounding", r"rounded to 1,|round\(|whole dollars|cut to a whole"),
    ("running total, year to date", r"to date|running"),
    ("shared deal, split credit", r"split|share a deal"),
    ("team goal, team bonus", r"for each team|\bteam\b"),
    ("tips", r"`tips-"),
    ("weights", r"\bweights +of|weight"),
    ("yearly target paid in parts", r"per quarter|per month"),
)
"""What people call things, and how a case that has them is known."""

_PUBLISHED = re.compile(r"^Published: (?P<source>\S+(?: \S+)*?) · `(?P<id>[a-z0-9-]+)` · (?P<verdict>\w+)$", re.M)
_EXAMPLE = re.compile(r'^  example "(?P<title>[^"]*)" \{\n(?P<body>.*?)^  \}\n', re.M | re.S)
_GIVEN = re.compile(r"given (?P<kind>\w+) \{\n(?P<rows>.*?)^ *\}", re.M | re.S)
_EXPECT = re.compile(
    r'expect +(?P<what>.*?) +for +(?P<who>"[^"]*"(?: on "[^"]*")?|everyone) +in +(?P<when>\S+) *= *'
    r"(?P<value>[^#\n]*?) *(?:# (?P<note>.*))?$",
    re.M,
)
_VERDICTS = {
    "ok": "The figures are the published ones.",
    "ok_rounding": "The figures are the published ones, rounded as the source rounds.",
    "ok_derived": "Some of the figures follow from the published ones.",
    "ambiguous": "The source can be read in two ways; both are shown, or what has to be said to choose.",
    "wrong": "The published figure does not follow from the source's own rule; what the rule comes to stands beside it.",
}


@dataclass(frozen=True)
class Case:
    """One published case: its page, title, identifier, and text."""

    page: str
    title: str
    id: str
    verdict: str
    source: str
    text: str

    @property
    def link(self) -> str:
        """Where it stands in the gallery, from its index."""
        return f"[{self.title}]({self.page}#{anchor(self.title)})"


def anchor(title: str) -> str:
    """The name that Markdown gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def cases_of(page: Path) -> tuple[str, list[Case]]:
    """What stands above the cases of a page, and the cases."""
    head, *parts = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.M)
    found = []
    for part in parts:
        title, _, text = part.partition("\n")
        published = _PUBLISHED.search(text)
        if published is None:
            raise ValueError(f"{page.name}: {title} does not say where it was published")
        found.append(Case(page.name, title, published["id"], published["verdict"], published["source"], text))
    return head, found


def page_text(head: str, cases: list[Case]) -> str:
    """A page of the gallery."""
    return head.rstrip() + "\n" + "".join(f"\n## {case.title}\n{''.join(_case(case))}" for case in cases)


def _case(case: Case) -> Iterator[str]:
    before, *blocks = re.split(r"^```plan[^\n]*\n(.*?)^```$\n?", case.text, flags=re.M | re.S)
    yield _PUBLISHED.sub("", before).rstrip() + "\n"
    for plan, prose in zip(blocks[::2], blocks[1::2], strict=True):
        pattern = _EXAMPLE.sub("", plan).replace("\n\n}", "\n}")
        yield f"\n```plan\n{pattern}```\n"
        for example in _EXAMPLE.finditer(plan):
            yield from _example(example["title"], example["body"])
        if prose.strip():
            yield f"\n{prose.strip()}\n"
    source = f"<{case.source}>" if case.source.startswith("http") and " " not in case.source else case.source
    yield f"\n{_VERDICTS[case.verdict]} Source: {source}\n"


def _example(title: str, body: str) -> Iterator[str]:
    """The records of an example, and what comes of them, as tables."""
    yield f"\n**{title[0].upper()}{title[1:]}**\n"
    for given in _GIVEN.finditer(body):
        header, *rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in given["rows"].strip().split("\n")]
        yield f"\n{given['kind']}:\n\n"
        yield from _table(header, [[cell.strip('"') for cell in row] for row in rows])
    results = [[e["what"], e["who"].replace('"', ""), e["when"], e["value"], e["note"] or ""] for e in _EXPECT.finditer(body)]
    columns = 5 if any(row[4] for row in results) else 4
    yield "\nResult:\n\n"
    yield from _table(["figure", "of", "in", "amount", "remark"][:columns], [row[:columns] for row in results])


def _table(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |\n|{'---|' * len(header)}\n"
    yield from (f"| {' | '.join(row)} |\n" for row in rows)


def kinds() -> dict[str, str]:
    """The kind of each case, as the table of all cases has it."""
    table = (CASES / "COVERAGE.md").read_text(encoding="utf-8")
    return {m[1]: m[2] for m in re.finditer(r"^\| `([a-z0-9-]+)` *\| ([^|]*?) *\|", table, re.M)}


def index_text(pages: dict[str, tuple[str, list[Case]]]) -> str:
    """The index: words, then pages."""
    everything = [case for _, cases in pages.values() for case in cases]
    lines = [
        "# Patterns to copy",
        "",
        f"{len(everything)} commission plans that vendors, manuals, open-source projects and public filings have published, each with",
        "its records and with what it comes to. All of them are worked out by the tests of the project. Copy the one that is nearest",
        "to yours, and change it; what each sentence means is in [the reference](../language.md).",
        "",
        "The records that all of them use are declared in one [project file](../../tests/spec/published/compplan.yaml).",
        "",
        "## By the words that people use",
        "",
        "| If you say | look at |",
        "|---|---|",
    ]
    kind_of = kinds()
    for word, pattern in sorted(WORDS):
        found = [c for c in everything if re.search(pattern, f"{kind_of.get(c.id, '')}\n{c.title}\n{c.text}", re.I)]
        if found:
            lines.append(f"| {word} | {'; '.join(case.link for case in found)} |")
    lines += ["", "## By page", ""]
    for name, (head, cases) in pages.items():
        lines.append(f"- [{head.split(chr(10))[0].lstrip('# ')}]({name}): {'; '.join(case.link for case in cases)}")
    return "\n".join(lines) + "\n"


def gallery() -> dict[str, str]:
    """The files of the gallery, by name."""
    pages = {page.name: cases_of(page) for page in sorted(CASES.glob("*.md")) if page.name != "COVERAGE.md"}
    return {"README.md": index_text(pages), **{name: page_text(head, cases) for name, (head, cases) in pages.items()}}


def main() -> int:
    """Writes the gallery anew."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    files = gallery()
    for old in GALLERY.glob("*.md"):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (GALLERY / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
