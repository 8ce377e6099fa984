"""The syntax tree of what is earned: commissions, bonuses and awards, each sentence as written, with its place."""

from __future__ import annotations

from dataclasses import field
from datetime import date

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_definitions import Let, Sentence
from compplan.language.tree_formulas import Against, Expression, Literal, Name
from compplan.schema import Period


@immutable
class ToDate:
    """`on the year to date less what was earned before, against the full quota`."""

    period: Period
    against: Against | None
    span: Span = span_field()


@immutable
class ForPeriod:
    """`for each month, on the quarter to date less what was earned before`."""

    period: Period
    to_date: ToDate | None
    span: Span = span_field()


@immutable
class ForCredit:
    """`for each booking where condition`."""

    credit: Name
    where: Expression | None
    to_date: ToDate | None
    span: Span = span_field()


@immutable
class ToTop:
    """`to the top 10% by formula, rounded up, ties included`; `ties` is included, excluded or sharing."""

    size: Literal
    by: Expression
    rounded_up: bool | None
    ties: str
    span: Span = span_field()


@immutable
class SharedOut:
    """`share among each team where condition, by formula`: a group of None is everyone, a formula of None `equally`."""

    group: Name | None
    where: Expression | None
    by: Expression | None
    span: Span = span_field()


@immutable
class Budget:
    """`budget 10,000 USD each quarter, first come, the last cut`; `spent` is cut, left out or in proportion."""

    limit: Expression
    period: Period
    spent: str
    span: Span = span_field()


@immutable
class SpreadOver:
    """`spread over booking in order of close_date`, or with a formula, `in proportion to credited`: one of the two."""

    credit: Name
    order: Expression | None
    weight: Expression | None
    span: Span = span_field()


@immutable
class Grant:
    """`grant 2 "days off"`."""

    quantity: Expression
    thing: str
    span: Span = span_field()


@immutable
class InForce:
    """`effective from first through last` of a component, each of them optional; not `written` where an amendment ends the component."""

    first: date | None
    last: date | None
    written: bool = field(compare=False)
    span: Span = span_field()


ComponentLine = Let | Sentence | InForce | ForPeriod | ForCredit | ToTop | SharedOut | Budget | SpreadOver | Grant


@immutable
class Component:
    """`commission name "Label" { lines }`; the word is commission, bonus or award."""

    word: str
    name: Name
    label: str
    lines: tuple[ComponentLine, ...]
    span: Span = span_field()
