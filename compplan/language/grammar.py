"""The parser and the tables that lark makes of the grammar, kept between runs in the user's cache folder."""

from __future__ import annotations

import hashlib
import marshal
import sys
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.kept import keep, kept
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
    """Reads what follows the grammar; its tables are those that were kept, or made and kept where there are none."""
    name = _name("tables", TABLES_FORM)
    try:
        return Reader(Tables(*marshal.loads(kept(name))))
    except Exception:  # noqa: BLE001 - whatever is wrong with what was kept, the answer is to make it again
        made = tables_of(parser())
        keep(name, marshal.dumps(made.as_plain()))
        return Reader(made)


@lru_cache(maxsize=1)
def parser() -> Lark:
    """The parser itself, which says why something cannot be read; the one that was kept, as above."""
    from lark import Lark, __version__  # a text that can be read needs none of lark

    name = _name("grammar", __version__)
    try:
        return Lark.load(BytesIO(kept(name)))
    except Exception:  # noqa: BLE001
        made = Lark(grammar_text(), parser="lalr", propagate_positions=True, maybe_placeholders=True, edit_terminals=_whole_word)
        stream = BytesIO()
        made.save(stream)
        keep(name, stream.getvalue())
        return made


def _name(what: str, made_by: str) -> str:
    key = hashlib.sha256(f"whole words\n{grammar_text()}\n{made_by}\n{sys.version}".encode()).hexdigest()[:32]
    return f"{what}-{key}.bin"


def _whole_word(terminal: TerminalDef) -> None:
    """Lets a keyword end only where a word ends, so that `payy` is not read as `pay y`."""
    from lark.lexer import PatternRE, PatternStr

    if isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.isalpha():
        terminal.pattern = PatternRE(terminal.pattern.value + WORD_END)
        terminal.priority = max(terminal.priority, 1)
