"""What took long to make, kept between runs in the user's cache folder. Where it is lost or cannot be kept, it is made again."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def kept(name: str) -> bytes:
    """What was kept under a name; raises `OSError` where there is nothing."""
    return (_folder() / name).read_bytes()


def keep(name: str, data: bytes, most: int | None = None) -> None:
    """Keeps it, whole or not at all; of all whose names begin alike up to a hyphen, only the `most` that were kept last stay."""
    try:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as stream:
            stream.write(data)
        Path(stream.name).replace(folder / name)
        if most is not None:
            alike = sorted(folder.glob(f"{name.partition('-')[0]}-*"), key=lambda f: f.stat().st_mtime_ns)
            for old in alike[:-most]:
                old.unlink(missing_ok=True)
    except OSError:
        return


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "compplan"
