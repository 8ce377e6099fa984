"""`compplan route`: leads in, as JSON lines; for each the rep who gets it, as soon as that is kept. And how the routing stands, and why."""

from __future__ import annotations

import csv
import json
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.terminal import FINE, PROBLEMS, Misuse, note, say, show_problems
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from compplan.assignment.routing import Router
    from compplan.assignment.routing.lead import Event

NAME = "route"

_LONGEST_LINE = 1_000_000
_CHUNK = 1 << 16
_SHOWN = 200
_ASKS = {"status": 1, "why": 2, "export": 1}

_EXAMPLE = """  compplan route leads.yaml < leads.jsonl
  compplan route status leads.yaml
  compplan route why leads.yaml L-17
  compplan route export leads.yaml > log.csv"""


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Give each lead to a rep as it comes: JSON lines in, JSON lines out, each kept before it is answered."
    command = add_command(commands, NAME, about, _EXAMPLE, _route)
    command.usage = "compplan route [status | why | export] FILE.yaml [LEAD] [options]"
    command.add_argument(
        "words", metavar="FILE.yaml", nargs="+",
        help="the routing file; before it `status`, `export`, or `why` with the lead's name behind the file",
    )  # fmt: skip
    command.add_argument(
        "--database", metavar="WHERE", help="a file, or postgresql://user@host/database; as the routing file says if left out"
    )
    command.add_argument("--memory", action="store_true", help="keep nothing: for trying a routing file out")
    command.add_argument("--at", metavar="TIME", type=_time, help="the time of leads that do not say `at`; now if left out")
    command.add_argument(
        "--batch", metavar="N", type=_count, default=1, help="keep up to N lines together, if so many are waiting; 1 if left out"
    )
    command.add_argument(
        "--wait", metavar="SECONDS", type=_seconds, default=30.0, help="how long to wait for other programs; 30 if left out"
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="how `status` is printed")


def _route(args: Namespace) -> int:
    from compplan.assignment.routing import open_router
    from compplan.assignment.routing.router import wall_clock

    what, file, lead = _asked(args.words)
    if what and args.memory:
        raise Misuse(f"With --memory nothing is kept, so that there is no {what}.")
    at = args.at
    clock = wall_clock if at is None else lambda: at
    with open_router(file, args.database, memory=args.memory, reading=bool(what), wait=args.wait, clock=clock) as router:
        if what == "status":
            return _status(router, args.format)
        if what == "why":
            return _why(router, lead)
        return _export(router) if what == "export" else _stream(router, args.batch)


def _asked(words: Sequence[str]) -> tuple[str, str, str]:
    """What is asked for (nothing: leads are to be routed), the file, and the lead."""
    what = words[0] if words[0] in _ASKS and (len(words) > 1 or not Path(words[0]).exists()) else ""
    rest = list(words[1:] if what else words)
    if len(rest) != _ASKS.get(what, 1):
        wanted = {"why": "FILE.yaml LEAD"}.get(what, "FILE.yaml")
        raise Misuse(f"Write compplan route {what + ' ' if what else ''}{wanted}.")
    return what, rest[0], rest[1] if what == "why" else ""


def _status(router: Router, shape: str) -> int:
    from compplan.assignment.routing.status import status_json, status_lines

    if shape == "json":
        say(json.dumps(status_json(router.rules, router.store), indent=1, ensure_ascii=False))
    else:
        for line in status_lines(router.rules, router.store):
            say(safe(line))
    return FINE


def _why(router: Router, lead: str) -> int:
    from compplan.assignment.routing.why import why_lines

    for line in why_lines(router.store, lead):
        say(safe(line))
    return FINE


def _export(router: Router) -> int:
    from compplan.assignment.routing.export import HEADER, export_rows

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(export_rows(router.store.entries()))
    return FINE


def _stream(router: Router, batch: int) -> int:
    if sys.stdin is None:
        raise Misuse("there is no standard input to read leads from.")
    if sys.stdin.isatty():
        note("One JSON object a line; Ctrl-D ends.")
    bad, first = False, 1
    for lines in _batches(batch):
        answers = _answers(router, first, lines)
        if isinstance(answers, Problems):
            show_problems(answers.diagnostics, Path(), sys.stderr)
            note(f"Line {first} and what follows was not routed; what was answered before is kept.")
            return PROBLEMS
        for answer in answers:
            bad = bad or "error" in answer
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        first += len(lines)
    return PROBLEMS if bad else FINE


def _answers(router: Router, first: int, lines: Sequence[bytes]) -> list[Mapping[str, Any]] | Problems:
    """An answer for each line that is not empty; problems where none of them could be kept."""
    read: list[tuple[int, bytes, Event | Diagnostic]] = []
    for number, line in enumerate(lines, first):
        if line.strip():
            read.append((number, line, _read(router, line)))
    try:
        kept = iter(router.route_together([event for _, _, event in read if not isinstance(event, Diagnostic)]))
    except Problems as problems:
        return problems
    answers: list[Mapping[str, Any]] = []
    for number, line, event in read:
        answer = event if isinstance(event, Diagnostic) else next(kept)
        if isinstance(answer, Problems):
            answer = answer.diagnostics[0]
        answers.append(_error(number, line, answer) if isinstance(answer, Diagnostic) else answer)
    return answers


def _read(router: Router, line: bytes) -> Event | Diagnostic:
    """The event that a line tells, or what is wrong with it."""
    from compplan.assignment.routing.incoming import read_event

    if len(line) > _LONGEST_LINE:
        return _unreadable(f"It has more than {_LONGEST_LINE:,} bytes.", "One lead a line.")
    try:
        value = json.loads(line.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except UnicodeDecodeError:
        return _unreadable("It is not UTF-8 text.", "Save the leads as UTF-8.")
    except (ValueError, RecursionError) as error:
        where = f" At character {error.pos + 1}: {error.msg.lower()}." if isinstance(error, json.JSONDecodeError) else ""
        return _unreadable(f"It is not valid JSON.{where}", 'One JSON object a line, as in {"lead": "L-1", "value": 4920}.')
    try:
        return read_event(value, router.rules, router.clock)
    except Problems as problems:
        return problems.diagnostics[0]


def _unreadable(message: str, hint: str) -> Diagnostic:
    return Diagnostic("bad-line", "This line cannot be used", message, hint=hint)


def _no_constant(word: str) -> Decimal:
    raise ValueError(word)


def _error(number: int, line: bytes, found: Diagnostic) -> Mapping[str, Any]:
    text = line.decode("utf-8", "replace").strip()
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    error = {"code": found.code, "title": found.title, "message": found.message, "hint": found.hint}
    return {"line": number, "error": error, "text": shown}


def _batches(most: int) -> Iterator[list[bytes]]:
    """The lines of the standard input, up to so many together: as many as have come, never waiting for more."""
    stream = getattr(sys.stdin, "buffer", None)
    rest = b""
    while stream is not None and (chunk := stream.read1(_CHUNK)):
        *lines, rest = (rest + chunk).split(b"\n")
        for start in range(0, len(lines), most):
            yield lines[start : start + most]
    if rest:
        yield [rest]


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no time, such as 2027-03-01T09:30:00+01:00") from None


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise ArgumentTypeError(f"{text} is not a number of lines, such as 100")
    return int(text)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 3600:
        raise ArgumentTypeError(f"{text} is not a number of seconds, such as 30")
    return number
