"""A project that was read before: as long as its file is the same, what was found in it is kept, so that it need not be checked again.

Checking the file takes longer than checking a plan of a thousand lines, most of it for what it takes to begin.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from pathlib import Path

from compplan.kept import keep, kept
from compplan.records.paths import find_files
from compplan.records.project_file import Project, find_project_file

MOST = 20
"""How many projects are kept."""


def load_kept_project(path: Path) -> Project:
    """What `load_project` gives, and raises."""
    file = find_project_file(path)
    try:
        fingerprint = _fingerprint(file)
    except OSError:
        fingerprint = None
    name = f"project-{hashlib.sha256(str(file.absolute()).encode()).hexdigest()[:32]}.bin"
    project = None if fingerprint is None else _as_kept(name, fingerprint, file)
    if project is not None:
        return project
    from compplan.records.project import read_project  # with it comes what checks the form

    project, patterns = read_project(file)
    if fingerprint is not None:
        data = pickle.dumps((project.company, project.schema, project.calendar, project.sources, patterns))
        keep(name, fingerprint + data, MOST)
    return project


def _fingerprint(file: Path) -> bytes:
    """A hash of the file, as it is named, and of all that reads it."""
    here = Path(__file__).parent
    code = [f.read_bytes() for f in sorted((*here.glob("*.py"), *here.parent.glob("*.py")))]
    found = hashlib.sha256(f"{file}\n{sys.version}\n".encode())
    for part in (file.read_bytes(), *code):
        found.update(hashlib.sha256(part).digest())
    return found.digest()


def _as_kept(name: str, fingerprint: bytes, file: Path) -> Project | None:
    """The project that was kept, with the plan files that are there now; None where it was not kept, or a plan file is not found."""
    try:
        data = kept(name)
        if not data.startswith(fingerprint):
            return None
        company, schema, calendar, sources, patterns = pickle.loads(data[len(fingerprint) :])
        found = [find_files(file.parent, pattern) for pattern in patterns]
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the answer is to read the file again
        return None
    if not all(found):
        return None
    plan_files = tuple(dict.fromkeys(one for files in found for one in files))
    return Project(file.parent, file, company, schema, calendar, plan_files, sources)
