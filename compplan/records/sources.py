"""Opens a source file by its format."""

from __future__ import annotations

from pathlib import Path

import duckdb

from compplan.records.csv_text import open_csv
from compplan.records.opened import Opened, Workspace, check_headers, refuse
from compplan.records.spec import SourceSpec
from compplan.records.sql import path_text

FORMATS = (".csv", ".tsv", ".parquet", ".xlsx")


def open_source(workspace: Workspace, file: Path, spec: SourceSpec) -> Opened:
    """A file as a relation, whatever its format.

    Raises `RefusedError` where it cannot be read at all, `OSError` where the system does not let it.
    """
    suffix = file.suffix.lower()
    if suffix in {".csv", ".tsv", ".txt"}:
        return open_csv(workspace, file, spec)
    if suffix == ".parquet":
        return _open_parquet(workspace, file, spec)
    if suffix in {".xlsx", ".xlsm"}:
        from compplan.records.workbook import open_workbook  # what it needs takes long to import

        return open_workbook(workspace, file, spec)
    message = f"{file.name} ends in “{file.suffix}”; {', '.join(FORMATS)} files are read."
    hint = "Save it as .xlsx." if suffix in {".xls", ".xlsb", ".ods"} else "Export it as CSV, or name it by its format."
    raise refuse("unknown-format", "This kind of file is not read", message, file, 1, hint)


def _open_parquet(workspace: Workspace, file: Path, spec: SourceSpec) -> Opened:
    relation = f"read_parquet({path_text(file)}, hive_partitioning = false)"
    try:
        described = workspace.connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error:
        message = f"{file.name} is not a Parquet file that can be read; it may be damaged or half written."
        raise refuse("unreadable-file", "The file cannot be read", message, file, 1, "Export it again.") from None
    check_headers([str(row[0]) for row in described], spec, file)
    columns = {str(row[0]): (str(row[0]), str(row[1])) for row in described}
    return Opened(relation, columns, lambda _: ((), lambda numbers: [n + 1 for n in numbers]), is_text=False)
