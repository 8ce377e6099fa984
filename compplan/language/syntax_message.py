"""What to say of a sentence that cannot be read: never lark's words, always what could have stood there."""

from __future__ import annotations

import re

from lark import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from compplan.diagnostics import Diagnostic, Span
from compplan.diagnostics.suggest import closest
from compplan.language.codes import problem
from compplan.language.forms import FORMS, OPENERS, sentences_of

_STRING = re.compile(r'"[^"\n]*"')
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_SLIPS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"\d +%"), "There is a space before the percent sign.", "Write the number and the sign together: 75%."),
    (re.compile(r"[$€£¥]\s*\d|\d\s*[$€£¥]"), "Money is written with the letters of its currency.", "Write 500 USD, not $500."),
    (re.compile(r",[^\s\d]|,\d(?!\d\d(?!\d))"), "A comma between two things needs a space after it.", "Write (100, 200); without the space it would be one number."),
    (re.compile(r"==|<>|&&|\|\|"), "This sign is written otherwise here.", "Write = for equal, != for unequal, and, or."),
    (re.compile(r"[“”„’‘]|'"), "A text stands between straight double quotes.", 'Write "Won".'),
    (re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b"), "A date is written year, month, day.", "Write 2027-03-31."),
)


def describe(error: UnexpectedInput, lines: list[str], at: int, column: int, path: str) -> Diagnostic:
    """The diagnostic of a line that could not be read; `at` is the line's index, `column` counts from 1."""
    line = lines[at]
    span = _span(error, line, at, column, path)
    bare = _STRING.sub(lambda m: '"' + " " * (len(m.group()) - 2) + '"', line)
    if bare.split("#")[0].count('"') % 2:
        start = bare.rindex('"') + 1
        return problem("unclosed-text", "The text that starts here has no closing quote.", Span(path, at + 1, start, at + 1, len(line) + 1))
    for pattern, message, hint in _SLIPS:
        found = pattern.search(bare.split("#")[0])
        if found and abs(found.start() + 1 - column) <= max(3, len(found.group()) + 1):
            return problem("syntax", message, Span(path, at + 1, found.start() + 1, at + 1, found.end() + 1), hint)
    return _by_keyword(lines, at, span)


def _by_keyword(lines: list[str], at: int, span: Span) -> Diagnostic:
    line = lines[at].strip()
    found = _WORD.match(line)
    word = found.group() if found else ""
    place = _place(lines, at)
    allowed = sentences_of(place)
    if place == "table":
        return problem("syntax", "A row of a table cannot be read.", span, "Write the cells between bars: | 2027-Q1 | 250,000 USD |.")
    if line == "}":
        return problem("syntax", "This brace closes nothing, or the block before it is empty.", span)
    if word in FORMS and place in FORMS[word].places:
        form = FORMS[word]
        return problem("syntax", _stops_at(span, lines[at], word), span, f"It is written {form.form}. For example: {form.example}")
    if word in FORMS:
        inside = " or ".join(_in(p) for p in FORMS[word].places)
        return problem("wrong-place", f"A sentence with {word} cannot stand {_in(place)}.", span, f"It belongs {inside}.")
    near = closest(word, allowed) if word else None
    hint = f"Did you mean {near}?" if near else f"Here a sentence starts with {_listed(allowed)}."
    return problem("syntax", f"No sentence starts with {word or line[:12]!r} {_in(place)}." if word else f"No sentence starts like this {_in(place)}.", span, hint)


def _stops_at(span: Span, line: str, word: str) -> str:
    piece = line[span.column - 1 : span.end_column - 1].strip()
    if not piece:
        return f"The sentence with {word} stops too early."
    return f"The sentence with {word} cannot be read from “{piece}” on."


def _place(lines: list[str], at: int) -> str:
    """What block the line stands in."""
    stack = ["file"]
    for line in lines[:at]:
        bare = _STRING.sub('""', line).split("#")[0].strip()
        if bare.endswith("{"):
            word = _WORD.match(bare)
            stack.append(OPENERS.get(word.group() if word else "", "tiers"))
        elif bare == "}" and len(stack) > 1:
            stack.pop()
    return stack[-1]


def _in(place: str) -> str:
    match place:
        case "file":
            return "outside a plan"
        case "tiers":
            return "among tiers"
        case "definitions":
            return "among definitions"
        case "example" | "award":
            return f"in an {place}"
        case _:
            return f"in a {place}"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + (" or " if len(words) > 1 else "") + words[-1]


def _span(error: UnexpectedInput, line: str, at: int, column: int, path: str) -> Span:
    width = 1
    if isinstance(error, UnexpectedToken) and error.token is not None:
        width = max(len(str(error.token).split("\n")[0]), 1)
    elif isinstance(error, UnexpectedCharacters):
        found = re.compile(r"\S+").match(line, column - 1)
        width = len(found.group()) if found else 1
    return Span(path, at + 1, column, at + 1, min(column + width, max(len(line) + 1, column + 1)))
