"""A project from Python: check it, run a period, try other plans and scenarios beside it, simulate what is to come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from compplan.api.results import Results
from compplan.calendar import FiscalPeriod, parse_period
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.project_plans import ProjectPlans, read_plans

if TYPE_CHECKING:
    from datetime import date

    from compplan.api.whatif import Compared, Simulated, TriedScenarios
    from compplan.engine.examples import Tried
    from compplan.engine.trace_record import RecordTrace
    from compplan.language import typed as ty
    from compplan.records.project_file import Project
    from compplan.schema import Period
    from compplan.whatif.scenarios.asked import Asked
    from compplan.whatif.simulation.settings import Season

Progress = Callable[[str, int, int], None]
"""Told the title of the step at hand, its number and how many there are."""

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


def open_project(path: str | Path) -> Company:
    """The project in a folder (or of a compplan.yaml), with its plans read and checked. Records are not opened yet.

    Raises `Problems` where the project file cannot be used. What is wrong in plans is no reason to raise: `Company.check` gives it.
    """
    from compplan.records.kept_project import load_kept_project

    project = load_kept_project(Path(path))
    return Company(project, read_plans(project))


def period_of(text: str) -> FiscalPeriod:
    """The period that a label names; raises `Problems` where it names none."""
    found = parse_period(text)
    if found is None or not EARLIEST_YEAR <= found.first_month // 12 <= LATEST_YEAR:
        message = f"“{text}” is no period. Months are written 2027-01, quarters 2027-Q1, halves 2027-H1, years 2027."
        raise Problems([Diagnostic("invalid-period", "There is no such period", message)])
    return found


@immutable
class Company:
    """A project: what its file says, and its plans as they were read when it was opened."""

    project: Project
    read: ProjectPlans

    def __repr__(self) -> str:
        return f"<Company {self.name}: {', '.join(p.name for p in self.read.plans) or 'no plans'}>"

    @property
    def name(self) -> str:
        """The company's name."""
        return self.project.company

    def check(self) -> tuple[Diagnostic, ...]:
        """Every problem of the plans, in reading order; warnings among them."""
        return self.read.diagnostics

    def plans(self, name: str | None = None) -> tuple[ty.Plan, ...]:
        """The plans, or the one of that name. Raises `Problems` where there is an error in them, or no such plan."""
        plans = self.read.require()
        if name is None:
            return plans
        chosen = tuple(p for p in plans if p.name == name)
        if not chosen:
            names = [p.name for p in plans]
            near = closest(name, names)
            hint = f"Did you mean {near}?" if near else f"There are: {', '.join(names)}." if names else "The project has no plans."
            raise Problems([Diagnostic("unknown-plan", "There is no such plan", f"The project has no plan {name}.", hint=hint)])
        return chosen

    def test(self, plan: str | None = None) -> Iterator[Tried]:
        """Works out the examples of all plans, or of one, as they are asked for. Raises `Problems` as `plans` does."""
        from compplan.engine.examples import try_example

        for one in self.plans(plan):
            for example in one.examples:
                yield try_example(one, example, self.project.schema, self.project.calendar)

    def run(
        self,
        period: str | FiscalPeriod,
        out: str | Path | None = None,
        *,
        set_aside: bool = False,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Results:
        """Works out a period, such as "2027-Q1".

        The run is kept below the folder `out`; without one it is kept in a passing folder, as long as the results are in use. Bad rows
        stop it before anything is written, unless they are `set_aside`. Raises `Problems`.
        """
        from compplan.engine.run import run_plans

        asked = _period(period)
        plans = self.plans()
        passing = TemporaryDirectory(prefix="compplan-run-") if out is None else None
        folder = Path(passing.name) if passing is not None else Path(out or "")
        run = run_plans(
            self.project, plans, self.read.sources, asked, folder, set_aside=set_aside, threads=threads, progress=progress
        )  # fmt: skip
        return Results(run, passing)

    def trace(self, period: str | FiscalPeriod, payee: str, record: str, plan: str | None = None) -> RecordTrace:
        """What became of one record of the project, and why a payee is credited with it or not; printing it prints it as text.

        Raises `Problems` where there is no such record or payee.
        """
        from compplan.engine.trace_record import trace_record

        asked = _period(period)
        return trace_record(self.project, self.read, asked, payee, record, plan)

    def compare(
        self, old: str | Path, new: str | Path, period: str | FiscalPeriod, *, by: Sequence[str] | None = None, set_aside: bool = False
    ) -> Compared:
        """What a period costs by two sets of plans: each a folder with a project, a plan file, or a git revision.

        `by` are columns of people by which pay is grouped. Raises `Problems` as a run does.
        """
        from compplan.api.whatif import Compared
        from compplan.whatif.comparison.compare import compare_plans
        from compplan.whatif.comparison.plan_side import plan_side

        before, after = (plan_side(self.project, str(named)) for named in (old, new))
        return Compared(compare_plans(self.project, before, after, _period(period), by, set_aside=set_aside))

    def try_scenarios(
        self,
        period: str | FiscalPeriod,
        file: str | Path | None = None,
        *,
        sets: Sequence[str] = (),
        by: Sequence[str] | None = None,
        set_aside: bool = False,
    ) -> TriedScenarios:
        """What scenarios cost beside things as they are: those of a YAML file, and one of `sets`, as `compplan try --set` takes them.

        Raises `Problems` with all that is wrong with the scenarios.
        """
        from compplan.api.whatif import TriedScenarios
        from compplan.whatif.scenarios.try_scenarios import try_scenarios

        return TriedScenarios(try_scenarios(self.project, _asked(file, sets), _period(period), by, set_aside=set_aside))

    def simulate(
        self,
        period: str | FiscalPeriod,
        file: str | Path | None = None,
        *,
        sets: Sequence[str] = (),
        replicates: int = 1000,
        seed: int = 1,
        method: str = "blocks",
        each: str = "payee",
        blocks: Period = "month",
        season: Season = "quarter",
        history: tuple[str, str] | None = None,
        known_through: date | None = None,
        draw: Sequence[str] | None = None,
        pipeline: tuple[str, str, str] | None = None,
        budget: Decimal | int | None = None,
        by: Sequence[str] | None = None,
        set_aside: bool = False,
    ) -> Simulated:
        """What a period may cost, as it is and under scenarios, which are given as `try_scenarios` takes them.

        `history` are the first and the last period to draw from; `pipeline` a kind of record, a column, and what stands there while a
        record is open. All else is as `compplan simulate` takes it. Raises `Problems` as that does.
        """
        from compplan.api.whatif import Simulated
        from compplan.engine.steps import Months
        from compplan.whatif.simulation.project import simulate_project
        from compplan.whatif.simulation.settings import METHODS, Settings

        if method not in METHODS:
            message = f"“{method}” is no way to draw: there are {' and '.join(METHODS)}."
            raise Problems([Diagnostic("simulation", "This cannot be simulated", message)])
        past = None if history is None else Months(period_of(history[0]).first_month, period_of(history[1]).last_month)
        settings = Settings(
            _period(period), replicates, seed, "model" if method == "model" else "blocks", each, blocks, season, known_through, past,
            None if draw is None else tuple(draw), pipeline=pipeline,
        )  # fmt: skip
        amount = None if budget is None else Decimal(budget)
        return Simulated(simulate_project(self.project, settings, _asked(file, sets), by, amount, set_aside=set_aside))


def _period(period: str | FiscalPeriod) -> FiscalPeriod:
    return period_of(period) if isinstance(period, str) else period


def _asked(file: str | Path | None, sets: Sequence[str]) -> list[Asked]:
    from compplan.whatif.scenarios.asked import read_file, read_flags

    found = [] if file is None else list(read_file(Path(file)).scenarios)
    return [*found, read_flags(sets)] if sets else found
