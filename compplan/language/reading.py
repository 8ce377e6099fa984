"""Reads a text by the tables of the grammar, and has every rule built where it ends. It says only that a text cannot be read, not why."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Any

from compplan.language.tables import BLANKS, KEYWORD, NAME, PATTERN, Tables


class Token(str):
    """A word of the text, the terminal that it is, and where it stands: its first sign, and behind its last one."""

    __slots__ = ("column", "end_column", "end_line", "line", "type")
    type: str
    line: int
    column: int
    end_line: int
    end_column: int


class Meta:
    """Where a rule stands, from its first word to behind its last; `empty` where it has none."""

    __slots__ = ("column", "empty", "end_column", "end_line", "line")

    def __init__(self, line: int, column: int, end_line: int, end_column: int, empty: bool = False) -> None:
        self.line, self.column, self.end_line, self.end_column, self.empty = line, column, end_line, end_column, empty


class CannotBeReadError(Exception):
    """Some sentence does not follow the grammar."""


Method = Callable[[Meta, list[Any]], Any]
Match = Callable[[str, int], "re.Match[str] | None"]

_NEXT = re.compile(f"(?:{BLANKS})?({NAME})?")
_A_NAME = ""
_NOWHERE = Meta(0, 0, 0, 0, empty=True)


class Reader:
    """Reads texts, one after the other; what it finds out of a state on the way is kept."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._begins = {name: _beginnings(text) if kind == PATTERN else None for name, text, kind in tables.words}
        self._known = _known(tables)
        self._words: list[dict[str, tuple[tuple[str, Match | None], ...]]] = [{} for _ in tables.actions]

    def read(self, text: str, builder: object) -> object:
        """What the builder makes of a text: a rule's method is given its place and the values in it. Raises `CannotBeReadError`."""
        actions, words, known = self._tables.actions, self._words, self._known
        work = _Work(self._tables, builder)
        state, at, line, line_start = self._tables.first, 0, 1, -1
        while True:
            found = _NEXT.match(text, at)
            assert found is not None, "it matches nothing at all, too"
            at = found.end()
            start = found[1]
            if start is None:
                if at == len(text):
                    return work.ended(state)
                start = text[at]
                if start not in known:
                    raise CannotBeReadError
            else:
                at -= len(start)
            kind = start if start in known else _A_NAME
            candidates = words[state].get(kind)
            if candidates is None:
                candidates = words[state][kind] = self._that_begin(state, kind)
            for name, match in candidates:  # noqa: B007 - the name is that of the first that fits
                if match is None:
                    value = start
                    break
                if (fits := match(text, at)) is not None:
                    value = fits[0]
                    break
            else:
                raise CannotBeReadError
            token = Token(value)
            token.type, token.line, token.column = name, line, at - line_start
            at += len(value)
            if "\n" in value:
                line += value.count("\n")
                line_start = at - len(value) + value.rindex("\n")
            token.end_line, token.end_column = line, at - line_start
            step = actions[state].get(name)
            while step is not None and step < 0:
                state = work.rule_ended(~step)
                step = actions[state].get(name)
            if step is None:
                raise CannotBeReadError
            state = step
            work.go_on(state, token)

    def _that_begin(self, state: int, start: str) -> tuple[tuple[str, Match | None], ...]:
        """The terminals that can follow and may begin with a word, or with a sign, in the order in which they are to be tried.

        Each has what finds it; None where the word or the sign is all of it.
        """
        accepted = self._tables.actions[state]
        candidates: list[tuple[str, Match | None]] = []
        for name, text, kind in self._tables.words:
            if name not in accepted:
                continue
            if text == NAME:
                if start == _A_NAME or start[0].isalpha():
                    candidates.append((name, None))
            elif kind == PATTERN:
                if (begins := self._begins[name]) is None or start in begins:
                    candidates.append((name, _matcher(text)))
            elif text == start:
                candidates.append((name, None))
            elif kind != KEYWORD and text[0] == start:
                candidates.append((name, _matcher(re.escape(text))))
        return tuple(candidates)


def _known(tables: Tables) -> frozenset[str]:
    """The words and signs that something of the grammar begins with; any other word is a name."""
    begins = [_beginnings(text) or () if kind == PATTERN else (text if kind == KEYWORD else text[0],) for _, text, kind in tables.words]
    return frozenset(chain.from_iterable(begins)) | frozenset(string.punctuation)


@lru_cache(maxsize=1000)
def _matcher(pattern: str) -> Match:
    return re.compile(pattern).match


_DIGITS = frozenset("0123456789")
_FIRST_WORDS = re.compile(r"\(?([a-z]+(?:\|[a-z]+)*)\)?(?:\\b|\[ \\t\]|\(\?=\[ \\t\])")


def _beginnings(pattern: str) -> frozenset[str] | None:
    """The words or signs that a text of a pattern begins with; None where that is not easily seen, so that it is tried always."""
    if pattern.startswith(("[0-9]", "([0-9]")):
        return _DIGITS
    if pattern.startswith(r"(#[^\n]*)?\r?\n"):
        return frozenset("#\r\n")
    if pattern.startswith((",", '"', r"\|")):
        return frozenset(pattern.removeprefix("\\")[0])
    words = _FIRST_WORDS.match(pattern)
    return None if words is None else frozenset(words[1].split("|"))


class _Work:
    """The states on the way, the values that were made so far, and where each of them begins and ends."""

    def __init__(self, tables: Tables, builder: object) -> None:
        self._tables = tables
        self._methods: list[Method | None] = [getattr(builder, method, None) if method else None for _, _, method, *_ in tables.rules]
        self._states = [tables.first]
        self._values: list[Any] = []
        self._places: list[Token | Meta] = []

    def go_on(self, state: int, token: Token) -> None:
        """A word was read."""
        self._states.append(state)
        self._values.append(token)
        self._places.append(token)

    def ended(self, state: int) -> object:
        """What the whole text comes to, where it may end in a state."""
        while state != self._tables.last:
            step = self._tables.actions[state].get("$END")
            if step is None or step >= 0:
                raise CannotBeReadError
            state = self.rule_ended(~step)
        return self._values[-1]

    def rule_ended(self, number: int) -> int:
        """Builds a rule of the values that were read last; the state in which to go on."""
        name, size, _, single, kept, after = self._tables.rules[number]
        states, places = self._states, self._places
        taken: list[Any] = []
        place = _NOWHERE
        if size:
            taken = self._values[-size:]
            place = _around(places[-size:])
            del self._values[-size:], states[-size:], places[-size:]
        values: list[Any] = []
        for at, many, before in kept:
            if before:
                values += [None] * before
            if many:
                values += taken[at]
            else:
                values.append(taken[at])
        if after:
            values += [None] * after
        state = self._tables.targets[states[-1]][name]
        states.append(state)
        method = self._methods[number]
        if single and len(values) == 1:
            value = values[0]
            places.append(value if isinstance(value, Token) else place)
        else:
            value = values if method is None else method(place, values)
            places.append(place)
        self._values.append(value)
        return state


def _around(places: list[Token | Meta]) -> Meta:
    """The place from the first to the last of some, but those that are nowhere."""
    first = last = None
    for one in places:
        if one is not _NOWHERE:
            first = first or one
            last = one
    if first is None or last is None:
        return _NOWHERE
    return Meta(first.line, first.column, last.end_line, last.end_column)
