"""Which components read what others have earned: none may, in the end, read itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compplan.diagnostics import Related
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.formulas_of import earnings_read


def report_circles(env: Environment, components: Sequence[ty.Component]) -> None:
    """Reports each circle of components that wait for each other, once."""
    reads: dict[str, dict[str, ty.EarnedAt | ty.AverageBefore]] = {}
    for component in components:
        reads.setdefault(component.name, {}).update({e.component: e for e in earnings_read(component)})
    told: set[frozenset[str]] = set()
    for name in reads:
        circle = _circle(reads, name)
        if circle is None or frozenset(circle) in told:
            continue
        told.add(frozenset(circle))
        steps = [reads[one][after] for one, after in zip(circle, [*circle[1:], circle[0]], strict=True)]
        if len(circle) == 1:
            message = f"{name} waits for what it has earned itself."
        else:
            message = f"{' waits for '.join([*circle, circle[0]])}: none of them can be worked out first."
        related = tuple(Related(e.span, f"here {one} reads {e.component}") for one, e in zip(circle[1:], steps[1:], strict=True))
        env.problem("circular", message, steps[0].span, "Let one of them read what is measured, not what is earned.", related)


def _circle(reads: Mapping[str, Mapping[str, ty.EarnedAt | ty.AverageBefore]], start: str) -> list[str] | None:
    """The shortest way from a component back to itself."""
    came_from: dict[str, str] = {}
    layer = [start]
    while layer:
        following = []
        for one in layer:
            for other in reads.get(one, {}):
                if other == start:
                    way = [one]
                    while way[-1] != start:
                        way.append(came_from[way[-1]])
                    return way[::-1]
                if other not in came_from:
                    came_from[other] = one
                    following.append(other)
        layer = following
    return None
