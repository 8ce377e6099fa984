"""Hashes of source files, worked out beside everything else; and whether the files are still what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from compplan.diagnostics.model import Diagnostic, Problems, Span
from compplan.immutable import immutable
from compplan.records.opened import CHUNK

Stamp = tuple[int, ...]


@immutable
class Fingerprint:
    """A file as it was when it was read: its SHA-256, and by what a change shows without reading it again."""

    file: Path
    stamp: Stamp
    sha256: str


@dataclass(slots=True)
class Hashing:
    """Hashes files on a thread of its own, so that the readers need not wait; each file is looked at before they open it."""

    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    begun: dict[Path, tuple[Stamp, Future[str]]] = field(default_factory=dict)

    def begin(self, file: Path) -> None:
        """Starts on a file, unless it was before. Raises `OSError` where it cannot be looked at."""
        if file not in self.begun:
            self.begun[file] = stamp(file), self.thread.submit(sha256, file)

    def done(self) -> tuple[Fingerprint, ...]:
        """The fingerprints of all files begun. Raises `OSError` where one cannot be read."""
        return tuple(Fingerprint(file, seen, hashed.result()) for file, (seen, hashed) in self.begun.items())

    def close(self) -> None:
        """Lets go of the thread; what has not been begun is not done."""
        self.thread.shutdown(wait=True, cancel_futures=True)


def stamp(file: Path) -> Stamp:
    """Size, times and identity of a file. Raises `OSError` where it is not there."""
    found = file.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def sha256(file: Path) -> str:
    """The hash of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def check_unchanged(files: Mapping[str, Fingerprint]) -> None:
    """Raises `Problems` naming each file whose content is no longer what was read; `files` go by the names to tell.

    A file that was merely touched or copied onto itself is hashed again, and passes.
    """
    changed = [_changed(name, seen) for name, seen in files.items() if not _is_same(seen)]
    if changed:
        raise Problems(changed)


def _is_same(seen: Fingerprint) -> bool:
    try:
        return stamp(seen.file) == seen.stamp or sha256(seen.file) == seen.sha256
    except OSError:
        return False


def _changed(name: str, seen: Fingerprint) -> Diagnostic:
    message = f"{name} was changed, moved or removed after its rows had been checked, so the figures could come from two states of it."
    hint = "Wait until whatever writes the file is done, then run again."
    return Diagnostic("file-changed", "A file changed while it was used", message, Span(str(seen.file), 1, 1, 1, 1), hint)
