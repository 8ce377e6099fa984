"""One reading of a text: its syntax tree, or where and why it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language.build import Builder
from compplan.language.build_formulas import InvalidText
from compplan.language.grammar import parser, reader
from compplan.language.reading import CannotBeReadError

if TYPE_CHECKING:
    from lark import UnexpectedInput


@immutable
class Failure:
    """Why a text could not be read: lark's error, or a word that means nothing."""

    line: int
    column: int
    error: UnexpectedInput | None
    invalid: InvalidText | None


def attempt(text: str, path: str) -> t.File | Failure:
    """What a text says, or why it cannot be read; a sentence that does not follow the grammar comes before a word that means nothing."""
    try:
        built = reader().read(text, Builder(path, text))
    except CannotBeReadError:
        failure = _why_not(text)
        assert failure is not None, "what follows the grammar can be read"
        return failure
    except InvalidText as invalid:
        return _why_not(text) or Failure(invalid.span.line, invalid.span.column, None, invalid)
    assert isinstance(built, t.File)
    return built


def _why_not(text: str) -> Failure | None:
    """Where and why a text does not follow the grammar."""
    from lark import UnexpectedCharacters, UnexpectedInput, UnexpectedToken  # as seldom as something cannot be read

    try:
        parser().parse(text)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        return Failure(error.line, error.column, error, None)
    except UnexpectedInput as error:
        return Failure(text.count("\n"), 1, error, None)
    return None
