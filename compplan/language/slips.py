"""Slips of the hand that have a plain remedy: signs and words that come from spreadsheets, mail and other languages."""

from __future__ import annotations

import re

from compplan.immutable import immutable


@immutable
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

_NO_UNIT = r"(?!(?:of|to|where|and|or|in|if|when|unless|for|by|up|until|till|else|per|over|then|after|from|below)\b)"

_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (r"^\s*(?:pay|times|where|on|only if|cap|floor)\s*=", "No sign stands after the first words.", "Write pay 5% of credited."),
    (
        r"^\s*(commission|bonus|award|plan)\s+\w+\s*\{?\s*$",
        "The label is missing, the words that people read.",
        'Write bonus own "Own bookings" {.',
    ),
    (
        r'^\s*(commission|bonus|award|plan)\s+"',
        "A name stands before the label: one word, without quotes.",
        'Write bonus own "Own bookings" {.',
    ),
    (
        r"^\s*amount\s*=",
        "The amount that counts stands without a sign.",
        "Write amount acv; a further amount has a name: amount kept = renewed.",
    ),
    (
        r"^\s*leave\s+from\b|^\s*leave\s+\w+\s+(?!from\b)",
        "A leave has a name, and the records that say who is on it.",
        'Write leave parental from absences where kind = "parental".',
    ),
    (
        r"^\s*leave\b.*(?:[^,\s]\s+lasting\b|,\s*(?:of |for )?at least\b).*$",
        "How long a leave lasts stands after a comma.",
        'Write leave parental from absences where kind = "parental", lasting at least 30 days.',
    ),
    (
        r"^\s*relieve\b(?!.*\bfor\s+\w+\s+leave\s+by\b).*$",
        "It is not said for which leave, or how its days are counted.",
        "Write relieve quota(arr) for parental leave by calendar days.",
    ),
    (
        r"\bby\s+(?:(?:business|work|week|bank|weekly)[ -]?)?days\b",
        "Days are calendar days, or working days.",
        "Write by calendar days, or by working days.",
    ),
    (
        r"\bshare\s+of\s+(?:\w+\s+)?leave\b|\bshare\s+on\s+leave\b|(?<!\bthe )\bshare\s+on\s+\w+\s+leave\b"
        r"|\bthe\s+share\s+on\s+\w+\s+leave\b(?!\s+by\b)",
        "How much of a period somebody is on leave is written in one way.",
        "Write the share on parental leave by calendar days.",
    ),
    (
        r"(?<!\bmonthly )\baverage\s+of\b.*\bleave\b|(?<!\bthe )\bmonthly\s+average\s+of\b"
        r"|\bmonthly\s+average\s+of\s+(?!earned\(\w+\)\s+over\s+\d+\s+(?:month|year)s?\s+before\s+\w+\s+leave\b)",
        "An average before a leave is written in one way.",
        "Write the monthly average of earned(own) over 3 months before parental leave.",
    ),
    (r"^\s*give\s+(all|everything|full)\b", "Which share is given is written as a percentage.", "Write give 100% to owner."),
    (r"^\s*give\s+to\b", "Which share is given comes first.", "Write give 100% to owner."),
    (
        r"^\s*give\b[^\"]*\bto\s+[\w.]+(\s+and\s+[\w.]+\s*$|,\s*(the rest|[\d.,]+%))",
        "Each person has a sentence with give of their own.",
        "Write give 50% to owner, without the comma, and give 50% to specialist on the next line.",
    ),
    (r"^\s*quota\s+for\s+\w+\s*=", "It is not said for which period the quota is.", "Write quota for arr each quarter = 250,000 USD."),
    (r"^\s*(quota|measure|let)\b[^={]*$", "There is no equal sign before the figure.", "Write measure arr = sum(booking.credited)."),
    (
        r"^\s*to\s+the\s+top\b(?!.*\bties\b).*$",
        "It is not said what holds for those who share the last place.",
        "Write ties included, excluded, or sharing, after a comma: to the top 3 by arr, ties included.",
    ),
    (
        r"^\s*to\s+(?:the\s+)?(?:best|first|highest|winners?|top(?=\s+\d+%?\s+(?!by\b)\w)|(?<!the )top)\b",
        "Only the best are paid by a sentence of one form.",
        "Write to the top 3 by arr, ties included.",
    ),
    (r'^\s*grant\s+"', "How many are granted comes first.", 'Write grant 1 "trip to Rome".'),
    (
        r"^\s*from\s+\d{4}-\d\d\S*\s+(to|until|till|through)\b",
        "The dates of a component stand after effective.",
        "Write effective from 2027-01-01 through 2027-03-31.",
    ),
    (r"^\s*(from|below|above|at)\s+[^:=>]*$", "A row of tiers has a colon before its value.", "Write from 80%: 1x."),
    (
        r"^\s*for\s+each\s+\w+\b(?=.*\bto date\b)(?!.*,\s*on the (month|quarter|half|year) to date less what was earned before)",
        "A figure to date is paid less what was earned before.",
        "Write for each month, on the quarter to date less what was earned before.",
    ),
    (
        r"^\s*expect\b.*\bin\s+\d{4}-\d\d-\d\d",
        "What is expected is that of a period, not of a day.",
        "Write in 2027-01, in 2027-Q1, in 2027.",
    ),
    (r"^\s*expect\b.*\bfor\s+(?!everyone\b)[A-Za-z]", "A payee stands between quotes.", 'Write for "ana".'),
    (r"^\s*expect\b(?!.*\bfor\b)", "It is not said whose it is.", 'Write expect own for "ana" in 2027-Q1 = 500 USD.'),
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
    (
        r"\b(like|contains|(?:starts|begins|ends) with)\b",
        "A text is compared as a whole.",
        'List the texts that are meant: product in ("Core", "Core Plus").',
    ),
    (r"\bis (?:one|any) of\b", "What something is one of stands in brackets after in.", 'Write kind in ("new", "renewal").'),
    (
        r"\bin (?:the )?(?:Q[1-4]|H[12]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)\b",
        "A period is written with its year, in figures.",
        "Write close_date in 2027-Q1, close_date in 2027-01.",
    ),
    (r":\s*$", "A sentence ends with its line, without any sign.", "Leave the colon out."),
    (
        r",\s*(?:at least|at most|up to|but|max|min|minimum|maximum)\b",
        "A limit has a sentence of its own.",
        "Write floor at 500 USD, cap at 10,000 USD.",
    ),
    (r"\brounded\b", "Rounding is a function.", "Write round(5% of credited, 1 USD)."),
    (r"\b(distinct|unique)\b", "Each of several is counted once with the word different.", "Write count(different booking.account)."),
    (
        r"((?<=\S )up to|\b(at most|maximum|max|capped at))\s+\d",
        "A limit is a sentence or a function.",
        "Write cap at 10,000 USD, or min(credited, 10,000 USD).",
    ),
    (
        r"\b(at least|minimum)\s+\d",
        "A limit is a sentence, a comparison or a function.",
        "Write floor at 500 USD, arr >= 500 USD, or max(arr, 500 USD).",
    ),
    (
        r"(?<!only )\b(if\s+[^(\s]|(when|unless|provided|only if)\b)",
        "A condition has a sentence of its own.",
        'Write only if kind = "new" on the next line; for one of two figures, if(kind = "new", 5%, 3%).',
    ),
    (
        r"\b(quota|goal|target)\s+(is\s+)?(reached|met|achieved|made|hit)\b",
        "A goal is reached where the attainment says so.",
        "Write attainment(arr) >= 100%.",
    ),
    (
        r"\b(until|till|thereafter|beyond)\b",
        "Several rates are written as tiers.",
        "Write times the step reached by attainment(arr) {, and a row for each rate: from 100%: 9%.",
    ),
    (r"(?<=\S )for each\b", "What a component is paid for has a sentence of its own.", "Write for each booking on a line of its own."),
    (r"\)\s*where\b", "The condition stands inside the brackets.", 'Write sum(booking.credited where kind = "new").'),
    (
        r"(?<!over )(?<!on the )\b(year|quarter|month|half)\s+to\s+date\b|\b(YTD|QTD|MTD|ytd|qtd|mtd)\b",
        "The time that a figure covers stands after over.",
        "Write arr over year to date.",
    ),
    (
        r"\b(?:over |in |of |for )?(?:the )?(?:last|previous|prior|preceding|past) (?:year|quarter|month|half)\b"
        r"|\bover the (?:year|quarter|month|half) before\b",
        "The period before the one at hand is called the previous one.",
        "Write arr over the previous quarter; for the same quarter of the year before, arr over quarter a year before.",
    ),
    (
        r"\b(?:over )?(?:the )?(?:last|past|previous|prior|rolling|trailing)[ -]\d+[ -]months?\b|\bover \d+[ -]months?\b",
        "So many months stand after the words over the.",
        "Write arr over the last 12 months, with the period at hand, or arr over the 12 months before, without it.",
    ),
    (
        r"\bover (?:the )?(?:year|quarter|month|half) of the same\b",
        "What is of the same customer is added up to one credit, or before it.",
        "Write arr over year to date of the same account, or arr over year before this one of the same account.",
    ),
    (r"\bover the (?:year|quarter|month|half)\b", "The period stands right after over.", "Write arr over quarter."),
    (
        r"\beach (?:(?:two|other|second|2|four) )?weeks?\b|\beach (?:day|fortnight)\b|\b(?:bi)?weekly\b",
        "The periods of the calendar are months, quarters, halves and years.",
        "Write month, quarter, half or year.",
    ),
    (
        r"\b(for|in|of) (the|this) (year|quarter|month|half)\b",
        "The time that a figure covers stands after over.",
        "Write arr over quarter.",
    ),
    (r"\bevery\b(?! manager)", "Where there is one for each, the word is each.", "Write for each booking."),
    (
        r"\bagainst\s+(?!the (full )?quota)",
        "A figure is held against one of two quotas.",
        "Write against the full quota, or against the quota to date.",
    ),
    (rf"\d%\s+{_NO_UNIT}[A-Za-z(]\w*", "Between a percentage and its figure stands of.", "Write 5% of credited."),
    (r"\b[\d.,]*\d\s+of\b", "Only a percentage stands before of.", "Write 5% of credited, or 0.05 * credited."),
    (r"\b(?!(?:slice|weights)\b)[A-Za-z]\w*\s+of\b", "Only a percentage that is written out stands before of.", "Write rate * credited."),
    (r"\b(AND|OR|NOT|And|Or|Not)\b", "The words and, or, not are written small.", "Write and, or, not."),
    (r"\beach (half|fiscal|calendar)[ -]?(year|month|quarter)\b", "A period is one word.", "Write month, quarter, half or year."),
    (r",\s*where\b", "There is no comma before where.", "Write sum(booking.credited where acv > 0 USD)."),
    (r"\{\s*\S", "After an opening brace a new line begins.", "Put what follows on the next line."),
    (r"\S\s*\}\s*$", "A closing brace stands on a line of its own.", "Put it on the next line."),
    (r"^\s*(?:from|below|above|at)\s+[^:]*[^:\s\d%]\s*(?:=|->)", "A row of tiers has a colon before its value.", "Write from 80%: 1x."),
    (r"\b[A-Za-z_]\w*-[A-Za-z_][\w-]*", "A name has letters, digits and _, no dash.", "Write new_logo."),
)  # fmt: skip

_ALL = tuple((re.compile(p), message, hint, False) for p, message, hint in (*_ANYWHERE, *_SENTENCES)) + tuple(
    (re.compile(p), message, hint, True) for p, message, hint in _NEAR
)


def find_slip(text: str, column: int) -> Slip | None:
    """The slip that most likely stopped the reading at a column, if one is known; texts in quotes must be blanked out before."""
    for pattern, message, hint, near in _ALL:
        for found in pattern.finditer(text):
            blank = len(found.group()) - len(found.group().lstrip())
            start, end = found.start() + blank + 1, found.end() + 1
            if not near or start - 1 <= column <= end + 1:
                return Slip(start, max(end, start + 1), message, hint)
    return None
