"""The files of a report: the page and the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compplan.assignment.problem import Problem, Whole, standing
from compplan.assignment.territories.certificate import Certificate, fingerprint
from compplan.diagnostics import Diagnostic, Problems
from compplan.reports.new_files import new_files
from compplan.reports.territories.figures import Figures
from compplan.reports.territories.page import page_of
from compplan.reports.territories.pay import PersonPay, read_pay
from compplan.reports.territories.workbook import write_territory_workbook

PAGE, WORKBOOK = "territories.html", "territories.xlsx"


def check_certificate(problem: Problem, assigned: Whole, certificate: Certificate, result: Path) -> None:
    """Raises `Problems` where a certificate is of other records or another scenario, or says another cost: a report would mislead."""
    if certificate.problem != fingerprint(problem):
        message = f"The records or the scenario are not those that {result} was made from, so its proof says nothing of them."
        raise Problems([Diagnostic("damaged-result", "The result is of something else", message, hint="Assign anew.")])
    if certificate.total != standing(problem, assigned).total:
        message = f"The assignment in {result} does not cost what its certificate says."
        hint = "Assign anew, or see what `compplan assign verify` says."
        raise Problems([Diagnostic("damaged-result", "The certificate is of another assignment", message, hint=hint)])


def write_report_beside(figures: Figures, result: str, folder: Path) -> tuple[str, ...]:
    """Writes page and workbook beside the other files of a result, and gives their names; `result` is what its folder will be called.

    Raises OSError and `Problems` where they cannot be written.
    """
    return _write(figures, read_pay(folder), result, folder)


def write_report_anew(figures: Figures, result: Path, folder: Path) -> tuple[str, ...]:
    """Writes them into a folder that may have them already: what is there and says the same stays, and nothing is written over.

    Raises `Problems` where one is there that says anything else, and where they cannot be written.
    """
    with new_files(folder, (PAGE, WORKBOOK)) as passing:
        return _write(figures, read_pay(result), result.resolve().name, passing)


def _write(figures: Figures, pay: Sequence[PersonPay], result: str, folder: Path) -> tuple[str, ...]:
    (folder / PAGE).write_text(page_of(figures, result, WORKBOOK, pay), encoding="utf-8")
    write_territory_workbook(figures, result, folder / WORKBOOK, pay)
    return PAGE, WORKBOOK
