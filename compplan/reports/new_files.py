"""New files, whole or not at all, and never over anything that is there already."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.storage import trouble


@contextmanager
def new_files(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """A hidden folder in which to make files of these names; they are moved into `folder` at the end.

    A file that is there already and holds the same is left as it is. Raises `Problems` where one holds anything else, before any file is
    moved, and where the disk does not take them.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".compplan-", dir=folder) as passing:
            yield Path(passing)
            made = {Path(passing) / name: folder / name for name in names}
            wanted = {new: target for new, target in made.items() if not _is_same(new, target)}
            for new, target in wanted.items():
                _place(new, target)
    except OSError as error:
        found = trouble(error)
        message = f"Nothing can be written to {folder}: {found.why}."
        raise Problems([Diagnostic("not-exported", "The files cannot be written", message, None, found.advice)]) from error


def _is_same(new: Path, target: Path) -> bool:
    """Whether the target holds the same already; raises Problems where it holds something else."""
    if not os.path.lexists(target):
        return False
    if target.is_file() and filecmp.cmp(new, target, shallow=False):
        return True
    raise _taken(target)


def _place(new: Path, target: Path) -> None:
    """Give the file its name; a link never takes the place of what came there meanwhile."""
    try:
        os.link(new, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError:
        if os.path.lexists(target):
            raise _taken(target) from None
        new.rename(target)


def _taken(target: Path) -> Problems:
    message = f"{target} is there already, and holds something else; it would be lost."
    hint = "Name another one, or move that one away first."
    return Problems([Diagnostic("not-exported", "The files cannot be written", message, None, hint)])
