"""Did you mean: the known word nearest to one that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 60


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` most likely meant, or None where nothing is near; the order of the choices does not matter.

    Near means: the same but for case, spaces, `-` and `_`, or for the order of the parts (`date_close`, `close_date`); or a few slips of
    the hand away, where a slip is a letter too many, missing, wrong or swapped with its neighbour: one in three to five letters, two in
    up to nine, three in more. Digits must agree: `E0012` is not a slip for `E0013`.
    """
    if not word or len(word) > _LONGEST:
        return None
    ranked = [
        (distance, choice[:1].lower() != word[:1].lower(), choice)
        for choice in choices
        if (distance := _distance(word, choice)) is not None
    ]
    return min(ranked)[2] if ranked else None


def _distance(word: str, choice: str) -> int | None:
    """How far a choice is from a word, 0 for the same word written otherwise; None where it is too far, or the word itself."""
    if choice == word or not choice or len(choice) > _LONGEST:
        return None
    plain, other = _plain(word), _plain(choice)
    if plain == other:
        return 0
    if sorted(_parts(word)) == sorted(_parts(choice)):
        return 1
    slips = _allowed(min(len(plain), len(other)))
    if abs(len(plain) - len(other)) > slips or _digits(word) != _digits(choice):
        return None
    distance = _slips(plain, other)
    return distance if distance <= slips else None


def _parts(word: str) -> list[str]:
    return [part for part in re.split(r"[\s_\-]+", word.casefold()) if part]


def _plain(word: str) -> str:
    return "".join(_parts(word)) or word


def _allowed(letters: int) -> int:
    if letters <= 2:
        return 0
    return 1 if letters <= 5 else 2 if letters <= 9 else 3


def _digits(word: str) -> str:
    return "".join(c for c in word if c.isdigit())


def _slips(one: str, two: str) -> int:
    """How many letters must be added, left out, changed or swapped with their neighbour to come from one word to the other."""
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, letter in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, other in enumerate(two, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == two[j - 2] and one[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
