"""Choices and comparisons as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from compplan.assignment.problem import Problem
from compplan.assignment.territories.amounts import cost_text
from compplan.assignment.territories.choices import beaten_by
from compplan.assignment.territories.compare import Comparison
from compplan.assignment.territories.make_choice import Made
from compplan.assignment.territories.sides import Side

Row = tuple[str, ...]


def choice_rows(problem: Problem, made: Sequence[Made]) -> tuple[Row, list[Row]]:
    """Headings and rows: each choice that was made."""
    rows = [(one.choice.name, *_figures(problem, one.side), f"{one.gap:.2%}") for one in made if one.side is not None]
    return ("choice", *_heads(problem), "proven within"), rows


def choice_lines(made: Sequence[Made]) -> Iterator[str]:
    """What each choice is; which are beaten by another, and which could not be made."""
    sides = [one.side for one in made if one.side is not None]
    for one in made:
        if one.side is None:
            yield f"{one.choice.name}, {one.choice.words}: left out. {one.why_not}"
            continue
        better = beaten_by(one.side, [s for s in sides if s is not one.side])
        worse = f" ({better} is as good in everything, and better in something)" if better else ""
        yield f"{one.choice.name}: {one.choice.words}{worse}."


def as_json(problem: Problem, made: Sequence[Made]) -> list[dict[str, Any]]:
    """The choices for programs; costs as whole units of which `cost_decimals` digits stand behind the point."""
    sides = [one.side for one in made if one.side is not None]
    return [
        {"choice": one.choice.name, "what": one.choice.words, "why_not": one.why_not}
        if one.side is None
        else {
            "choice": one.choice.name,
            "what": one.choice.words,
            **_side_json(problem, one.side),
            "gap": one.gap,
            "beaten_by": beaten_by(one.side, [s for s in sides if s is not one.side]),
        }
        for one in made
    ]


def comparison_rows(problem: Problem, found: Comparison) -> tuple[Row, list[Row]]:
    """Headings and rows: what both come to."""
    return ("assignment", *_heads(problem)), [(s.name, *_figures(problem, s)) for s in (found.first, found.second)]


def rep_rows(problem: Problem, found: Comparison) -> tuple[Row, list[Row]]:
    """Headings and rows: each rep whose accounts differ."""
    rows = []
    for rep in found.reps:
        loads = [f"{m.shown(int(rep.loads[0, k]))} → {m.shown(int(rep.loads[1, k]))}" for k, m in enumerate(problem.measures)]
        rows.append((rep.rep, str(rep.only_first), str(rep.only_second), *loads))
    return ("rep", "only in the first", "only in the second", *(m.name for m in problem.measures)), rows


def account_rows(problem: Problem, found: Comparison, shown: int | None) -> tuple[Row, list[Row]]:
    """Headings and rows: accounts in other hands, so many of them, or all."""
    chosen = found.accounts if shown is None else found.accounts[:shown]
    rows: list[Row] = [(a.account, a.first, a.second, a.before, cost_text(problem, a.dearer)) for a in chosen]
    return ("account", "first", "second", "today", "costs more in the second"), rows


def comparison_json(problem: Problem, found: Comparison) -> dict[str, Any]:
    """A comparison for programs."""
    return {
        "assignments": [_side_json(problem, s) for s in (found.first, found.second)],
        "reps": [
            {
                "rep": r.rep,
                "only_first": r.only_first,
                "only_second": r.only_second,
                **{m.name: [m.shown(int(v)) for v in r.loads[:, k]] for k, m in enumerate(problem.measures)},
            }
            for r in found.reps
        ],
        "accounts": [
            {"account": a.account, "first": a.first, "second": a.second, "today": a.before, "dearer": cost_text(problem, a.dearer)}
            for a in found.accounts
        ],
    }


def _heads(problem: Problem) -> Row:
    return ("cost", "ways", "disruption", "accounts moved", *(f"{m.name} off by" for m in problem.measures))


def _figures(problem: Problem, side: Side) -> Row:
    uneven = ("" if u is None else f"{u // 10}.{u % 10}%" for u in side.uneven)
    return (*(cost_text(problem, v) for v in (side.cost, side.ways, side.disruption)), f"{side.moves:,}", *uneven)


def _side_json(problem: Problem, side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "cost": cost_text(problem, side.cost).replace(",", ""),
        "ways": cost_text(problem, side.ways).replace(",", ""),
        "disruption": cost_text(problem, side.disruption).replace(",", ""),
        "accounts_moved": side.moves,
        "uneven_thousandths": {m.name: u for m, u in zip(problem.measures, side.uneven, strict=True)},
    }
