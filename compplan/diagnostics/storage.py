"""What the system says of files and disks, in the reader's words."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

from compplan.immutable import immutable


@immutable
class Trouble:
    """Why a file could not be used, as the end of a sentence, and what to do."""

    why: str
    advice: str


_ROOM = "Make room on the disk, then run it again."
_PLACE = "Ask whoever looks after the machine for access, or use another place."

_TROUBLES: Mapping[int, Trouble] = {
    errno.ENOSPC: Trouble("the disk is full", _ROOM),
    errno.EDQUOT: Trouble("your share of the disk is used up", _ROOM),
    errno.EFBIG: Trouble("a file would grow larger than the system allows", _ROOM),
    errno.EACCES: Trouble("you have no permission", _PLACE),
    errno.EPERM: Trouble("you have no permission", _PLACE),
    errno.EROFS: Trouble("nothing can be written there", _PLACE),
    errno.ENOENT: Trouble("there is no such file or folder", "See whether the name is right."),
    errno.ENOTDIR: Trouble("a file stands where a folder is needed", "Name a folder, or move the file away."),
    errno.EEXIST: Trouble("a file stands where a folder is needed", "Name a folder, or move the file away."),
    errno.EISDIR: Trouble("it is a folder", "Name a file."),
    errno.ENXIO: Trouble("it is no plain file", "Name a file."),
    errno.ENAMETOOLONG: Trouble("the name is too long", "Choose a shorter name."),
    errno.EINVAL: Trouble("the name is none that the disk takes", "Choose another name."),
    errno.EILSEQ: Trouble("the name is none that the disk takes", "Choose another name."),
    errno.ELOOP: Trouble("links lead in a circle", "Name the file itself."),
    errno.EMFILE: Trouble("too many files are open", "Close other programs, then run it again."),
    errno.ENFILE: Trouble("too many files are open", "Close other programs, then run it again."),
    errno.EIO: Trouble("the disk reports a fault", "Have the disk looked at; a copy elsewhere may still work."),
}
_FULL_MEMORY = Trouble("there is not enough memory, nor room on the disk to do without", "Make room, then run it again.")
_UNKNOWN = "Make sure that there is room on the disk and that the files may be used, then run it again."


def trouble(error: BaseException) -> Trouble:
    """What an error of the system means; also one that a library has put into a text of its own."""
    return known_trouble(error) or Trouble(_first_sentence(error), _UNKNOWN)


def known_trouble(error: BaseException) -> Trouble | None:
    """The same; None where it says nothing of files, disks or memory."""
    number = error.errno if isinstance(error, OSError) else None
    if number is not None and number in _TROUBLES:
        return _TROUBLES[number]
    said = str(error)
    if "max_temp_directory_size" in said or "Out of Memory" in said or isinstance(error, MemoryError):
        return _FULL_MEMORY
    return next((found for code, found in _TROUBLES.items() if os.strerror(code) in said), None)


def _first_sentence(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"the system says “{error.strerror}”"
    first = (str(error).splitlines() or [""])[0].rstrip(". ")
    return f"the system says “{first}”" if first else "the system does not say why"
