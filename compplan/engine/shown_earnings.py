"""Which earnings an explanation shows with all their figures; of the others, a brief one has only what is counted and summed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from compplan.engine.explanation import Condition, Earning, Factor
from compplan.engine.laid_out import MOST_ROWS
from compplan.engine.observe import ConditionPlan, to_value
from compplan.engine.watched import Row, Watched
from compplan.language import typed as ty


class Shown:
    """Which earnings of a component are shown with all their figures, asked for one after the other.

    All of them, unless it is brief: then the first that pay, and the first for each reason not to. The last that pays is shown too, but
    nobody can tell which it is before the end.
    """

    def __init__(self, *, brief: bool) -> None:
        self.brief = brief
        self._paid = 0
        self._reasons: set[str] = set()

    def next(self, failed: str | None) -> bool:
        """Whether the next one is, which is not paid for the reason `failed`."""
        if not self.brief:
            return True
        if failed is None:
            self._paid += 1
            return self._paid <= MOST_ROWS
        new = failed not in self._reasons
        self._reasons.add(failed)
        return new


def worked(component: ty.Component, watched: Watched, row: Row, earning: Earning) -> Earning:
    """An earning with the figures that it is made from."""
    conditions = tuple(plan.read(row) for plan, _ in zip(watched.conditions, earning.conditions, strict=False))
    if earning.failed is not None:
        return replace(earning, conditions=conditions)
    return replace(
        earning,
        conditions=conditions,
        factors=tuple(Factor(_keyword(component, i), f.read(row)) for i, f in enumerate(watched.factors)),
        product=to_value(row["product"]),
        floor=watched.floor.read(row) if watched.floor else None,
        cap=watched.cap.read(row) if watched.cap else None,
    )


def until_failed(conditions: Sequence[ConditionPlan], row: Row) -> Iterator[Condition]:
    """The conditions that were looked at, in brief: up to the first that failed."""
    for plan in conditions:
        condition = plan.read(row, brief=True)
        yield condition
        if not condition.held:
            return


def _keyword(component: ty.Component, index: int) -> str:
    """The word that a factor stands after in the plan."""
    if component.word == "award":
        return "grant"
    return "pay" if index == 0 else "times"
