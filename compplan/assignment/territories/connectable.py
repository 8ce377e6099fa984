"""Why accounts cannot make connected territories, as far as that is seen without solving: parts without a way, and parts too small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from compplan.assignment.borders import Borders
from compplan.assignment.problem import Problem, Whole
from compplan.assignment.separators import is_too_little

MOST_NAMED = 5


def why_not_connectable(problem: Problem) -> Iterator[str]:
    """Sentences, each of which alone says why no assignment is connected; none where that is not seen, or connection is no rule."""
    if problem.borders is None:
        return
    parts = _parts(problem.borders)
    if len(parts) > len(problem.reps):
        firsts = [problem.items[part[0]] for part in parts]
        yield (
            f"The accounts fall into {len(parts)} parts with no border between them, such as those around {_named(firsts)}: "
            f"with {len(problem.reps)} reps, somebody would have accounts of two."
        )
    for part in parts:
        if len(part) < len(problem.items) and not _somebody_content(problem, part):
            yield (
                f"{_named([problem.items[i] for i in part])} border{'s' if len(part) == 1 else ''} on no other account, "
                "and whoever may have what lies there is to have more."
            )
    yield from _locked_apart(problem, problem.borders)


def without_a_border(problem: Problem) -> list[str]:
    """The items that border on no other, where somebody would have to have more than such an item alone."""
    if problem.borders is None or len(problem.items) == 1:
        return []
    parts = _parts(problem.borders)
    alone = [part for part in parts if len(part) == 1]
    too_many = len(parts) > len(problem.reps)
    return [problem.items[part[0]] for part in alone if too_many or not _somebody_content(problem, part)]


def _parts(borders: Borders) -> list[list[int]]:
    by_part: dict[int, list[int]] = {}
    for item, part in enumerate(borders.parts.tolist()):
        by_part.setdefault(part, []).append(item)
    return list(by_part.values())


def _somebody_content(problem: Problem, part: list[int]) -> bool:
    """Whether all that a part holds is enough for the bands of one rep at least who may have something of it."""
    for rep in np.nonzero(problem.eligible[part].any(axis=0))[0].tolist():
        open_to = [i for i in part if problem.eligible[i, rep]]
        if not any(is_too_little(problem, rep, k, open_to) for k in range(len(problem.measures))):
            return True
    return False


def _locked_apart(problem: Problem, borders: Borders) -> Iterator[str]:
    """Two items that only one rep may have, with no way between them over what that rep may have."""
    only = problem.eligible.sum(axis=1) == 1
    for rep in range(len(problem.reps)):
        locked: Whole = np.nonzero(only & problem.eligible[:, rep])[0]
        if len(locked) < 2:
            continue
        reached = set(borders.piece(int(locked[0]), problem.eligible[:, rep]))
        far = [i for i in locked.tolist() if i not in reached]
        if far:
            yield (
                f"{problem.items[int(locked[0])]} and {_named([problem.items[i] for i in far])} can be with {problem.reps[rep]} only, "
                f"and no way leads from one to the other over accounts that {problem.reps[rep]} may have."
            )


def _named(names: list[str]) -> str:
    if len(names) > MOST_NAMED:
        return ", ".join(names[:MOST_NAMED]) + f" and {len(names) - MOST_NAMED} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
