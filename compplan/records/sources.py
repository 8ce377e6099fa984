"""Opens a source file by its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from compplan.records.csv_text import open_csv
from compplan.records.opened import Opened, Workspace, check_headers, refuse
from compplan.records.paths import find_files
from compplan.records.spec import SourceSpec
from compplan.records.sql import path_text

FORMATS = (".csv", ".tsv", ".parquet", ".xlsx")


def open_source(workspace: Workspace, file: Path, spec: SourceSpec) -> Opened:
    """A file as a relation, whatever its format.

    Raises `RefusedError` where it cannot be read at all, `OSError` where the system does not let it.
    """
    given = _given(file, spec)
    if not given:
        return _open(workspace, file, spec)
    read = {n: s for n, s in spec.columns.items() if n not in given}
    return _with(_open(workspace, file, replace(spec, columns=read)), given)


def _with(opened: Opened, given: Mapping[str, str | None]) -> Opened:
    """The same with columns that are set, however the file is read."""
    again = opened.again
    return replace(opened, given=given, again=None if again is None else lambda: _with(again(), given))


def _given(file: Path, spec: SourceSpec) -> Mapping[str, str | None]:
    """What the project sets for the rows of a file. Raises `RefusedError` where it is named twice, with different settings."""
    found = [g for g in spec.given if file in find_files(spec.root, g.pattern)]
    if any(g.values != found[0].values for g in found):
        patterns = " and ".join(f"“{g.pattern}”" for g in found)
        message = f"{file.name} is among {patterns}, for which the source of {spec.kind} sets different values."
        raise refuse("source-twice", "A file is named twice", message, file, 1, "Name each file once.")
    return found[0].values if found else {}


def _open(workspace: Workspace, file: Path, spec: SourceSpec) -> Opened:
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
