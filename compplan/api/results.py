"""What came of a period, from Python: payouts, credits and explanations, as Arrow tables and as text."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from compplan.immutable import immutable

if TYPE_CHECKING:
    import pyarrow as pa

    from compplan.engine.explain_difference import Difference
    from compplan.engine.explanation import Explanation
    from compplan.engine.run_folder import Run


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
