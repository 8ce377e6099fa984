"""Which hidden folder is being worked in, and which was left behind by a process that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

_LOCK = ".lock"


class FolderLock:
    """Held on a folder as long as this process works in it; the system lets it go when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._path = folder / _LOCK

    def release(self) -> None:
        """Let it go."""
        os.close(self._descriptor)


def remove_abandoned(parent: Path, prefix: str) -> None:
    """Takes away every folder of that prefix that nobody works in."""
    for folder in parent.glob(prefix + "*"):
        lock = folder / _LOCK
        try:
            descriptor = os.open(lock, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        finally:
            os.close(descriptor)
        shutil.rmtree(folder, ignore_errors=True)
