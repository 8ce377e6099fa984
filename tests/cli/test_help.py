"""Every command says what it does and shows an example; used wrongly, it says what is wrong and ends with 2."""

from __future__ import annotations

import shlex

import pytest

from tests.cli.conftest import Call

COMMANDS = ("init", "check", "test", "run", "explain", "export", "show", "compare", "try", "simulate", "route")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(compplan: Call, command: str) -> None:
    said = compplan(command, "--help")
    assert said.code == 0
    assert f"example:\n  compplan {command} " in said.out
    assert "exit codes: 0 fine, 1 problems found, 2 used wrongly" in said.out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_of_the_help_can_be_read(compplan: Call, command: str) -> None:
    lines = compplan(command, "--help").out.splitlines()
    examples = [shlex.split(line)[1:] for line in lines if line.startswith("  compplan ")]
    assert examples
    for words in examples:
        assert "--help." not in compplan(*words).err  # the plans may be missing here, the words may not


def test_help_lists_the_commands(compplan: Call) -> None:
    said = compplan("--help")
    assert said.code == 0
    assert all(f"\n    {command} " in said.out for command in COMMANDS)


def test_the_version(compplan: Call) -> None:
    said = compplan("--version")
    assert said.code == 0
    assert said.out.startswith("compplan ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "usage: compplan"),
        (("chek",), "there is no command chek. Did you mean check?"),
        (("pay",), "there is no command pay. There are: init, check"),
        (("check", "--fromat", "json"), "unrecognized arguments: --fromat"),
        (("check", "--format", "xml"), "invalid choice: 'xml'"),
        (("check", "nowhere"), "There is no compplan.yaml at nowhere."),
        (("check", "a\0b"), "There is no compplan.yaml at a"),
        (("run",), "the following arguments are required: --period"),
        (("run", "--period", "2027-Q5"), "“2027-Q5” is no period. Months are written 2027-01, quarters 2027-Q1"),
        (("run", "--period", "2027-13"), "“2027-13” is no period."),
        (("run", "--period", "0000"), "“0000” is no period."),
        (("run", "--period", "2027", "--threads", "0"), "0 is no number of threads"),
        (("run", "nowhere", "--period", "2027"), "There is no compplan.yaml at nowhere."),
        (("explain",), "the following arguments are required: PAYEE, --period"),
        (("show", "pictures"), "invalid choice: 'pictures' (choose from"),
        (("check", "\x1b[31mred"), "␛[31mred"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(compplan: Call, words: tuple[str, ...], told: str) -> None:
    said = compplan(*words)
    assert said.code == 2
    assert told in said.err
    assert said.out == ""
