"""The YAML that is read: plain, each scalar as written, each value with its place; everything else is refused without harm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compplan.diagnostics.model import Diagnostic, Problems, Span
from compplan.records import load_project
from compplan.records.yaml_marks import MAX_BYTES, read_yaml

Told = Callable[[str], list[Diagnostic]]


def test_scalars_stay_as_written_and_know_their_place(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("country: no\nsince: 2027-01-31\nempty:\nlist:\n  - 010\n  - '~'\n")
    value, marks = read_yaml(file)
    assert value == {"country": "no", "since": "2027-01-31", "empty": None, "list": ["010", "~"]}
    assert marks.value(("country",)) == Span(str(file), 1, 10, 1, 12)
    assert marks.key(("since",)) == Span(str(file), 2, 1, 2, 6)
    assert marks.value(("list", 1)) == Span(str(file), 6, 5, 6, 8)
    assert marks.value(("list", 7)) == marks.key(("list",))


def test_a_byte_order_mark_and_crlf_are_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_yaml(tmp_path / "a.yaml")[0] == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml-key-twice", "`a` stands twice"),
        ("a: &x 1\nb: *x\n", "yaml-not-plain", "Anchors"),
        ("a: !!python/object:os.system x\n", "yaml-not-plain", "tag"),
        ("a: !include x\n", "yaml-not-plain", "tag"),
        ("a: 1\n---\nb: 2\n", "yaml-not-plain", "second document"),
        ("? [a, b]\n: 1\n", "yaml-not-plain", "A name is expected"),
        ("[" * 10_000, "yaml-not-plain", "levels deep"),
        ("a: " + "{a: " * 10_000, "yaml-not-plain", "levels deep"),
        ("a: [1, 2\n", "yaml-syntax", "not closed"),
        ("a: 1\n\tb: 2\n", "yaml-syntax", "tab"),
        ("a: 'open\n", "yaml-syntax", "never closed"),
        ("a: b: c\n", "yaml-syntax", "needs quotes"),
        ("a: 1\n  b: 2\n", "yaml-syntax", "colon"),
        ("a:\n  b: 1\n c: 2\n", "yaml-syntax", "indentation"),
        ("a: %b\n", "yaml-syntax", "quotes"),
        ("a: \x07\n", "yaml-syntax", "character"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(text: str, code: str, said: str, problems_of: Told) -> None:
    (problem,) = problems_of(text)
    assert problem.code == code
    assert said in problem.message
    assert problem.span is not None


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "compplan.yaml").write_bytes(b"# a comment\ncompany: Caf\xe9\n")
    with pytest.raises(Problems) as raised:
        load_project(tmp_path)
    (problem,) = raised.value.diagnostics
    assert (problem.code, problem.span.line if problem.span else 0) == ("not-utf8", 2)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "compplan.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(Problems) as raised:
        load_project(tmp_path)
    assert raised.value.diagnostics[0].code == "file-too-large"


@given(st.text(alphabet="abc:-[]{}#&*!|>'\"%@`?, \n\t0~records people columns type", max_size=80))
def test_no_text_ends_in_anything_but_diagnostics(text: str) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        (Path(folder) / "compplan.yaml").write_text("company: H\ncurrency: USD\n" + text, encoding="utf-8")
        with pytest.raises(Problems):
            load_project(Path(folder))
