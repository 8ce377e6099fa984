"""Which hidden folder is being worked in, and which was left behind by a process that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

LOCK = ".lock"


class FolderLock:
    """Held on a folder as long as this process works in it; the system lets it go when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let it go."""
        os.close(self._descriptor)


def make_locked_folder(parent: Path, prefix: str) -> tuple[Path, FolderLock]:
    """A new folder of that prefix with its lock. Raises OSError where none can be made."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            descriptor = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        except FileNotFoundError:
            continue
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return folder, FolderLock(descriptor)
        os.close(descriptor)  # another process took it for abandoned before it was locked


def remove_lock(folder: Path) -> None:
    """Takes the lock's file out of a folder that is finished."""
    (folder / LOCK).unlink(missing_ok=True)


def remove_abandoned(parent: Path, prefix: str, rescue: Callable[[Path], None]) -> None:
    """Takes away every folder of that prefix that nobody works in; `rescue` may first move one elsewhere that is worth keeping."""
    for folder in parent.glob(prefix + "*"):
        lock = folder / LOCK
        try:
            descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            rescue(folder)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(descriptor)
