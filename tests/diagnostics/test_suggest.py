"""Did you mean: near words are suggested, others never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compplan.diagnostics.suggest import closest

COLUMNS = ["account", "amount", "close_date", "hire_date", "id", "payee", "product", "quota", "region", "role", "target_incentive"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("ammount", "amount"),
        ("amuont", "amount"),
        ("quotas", "quota"),
        ("Quota", "quota"),
        ("ROLE", "role"),
        ("ID", "id"),
        ("close date", "close_date"),
        ("closeDate", "close_date"),
        ("close-date", "close_date"),
        ("date_close", "close_date"),
        ("target_insentive", "target_incentive"),
        ("rgeion", "region"),
    ],
)
def test_slips_of_the_hand(word: str, meant: str) -> None:
    assert closest(word, COLUMNS) == meant


@pytest.mark.parametrize("word", ["", "x", "ix", "stage", "payment", "rule_of_thumb", "currency", "é" * 10_000])
def test_nothing_is_better_than_nonsense(word: str) -> None:
    assert closest(word, COLUMNS) is None


def test_numbers_are_never_slips() -> None:
    assert closest("E0012", ["E0013", "E0021"]) is None
    assert closest("2027-Q5", ["2027-Q1", "2027-Q4"]) is None
    assert closest("quota2027", ["quota_2027"]) == "quota_2027"


def test_the_nearest_wins_then_the_same_first_letter_then_the_alphabet() -> None:
    assert closest("quotta", ["quotes", "quota"]) == "quota"
    assert closest("rates", ["dates", "rated"]) == "rated"
    assert closest("rate", ["rata", "rato"]) == closest("rate", {"rato", "rata"}) == "rata"


def test_a_word_is_never_suggested_for_itself() -> None:
    assert closest("quota", ["quota"]) is None


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=5))
def test_what_is_suggested_is_a_choice_whatever_their_order(word: str, choices: list[str]) -> None:
    found = closest(word, choices)
    assert found is None or found in choices
    assert closest(word, reversed(choices)) == found
