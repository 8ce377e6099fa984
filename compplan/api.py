"""The product from Python: open a project, check it, run a period, and ask for payouts, credits and explanations as Arrow tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from compplan.calendar import FiscalPeriod, parse_period
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.project_plans import ProjectPlans, read_plans

if TYPE_CHECKING:
    import pyarrow as pa

    from compplan.engine.examples import Tried
    from compplan.engine.explain_difference import Difference
    from compplan.engine.explanation import Explanation
    from compplan.engine.run_folder import Run
    from compplan.engine.trace_record import RecordTrace
    from compplan.language import typed as ty
    from compplan.records.project_file import Project

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

        asked = period_of(period) if isinstance(period, str) else period
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

        asked = period_of(period) if isinstance(period, str) else period
        return trace_record(self.project, self.read, asked, payee, record, plan)


@immutable
class Results:
    """What came of a period. Tables are Arrow's, which pandas, Polars and DuckDB take as they are; amounts are decimals."""

    run: Run
    _passing: TemporaryDirectory[str] | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Results {self.run.manifest.company} {self.run.manifest.period}: {self.folder}>"

    @property
    def folder(self) -> Path:
        """The folder that holds every step of the run as Parquet, and its manifest."""
        return self.run.folder

    @property
    def payouts(self) -> pa.Table:
        """A row for each plan, payee, payout period (`label`) and component; what a cap takes off has rows of the kind `cap`.

        `amount` is what is paid, in `currency`; `counted` is the same in the currency of the plan.
        """
        return self.run.payouts()

    @property
    def earnings(self) -> pa.Table:
        """A row for each earning: plan, component, payee, month, the record where it is earned on one, amount."""
        return self.run.earnings()

    @property
    def awards(self) -> pa.Table:
        """A row for each award that was won: plan, component, payee, month, quantity."""
        return self.run.awards()

    def credits(self, name: str | None = None) -> pa.Table:
        """Who is credited with what in the period: every credit of that name, with all its columns.

        Without a name, the credits of every name under each other: `credit`, which is the name, and the columns that all of them have.
        Raises `Problems` where there is no such credit.
        """
        if name is not None:
            return self.run.credits(name)
        names = [step.removeprefix("credit_") for step in self.run.manifest.credits]
        return _together([(name, self.run.credits(name)) for name in names])

    def write_workbook(self, path: str | Path) -> None:
        """Writes a workbook of totals, payouts, lines, credits and awards. Raises `Problems` where another file is there."""
        from compplan.reports.workbook import write_workbook

        write_workbook(self.run, Path(path))

    def write_csv(self, folder: str | Path) -> None:
        """Writes the same as CSV files into a folder. Raises `Problems` where anything else is there already."""
        from compplan.reports.csv_files import write_csv_files

        write_csv_files(self.run, Path(folder))

    def step(self, name: str) -> pa.Table:
        """Every row of one step, with all its columns. Raises `Problems` where there is none of that name."""
        return self.run.step(name)

    def explain(self, payee: str, plan: str | None = None, *, names: bool = False) -> Explanation:
        """Why a payee got what it got; printing it prints it as text. With `names`, colleagues who are ranked are named.

        Raises `Problems` where nobody of that name was paid.
        """
        from compplan.engine.explain import explain

        return explain(self.run, payee, plan, names=names)

    def compare(self, before: Results, payee: str, plan: str | None = None) -> Difference:
        """What a payee gets more or less than in another period, and why; printing it prints it as text.

        Raises `Problems` as `explain` does.
        """
        from compplan.engine.explain_difference import difference

        return difference(before.explain(payee, plan), self.explain(payee, plan))


def _together(tables: list[tuple[str, pa.Table]]) -> pa.Table:
    """Tables under each other, with the columns that all of them have, and the name of each row's in front."""
    import pyarrow as pa

    if not tables:
        return pa.table({"credit": pa.array([], pa.string())})
    shared = [c for c in tables[0][1].column_names if all(c in t.column_names for _, t in tables)]
    named = []
    for name, table in tables:
        names = pa.array([name] * len(table), pa.string())
        named.append(table.select(shared).add_column(0, "credit", names))
    return pa.concat_tables(named, promote_options="permissive")
