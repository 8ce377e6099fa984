"""What the source looks like above its marks: tabs, wide letters, long lines, long spans, ends of files, hostile text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compplan.diagnostics import Diagnostic, Related, Span
from compplan.diagnostics.render import Format, render
from compplan.diagnostics.text import SCREEN, width


def shown(source: str, line: int, column: int, end_line: int, end_column: int) -> list[str]:
    """The rows of source and marks that a span of a file is shown with."""
    problem = Diagnostic("code", "Title", "Message.", Span("a.plan", line, column, end_line, end_column))
    rows = render((problem,), Format.FULL, {"a.plan": source}).split("\n")
    return rows[3 : rows.index("   Message.")]


def test_marks_stand_under_the_span_after_a_tab() -> None:
    assert shown("a\tbc\td", 1, 3, 1, 5) == [" 1 | a   bc  d", "   |     ^^"]


def test_wide_letters_take_two_marks_and_accents_none() -> None:
    assert shown("表 = e\u0301té", 1, 1, 1, 2) == [" 1 | 表 = e\u0301té", "   | ^^"]
    assert shown("表 = e\u0301té", 1, 5, 1, 9) == [" 1 | 表 = e\u0301té", "   |      ^^^"]


def test_an_empty_span_and_the_end_of_the_file_get_one_mark() -> None:
    assert shown("pay", 1, 2, 1, 2) == [" 1 | pay", "   |  ^"]
    assert shown("pay\n", 2, 1, 2, 1) == [" 2 |", "   | ^"]
    assert shown("", 1, 1, 1, 1) == [" 1 |", "   | ^"]


def test_a_carriage_return_before_the_end_of_a_line_is_not_shown() -> None:
    assert shown("pay\r\nall\r\n", 1, 1, 1, 4) == [" 1 | pay", "   | ^^^"]


def test_a_span_that_begins_inside_of_its_line_is_led_to() -> None:
    assert shown("commission own {\n  pay\n}", 1, 16, 3, 2) == [
        " 1 |   commission own {",
        "   |  ________________^",
        " 2 | |   pay",
        " 3 | | }",
        "   | |_^",
    ]


def test_of_many_lines_the_first_and_the_last_are_shown() -> None:
    source = "{\n" + "pay\n" * 40 + "}"
    assert shown(source, 1, 1, 42, 2) == [" 1 | / {", " 2 | | pay", "...", "42 | | }", "   | |_^"]


def test_a_span_that_ends_before_a_line_ends_with_the_line_before() -> None:
    assert shown("pay all\nof it\n", 1, 5, 2, 1) == [" 1 | pay all", "   |     ^^^"]


def test_a_span_that_ends_beyond_the_file_ends_with_the_file() -> None:
    assert shown("a {\n  b", 1, 1, 9_000_000, 5) == [" 1 | / a {", " 2 | |   b", "   | |___^"]


def test_a_long_line_is_clipped_around_the_span() -> None:
    source, marks = shown("x" * 500 + "HERE" + "y" * 500, 1, 501, 1, 505)
    assert source.startswith(" 1 | …x")
    assert source.endswith("y…")
    assert width(source) <= SCREEN + 6
    assert source[marks.index("^") : marks.rindex("^") + 1] == "HERE"


def test_a_span_longer_than_the_screen_is_marked_to_its_edge() -> None:
    source, marks = shown("x" * 500, 1, 1, 1, 501)
    assert source.endswith("x…")
    assert marks.count("^") == SCREEN


def test_letters_that_a_terminal_acts_on_are_shown_as_signs() -> None:
    source, marks = shown("a\x1b[2Jb\x07\u202ec", 1, 1, 1, 2)
    assert source == " 1 | a␛[2Jb␇<U+202E>c"
    assert marks == "   | ^"


def test_titles_messages_hints_and_file_names_are_made_safe_too() -> None:
    problem = Diagnostic("c\x1b", "t\x1b\n", "m\x1b\r\nn", Span("f\x1b.plan", 1, 1, 1, 1), hint="h\x1b")
    for form in (Format.FULL, Format.CONCISE, Format.GITHUB):
        text = render((problem,), form, {})
        assert "\x1b" not in text
        assert "\r" not in text


def test_workflow_commands_cannot_be_smuggled_in_through_a_message() -> None:
    problem = Diagnostic("c", "a,b:c", "100%\n::set-output name=x::y", Span("a:b,c.plan", 1, 1, 1, 1))
    assert render((problem,), Format.GITHUB, {}) == (
        "::error file=a%3Ab%2Cc.plan,line=1,endLine=1,col=1,endColumn=1,title=a%2Cb%3Ac [c]::"
        "a:b,c.plan:1:1: error[c] a,b:c: 100%25 ::set-output name=x::y\n"
    )


def test_a_file_that_is_not_at_hand_is_still_named() -> None:
    problem = Diagnostic("code", "Title", "Message.", Span("gone.plan", 7, 2, 7, 4))
    assert render((problem,), Format.FULL, {}) == "error[code]: Title\n  --> gone.plan:7:2\n   Message.\n\n1 error\n"


def test_a_line_of_0_means_the_whole_file() -> None:
    problem = Diagnostic("code", "Title", "Message.", Span("a.plan", 0, 0, 0, 0))
    assert "--> a.plan\n" in render((problem,), Format.FULL, {"a.plan": "x"})
    assert '"region"' not in render((problem,), Format.SARIF, {})


def test_long_messages_are_wrapped_and_indented_lines_kept() -> None:
    problem = Diagnostic("code", "Title", "word " * 30 + "\n  pay   5%\n", hint="word " * 30)
    assert render((problem,), Format.FULL, {}).split("\n")[1:6] == [
        "   " + "word " * 19 + "word",
        "   " + "word " * 9 + "word",
        "     pay   5%",
        "   help: " + "word " * 18 + "word",
        "         " + "word " * 10 + "word",
    ]


_numbers = st.integers(-2, 12)
_spans = st.builds(Span, st.sampled_from(["a", "b"]), _numbers, _numbers, _numbers, _numbers)
_texts = st.text(st.characters() | st.sampled_from("\n\r\t\x1b表\u0301\u202e"), max_size=60)
_problems = st.builds(
    Diagnostic,
    code=_texts,
    title=_texts,
    message=_texts,
    span=st.none() | _spans,
    hint=st.none() | _texts,
    related=st.lists(st.builds(Related, _spans, _texts), max_size=2).map(tuple),
    line_text=st.none() | _texts,
)


@given(st.lists(_problems, min_size=1, max_size=3), _texts, st.sampled_from(Format))
def test_any_text_and_any_span_can_be_printed(problems: list[Diagnostic], source: str, format: Format) -> None:  # noqa: A002
    text = render(problems, format, {"a": source * 3})
    assert text.endswith("\n")
    text.encode("utf-8")
    assert not {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n"}


@pytest.mark.parametrize("format", list(Format))
def test_a_line_of_a_million_letters_is_no_burden(format: Format) -> None:  # noqa: A002
    problem = Diagnostic("code", "Title", "Message.", Span("a", 1, 500_000, 1, 900_000))
    assert len(render((problem,) * 20, format, {"a": "x" * 1_000_000})) < 20_000
