"""Records that hold from a day to a day can only be read where a day is at hand."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.walk import every
from compplan.schema import PEOPLE, RecordKind, ReferenceType


def on_the_way(env: Environment, kind: RecordKind, path: tuple[str, ...]) -> RecordKind | None:
    """The first dated kind that a path leads to from a row of a kind."""
    for name in path[:-1]:
        column = kind.column(name)
        assert column is not None
        assert isinstance(column.type, ReferenceType)
        kind = env.schema.kinds[column.type.kind]
        if kind.valid is not None:
            return kind
    return None


def check_source(env: Environment, kind: RecordKind, span: Span) -> bool:
    """A credit comes from records of which each key has one row."""
    if kind.valid is None:
        return True
    message = f"Rows of {kind.name} hold from a day to a day, so one key has several, and a credit could not say which it comes from."
    env.problem("dated-record", message, span, f"Credit records that happen on a day, and read {kind.name} through them.")
    return False


def check_date(env: Environment, kind: RecordKind, dated: ty.RecordField) -> bool:
    """The day on which a record counts decides what is read of dated records, so it cannot be read through them."""
    found = on_the_way(env, kind, dated.path)
    if found is None:
        return True
    message = f"Rows of {found.name} hold from a day to a day, and this is the day that would say which."
    env.problem("dated-record", message, dated.span, "Take the day from the record itself.")
    return False


def check_payees(env: Environment, where: ty.Expr) -> bool:
    """Who is a payee changes with their own rows alone."""
    people = env.schema.kinds[PEOPLE]
    for e in every(where):
        found = on_the_way(env, people, e.path) if isinstance(e, ty.PayeeField) and e.path else None
        if found is not None:
            message = f"Who is a payee goes by columns of their own; rows of {found.name} hold from a day to a day, and change beside them."
            env.problem("dated-record", message, e.span, "Declare a column of people that says it.")
            return False
    return True


def check_rows(env: Environment, kind: RecordKind, formulas: tuple[ty.Expr | None, ...], span: Span) -> bool:
    """Rows that are added up for a period are of that period; a dated row, or what it leads to, may change within."""
    paths = ((e.path, e.span) for f in formulas if f is not None for e in every(f) if isinstance(e, ty.RecordField))
    found, where = (
        (kind, span) if kind.valid is not None else next(((k, s) for p, s in paths if (k := on_the_way(env, kind, p))), (None, span))
    )
    if found is None:
        return True
    message = f"Rows of {found.name} hold from a day to a day, and no day is at hand here."
    env.problem("dated-record", message, where, "Read them through a reference of a record that is credited, or of the payee.")
    return False
