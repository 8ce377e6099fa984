"""`compplan explain`: why somebody is paid what they are paid."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command, add_period, add_plan, opened, period_argument
from compplan.cli.runs import add_run, run_of
from compplan.cli.terminal import FINE, note

if TYPE_CHECKING:
    from compplan.engine.explanation import Explanation
    from compplan.engine.page import Page
    from compplan.engine.run_folder import Run

NAME = "explain"
_PLAIN_WIDTH, _NARROWEST, _WIDEST = 110, 20, 140


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Explain what somebody is paid: formulas, figures, tiers, deals, and the rules that did not apply and why."
    example = "  compplan explain ana.ruiz --period 2027-Q1\n  compplan explain ana.ruiz --period 2027-Q1 --plan account_executive --json"
    command = add_command(commands, NAME, about, example, work)
    command.add_argument("payee", metavar="PAYEE", help="the key of a person, as the records have it")
    add_period(command)
    command.add_argument("--project", metavar="FOLDER", default=".", help="the folder with compplan.yaml; this folder if left out")
    add_run(command)
    add_plan(command, "only this plan")
    command.add_argument(
        "--against", metavar="PERIOD", type=period_argument, help="an earlier period that was run: what is more or less than then, and why"
    )
    command.add_argument("--record", metavar="KEY", help="one deal, or another record: what became of it, and why it counts or not")
    command.add_argument("--names", action="store_true", help="name the colleagues whose places in a ranking are shown; for managers")
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    command.add_argument("--all", action="store_true", help="print every deal, however many")


def work(args: Namespace) -> int:
    """Prints the explanation."""
    if args.record is not None:
        return _trace(args)
    from compplan.engine.explain import explain

    run = run_of(args.run, args.period.label)
    _tell_what_changed(run, Path(args.project))
    shown_in_part = args.against is None and not (args.all or args.json)
    explanation = explain(run, args.payee, args.plan, names=args.names, brief=shown_in_part)
    if args.against is None:
        return _print(args, explanation, explanation.to_text(_width(), all_rows=args.all))
    from compplan.engine.explain_difference import difference

    before = explain(run_of(args.run, args.against.label), args.payee, args.plan)
    found = difference(before, explanation)
    return _print(args, found, found.to_text(_width(), all_rows=args.all))


def _trace(args: Namespace) -> int:
    """Prints what became of one record, as the project's files are now."""
    from compplan.diagnostics import Problems

    trace = opened(args.project).trace(args.period, args.payee, args.record, args.plan)
    try:
        run = run_of(args.run, args.period.label)
        explanation = None if not trace.plans else _explained(run, args)
    except Problems as problems:
        if any(d.code not in ("no-run", "no-payee", "no-plan") for d in problems.diagnostics):
            raise
        explanation = None
    if explanation is not None:
        from compplan.engine.about_record import with_paid

        trace = with_paid(trace, explanation)
    return _print(args, trace, trace.to_text())


def _explained(run: Run, args: Namespace) -> Explanation:
    """The explanation of a run, with a word on what was changed since."""
    from compplan.engine.explain import explain

    explanation = explain(run, args.payee, args.plan)
    _tell_what_changed(run, Path(args.project))
    return explanation


def _print(args: Namespace, page: Page, text: str) -> int:
    if args.json:
        sys.stdout.write(json.dumps(page.to_json(), indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(text.rstrip("\n") + "\n")
    return FINE


def _tell_what_changed(run: Run, project: Path) -> None:
    """Says so where the project on disk is no longer the one that the run was made from; the explanation is of the run."""
    from compplan.schema import PROJECT_FILE

    root = project if project.is_dir() else project.parent
    known = {**run.manifest.sources, PROJECT_FILE if project.is_dir() else project.name: run.manifest.project}
    if not (root / PROJECT_FILE).is_file():
        return
    changed = [name for name, hashed in sorted(known.items()) if _hash(root / name) != hashed]
    if changed:
        note(f"Changed since this run was made: {', '.join(changed)}. What follows explains the run as it was paid.")


def _hash(path: Path) -> str | None:
    from hashlib import sha256

    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _width() -> int:
    """As wide as the terminal, within reason; always the same where it is none."""
    if not sys.stdout.isatty():
        return _PLAIN_WIDTH
    import shutil

    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
