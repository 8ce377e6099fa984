"""`compplan assign`: who looks after which account; near the best there is, with the proof, and the proof worked out again."""

from __future__ import annotations

import json
import signal
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.terminal import FINE, PROBLEMS, bold, note, say
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from compplan.assignment.solver.solve import Limits, Progress

NAME = "assign"


def add(commands: Commands[Parser]) -> None:
    """Adds the command and what it can assign."""
    about = "Assign accounts to reps: balanced, near the best there is, with a proof."
    example = "  compplan assign territories north.yaml --seconds 60\n  compplan assign verify north.yaml north-assigned"
    command = add_command(commands, NAME, about, example, _nothing)
    inner = command.add_subparsers(metavar="WHAT", parser_class=Parser, required=True)
    _add_territories(inner)
    _add_verify(inner)


def _nothing(_: Namespace) -> int:
    return FINE


def _add_territories(commands: Commands[Parser]) -> None:
    about = "Assign the accounts of a scenario to its reps. Ctrl-C ends the search: what was found till then is kept, with its proof."
    command = add_command(commands, "territories", about, "  compplan assign territories north.yaml --seconds 60 --gap 0.5%", _territories)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario")
    command.add_argument("--out", metavar="FOLDER", help="a new folder for the result; the scenario's name with -assigned if left out")
    command.add_argument("--seconds", metavar="N", type=_seconds, help="how long to search; 60 if neither this nor --rounds is said")
    command.add_argument("--rounds", metavar="N", type=_rounds, help="how many neighbourhoods to try; with --seed, it repeats itself")
    command.add_argument(
        "--gap", metavar="SHARE", type=_share, default=0.0, help="stop as soon as it is proven to be so near the best, as 0.5%%"
    )
    command.add_argument("--seed", metavar="N", type=int, default=1, help="where chance begins; 1 if left out")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print the result")


def _add_verify(commands: Commands[Parser]) -> None:
    about = "Work out again what an assignment comes to, which rules it keeps, and how far from the best it can be; no solver is used."
    command = add_command(commands, "verify", about, "  compplan assign verify north.yaml north-assigned", _verify)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario")
    command.add_argument("result", metavar="FOLDER", help="the folder that `compplan assign territories` wrote")


def _territories(args: Namespace) -> int:
    from compplan.assignment.problem import standing
    from compplan.assignment.scenario.check import read_scenario
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.solver.solve import solve
    from compplan.assignment.territories.before_solving import check_before_solving, explain_contradiction
    from compplan.assignment.territories.result_folder import write_result
    from compplan.assignment.territories.summary import as_json, summary_lines

    file = Path(args.scenario)
    scenario = read_scenario(file)
    folder = Path(args.out) if args.out else file.with_name(f"{file.stem}-assigned")
    territories = read_problem(scenario)
    check_before_solving(territories)
    with _ended_by_ctrl_c() as stopped, _progress_line() as tell:
        solution = solve(territories.problem, _limits(args), tell, stopped)
        if standing(territories.problem, solution.assigned).broken and not stopped():
            explain_contradiction(territories)
    files = write_result(folder, territories, solution)
    if args.format == "json":
        sys.stdout.write(json.dumps(as_json(territories, solution), indent=1, ensure_ascii=False) + "\n")
    else:
        say(bold(safe(scenario.form.title)))
        for line in summary_lines(territories, solution):
            say(line)
    note(f"Files: {safe(str(folder))} ({', '.join(files)})")
    return PROBLEMS if as_json(territories, solution)["rules_broken"] else FINE


def _verify(args: Namespace) -> int:
    from compplan.assignment.scenario.check import read_scenario
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.territories.certificate import verify
    from compplan.assignment.territories.result_folder import read_result
    from compplan.assignment.territories.summary import verdict_lines

    territories = read_problem(read_scenario(Path(args.scenario)))
    assigned, claimed = read_result(Path(args.result), territories)
    verdict = verify(territories.problem, assigned, claimed)
    for line in verdict_lines(territories.problem, verdict, claimed):
        say(line)
    return PROBLEMS if verdict.wrong else FINE


def _limits(args: Namespace) -> Limits:
    from compplan.assignment.solver.solve import Limits

    seconds = args.seconds if args.seconds is not None or args.rounds is not None else 60.0
    return Limits(seconds=seconds, gap=args.gap, rounds=args.rounds, seed=args.seed)


@contextmanager
def _ended_by_ctrl_c() -> Iterator[Callable[[], bool]]:
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


@contextmanager
def _progress_line() -> Iterator[Callable[[Progress], None]]:
    """A line on the standard error that says how far it is: rewritten on a terminal, else one for each thing that is done."""
    terminal = sys.stderr.isatty()
    last: list[str] = []

    def tell(progress: Progress) -> None:
        if not terminal and last and last[-1] == progress.phase:
            return
        last.append(progress.phase)
        best = "none yet" if progress.best is None else f"{progress.best:,.0f}" + ("" if progress.keeps_rules else " (rules broken)")
        gap = "" if progress.gap is None or not progress.keeps_rules else f", gap {progress.gap:.2%}"
        text = f"{progress.seconds:6.1f} s  {_PHASES[progress.phase]}: bound {progress.bound:,.0f}, best {best}{gap}"
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
