"""Walking typed formulas: their parts, every formula inside them, and the same formula with parts replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from fractions import Fraction
from functools import cache
from typing import get_args

from compplan.language import typed as ty

_FORMULAS = frozenset(get_args(ty.Expr))


def parts(expr: ty.Expr) -> Iterator[ty.Expr]:
    """The formulas directly inside one."""
    for name in _names(type(expr)):  # type: ignore[arg-type]
        value = getattr(expr, name)
        if type(value) in _FORMULAS:
            yield value
        elif type(value) is tuple:
            yield from _inside(value)


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a formula that can hold others."""
    return tuple(f.name for f in fields(kind) if f.name not in ("unit", "span"))


def _inside(values: tuple[object, ...]) -> Iterator[ty.Expr]:
    for value in values:
        if type(value) in _FORMULAS:
            yield value  # type: ignore[misc]
        elif isinstance(value, ty.Tier):
            if value.start is not None:
                yield value.start
            yield value.value


def every(expr: ty.Expr) -> Iterator[ty.Expr]:
    """The formula itself and all that is inside it, from the outside in."""
    yield expr
    for part in parts(expr):
        yield from every(part)


def is_negative(expr: ty.Expr) -> bool:
    """Whether a formula is a constant below zero."""
    if isinstance(expr, ty.Neg):
        return isinstance(expr.operand, ty.Const) and isinstance(expr.operand.value, Fraction) and expr.operand.value > 0
    return isinstance(expr, ty.Const) and isinstance(expr.value, Fraction) and expr.value < 0


def too_deep(expr: ty.Expr, deepest: int) -> bool:
    """Whether more than so many formulas stand inside each other."""
    layer = [expr]
    for _ in range(deepest):
        layer = [part for one in layer for part in parts(one)]
        if not layer:
            return False
    return True


def rewrite(expr: ty.Expr, change: Callable[[ty.Expr], ty.Expr | None]) -> ty.Expr:
    """The formula with every part replaced for which `change` gives another; what it gives is not looked into again."""
    changed = change(expr)
    if changed is not None:
        return changed
    parts_of = {f.name: _rewritten(getattr(expr, f.name), change) for f in fields(expr) if f.name != "span"}
    return replace(expr, **parts_of)  # type: ignore[arg-type]


def _rewritten(value: object, change: Callable[[ty.Expr], ty.Expr | None]) -> object:
    if isinstance(value, ty.Expr):
        return rewrite(value, change)
    if isinstance(value, ty.Tier):
        start = None if value.start is None else rewrite(value.start, change)
        return ty.Tier(start, rewrite(value.value, change), value.span)
    if isinstance(value, tuple):
        return tuple(_rewritten(item, change) for item in value)
    return value
