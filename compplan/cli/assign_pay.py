"""`compplan assign pay`: what people are expected to be paid under today's territories, and under those of a result."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.pay_table import pay_as_json, pay_lines
from compplan.cli.scenarios import scenario_at
from compplan.cli.terminal import FINE, bold, note, say
from compplan.diagnostics import Problems
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from compplan.assignment.problem import Whole
    from compplan.assignment.scenario.check import Scenario
    from compplan.assignment.scenario.read_problem import Territories
    from compplan.whatif.territory_pay.expected_pay import ExpectedPay


def add_pay(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "What people are expected to be paid by the plans under today's territories, and under those of a result beside them."
    example = "  compplan assign pay north.yaml\n  compplan assign pay north.yaml north-assigned"
    command = add_command(commands, "pay", about, example, _pay)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario, with `pay`")
    command.add_argument("result", metavar="FOLDER", nargs="?", help="the folder that `compplan assign territories` wrote")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print it")


def _pay(args: Namespace) -> int:

    from compplan.assignment.scenario.check import read_scenario

    scenario = read_scenario(Path(args.scenario)) if args.result is None else scenario_at(args.scenario)
    if scenario.form.pay is None:
        message = "What is expected of each account is not said, so that pay cannot be worked out."
        span = scenario.marks.value(())
        raise Problems([scenario.marks.problem("no-pay", "What is expected is missing", message, span, "Add `pay:` to the scenario.")])
    report = _today(scenario) if args.result is None else _beside(scenario, Path(args.result))
    if args.format == "json":
        sys.stdout.write(json.dumps(pay_as_json(report), indent=1, ensure_ascii=False) + "\n")
    else:
        say(bold(safe(scenario.form.title)))
        for line in pay_lines(report, everyone=True):
            say(line)
    return FINE


def _today(scenario: Scenario) -> ExpectedPay:
    from compplan.whatif.territory_pay.expectation import expectation_of, expected_plans
    from compplan.whatif.territory_pay.expected_pay import expected_pay, pay_where

    expected = expectation_of(scenario)
    with expected_plans(expected) as plans:
        return expected_pay(expected, pay_where(expected, plans, expected.owners))


def _beside(scenario: Scenario, folder: Path) -> ExpectedPay:
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.territories.result_folder import read_homes, read_result

    territories = read_homes(folder, read_problem(scenario))
    assigned = read_result(folder, territories)[0]
    with pay_beside(scenario, territories) as pay_under:
        report = pay_under(assigned)
    assert report is not None
    return report


@contextmanager
def pay_beside(scenario: Scenario, territories: Territories) -> Iterator[Callable[[Whole], ExpectedPay | None]]:
    """Gives what tells pay under an assignment of the items, beside today's; None where a scenario says nothing of pay.

    Pay of today is worked out at once, so that what is wrong is told before anything is solved.
    """
    if scenario.form.pay is None:
        yield lambda _: None
        return
    from compplan.whatif.territory_pay.expectation import expectation_of, expected_plans
    from compplan.whatif.territory_pay.expected_pay import expected_pay, pay_where

    note("Working out what people are expected to be paid today.")
    expected = expectation_of(scenario)
    with expected_plans(expected) as plans:
        today = pay_where(expected, plans, expected.owners)

        def under(assigned: Whole) -> ExpectedPay:
            reps = [territories.problem.reps[rep] for rep in assigned[territories.member].tolist()]
            return expected_pay(expected, today, pay_where(expected, plans, reps))

        yield under
