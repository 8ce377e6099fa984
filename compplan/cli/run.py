"""`compplan run`: works out a period and shows who is paid what."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command, add_period, add_project, opened
from compplan.cli.terminal import FINE, bold, note, progress_bar, say
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.storage import trouble
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from compplan.api import Company, Results
    from compplan.cli.payouts import Payouts

NAME = "run"
_REJECTS = "rejects.csv"
_HEADER = "kind,file,line,column,value,reason,code\n"


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Work out a period: who earned what, to the cent. Every step is kept in a folder of its own."
    example = "  compplan run plans --period 2027-Q1\n  compplan run plans --period 2027-01 --set-aside --rejects bad-rows.csv"
    command = add_command(commands, NAME, about, example, work)
    add_project(command)
    add_period(command)
    command.add_argument("--out", metavar="FOLDER", default="runs", help="where runs are kept; the folder runs if left out")
    command.add_argument("--set-aside", action="store_true", help="leave bad rows out, and say how many and where they are")
    command.add_argument("--rejects", metavar="FILE", help="write the bad rows to this CSV file, whether or not they stop the run")
    command.add_argument("--threads", metavar="N", type=_threads, help="how many threads to use; the figures are the same with any")
    command.add_argument("--format", choices=("table", "json", "csv"), default="table", help="how to print the payouts")


def work(args: Namespace) -> int:
    """Prints the payouts of the period, what was set aside, and where the files are."""
    from compplan.cli.payouts import as_csv, as_json, payouts_of

    company = opened(args.project)
    if args.rejects:
        _refuse_other_file(Path(args.rejects))
    try:
        with progress_bar() as progress:
            results = company.run(args.period, args.out, set_aside=args.set_aside, threads=args.threads, progress=progress)
    except Problems as problems:
        if args.rejects and any(d.code == "bad-rows" for d in problems.diagnostics):
            _write_rejects_of(company, Path(args.rejects))
            note(f"The bad rows are in {args.rejects}.")
        raise
    if args.rejects:
        _copy_rejects(results.folder, Path(args.rejects))
    payouts = payouts_of(results, company)
    if args.format == "table":
        _print_tables(payouts, results)
    else:
        sys.stdout.write(as_json(payouts, results) if args.format == "json" else as_csv(payouts))
    _tell(results, args.rejects)
    return FINE


def _threads(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise ArgumentTypeError(f"{text} is no number of threads; it is a whole number from 1 to 1024")
    return int(text)


def _print_tables(payouts: Payouts, results: Results) -> None:
    from compplan.cli.payouts import award_lines, listed, plan_lines, total_line

    say(bold(f"{safe(payouts.company)}: payouts of {payouts.spelled} in {listed(payouts.currencies)}"))
    for plan in payouts.plans:
        say()
        say(bold(f"{safe(plan.label)} ({plan.name})"))
        for line in plan_lines(payouts, plan):
            say(line)
    awards = list(award_lines(results, payouts))
    if awards:
        say()
        say(bold("Awards"))
        for line in awards:
            say(line)
    say()
    say(bold("All plans: ") + total_line(payouts))


def _tell(results: Results, rejects: str | None) -> None:
    """How many rows were set aside, and where the files are; beside the results, so that programs need not skip it."""
    manifest = results.run.manifest
    if any(rejected for _, rejected in manifest.rows.values()):
        rows = [f"{rejected:,} of {read:,} {kind}" for kind, (read, rejected) in manifest.rows.items() if rejected]
        note(f"Set aside: {', '.join(rows)}. They are listed in {rejects or results.folder / _REJECTS}:")
        for line in _reasons(results.folder / _REJECTS):
            note(f"  {line}")
    awards = ", awards.csv" if (results.folder / "awards.csv").is_file() else ""
    note(f"Files: {results.folder} (payouts.csv{awards}; every step as Parquet in steps; manifest.json)")


def _reasons(path: Path, most: int = 10) -> list[str]:
    """What was wrong, with an example of each; the most frequent first."""
    import csv
    from collections import Counter

    counts: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], str] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            what = (row["kind"], row["column"], row["code"])
            counts[what] += 1
            first.setdefault(what, f"{row['file']}:{row['line']}: {row['column']} “{row['value']}” {row['reason']}")
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{n:,} {what[0]}, {'for example ' if n > 1 else ''}{safe(first[what])}" for what, n in ranked]
    return lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most} more kinds of problem"]


def _refuse_other_file(target: Path) -> None:
    """Raises Problems where the rejects would be written over anything that is not a file of rejects itself."""
    if not target.exists() and not target.is_symlink():
        return
    header = ""
    if target.is_file():
        with target.open(encoding="utf-8", errors="replace", newline="") as stream:
            header = stream.readline(200)
    if header.strip().replace('"', "") != _HEADER.strip():
        message = f"{target} is there already, and is no list of rejected rows; it would be lost."
        hint = "Name another file after --rejects."
        raise Problems([Diagnostic("rejects-not-written", "The rejects file cannot be written", message, None, hint)])


def _copy_rejects(folder: Path, target: Path) -> None:
    import shutil

    source = folder / _REJECTS
    try:
        if source.is_file():
            shutil.copyfile(source, target)
        else:
            target.write_text(_HEADER, encoding="utf-8")
    except OSError as error:
        found = trouble(error)
        message = f"The rejected rows cannot be written to {target}: {found.why}."
        raise Problems([Diagnostic("rejects-not-written", "The rejects file cannot be written", message, None, found.advice)]) from None


def _write_rejects_of(company: Company, target: Path) -> None:
    """Reads the records once more, for the run that bad rows stopped kept nothing."""
    from compplan.engine.database import open_database
    from compplan.records.load import load_records, write_rejects

    with open_database() as connection:
        load_records(company.project, connection)
        write_rejects(connection, target)
