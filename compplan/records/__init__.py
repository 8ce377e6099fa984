"""Files into validated relations: the project file, its sources, and what is wrong with their rows.

What reads records needs the database, which takes a while to import; it is imported when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

from compplan.records.spec import AddUp, ColumnSource, SourceSpec

if TYPE_CHECKING:
    from compplan.records.form import project_json_schema
    from compplan.records.load import KindCount, LoadedRecords, load_records, write_rejects
    from compplan.records.project import load_project
    from compplan.records.project_file import Project

__all__ = [
    "AddUp",
    "ColumnSource",
    "KindCount",
    "LoadedRecords",
    "Project",
    "SourceSpec",
    "load_project",
    "load_records",
    "project_json_schema",
    "write_rejects",
]

_FROM = {
    "project_json_schema": "compplan.records.form",
    "KindCount": "compplan.records.load",
    "LoadedRecords": "compplan.records.load",
    "load_records": "compplan.records.load",
    "write_rejects": "compplan.records.load",
    "Project": "compplan.records.project_file",
    "load_project": "compplan.records.project",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has the name
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_FROM[name]), name)
