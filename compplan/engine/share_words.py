"""What is said of a record whose shares do not add up."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from compplan.engine import sql
from compplan.language import typed as ty


def amiss(credit: ty.Credit, given: object, columns: Sequence[str], empty: Sequence[object]) -> str:
    """What is wrong with the shares of one record: somebody is not named, or too much or too little is given.

    `given` is the share that is given to somebody; `columns` name the persons who are given a share directly, `empty` says for each whether
    nobody stands there.
    """
    total, share = _percent(credit.total), Fraction(str(given))
    without = list(dict.fromkeys(column for column, is_empty in zip(columns, empty, strict=True) if is_empty))
    if without and share < credit.total:
        verb = "is" if len(without) == 1 else "are"
        left = _percent(credit.total - share)
        return f"{' and '.join(without)} {verb} empty, so that {left} of {credit.name} goes to nobody; {total} must be given."
    return f"of {credit.name}, {_percent(share)} is given to somebody; it must be {total}."


def column_name(target: ty.Expr) -> str:
    """The column that names a person, as it is written."""
    path = target.path if isinstance(target, (ty.RecordField, ty.PayeeField)) else ()
    return ".".join(path) or "payee"


def key_text(row: Sequence[object]) -> str:
    """A record's key, as it is shown."""
    return ", ".join(str(v) for v in row)


def _percent(share: Fraction) -> str:
    return f"{sql.decimal_of(share * 100):f}%"
