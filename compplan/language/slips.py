"""Slips of the hand that have a plain remedy: signs and words that come from spreadsheets, mail and other languages."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """What was written otherwise than the language wants it, and where: columns count from 1."""

    start: int
    end: int
    message: str
    hint: str


_ANYWHERE: tuple[tuple[str, str, str], ...] = (
    (r"[$€£¥]\s*[\d,.]+\w*|\d\s*[$€£¥]", "Money is written with the letters of its currency.", "Write 500 USD, not $500."),
    (r"==", "Equal is written with one sign.", "Write =."),
    (r"<>|≠|(?<![<>=!])=!", "Unequal is written !=.", "Write !=."),
    (r"=>|=<", "The equal sign comes second.", "Write >= for at least, <= for at most."),
    (r"≥", "This sign is written with two.", "Write >=."),
    (r"≤", "This sign is written with two.", "Write <=."),
    (r"[×·]", "Multiplying is written with a star.", "Write *; a factor is written 1.5x."),
    (r"[–—−]", "This dash is no minus sign.", "Write the minus of the keyboard: -."),
    (r"&&", "This sign is a word here.", "Write and."),
    (r"\|\|(?=.*[^|\s])(?<!^)", "This sign is a word here.", "Write or."),
    (r"[“”„‟’‘‚«»`]", "A text stands between straight double quotes.", 'Write "Won".'),
    (r"'[^']*'", "A text stands between double quotes.", 'Write "Won".'),
    (r";\s*$", "A sentence ends with its line, without any sign.", "Leave the semicolon out."),
    (r"//.*|--.*", "A remark begins with #.", "Write # before it."),
    (r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b", "A date is written year, month, day.", "Write 2027-03-31."),
    (r"\b\d{4}/\d{1,2}/\d{1,2}\b|\b\d{4}-(?:\d-\d{1,2}|\d\d-\d)\b", "A date has all its digits, and dashes.", "Write 2027-03-31."),
    (r"\bQ[1-4][ -]?\d{4}\b|\b\d{4} ?Q[1-4]\b", "A quarter is written with its year first.", "Write 2027-Q1."),
    (r"\b[\d.]+x\s+of\b", "Only a percentage stands before of.", "Write 250% of x, or 2.5x * x."),
    (r"\^|\*\*", "There are no powers here.", "Multiply the value by itself, or use tiers."),
)  # fmt: skip

_NEAR: tuple[tuple[str, str, str], ...] = (
    (r"\d\s+%", "There is a space before the percent sign.", "Write the number and the sign together: 75%."),
    (r"\d[\d,.]*\s*(percent|pct)\b", "A percentage is written with its sign.", "Write 75%."),
    (r"\b[A-Z]{3} \d[\d,.]*", "The currency comes after the amount.", "Write 500 USD."),
    (r"\d[\d,.]*[A-Z]{3}\b", "There is no space between the amount and its currency.", "Write 500 USD."),
    (r"\d[\d,.]* (usd|eur|gbp|chf|dollars?|euros?)\b", "A currency is written with its three capital letters.", "Write 500 USD."),
    (r"\d[\d,.]*\s*([kKmM]|mio|million|thousand)\b( [A-Z]{3})?", "An amount is written out.", "Write 50,000 USD."),
    (r"\d+,\d{1,2}(?!\d)[%x]?", "Decimals stand after a point; a comma only parts thousands.", "Write 7.5%, 1,250.50 USD."),
    (r"\d[\d,]*,\d{4,}|\d{4,},\d{3}\b", "Commas in a number part groups of three digits.", "Write 1,250,000."),
    (r"[\w%)] +x +[\w(]", "Multiplying is written with a star.", "Write 5% * arr; a factor that is written out is 1.5x."),
    (r"\d\s+x\b", "There is a space before the x.", "Write the number and the x together: 1.5x."),
    (r"(?<!\d)\.\d+", "A number begins with a digit.", "Write 0.5."),
    (r",[^\s\d]", "A comma between two things needs a space after it.", "Write min(a, b), (100, 200)."),
    (r"\bfrom\b.*\bto\b.*:", "A row of tiers says only where it begins; it reaches up to the next row.", "Write from 80%: 1x."),
    (r"\b(then|Then|THEN)\b", "A choice is written as in a spreadsheet.", "Write if(condition, value, otherwise)."),
    (r"\bbetween\b", "A stretch is written with two comparisons.", "Write x >= 1 and x <= 5, or date in 2027-Q1."),
    (r"\bnot in\b", "Not stands before what it denies.", 'Write not kind in ("new", "renewal").'),
    (r"\bis (not )?\"", "Two values are compared with a sign.", 'Write stage = "Won", or stage != "Won".'),
    (r"\bin \"", "What something is in stands in brackets.", 'Write kind in ("new", "renewal").'),
    (r"\b(AND|OR|NOT|And|Or|Not)\b", "The words and, or, not are written small.", "Write and, or, not."),
    (r"\beach (half|fiscal|calendar)[ -]?(year|month|quarter)\b", "A period is one word.", "Write month, quarter, half or year."),
    (r",\s*where\b", "There is no comma before where.", "Write sum(booking.credited where acv > 0 USD)."),
    (r"\{\s*\S", "After an opening brace a new line begins.", "Put what follows on the next line."),
    (r"\S\s*\}\s*$", "A closing brace stands on a line of its own.", "Put it on the next line."),
    (r"^\s*(?:from|below|above|at)\s+[^:]*[^:\s\d%]\s*(?:=|->)", "A row of tiers has a colon before its value.", "Write from 80%: 1x."),
    (r"\b[A-Za-z_]\w*-[A-Za-z_][\w-]*", "A name has letters, digits and _, no dash.", "Write new_logo."),
)  # fmt: skip

_ALL = tuple((re.compile(p), message, hint, False) for p, message, hint in _ANYWHERE) + tuple(
    (re.compile(p), message, hint, True) for p, message, hint in _NEAR
)


def find_slip(text: str, column: int) -> Slip | None:
    """The slip that most likely stopped the reading at a column, if one is known; texts in quotes must be blanked out before."""
    for pattern, message, hint, near in _ALL:
        for found in pattern.finditer(text):
            start, end = found.start() + 1, found.end() + 1
            if not near or start - 1 <= column <= end + 1:
                return Slip(start, max(end, start + 1), message, hint)
    return None
