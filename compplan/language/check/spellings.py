"""Texts that a plan compares with one column, and that differ in nothing but capitals, spaces or hyphens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compplan.diagnostics import Related
from compplan.language import typed as ty
from compplan.language.check.all_formulas import Stated, column_of, every_with_kind, stated, unnamed
from compplan.language.check.environment import Environment

_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_Column = tuple[str, str]


def warn_two_spellings(env: Environment, plan: ty.Plan) -> None:
    """`"won"` in one sentence and `"Won"` in another: for records they are two texts, and one of them is found nowhere."""
    said: dict[tuple[_Column, str], dict[str, list[ty.Const]]] = {}
    for statement in stated(plan):
        for column, text in _texts(env, plan, statement):
            assert isinstance(text.value, str)
            alike = _BETWEEN_WORDS.sub("", text.value.casefold())
            said.setdefault((column, alike), {}).setdefault(text.value, []).append(text)
    for (column, _), spellings in said.items():
        if len(spellings) > 1:
            rare, usual = sorted(spellings, key=lambda text: (len(spellings[text]), -list(spellings).index(text)))[:2]
            here, there = spellings[rare][0].span, spellings[usual][0].span
            message = f'"{rare}" and "{usual}" are two different texts, and {column[1]} is compared with both.'
            env.problem("two-spellings", message, here, "Write both as the records do.", (Related(there, "the other one"),))


def _texts(env: Environment, plan: ty.Plan, statement: Stated) -> Iterator[tuple[_Column, ty.Const]]:
    """The texts that columns are compared with in a formula."""
    for kind, e in every_with_kind(*statement):
        pairs: list[tuple[ty.Expr, ty.Expr]] = []
        match e:
            case ty.Cmp():
                pairs = [(e.left, e.right), (e.right, e.left)]
            case ty.In():
                pairs = [(e.operand, choice) for choice in e.choices]
            case ty.Lookup() if e.table in plan.tables:
                rows = plan.tables[e.table].rows
                pairs = [
                    (argument, ty.Const(row.keys[n].value, argument.unit, row.span))  # type: ignore[arg-type]
                    for row in rows
                    for n, argument in enumerate(e.arguments)
                    if row.keys[n].value is not None
                ]
        for operand, text in pairs:
            column = column_of(env.schema, kind, unnamed(operand)) if isinstance(text, ty.Const) and isinstance(text.value, str) else None
            if column is not None:
                assert isinstance(text, ty.Const)
                yield column, text
