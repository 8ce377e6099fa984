"""An assignment and its proof as files.

Assignment.csv, reps.csv, prices.csv and certificate.json, in a folder that is made whole or not at all.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.new_folder import new_folder
from compplan.assignment.problem import Problem, Whole, standing
from compplan.assignment.scenario.homes import with_homes
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.solver.solve import Solution
from compplan.assignment.territories.certificate import Certificate, certify, from_json, to_json
from compplan.assignment.territories.homes_proof import homes_from_json, homes_to_json
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.diagnostics.storage import trouble

ASSIGNMENT, REPS, PRICES, CERTIFICATE = "assignment.csv", "reps.csv", "prices.csv", "certificate.json"
HOMES = "homes.json"
HOME = ("home", "home_latitude", "home_longitude")
"""The columns of reps.csv with the place that was chosen."""


Writer = Callable[[Path], Sequence[str]]
"""Writes more files into a folder, and says which."""


def write_result(folder: Path, territories: Territories, solution: Solution, more: Sequence[Writer] = ()) -> tuple[str, ...]:
    """Writes the files into a new folder, those of `more` writers beside them, and says which. All of them are there, or none.

    Raises `Problems` where there is such a folder already, or it cannot be written.
    """
    problem = territories.problem
    with new_folder(folder) as made:
        _table(made / ASSIGNMENT, ("account", "rep", "before", "changes_hands"), _accounts(territories, solution.assigned))
        _table(made / REPS, _rep_header(territories), _reps(territories, solution.assigned))
        _table(made / PRICES, ("rep", *(m.name for m in problem.measures)), _prices(problem, solution))
        proof = json.dumps(to_json(problem, certify(problem, solution)), indent=1, ensure_ascii=False)
        (made / CERTIFICATE).write_text(proof + "\n", encoding="utf-8")
        others = [name for write in (*_of_homes(territories), *more) for name in write(made)]
    return ASSIGNMENT, REPS, PRICES, CERTIFICATE, *others


def read_result(folder: Path, territories: Territories) -> tuple[Whole, Certificate]:
    """The assignment of each item and the certificate in a folder.

    Raises `Problems` where the files are not there, cannot be read, or do not say who has each account.
    """
    assigned = read_assignment(folder, territories)
    with _readable(folder / CERTIFICATE):
        proof = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
    try:
        return assigned, from_json(territories.problem, proof)
    except ValueError as error:
        message = f"{folder / CERTIFICATE}: {error}."
        raise Problems([Diagnostic("damaged-result", "The certificate cannot be used", message, hint="Assign anew.")]) from None


def read_homes(folder: Path, territories: Territories) -> Territories:
    """The territories with the homes that a result chose, as reps.csv says, and the proof of them; as they are where all have a home.

    Raises `Problems` where the files are not there or cannot be read, or do not give each of the reps a place of its own.
    """
    unplaced = territories.unplaced
    if unplaced is None:
        return territories
    homes, problem = unplaced.homes, territories.problem
    with _readable(folder / HOMES):
        with (folder / REPS).open(encoding="utf-8", newline="") as file:
            given = {row.get("rep"): row.get(HOME[0]) for row in csv.DictReader(file)}
        proof = json.loads((folder / HOMES).read_text(encoding="utf-8"))
    number = {name: k for k, name in enumerate(homes.places)}
    wrong = [f"{problem.reps[j]} has no place that is considered" for j in homes.reps if given.get(problem.reps[j]) not in number]
    places = [given[problem.reps[j]] for j in homes.reps if not wrong]
    wrong += [f"{place} is given to two reps" for place in sorted({str(p) for p in places if places.count(p) > 1})]
    if wrong:
        raise Problems([Diagnostic("wrong-assignment", "The homes are not right", f"{folder / REPS}: {'; '.join(wrong[:5])}.")])
    try:
        chosen = homes_from_json(problem, homes, np.array([number[str(p)] for p in places], np.int64), proof)
    except ValueError as error:
        message = f"{folder / HOMES}: {error}."
        raise Problems([Diagnostic("damaged-result", "The proof cannot be used", message, hint="Assign anew.")]) from None
    return with_homes(territories, chosen)


def read_assignment(folder: Path, territories: Territories) -> Whole:
    """The assignment of each item in a folder, made for this scenario or for another of the same accounts and reps. Raises as above."""
    with _readable(folder / ASSIGNMENT), (folder / ASSIGNMENT).open(encoding="utf-8", newline="") as file:
        given = [(row.get("account") or "", row.get("rep") or "") for row in csv.DictReader(file)]
    return _assigned(folder, territories, given)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        found = trouble(error)
        message = f"{error.filename} cannot be read: {found.why}."
        raise Problems([Diagnostic("unreadable-file", "The result cannot be read", message, hint=found.advice)]) from None
    except (ValueError, csv.Error):
        message = f"{file} is not as it was written."
        raise Problems([Diagnostic("damaged-result", "The result is damaged", message, hint="Assign anew.")]) from None


def _assigned(folder: Path, territories: Territories, given: Sequence[tuple[str, str]]) -> Whole:
    reps = {rep: j for j, rep in enumerate(territories.problem.reps)}
    place = {account: i for i, account in enumerate(territories.accounts)}
    wrong = [f"there is no account {a}" for a, _ in given if a not in place]
    wrong += [f"there is no rep {r}" for _, r in given if r not in reps]
    twice = len(given) - len({a for a, _ in given})
    wrong += [f"{twice} accounts stand there twice"] if twice else []
    missing = len(place) - len({a for a, _ in given if a in place})
    wrong += [f"{missing} accounts are missing"] if missing else []
    assigned = np.full(len(territories.problem.items), -1, np.int64)
    if not wrong:
        for account, rep in given:
            item = int(territories.member[place[account]])
            if assigned[item] not in (-1, reps[rep]):
                wrong.append(f"the family of {account} is not together")
            assigned[item] = reps[rep]
    if wrong:
        more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        message = f"{folder / ASSIGNMENT}: {'; '.join(wrong[:5])}{more}."
        raise Problems([Diagnostic("wrong-assignment", "This is no assignment of these accounts", message)])
    return assigned


def _accounts(territories: Territories, assigned: Whole) -> Iterable[tuple[str, ...]]:
    names = territories.problem.reps
    for account, item, before in zip(territories.accounts, territories.member.tolist(), territories.before, strict=True):
        rep = names[int(assigned[item])]
        yield account, rep, before, "yes" if before not in (rep, "") else "no"


def _rep_header(territories: Territories) -> tuple[str, ...]:
    problem, places = territories.problem, () if territories.chosen is None else HOME
    counts = () if any(m.name == "accounts" for m in problem.measures) else ("accounts",)
    return ("rep", *counts, *places, *(f"{m.name}{part}" for m in problem.measures for part in ("", "_at_least", "_at_most")))


def _reps(territories: Territories, assigned: Whole) -> Iterable[tuple[str, ...]]:
    problem = territories.problem
    loads = standing(problem, assigned).loads
    counts = np.bincount(assigned[territories.member], minlength=len(problem.reps))
    for j, rep in enumerate(problem.reps):
        cells = _home(territories, j)
        for k, measure in enumerate(problem.measures):
            cells += [measure.shown(int(v)) for v in (loads[k, j], problem.least[k, j], problem.most[k, j])]
        count = () if any(m.name == "accounts" for m in problem.measures) else (str(counts[j]),)
        yield (rep, *count, *cells)


def _home(territories: Territories, rep: int) -> list[str]:
    """The place that was chosen for a rep; empty for one who had one, and nothing where none was chosen."""
    unplaced, chosen = territories.unplaced, territories.chosen
    if unplaced is None or chosen is None:
        return []
    if rep not in unplaced.homes.reps:
        return [""] * len(HOME)
    place = int(chosen.places[unplaced.homes.reps.index(rep)])
    return [unplaced.homes.places[place], *unplaced.homes.at[place]]


def _of_homes(territories: Territories) -> Iterator[Writer]:
    if territories.chosen is not None and territories.chosen.prices is not None:
        yield partial(_write_homes, territories)


def _write_homes(territories: Territories, folder: Path) -> Sequence[str]:
    (folder / HOMES).write_text(json.dumps(homes_to_json(territories), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return (HOMES,)


def _prices(problem: Problem, solution: Solution) -> Iterable[tuple[str, ...]]:
    """What a unit of each measure is worth at each rep, as costs are written: above zero where more of it is wanted there."""
    for j, rep in enumerate(problem.reps):
        worth = [
            solution.plain.measures[k, j] * 10**m.decimals / PRICE_UNIT / 10**problem.cost_decimals for k, m in enumerate(problem.measures)
        ]
        yield (rep, *(f"{w:.8f}" for w in worth))


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
