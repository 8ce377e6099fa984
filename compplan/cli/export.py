"""`compplan export`: the results of a run as a workbook or as CSV files, for payroll and for whoever works in a spreadsheet."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from compplan.cli.arguments import Commands, Parser, add_command, add_period
from compplan.cli.runs import add_run, run_of
from compplan.cli.terminal import FINE, Misuse, say
from compplan.diagnostics.text import safe

NAME = "export"
_SHEETS = "totals by payee, payouts, lines for each deal, credits and awards"


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = f"Write the results of a run to a workbook, or to CSV files: {_SHEETS}. Nothing that is there already is written over."
    example = "  compplan export --period 2027-Q1 --xlsx payouts-2027-Q1.xlsx\n  compplan export --period 2027-Q1 --csv for-payroll"
    command = add_command(commands, NAME, about, example, work)
    add_period(command)
    add_run(command)
    command.add_argument("--xlsx", metavar="FILE", help="write a workbook with a sheet for each")
    command.add_argument("--csv", metavar="FOLDER", help="write CSV files into this folder, one for each")


def work(args: Namespace) -> int:
    """Writes the files and says which."""
    if args.xlsx is None and args.csv is None:
        raise Misuse("say where to: --xlsx FILE for a workbook, --csv FOLDER for CSV files.")
    if args.xlsx is not None and Path(args.xlsx).suffix.lower() != ".xlsx":
        raise Misuse(f"a workbook's name ends in .xlsx: --xlsx {Path(args.xlsx).with_suffix('.xlsx')}")
    run = run_of(args.run, args.period.label)
    if args.xlsx is not None:
        from compplan.reports.workbook import write_workbook

        sheets = write_workbook(run, Path(args.xlsx))
        say(f"Written: {safe(args.xlsx)} ({', '.join(sheets)})")
    if args.csv is not None:
        from compplan.reports.csv_files import write_csv_files

        paths = write_csv_files(run, Path(args.csv))
        say(f"Written: {safe(args.csv)} ({', '.join(p.name for p in paths)})")
    return FINE
