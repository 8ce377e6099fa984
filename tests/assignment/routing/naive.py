"""A second reckoning of levels: from the log alone, in fractions, one entry after the other, with no thought of speed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any

from compplan.assignment.routing.log import Entry


@dataclass
class Terms:
    """What a pool promises by: weights by rep, what each rep has (need by need), K, and the stated largest quality."""

    weights: dict[str, Fraction]
    has: dict[str, list[set[str]]]
    k: Fraction
    largest: Fraction

    def could_take(self, s: str, r: str) -> bool:
        """Whether s can take whatever r can take."""
        return all(a <= b for a, b in zip(self.has[r], self.has[s], strict=True))


def read_terms(text: str) -> Terms:
    """Terms as the log has them."""
    members, _, k, largest = json.loads(text)
    weights = {name: Fraction(weight, 10_000) for name, weight, _ in members}
    return Terms(weights, {name: [set(h) for h in has] for name, _, has in members}, Fraction(k), Fraction(largest or 0, 100))


@dataclass
class Reckoning:
    """Loads, credits and owned leads of a pool, reckoned from its entries; `excess` has what was found beyond the bound."""

    terms: Terms
    load: dict[str, Fraction] = field(default_factory=dict)
    credit: dict[str, Fraction] = field(default_factory=dict)
    owned: dict[str, Fraction] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    largest: Fraction = Fraction(0)
    wrong: list[str] = field(default_factory=list)
    given: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.largest = self.terms.largest
        for each in (self.load, self.credit, self.owned):
            each.update(dict.fromkeys(self.terms.weights, Fraction(0)))

    def level(self, rep: str) -> Fraction:
        return self.load[rep] / self.terms.weights[rep]

    def bound(self) -> Fraction:
        return (self.terms.k + 1) * self.largest / min(self.terms.weights.values())

    def follow(self, entry: Entry) -> None:
        """Takes an entry in, and looks at every pair afterwards."""
        rep, counted, details = entry.rep or "", Fraction(entry.counted, 100), entry.details
        if entry.kind == "given":
            self._given(rep, counted, details)
        elif entry.kind == "to owner" and counted:
            self.load[rep] += counted
            self.owned[rep] += counted
            self.largest = max(self.largest, counted)
        elif entry.kind == "returned" and counted:
            self.load[rep] -= counted
            self.credit[rep] += counted
            if self.given[entry.lead or ""].kind == "to owner":
                self.owned[rep] = max(Fraction(0), self.owned[rep] - counted)
        elif entry.kind == "rules":
            self._rules(details)
        if entry.kind in ("given", "to owner"):
            if entry.lead in self.given:
                self.wrong.append(f"{entry.lead} was given twice")
            self.given[entry.lead or ""] = entry
        self.look(entry.number)

    def _given(self, rep: str, counted: Fraction, details: Mapping[str, Any]) -> None:
        there = set(self.terms.weights) - set(details["out"])
        lowest = min(((self.load[s] + self.credit[s] - self.owned[s]) / self.terms.weights[s] for s in self.there), default=None)
        everyone_alike = all(self.terms.could_take(s, r) for s in self.load for r in self.load)
        for s, by in details["raised"].items():
            if s in self.there:
                self.wrong.append(f"{s} was there before, and yet was raised")
            self.load[s] += Fraction(by, 100)
            least = (self.load[s] + self.credit[s]) / self.terms.weights[s] - Fraction(1, 100) / self.terms.weights[s]
            if everyone_alike and lowest is not None and least >= max(lowest, max(map(self.level, self.load)) - self.bound()):
                self.wrong.append(f"{s} was raised above the lowest")
        self.there, self.largest = there, max(self.largest, counted)
        able = [s for s in there if s not in details["lacking"]]
        if set(able) != set(details["able"]):
            self.wrong.append("who could take it is not who was there and lacked nothing")
        low = min(map(self.level, able))
        window = self.terms.k * self.largest / min(self.terms.weights.values())
        within = {s for s in able if self.level(s) <= low + window}
        chances = {s: details["able"][s][2] or 0 for s in within}
        if rep not in within or chances[rep] < max(chances.values()):
            self.wrong.append(f"{rep} was not the best of those within the window")
        self.load[rep] += counted
        self.credit[rep] -= min(counted, self.credit[rep])
        self.owned[rep] = Fraction(0)

    def _rules(self, details: Mapping[str, Any]) -> None:
        before, self.terms = self.terms, read_terms(details["terms"])
        for each in (self.load, self.credit, self.owned):
            scaled = {
                s: Fraction(ceil(each[s] * 100 * weight / before.weights[s]), 100) if s in before.weights else Fraction(0)
                for s, weight in self.terms.weights.items()
            }
            each.clear()
            each.update(scaled)
        self.there &= set(self.load)
        self.largest = self.terms.largest or self.largest
        for s, by in details["raised"].items():
            self.load[s] += Fraction(by, 100)

    def look(self, number: int) -> None:
        """Every rep beside everyone who is there and could have taken all that the rep can take."""
        for s in self.there:
            for r in self.load:
                if r != s and self.terms.could_take(s, r):
                    allowed = self.bound() + self.credit[s] / self.terms.weights[s] + self.owned[r] / self.terms.weights[r]
                    if self.level(r) - self.level(s) > allowed:
                        self.wrong.append(f"entry {number}: {r} is ahead of {s} by {self.level(r) - self.level(s)}, not {allowed} at most")


def reckoned(entries: Iterable[Entry], terms: Mapping[str, str]) -> dict[str, Reckoning]:
    """Every pool, reckoned from the log; `terms` are those that each pool began with."""
    pools = {name: Reckoning(read_terms(text)) for name, text in terms.items()}
    for entry in entries:
        if entry.pool is not None:
            pools[entry.pool].follow(entry)
    return pools
