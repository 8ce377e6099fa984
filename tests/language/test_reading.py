"""The reader takes the texts that lark takes, and no others; it makes the same rules of them, at the same places."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Token as LarkToken
from lark import Tree, UnexpectedInput

from compplan.language.attempt import attempt
from compplan.language.build import Builder
from compplan.language.grammar import parser, reader
from compplan.language.parse import parse
from compplan.language.reading import CannotBeReadError, Meta, Token
from tests.language.test_any_text import HEAD, TEXTS, mutated, pay

SPECS = sorted((Path(__file__).parents[1] / "spec").glob("*.md"))
BLOCK = re.compile(r"```plan.*?\n(.*?)```", re.DOTALL)
ODD_LINES = [
    "let x = 1",
    "# a remark",
    "",
    "only if a per month = 5 USD",
    "pay 5  USD",
    "pay é",
    "pay\t5",
    "pay 5 + aé",
    "\x0c",
    "|",
    "pay x.y.z",
]


class Recorder:
    """Gives back what it is told of each rule."""

    def __getattr__(self, name: str) -> Callable[[Meta, list[object]], object]:
        return lambda meta, kids: (name, None if meta.empty else (meta.line, meta.column, meta.end_line, meta.end_column), kids)


def of_lark(value: object) -> object:
    if isinstance(value, Tree):
        meta = value.meta
        place = None if meta.empty else (meta.line, meta.column, meta.end_line, meta.end_column)
        return (str(value.data), place, [of_lark(kid) for kid in value.children])
    if isinstance(value, LarkToken):
        return (value.type, str(value), value.line, value.column, value.end_line, value.end_column)
    return value


def plain(value: object) -> object:
    if isinstance(value, Token):
        return (value.type, str(value), value.line, value.column, value.end_line, value.end_column)
    if isinstance(value, tuple) and isinstance(value[2], list):
        return (value[0], value[1], [plain(kid) for kid in value[2]])
    return value


def same(text: str) -> bool:
    """Whether the text can be read; both agree on that, and on what it says."""
    try:
        expected = parser().parse(text)
    except UnexpectedInput:
        with pytest.raises(CannotBeReadError):
            reader().read(text, Recorder())
        return False
    assert plain(reader().read(text, Recorder())) == of_lark(expected)
    return True


@pytest.mark.parametrize("text", TEXTS)
def test_plans_are_read_as_lark_reads_them(text: str) -> None:
    assert same(text)


@pytest.mark.parametrize("file", SPECS, ids=lambda f: f.stem)
def test_the_sentences_of_the_specs_are_read_as_lark_reads_them(file: Path) -> None:
    blocks: list[str] = BLOCK.findall(file.read_text(encoding="utf-8"))
    for block in blocks:
        same(block)
        same(f"{HEAD}{block}}}\n")


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_spoilt_plans_are_read_as_lark_reads_them(seed: int) -> None:
    dice = random.Random(seed)
    same(mutated(dice.choice(TEXTS), dice))


@pytest.mark.parametrize("line", ODD_LINES)
def test_odd_lines_are_read_as_lark_reads_them(line: str) -> None:
    same(f'{HEAD}bonus b "B" {{\n{line}\n}}\n}}\n')


@given(st.text(st.sampled_from('ax1 5.,%"\n#|{}()=<-'), max_size=12))
@settings(max_examples=60, deadline=None)
def test_odd_formulas_are_read_as_lark_reads_them(formula: str) -> None:
    same(pay(formula))


def test_an_amount_per_period_can_be_compared_for_equality() -> None:
    assert not parse(pay("5 USD\nonly if target_incentive per month = 5,000 USD"), "x.plan").diagnostics


def test_every_rule_is_built() -> None:
    named = {rule.alias or rule.origin.name for rule in parser().rules if rule.alias or not rule.options.expand1}
    assert [name for name in sorted(named) if not name.startswith("_") and not hasattr(Builder, name)] == []


def test_a_day_that_is_none_comes_after_a_sentence_that_cannot_be_read() -> None:
    failed = attempt(f"{HEAD}parameter p {{\nfrom 2027-02-30: 5\n}}\nnonsense\n}}\n", "x.plan")
    assert (getattr(failed, "line", None), getattr(failed, "invalid", 0)) == (9, None)
