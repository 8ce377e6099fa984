"""An assignment of leads and its proof as files: assignment.csv, reps.csv and certificate.json, in a folder made whole or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from compplan.assignment.leads.certificate import Certificate, certify, from_json, to_json
from compplan.assignment.leads.fairness import fairness
from compplan.assignment.leads.pools import why_left
from compplan.assignment.leads.problem import LeadProblem, standing
from compplan.assignment.leads.read_leads import Leads
from compplan.assignment.leads.solve import Solution
from compplan.assignment.new_folder import new_folder
from compplan.assignment.problem import Whole
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.diagnostics.storage import trouble

ASSIGNMENT, REPS, LEFT, CERTIFICATE = "assignment.csv", "reps.csv", "left.csv", "certificate.json"
REP_COLUMNS = ("rep", "leads", "capacity", "expected_value", "weight", "share", "envies", "envies_beyond_one")


def write_leads(folder: Path, leads: Leads, solution: Solution) -> tuple[str, ...]:
    """Writes the files into a new folder, and says which; `left.csv` only where a lead is left.

    Raises `Problems` where there is such a folder already, or it cannot be written.
    """
    problem, assigned = leads.problem, solution.assigned
    left = np.nonzero(assigned == len(problem.reps))[0].tolist()
    with new_folder(folder) as made:
        _table(made / ASSIGNMENT, ("lead", "rep", "expected_value", "owner"), _given(leads, assigned))
        _table(made / REPS, REP_COLUMNS, _reps(leads, assigned))
        if left:
            _table(made / LEFT, ("lead", "why"), [(problem.leads[i], why_left(leads, i)) for i in left])
        proof = json.dumps(to_json(problem, certify(problem, solution, leads.full)), indent=1, ensure_ascii=False)
        (made / CERTIFICATE).write_text(proof + "\n", encoding="utf-8")
    return (ASSIGNMENT, REPS, *([LEFT] if left else []), CERTIFICATE)


def read_leads_result(folder: Path, problem: LeadProblem) -> tuple[Whole, Certificate]:
    """The place of each lead and the certificate in a folder.

    Raises `Problems` where the files are not there, cannot be read, or name leads and reps that there are not.
    """
    try:
        with (folder / ASSIGNMENT).open(encoding="utf-8", newline="") as file:
            given = [(row.get("lead") or "", row.get("rep") or "") for row in csv.DictReader(file)]
        proof = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
        assigned = _assigned(folder, problem, given)
        return assigned, from_json(problem, proof)
    except OSError as error:
        found = trouble(error)
        message = f"{error.filename} cannot be read: {found.why}."
        raise Problems([Diagnostic("unreadable-file", "The result cannot be read", message, hint=found.advice)]) from None
    except (ValueError, csv.Error) as error:
        message = f"A file in {folder} is not as it was written: {error}."
        raise Problems([Diagnostic("damaged-result", "The result is damaged", message, hint="Assign anew.")]) from None


def _assigned(folder: Path, problem: LeadProblem, given: Sequence[tuple[str, str]]) -> Whole:
    """The place of each lead; whoever is not named is with nobody."""
    lead_at = {lead: i for i, lead in enumerate(problem.leads)}
    rep_at = {rep: j for j, rep in enumerate(problem.reps)}
    wrong = [f"there is no lead {lead}" for lead, _ in given if lead not in lead_at]
    wrong += [f"there is no rep {rep}" for _, rep in given if rep not in rep_at]
    seen: set[str] = set()
    for lead, _ in given:
        wrong += [f"{lead} stands there twice"] if lead in seen else []
        seen.add(lead)
    if wrong:
        more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        message = f"{folder / ASSIGNMENT}: {'; '.join(wrong[:5])}{more}."
        raise Problems([Diagnostic("wrong-assignment", "This is no assignment of these leads", message)])
    assigned = np.full(len(problem.leads), len(problem.reps), np.int64)
    for lead, rep in given:
        assigned[lead_at[lead]] = rep_at[rep]
    return assigned


def _given(leads: Leads, assigned: Whole) -> Iterable[tuple[str, ...]]:
    problem = leads.problem
    for i, (lead, rep) in enumerate(zip(problem.leads, assigned.tolist(), strict=True)):
        if rep < len(problem.reps):
            owner = int(leads.owner[i])
            yield lead, problem.reps[rep], _plain(int(problem.worth[i, rep]), problem), "" if owner < 0 else problem.reps[owner]


def _reps(leads: Leads, assigned: Whole) -> Iterable[tuple[str, ...]]:
    problem, found = leads.problem, fairness(leads.problem, assigned)
    now = standing(problem, assigned)
    for j, (rep, share) in enumerate(zip(problem.reps, found.shares, strict=True)):
        envied = [e for e in found.envy if e.rep == j]
        yield (
            rep,
            str(now.counts[j]),
            str(problem.room[j]),
            _plain(int(now.values[j]), problem),
            str(problem.weight[j]),
            "" if share is None else f"{float(share):.4f}",
            str(len(envied)),
            str(sum(1 for e in envied if e.beyond_one)),
        )


def _plain(value: int, problem: LeadProblem) -> str:
    digits = f"{value:0{problem.decimals + 1}d}"
    at = len(digits) - problem.decimals
    return digits[:at] + (f".{digits[at:]}" if problem.decimals else "")


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
