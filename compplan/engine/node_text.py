"""Formulas with their values as lines of text: what they are made of, and the receipts of their tiers."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.engine.explanation import Node, TierRow
from compplan.engine.figure_text import in_unit, plain, shown
from compplan.engine.laid_out import line


def part_text(node: Node, indent: str) -> Iterator[str]:
    """A formula with its value; below it, what it is made of."""
    divided = "divided by the " if node.kind == "rate" and node.note else ""
    since = f", {node.note}" if node.kind == "parameter" and node.note else ""
    yield f"{indent}{divided}{node.words} = {shown(node)}{since}"
    if node.kind == "attainment":
        for part in node.parts:
            yield f"{indent}  {part.words} = {shown(part)}"
    else:
        yield from inside_text(node, indent + "  ")


def inside_text(node: Node, indent: str) -> Iterator[str]:
    """What a formula is made of: its parts, and the receipts of its tiers."""
    for part in node.parts:
        yield from part_text(part, indent)
    if node.kind == "slices":
        yield from (_slice(t, node, indent) for t in node.tiers if t.reached)
        beyond = [_stretch(t, node.parts[0].unit) for t in node.tiers if not t.reached]
        if beyond:
            yield f"{indent}no part of it lies {', or '.join(beyond)}"
    elif node.kind in ("step", "curve"):
        if node.note:
            yield f"{indent}{node.note}"
        for index, tier in enumerate(node.tiers):
            mark = "->" if tier.reached else "  "
            word = (tier.words or "at") if node.kind == "curve" else ("from" if tier.start is not None else "below")
            bound = tier.start if tier.start is not None else (node.tiers[index + 1].start if index + 1 < len(node.tiers) else None)
            yield f"{indent}{mark} {word} {in_unit(bound, node.parts[0].unit)}: {in_unit(tier.value, node.unit)}"
    elif node.kind == "prorated":
        yield from (f"{indent}{plain(t.amount)} of {node.note}: {in_unit(t.value, node.unit)}" for t in node.tiers)
    elif node.kind == "table":
        yield from (f"{indent}-> {t.words}: {in_unit(t.value, node.unit)}" for t in node.tiers)


def _slice(t: TierRow, node: Node, indent: str) -> str:
    along = node.parts[0].unit
    amount = f"{in_unit(t.amount, along)} x {in_unit(t.value, t.words)}"
    return line(f"{indent}{_stretch(t, along):<40} {amount}", in_unit(t.pay, node.unit))


def _stretch(t: TierRow, unit: str) -> str:
    """From where to where a tier reaches."""
    if t.start is None:
        return f"below {in_unit(t.end, unit)}"
    return f"from {in_unit(t.start, unit)} on" if t.end is None else f"from {in_unit(t.start, unit)} to {in_unit(t.end, unit)}"
