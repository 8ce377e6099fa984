"""Whatever the text, reading and checking it gives problems and never an exception."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compplan.diagnostics import Diagnostic
from compplan.language.check.plans import check_plans
from compplan.language.parse import decode, parse
from compplan.records.project import load_project

PROJECT = load_project(Path(__file__).parents[2] / "plans")
TEXTS = [f.read_text(encoding="utf-8") for f in PROJECT.plan_files]
TOKEN = re.compile(r'\n|"[^"\n]*"|[A-Za-z_]\w*|[\d,.]+[%x]?|\s|.')
TOKENS = [token for text in TEXTS for token in TOKEN.findall(text)]
ODD: list[str] = ["", *'{}()"#|,.%x0-', "\0", "é", "“", "\t", "\r", "\n", "\u2028", "\x85", "\ufeff", "𝟙"]
HEAD = """plan p "P" {
  effective from 2027-01-01 through 2027-12-31
  payees everyone
  currency USD, each earning rounded to 0.01, half away from zero
  payout each month
"""


def check(text: str) -> list[Diagnostic]:
    parsed = parse(text, "x.plan")
    checked = check_plans([parsed.file], PROJECT.schema, PROJECT.calendar, lambda _: None)
    return [*parsed.diagnostics, *checked.diagnostics]


def pay(formula: str) -> str:
    return f'{HEAD}bonus b "B" {{\nfor each month\npay {formula}\n}}\n}}\n'


def mutated(text: str, dice: random.Random) -> str:
    """The text with a line, a sign or a word taken out, put in twice, swapped, or replaced."""
    how = dice.randrange(5)
    if how == 0:
        lines = text.split("\n")
        at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        lines[at], lines[other] = lines[other], dice.choice([lines[at], "", lines[other]])
        return "\n".join(lines)
    if how == 1:
        at = dice.randrange(len(text) + 1)
        return text[:at] + dice.choice(ODD) + text[at + dice.randrange(2) :]
    words: list[str] = TOKEN.findall(text)
    at = dice.randrange(len(words))
    words[at : at + dice.randrange(2)] = dice.choice([[], [dice.choice(TOKENS)], [words[at]] * 2])
    return "".join(words)


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_any_text(text: str) -> None:
    assert check(text) or parse(text, "x.plan").file.items == ()


@given(st.binary())
@settings(max_examples=50, deadline=None)
def test_any_bytes(data: bytes) -> None:
    decode(data, "x.plan")


@pytest.mark.parametrize("seed", range(300))
def test_a_plan_with_a_few_slips(seed: int) -> None:
    dice = random.Random(seed)
    text = dice.choice(TEXTS)
    for _ in range(dice.randrange(1, 4)):
        text = mutated(text, dice)
    check(text)


def _chain(count: int, form: str) -> str:
    lets = "".join(f"let a{i} = {form.format(i - 1)}\n" for i in range(1, count))
    return f'{HEAD}let a0 = 1 USD\n{lets}bonus b "B" {{\nfor each month\npay a{count - 1}\n}}\n}}\n'


HUGE = {
    "10,000 brackets": pay("(" * 10_000 + "1 USD" + ")" * 10_000),
    "brackets over 10,000 lines": pay("min(1 USD,\n" * 10_000 + "1 USD" + ")" * 10_000),
    "10,000 ands": pay("if(" + " and ".join(["yes"] * 10_000) + ", 1 USD, 2 USD)"),
    "10,000 times minus": pay("-" * 9_000 + "1 USD"),
    "a line of a megabyte": pay("1 USD + " * 130_000 + "1 USD"),
    "a number of 9,000 digits": pay("9" * 9_000 + " USD"),
    "2,000 names in a row": _chain(2_000, "a{0} + 1 USD"),
    "40 names that double": _chain(40, "a{0} + a{0}"),
    "the end of time": HEAD.replace("2027-01-01", "0001-01-01").replace("2027-12-31", "9999-12-31") + "}\n",
    "100,000 lines of nothing known": "hello world\n" * 100_000,
    "100,000 braces": "}\n" * 100_000,
    "100,000 plans that open": 'plan a "A" {\n' * 100_000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_too_much_of_something(text: str) -> None:
    before = time.monotonic()
    assert any(d.is_error for d in check(text))
    assert time.monotonic() - before < 20


def test_one_mistake_is_told_once() -> None:
    """Every line of the sample's largest plan, misspelt in its first word, gives few messages: what follows from it is not told."""
    text = max(TEXTS, key=len)
    others = [parse(other, "y.plan").file for other in TEXTS if other.startswith("#")]
    lines = text.split("\n")
    for at, line in enumerate(lines):
        word = line.split()[:1]
        if word and word[0].isalpha():
            changed = [*lines[:at], line.replace(word[0], f"{word[0]}q", 1), *lines[at + 1 :]]
            parsed = parse("\n".join(changed), "x.plan")
            checked = check_plans([parsed.file, *others], PROJECT.schema, PROJECT.calendar, lambda _: None)
            found = [*parsed.diagnostics, *checked.diagnostics]
            assert len(found) == 1, (line, found)
