"""Watching conversions: the amount in its own currency, with all that it is made of, the rate and its day, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from compplan.engine.conversions import SEEN, seen, told
from compplan.engine.explanation import Node
from compplan.immutable import immutable
from compplan.language import typed as ty

if TYPE_CHECKING:
    from compplan.engine.observe import NodePlan, Observer

_OWN = "money in its own currency"


@immutable
class ConversionPlan:
    """Where the figures of a conversion are found in a row."""

    expr: ty.Convert
    words: str
    seen: tuple[str, ...]
    operand: NodePlan | ConversionPlan

    def read(self, row: Mapping[str, object]) -> Node:
        """The conversion with its values in one row."""
        from compplan.engine.observe import to_value

        values = [to_value(row[name]) for name in self.seen]
        node = told(self.expr, self.words, values)
        amount = _in_currency(self.operand.read(row), str(values[0]))
        return replace(node, parts=(amount, *node.parts[1:]))


def conversion_plan(observer: Observer, expr: ty.Convert) -> ConversionPlan:
    """The plan of a conversion and of all that is inside the amount."""
    columns = seen(observer.emitter, expr)
    assert len(columns) == len(SEEN)
    return ConversionPlan(expr, observer.sources.words(expr), tuple(map(observer.watch, columns)), observer.plan(expr.operand))


def _in_currency(node: Node, currency: str) -> Node:
    """A figure of money in its own currency, once that is known."""
    return replace(node, unit=node.unit.replace(_OWN, currency), parts=tuple(_in_currency(part, currency) for part in node.parts))
