"""A run's results as CSV files: totals, payouts, lines, credits and awards, a file for each."""

from __future__ import annotations

from pathlib import Path

from compplan.engine.result_lines import opened_results
from compplan.engine.result_tables import write_csv
from compplan.engine.run_folder import Run
from compplan.reports.new_files import new_files


def write_csv_files(run: Run, folder: Path) -> tuple[Path, ...]:
    """Writes the files into a folder, which is made where there is none, and gives their paths.

    The same run gives the same bytes. Raises `Problems` where a file of one of the names is there and holds something else, where the run
    is damaged, and where the disk does not take the files.
    """
    with opened_results(run) as (connection, tables):
        names = tuple(f"{table.name}.csv" for table in tables)
        with new_files(folder, names) as passing:
            for table, name in zip(tables, names, strict=True):
                write_csv(connection, table, passing / name)
    return tuple(folder / name for name in names)
