"""Choices between balance, moves and ways: the scenario as it was asked, and others that give up some of one for more of another.

Each is a scenario of its own, written as a file, so that whoever reads it sees what was asked, and its proof can be worked out again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.territories.sides import Side
from compplan.records.yaml_marks import read_yaml

Settings = dict[str, Any]
MOVES_RULE = "choice of moves"
DEAR_MOVE = 10
"""Where as few accounts as possible are to move, each move costs so many times what an account costs on average."""


@dataclass(frozen=True)
class Choice:
    """A scenario to choose: its name, what it is in words, and its settings."""

    name: str
    words: str
    settings: Settings

    @property
    def file_name(self) -> str:
        """What its folder is called, and its file without the ending."""
        return self.name.replace(" ", "-")


def choices(scenario: Scenario, territories: Territories, asked: Side) -> Iterator[Choice]:
    """The choices beside the scenario as asked, of which `asked` is the answer."""
    settings = _settings(scenario)
    dear = _dear_move(territories, asked)
    limited = any("moves_at_most" in rule for rule in (settings.get("rules") or {}).values())
    bound_by_moves = limited or "disruption" in (settings.get("cost") or {})
    if asked.moves > 1:
        half = asked.moves // 2
        yield Choice("fewer moves", f"at most {half:,} accounts change hands, half as many", _limited(settings, half))
    if asked.moves:
        yield Choice("fewest moves", "nearly as few accounts as can be change hands", _dearer(settings, dear))
    if bound_by_moves:
        yield Choice("shortest ways", "whoever has an account today", _free(settings))
    if _bands(settings):
        yield Choice("wider balance", "bands twice as wide", _width(settings, Fraction(2)))
        yield Choice("tighter balance", "bands half as wide", _width(settings, Fraction(1, 2)))
    if _bands(settings) and asked.moves:
        wide, words = _width(settings, Fraction(2)), "bands twice as wide, nearly as few moves as can be"
        yield Choice("wider balance fewest moves", words, _dearer(wide, dear))
    if _bands(settings) and bound_by_moves:
        tight, words = _width(settings, Fraction(1, 2)), "bands half as wide, whoever has an account today"
        yield Choice("tighter balance shortest ways", words, _free(tight))


def as_asked(scenario: Scenario) -> Choice:
    """The scenario as it was asked."""
    return Choice("as asked", "the scenario as it is", _settings(scenario))


def write_scenario(choice: Choice, scenario: Scenario, file: Path) -> None:
    """Writes a choice as a scenario file, which names the project from where it lies."""
    project = os.path.relpath((scenario.file.parent / scenario.form.project).resolve(), file.parent.resolve())
    title = f"{scenario.form.title}: {choice.name}"
    settings = {**choice.settings, "title": title, "project": project}
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=140)
    file.write_text(f"# {choice.words}\n{text}", encoding="utf-8")


def beaten_by(side: Side, others: Sequence[Side]) -> str | None:
    """The name of another choice that is as good in ways, moves and the balance of each measure, and better in one of them."""
    mine = _weighed(side)
    for other in others:
        theirs = _weighed(other)
        if theirs != mine and all(t <= m for t, m in zip(theirs, mine, strict=True)):
            return other.name
    return None


def _weighed(side: Side) -> tuple[int, ...]:
    return (side.ways, side.moves, *(u for u in side.uneven if u is not None))


def _settings(scenario: Scenario) -> Settings:
    value, _ = read_yaml(scenario.file)
    assert isinstance(value, dict)  # it was read before
    return deepcopy(value)


def _changed(settings: Settings, change: Callable[[Settings], None]) -> Settings:
    new = deepcopy(settings)
    change(new)
    return new


def _limited(settings: Settings, moves: int) -> Settings:
    def change(new: Settings) -> None:
        rules = new.get("rules") or {}
        new["rules"] = {**rules, MOVES_RULE: {"moves_at_most": str(moves)}}

    return _changed(settings, change)


def _dearer(settings: Settings, each: str) -> Settings:
    """Each account that changes hands costs so much besides: the same for all, so that their number counts."""

    def change(new: Settings) -> None:
        cost = new.get("cost") or {}
        new["cost"] = {**cost, "disruption": {**(cost.get("disruption") or {"each": "0"}), "besides": each}}

    return _changed(settings, change)


def _free(settings: Settings) -> Settings:
    """Nothing is disrupted by a move, and there may be any number of them."""

    def change(new: Settings) -> None:
        new["cost"] = {k: v for k, v in (new.get("cost") or {}).items() if k != "disruption"}
        new["rules"] = {k: v for k, v in (new.get("rules") or {}).items() if "moves_at_most" not in v}

    return _changed(settings, change)


def _bands(settings: Settings) -> Mapping[str, Settings]:
    """The measures whose bands have two ends."""
    balance: Mapping[str, Settings] = settings.get("balance") or {}
    return {name: m for name, m in balance.items() if "within" in m or {"at_least", "at_most"} <= {*m, *(m.get("limits") or {})}}


def _width(settings: Settings, times: Fraction) -> Settings:
    def change(new: Settings) -> None:
        for measure in _bands(new).values():
            percent = _share(measure.get("width", "100%")) * times * 100
            measure["width"] = f"{Decimal(percent.numerator) / Decimal(percent.denominator)}%"

    return _changed(settings, change)


def _share(text: str) -> Fraction:
    return Fraction(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)


def _dear_move(territories: Territories, asked: Side) -> str:
    unit = 10**territories.problem.cost_decimals
    average = abs(asked.cost) // max(1, len(territories.accounts)) // unit
    return str(max(1, DEAR_MOVE * average))
