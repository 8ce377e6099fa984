"""A new folder, whole or not at all, and never over one that is there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compplan.diagnostics.model import Diagnostic, Problems
from compplan.diagnostics.storage import trouble


def must_be_new(folder: Path) -> None:
    """Raises `Problems` where there is such a folder already: asked before a long search, too."""
    if folder.exists():
        message = f"{folder} is there already; nothing is written over."
        raise Problems([Diagnostic("folder-exists", "The folder is there already", message, hint="Name another with --out, or remove it.")])


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder beside `folder`, to be filled; at the end it takes that name, and when anything fails it is gone.

    Raises `Problems` where there is such a folder already, or it cannot be written.
    """
    must_be_new(folder)
    made: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        yield made
        made.chmod(0o755)
        made.replace(folder)
    except OSError as error:
        found = trouble(error)
        message = f"{folder} cannot be written: {found.why}."
        raise Problems([Diagnostic("unwritable", "The result cannot be written", message, hint=found.advice)]) from None
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
