"""What commands that search have in common: when to stop, Ctrl-C that keeps what was found, and a line that says how far it is."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from compplan.cli.arguments import Parser
from compplan.cli.terminal import note

if TYPE_CHECKING:
    from compplan.assignment.solver.solve import Limits, Progress


def add_limits(command: Parser, seconds: str = "how long to search; 60 if neither this nor --rounds is said") -> None:
    """The options that say when to stop; `seconds` says what --seconds means."""
    solve_options(command, seconds)


def solve_options(command: Parser, seconds: str) -> None:
    """The same, with what --seconds means said in other words."""
    command.add_argument("--seconds", metavar="N", type=_seconds, help=seconds)
    command.add_argument("--rounds", metavar="N", type=_rounds, help="how many neighbourhoods to try; with --seed, it repeats itself")
    command.add_argument(
        "--gap", metavar="SHARE", type=_share, default=0.0, help="stop as soon as it is proven to be so near the best, as 0.5%%"
    )
    command.add_argument("--seed", metavar="N", type=int, default=1, help="where chance begins; 1 if left out")


def limits_of(args: Namespace) -> Limits:
    """When to stop, as the options say."""
    from compplan.assignment.solver.solve import Limits

    seconds = args.seconds if args.seconds is not None or args.rounds is not None else 60.0
    return Limits(seconds=seconds, gap=args.gap, rounds=args.rounds, seed=args.seed)


@contextmanager
def ended_by_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Inside, the first Ctrl-C only asks the search to end; a second one ends the program."""
    asked: list[bool] = []

    def ask(_: int, __: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        note("Ending the search; what was found is kept. Ctrl-C again to give up.")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


def progress_line() -> AbstractContextManager[Callable[[Progress], None]]:
    """The line of a search for territories."""
    return rewritten_line(_words)


def _words(progress: Progress) -> str:
    best = "none yet" if progress.best is None else f"{progress.best:,.0f}" + ("" if progress.keeps_rules else " (rules broken)")
    gap = "" if progress.gap is None or not progress.keeps_rules else f", gap {progress.gap:.2%}"
    return f"{_PHASES[progress.phase]}: bound {progress.bound:,.0f}, best {best}{gap}"


class HowFar(Protocol):
    """How far a search is: what is being done, and the seconds so far."""

    @property
    def phase(self) -> str: ...  # noqa: D102 - said above

    @property
    def seconds(self) -> float: ...  # noqa: D102


@contextmanager
def rewritten_line(words: Callable[[Any], str]) -> Iterator[Callable[[HowFar], None]]:
    """A line on the standard error that says how far it is: rewritten on a terminal, else one for each thing that is done."""
    terminal = sys.stderr.isatty()
    last: list[str] = []

    def tell(progress: HowFar) -> None:
        if not terminal and last and last[-1] == progress.phase:
            return
        last.append(progress.phase)
        text = f"{progress.seconds:6.1f} s  {words(progress)}"
        sys.stderr.write(f"\r\x1b[K{text}" if terminal else f"{text}\n")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        if terminal and last:
            sys.stderr.write("\r\x1b[K")


_PHASES = {
    "prices": "looking for prices",
    "bound": "bound and a first assignment",
    "exchanges": "exchanging accounts",
    "neighbourhoods": "dividing neighbours anew",
    "search": "searching through what is left",
}


def _seconds(text: str) -> float:
    return _number(text, 0.1, 1e6, "a number of seconds, such as 60")


def _rounds(text: str) -> int:
    return int(_number(text, 0, 1e9, "a number of rounds, such as 100"))


def _share(text: str) -> float:
    value = text.removesuffix("%")
    number = _number(value, 0, 100, "a share, such as 0.5%")
    return number / 100 if text.endswith("%") else number


def _number(text: str, least: float, most: float, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise ArgumentTypeError(f"{text} is not {what}")
    return number
