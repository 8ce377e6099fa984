"""Conversions of records: no rate is missing, and what each is made of is kept and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.emit import Emitter
from compplan.engine.emit_exchange import is_divisor
from compplan.engine.explanation import Node
from compplan.engine.page import Value
from compplan.engine.share_words import key_text
from compplan.engine.sql import decimal_of
from compplan.engine.steps import Check
from compplan.language import typed as ty
from compplan.language.walk import every


def missing_rates(
    emitter: Emitter,
    asked: Iterable[ty.Rate],
    asking: Callable[[Sequence[exp.Expr], exp.Expr], exp.Select],
    names: str,
    key: Sequence[exp.Expr],
) -> Iterator[Check]:
    """A check for each rate that records ask for: each pair and day once, with the first record that needs it; `asking` gives columns."""
    for rate in asked:
        pair = [sql.alias(emitter.plain(rate.source), "source"), sql.alias(emitter.plain(rate.on), "day")]
        found = asking([*pair, *key], is_missing(emitter, rate)).subquery("a", copy=False)
        columns = [sql.column(c.alias_or_name, "a") for c in (*pair, *key)]
        count = exp.Window(this=exp.Count(this=exp.Star()), partition_by=columns[:2])
        order = exp.Order(expressions=[exp.Ordered(this=c.copy(), nulls_first=True) for c in columns[2:]])
        first = exp.Window(this=exp.func("row_number"), partition_by=[c.copy() for c in columns[:2]], order=order)
        query = exp.select(*(c.copy() for c in columns), sql.alias(count, "records")).from_(found, copy=False)
        yield Check(
            "no-rate",
            "An exchange rate is missing",
            query.qualify(exp.EQ(this=first, expression=sql.whole(1)), copy=False),
            lambda row, rate=rate: (  # type: ignore[misc]
                f"There is no {rate.rates} rate from {row[0]} to {rate.target} on {row[1]}, "
                f"which {names} {key_text(row[2:-1])}{_others(int(str(row[-1])) - 1)}."
            ),
            "Add the rate to the records.",
            rate.span,
        )


def is_missing(emitter: Emitter, rate: ty.Rate) -> exp.Expr:
    """Whether there is no rate where one is asked for."""
    source, day = emitter.plain(rate.source), emitter.plain(rate.on)
    return sql.all_of([sql.not_null(source), sql.not_null(day), sql.is_null(emitter.figure(rate).node)])


def _others(count: int) -> str:
    if not count:
        return " needs"
    return f" and {count:,} other{'' if count == 1 else 's'} need"


# ---- what a credit keeps of its conversions, and how they are told -----------------------------------------------------


def conversions(formulas: Iterable[ty.Expr]) -> tuple[ty.Convert, ...]:
    """Every conversion in formulas, from the outside in."""
    return tuple(dict.fromkeys(e for f in formulas for e in every(f) if isinstance(e, ty.Convert)))


SEEN = ("currency", "amount", "day", "rate", "divided", "converted")
"""What is kept of a conversion."""


def seen(emitter: Emitter, expr: ty.Convert) -> list[exp.Expr]:
    """What is kept of a conversion, in the order of `SEEN`."""
    rate = emitter.figure(expr.rate)
    absolute = exp.func("abs", rate.node)
    return [
        emitter.plain(expr.rate.source),
        emitter.plain(expr.operand),
        emitter.plain(expr.rate.on),
        absolute,
        is_divisor(rate),
        emitter.figure(expr).node,
    ]


def kept_name(number: int, what: str) -> str:
    """The column of a credit with what is kept of one of its conversions."""
    return f"conversion_{number}_{what}"


def told(expr: ty.Convert, words: str, row: Sequence[Value]) -> Node:
    """A conversion with its figures: the amount in its own currency, the rate and its day, and what it comes to."""
    currency, amount, day, rate, divided, converted = row
    own = Node("field", "the amount", str(currency), amount)
    rounding = "not rounded" if expr.rounding is None else f"rounded to {decimal_of(expr.rounding)}"
    parts = [own]
    if currency != expr.rate.target:
        pair = (expr.rate.target, currency) if divided else (currency, expr.rate.target)
        named = f"{expr.rate.rates} rate from {pair[0]} to {pair[1]} on {day}"
        parts.append(Node("rate", named, "a number", rate, note="divided" if divided else ""))
    return Node("conversion", words, str(expr.unit), converted, tuple(parts), note=rounding)
