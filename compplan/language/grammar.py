"""The parser and the tables that lark makes of the grammar, kept between runs in the user's cache folder."""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from compplan.language.reading import Reader
from compplan.language.tables import TABLES_FORM, Tables, tables_of

if TYPE_CHECKING:
    from lark import Lark
    from lark.lexer import TerminalDef

_PACKAGED = Path(__file__).parent.parent / "grammar" / "compplan.lark"
_CHECKOUT = Path(__file__).parent.parent.parent / "grammar" / "compplan.lark"


WORD_END = r"\b"


def grammar_text() -> str:
    """The grammar, from the wheel or from the checkout."""
    return (_PACKAGED if _PACKAGED.exists() else _CHECKOUT).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def reader() -> Reader:
    """Reads what follows the grammar; its tables are taken from the cache where they are there, made and kept there where not."""
    cached = _cached("tables", TABLES_FORM)
    try:
        return Reader(Tables(*marshal.loads(cached.read_bytes())))
    except Exception:  # noqa: BLE001 - whatever is wrong with a cached file, the answer is to make it again
        made = tables_of(parser())
        _keep(lambda stream: stream.write(marshal.dumps(made.as_plain())), cached)
        return Reader(made)


@lru_cache(maxsize=1)
def parser() -> Lark:
    """The parser itself, which says why something cannot be read; from the cache, as above."""
    from lark import Lark, __version__  # a text that can be read needs none of lark

    cached = _cached("grammar", __version__)
    try:
        with cached.open("rb") as stream:
            return Lark.load(stream)
    except Exception:  # noqa: BLE001
        made = Lark(grammar_text(), parser="lalr", propagate_positions=True, maybe_placeholders=True, edit_terminals=_whole_word)
        _keep(made.save, cached)
        return made


def _whole_word(terminal: TerminalDef) -> None:
    """Lets a keyword end only where a word ends, so that `payy` is not read as `pay y`."""
    from lark.lexer import PatternRE, PatternStr

    if isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.isalpha():
        terminal.pattern = PatternRE(terminal.pattern.value + WORD_END)
        terminal.priority = max(terminal.priority, 1)


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "compplan"


def _cached(what: str, made_by: str) -> Path:
    key = hashlib.sha256(f"whole words\n{grammar_text()}\n{made_by}\n{sys.version}".encode()).hexdigest()[:32]
    return _cache_folder() / f"{what}-{key}.bin"


def _keep(write: Callable[[IO[bytes]], object], cached: Path) -> None:
    """Write whole or not at all; a folder that cannot be written to only costs time."""
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cached.parent, delete=False) as stream:
            write(stream)
        Path(stream.name).replace(cached)
    except OSError:
        return
