"""Files into validated relations: the project file, its sources, and what is wrong with their rows."""

from compplan.records.form import project_json_schema
from compplan.records.load import KindCount, LoadedRecords, load_records, write_rejects
from compplan.records.project import PROJECT_FILE, Project, load_project
from compplan.records.spec import AddUp, ColumnSource, SourceSpec

__all__ = [
    "PROJECT_FILE",
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
