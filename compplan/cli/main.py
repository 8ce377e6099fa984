"""The command `compplan`: finds the command that is asked for, does it, and never ends in a stack trace."""

from __future__ import annotations

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from compplan.cli import assign, check, compare, explain, export, init, route, run, show, simulate, test, try_scenarios
from compplan.cli.arguments import Parser, new_parser
from compplan.cli.stopping import give_up_output, last_word, stopped_by_signals
from compplan.cli.terminal import (
    FINE,
    INTERRUPTED,
    MISUSED,
    PIPE_CLOSED,
    PROBLEMS,
    Misuse,
    is_folder,
    note,
    prepare_streams,
    say,
    show_problems,
)
from compplan.diagnostics import Problems
from compplan.diagnostics.storage import trouble
from compplan.diagnostics.text import safe

COMMANDS = (init, check, test, run, explain, export, show, compare, try_scenarios, simulate, assign, route)


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments ask for and gives the exit code: 0 fine, 1 problems found, 2 used wrongly."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - closed by whoever started us
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    prepare_streams()
    words = [_as_utf8(w) for w in (sys.argv[1:] if arguments is None else arguments)]
    before = gc.get_threshold()
    gc.set_threshold(1_000_000)  # a command makes much and drops little: looking for garbage often costs a tenth of a check
    stopped: list[int] = []
    try:
        with stopped_by_signals(stopped):
            code = _guarded(words)
            sys.stdout.flush()
    except BrokenPipeError:
        give_up_output()
        return PIPE_CLOSED
    except KeyboardInterrupt:
        last_word("Stopped. Nothing half-done is left behind.")
        return stopped[0] if stopped else INTERRUPTED
    except OSError as error:
        last_word(_of_the_system(error))
        return PROBLEMS
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, a person gets one sentence
        last_word(_unexpected(error, words))
        return PROBLEMS
    finally:
        gc.set_threshold(*before)
    return code


def _of_the_system(error: OSError) -> str:
    """A sentence about a file that the system does not let be used, or about the output, which alone has no name."""
    found = trouble(error)
    where = "the output cannot be written" if error.filename is None else f"{_shown(str(error.filename))} cannot be used"
    return f"compplan: {where}: {found.why}. {found.advice}"


def _as_utf8(word: str) -> str:
    """A word of the command line as the text that its bytes spell, whatever the locale says; bytes that are no UTF-8 stay stray."""
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _shown(word: str) -> str:
    return safe(word.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _guarded(words: list[str]) -> int:
    """The exit code; problems, wrong use and lack of memory are told."""
    root = Path()
    try:
        stray = [w for w in words if any("\ud800" <= c <= "\udfff" for c in w)]
        if stray:
            raise Misuse(f"“{_shown(stray[0])}” is not written in UTF-8, so that it cannot be read as text.")
        args = _read(words)
        root = Path(getattr(args, "project", "."))
        code: int = args.work(args)
    except Problems as problems:
        show_problems(problems.diagnostics, root if is_folder(root) else root.parent, sys.stderr)
        return PROBLEMS
    except Misuse as misuse:
        note(f"compplan: {safe(str(misuse))}")
        return MISUSED
    except MemoryError:
        note("compplan: there is not enough memory for this.")
        return PROBLEMS
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else MISUSED
    return code


def _read(words: list[str]) -> Namespace:
    parser, commands = new_parser()
    for command in COMMANDS:
        command.add(commands)
    _refuse_unknown_command(parser, words)
    if words == ["--version"]:
        say(f"compplan {_version()}")
        raise SystemExit(FINE)
    return parser.parse_args(words)


def _refuse_unknown_command(parser: Parser, words: list[str]) -> None:
    from compplan.diagnostics.suggest import closest

    names = [command.NAME for command in COMMANDS]
    if not words:
        parser.print_help(sys.stderr)
        raise SystemExit(MISUSED)
    if not words[0].startswith("-") and words[0] not in names:
        near = closest(words[0], names)
        parser.error(f"there is no command {words[0]}. " + (f"Did you mean {near}?" if near else f"There are: {', '.join(names)}."))


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("compplan")
    except PackageNotFoundError:
        return "(not installed)"


def _unexpected(error: Exception, words: list[str]) -> str:
    """One sentence about a mistake of the program's own; the details go to a file."""
    import tempfile
    import traceback

    details = "".join(traceback.format_exception(error))
    said = "compplan stopped at a mistake of its own; your files are as they were."
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="compplan-report-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as report:
            report.write(f"compplan {_version()}\nPython {sys.version}\ncompplan {' '.join(map(_shown, words))}\n\n{details}")
    except OSError:
        return f"{said} ({type(error).__name__})"
    return f"{said} What happened is written in {report.name}: please send it to whoever maintains compplan for you."
