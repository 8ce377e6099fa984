"""Paths that a project names: inside its folder or not at all."""

from __future__ import annotations

import errno
from pathlib import Path, PurePosixPath, PureWindowsPath

from compplan.diagnostics.model import Diagnostic, Problems

_GLOB = frozenset("*?[")


class OutsideProjectError(ValueError):
    """A path leads out of the project's folder; the text says how."""


def find_files(root: Path, pattern: str) -> tuple[Path, ...]:
    """The files that a path or glob names, sorted, as paths that begin with `root`; none where nothing matches.

    Raises `OutsideProjectError` where the pattern, or a symbolic link on the way, leads out of `root`, and `Problems` where the name of a
    file is not text.
    """
    check_inside(pattern)
    literal = root / pattern
    try:
        if not any(c in _GLOB for c in pattern) or literal.is_file():
            found = [literal] if literal.exists() else []
        else:
            found = sorted(root.glob(pattern))
    except ValueError:  # `**` beside other letters, which is no pattern
        return ()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return ()
        raise
    home = root.resolve()
    for path in found:
        check_name(path)
        if not path.resolve().is_relative_to(home):
            raise OutsideProjectError(f"{path.relative_to(root).as_posix()} is a link that leads out of the project's folder")
    return tuple(p for p in found if p.is_file())


def check_name(path: Path) -> None:
    """Raises `Problems` where a path is written in bytes that are no UTF-8: nothing could be said or kept of such a file."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        message = f"The name “{shown}” is not written in UTF-8, so that it cannot be read as text."
        raise Problems([Diagnostic("bad-file-name", "A name cannot be read", message, None, "Rename the file or folder.")]) from None


def check_inside(pattern: str) -> None:
    """Raises `OutsideProjectError` where a pattern could name something outside the project's folder."""
    windows, posix = PureWindowsPath(pattern), PurePosixPath(pattern)
    if not pattern or "\0" in pattern:
        raise OutsideProjectError("a path is expected")
    if windows.is_absolute() or posix.is_absolute() or windows.drive or windows.root or "://" in pattern:
        raise OutsideProjectError(f"“{pattern}” does not start from the project's folder")
    if ".." in posix.parts or ".." in windows.parts:
        raise OutsideProjectError(f"“{pattern}” leads out of the project's folder")


def relative(root: Path, path: Path) -> str:
    """A path as seen from the project's folder, with forward slashes."""
    return path.relative_to(root).as_posix()
