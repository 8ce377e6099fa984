"""What a lowered credit looks like to those that read it: the names and types of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from compplan.engine import sql
from compplan.engine.emit import Emitted
from compplan.engine.sql import Figure
from compplan.engine.steps import path_name
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import RecordKind

_OTHER_COLUMNS = re.compile(r"record.*|payee|give|via|date|month|share|overlay|repetition|(own|total|first)_\d+|conversion_\d+_.*")


@immutable
class CreditShape:
    """What a lowered credit looks like: its step, its record's key, the type of each amount, the record's fields that it carries along."""

    credit: ty.Credit
    step: str
    record: tuple[str, ...]
    share: Figure
    amounts: Mapping[str, Figure]
    fields: Mapping[tuple[str, ...], Emitted]

    @property
    def marks(self) -> tuple[str, ...]:
        """What tells apart several credits of one payee on one record: which give, and through whom; only where there can be several."""
        give = ("give",) if len(self.credit.gives) > 1 else ()
        return (*give, "via") if self.credit.from_credit else give

    def column(self, leaf: ty.CreditField | ty.RecordField, alias: str) -> Emitted:
        """A field of a row of the credit, under a table's alias."""
        if isinstance(leaf, ty.RecordField):
            return at(self.fields[leaf.path], carried(leaf.path), alias)
        if leaf.name == "share":
            return at(self.share, "share", alias)
        if leaf.name == "repetition":
            return Figure(sql.cast(sql.column("repetition", alias), sql.decimal_type(18, 0)), 18, 0)
        if leaf.name == "overlay":
            return sql.column("overlay", alias)
        return at(self.amounts[leaf.name], amount_columns(self.amounts)[leaf.name], alias)


def at(shape: Emitted, name: str, alias: str) -> Emitted:
    """A column of the same type as another, under a table's alias."""
    node = sql.column(name, alias)
    return Figure(node, shape.digits, shape.decimals) if isinstance(shape, Figure) else node


def carried(path: tuple[str, ...]) -> str:
    """The name under which a credit carries a field of its record."""
    return f"record_{path_name(path)}"


def amount_columns(names: Iterable[str]) -> dict[str, str]:
    """The column for each amount of a credit: its own name, unless the credit has another column of that name, in whatever case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        column = f"amount_{name}" if _OTHER_COLUMNS.fullmatch(name.lower()) else name
        while column.lower() in taken:
            column += "_"
        taken.add(column.lower())
        found[name] = column
    return found


def record_columns(kind: RecordKind) -> tuple[str, ...]:
    """The names under which a credit carries its record's key."""
    return ("record", *(f"record_{n}" for n in range(2, len(kind.key) + 1)))


ORDER = ("give", "via", "share", "credited")
"""What follows date and record in the order of a payee's credits; rows that are the same in all of it are the same."""
