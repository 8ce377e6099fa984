"""A project in a folder of its own, made of a few lines of YAML and a few files, and what loading it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import duckdb
import pytest

from compplan.diagnostics.model import Diagnostic, Problems
from compplan.records import LoadedRecords, load_project, load_records

PEOPLE = """
people:
  source: people.csv
  key: person
  columns: {person: text}
"""


@dataclass(frozen=True)
class Company:
    """A folder with a project in it."""

    root: Path
    connection: duckdb.DuckDBPyConnection

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def project(self, records: str) -> None:
        """Writes compplan.yaml with these kinds of record, and people."""
        kinds = dedent(records).strip("\n")
        if "people:" not in kinds:
            kinds = PEOPLE.strip("\n") + "\n" + kinds
            if not (self.root / "people.csv").exists():
                self.write({"people.csv": "person\nAnna\nBen\n"})
        self.write({"compplan.yaml": f"company: Halden Systems\ncurrency: USD\nrecords:\n{indent(kinds, '  ')}\n"})

    def load(self) -> LoadedRecords:
        return load_records(load_project(self.root), self.connection)

    def rows(self, kind: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f'SELECT * FROM records."{kind}"').fetchall()

    def rejects(self) -> list[tuple[Any, ...]]:
        """Line, column, value and code of each thing that is wrong."""
        return self.connection.execute('SELECT line, "column", value, code FROM records.rejects').fetchall()

    def reasons(self) -> list[str]:
        return [r for (r,) in self.connection.execute("SELECT reason FROM records.rejects").fetchall()]

    def refusal(self) -> Diagnostic:
        """The one problem for which loading gives up."""
        with pytest.raises(Problems) as raised:
            self.load()
        (problem,) = raised.value.diagnostics
        return problem

    def deals(self, column: str, *cells: str, header: str = "deal,x") -> LoadedRecords:
        """Loads deals with a column `x` of the given type, one deal for each cell."""
        self.project(f"deals:\n  source: deals.csv\n  key: deal\n  columns:\n    deal: text\n    x: {column}")
        quoted = "".join(f'D{i},"{c}"\n' for i, c in enumerate(cells, start=1))
        self.write({"deals.csv": f"{header}\n{quoted}"})
        return self.load()


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        yield Company(tmp_path, connection)


@pytest.fixture
def problems_of(tmp_path: Path) -> Callable[[str], list[Diagnostic]]:
    """What is said of the text of a project file."""

    def told(text: str) -> list[Diagnostic]:
        (tmp_path / "compplan.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(Problems) as raised:
            load_project(tmp_path)
        return list(raised.value.diagnostics)

    return told
