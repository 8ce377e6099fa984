"""The parser that lark makes of the grammar, kept between runs in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from lark import Lark, __version__
from lark.lexer import PatternRE, PatternStr, TerminalDef

_PACKAGED = Path(__file__).parent.parent / "grammar" / "compplan.lark"
_CHECKOUT = Path(__file__).parent.parent.parent / "grammar" / "compplan.lark"


WORD_END = r"\b"


def grammar_text() -> str:
    """The grammar, from the wheel or from the checkout."""
    return (_PACKAGED if _PACKAGED.exists() else _CHECKOUT).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def parser() -> Lark:
    """The parser; read from the cache where it is there, made and kept there where not."""
    text = grammar_text()
    key = hashlib.sha256(f"whole words\n{text}\n{__version__}\n{sys.version}".encode()).hexdigest()[:32]
    cached = _cache_folder() / f"grammar-{key}.bin"
    try:
        with cached.open("rb") as stream:
            return Lark.load(stream)
    except Exception:  # noqa: BLE001 - whatever is wrong with a cached file, the answer is to make it again
        made = Lark(text, parser="lalr", propagate_positions=True, maybe_placeholders=True, edit_terminals=_whole_word)
        _keep(made, cached)
        return made


def _whole_word(terminal: TerminalDef) -> None:
    """Lets a keyword end only where a word ends, so that `payy` is not read as `pay y`."""
    if isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.isalpha():
        terminal.pattern = PatternRE(terminal.pattern.value + WORD_END)
        terminal.priority = max(terminal.priority, 1)


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "compplan"


def _keep(made: Lark, cached: Path) -> None:
    """Write whole or not at all; a folder that cannot be written to only costs time."""
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cached.parent, delete=False) as stream:
            made.save(stream)
        Path(stream.name).replace(cached)
    except OSError:
        return
