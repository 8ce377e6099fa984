"""What to say of a sentence that cannot be read: never the parser's words, always what could have stood there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lark import UnexpectedInput, UnexpectedToken

from compplan.diagnostics import Diagnostic, Span
from compplan.diagnostics.suggest import closest
from compplan.language.codes import problem
from compplan.language.forms import FORMS, MEANT, form_in, instead_of_amending, sentences_of
from compplan.language.grammar import WORD_END, parser
from compplan.language.lines import bare, first_word, indent, place_of
from compplan.language.slips import find_slip
from compplan.schema import PERIODS

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PIECE = re.compile(r'"[^"\n]*"|[A-Za-z0-9_.,%]+|\S')


_LIKE_A_BOUND = frozenset(
    {"up", "until", "till", "to", "over", "under", "more", "less", "between", "up_to", "then", "beyond", "minimum", "maximum"}
)


def starts_sentence(word: str) -> bool:
    """Whether some sentence starts with the word."""
    return word in FORMS


def describe(error: UnexpectedInput, lines: Sequence[str], at: int, column: int, path: str) -> Diagnostic:
    """The diagnostic of a line that could not be read; `at` is the line's index, `column` counts from 1."""
    line = lines[at]
    text = bare(line)
    if text.count('"') % 2:
        start = text.rindex('"') + 1
        hint = "A text ends on the line where it starts, with a straight double quote."
        span = Span(path, at + 1, start, at + 1, len(line.rstrip()) + 1)
        return problem("unclosed-text", "The text that starts here has no closing quote.", span, hint)
    slip = find_slip(text, column)
    if slip is not None:
        return problem("syntax", slip.message, Span(path, at + 1, slip.start, at + 1, slip.end), slip.hint)
    piece = _PIECE.match(line, min(column, len(text) + 1) - 1) if column <= len(text) else None
    end = piece.end() + 1 if piece else column + 1
    span = Span(path, at + 1, min(column, len(text) + 1), at + 1, end)
    if column > indent(line) + 1:
        return _inside_sentence(error, lines, at, span, piece.group() if piece else "")
    return _at_start(lines, at, span)


def unexpected_end(lines: Sequence[str], at: int, path: str) -> Diagnostic:
    """The diagnostic of a sentence after which the file ends, although more is needed."""
    text = bare(lines[at])
    span = Span(path, at + 1, indent(text) + 1, at + 1, len(text) + 1)
    hint = "Leave the comma at its end out, or write the rest." if text.endswith(",") else _written(first_word(text), place_of(lines, at))
    return problem("syntax", "This sentence stops too early.", span, hint)


def _at_start(lines: Sequence[str], at: int, span: Span) -> Diagnostic:
    """A line whose very first word cannot stand there."""
    line = lines[at].strip()
    word = first_word(line)
    place = place_of(lines, at)
    if line.startswith("}"):
        return problem("syntax", "This brace closes nothing.", span, "Leave it out.")
    if line.startswith("{"):
        return problem("syntax", "An opening brace stands at the end of the sentence that opens a block.", span, "Put it there.")
    if place == "table":
        return _row_of_table(span)
    if place == "tiers" and (not word or word in _LIKE_A_BOUND):
        message = "A row of tiers says only where it begins; it holds up to where the next one begins."
        return problem("syntax", message, span, "Write below 80%: 0x, then from 80%: 1x, then from 100%: 1.5x.")
    if word in FORMS and place not in FORMS[word].places:
        inside = " or ".join(_in(p) for p in FORMS[word].places)
        example = FORMS[word].example
        message = f"A sentence with {word} cannot stand {_in(place)}."
        if place == "amendment" and FORMS[word].places[0] == "plan":
            message = "An amendment changes components and parameters from a day on; this holds for the whole plan."
            return problem("amendment", message, span, instead_of_amending(word))
        instead = _instead(word, place)
        return problem("wrong-place", message, span, instead or f"It belongs {inside}. For example: {example}")
    allowed = sentences_of(place)
    near = closest(word, allowed) if word else None
    hint = _instead(word, place) or (f"Did you mean {near}?" if near else f"Here a sentence starts with {_listed(allowed)}.")
    start = f"No sentence starts with {word} {_in(place)}." if word else f"No sentence starts like this {_in(place)}."
    return problem("syntax", start, span, hint)


def _inside_sentence(error: UnexpectedInput, lines: Sequence[str], at: int, span: Span, piece: str) -> Diagnostic:
    """A line that begins well and cannot be read further."""
    word = first_word(lines[at])
    place = place_of(lines, at)
    if place == "table":
        return _row_of_table(span)
    if word in FORMS and place not in FORMS[word].places:
        return _at_start(lines, at, Span(span.file, span.line, indent(lines[at]) + 1, span.line, indent(lines[at]) + 1 + len(word)))
    message = f"The sentence cannot be read from “{piece}” on." if piece else "This sentence stops too early."
    if bare(lines[at]).strip() == "}" or piece == "}":
        message = "A closing brace stands on a line of its own."
    if (word, place) == ("for", "award") and _WORD.fullmatch(piece) and closest(piece, PERIODS) is None:
        message = f"An award is granted for each period, and {piece} is none."
        return problem(
            "syntax", message, span, f'Write for each quarter; what is counted stands after grant: grant count({piece}) "trips".'
        )
    if word == "change" and piece in ("draw", "hold", "clawback", "credit", "measure", "quota", "table", "let", "parameter"):
        return problem("syntax", f"A {piece} is not changed but replaced, with all that it says.", span, f"Write replace {piece} NAME ...")
    near = closest(piece, _words(error)) if _WORD.fullmatch(piece) else None
    hint = f"Did you mean {near}?" if near else _brackets(bare(lines[at])) or _written(word, place)
    return problem("syntax", message, span, hint)


def _instead(word: str, place: str) -> str | None:
    """How the sentence is written that a word of everyday speech stands for."""
    return next((_written(meant, place) for meant in MEANT.get(word.lower(), ()) if form_in(meant, place) is not None), None)


def _row_of_table(span: Span) -> Diagnostic:
    hint = 'Write values between bars: | "Core" | 2027-Q1 | 250,000 USD |. Text stands in quotes.'
    return problem("syntax", "A row of the table cannot be read.", span, hint)


def _brackets(text: str) -> str | None:
    """What is wrong with the round brackets of a line, if anything is."""
    opened, closed = text.count("("), text.count(")")
    if opened > closed:
        return "A round bracket is opened and not closed."
    return "A round bracket is closed that was not opened." if closed > opened else None


def _written(word: str, place: str) -> str | None:
    """How a sentence is written, with an example."""
    form = form_in(word, place)
    if form is None:
        return None
    return f"It is written {form.form}. For example: {form.example}"


def _words(error: UnexpectedInput) -> Iterable[str]:
    """The words of the language that could have stood where the reading stopped."""
    names = getattr(error, "accepts", None) or getattr(error, "allowed", None) or set()
    if isinstance(error, UnexpectedToken):
        names = names | set(error.expected)
    found = [term.pattern.value.removesuffix(WORD_END) for term in parser().terminals if term.name in names]
    return sorted(word for word in found if _WORD.fullmatch(word))


def _in(place: str) -> str:
    match place:
        case "file":
            return "outside a plan"
        case "tiers":
            return "among tiers"
        case "definitions":
            return "among definitions"
        case "example" | "award" | "amendment":
            return f"in an {place}"
        case _:
            return f"in a {place}"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + (" or " if len(words) > 1 else "") + words[-1]
