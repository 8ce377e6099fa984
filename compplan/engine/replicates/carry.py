"""Carries the copy through a query whose rows each depend on one copy alone, so that it is worked out once for all replicates.

Keys of drawn records differ from copy to copy: what is joined by them is joined within a copy.
"""

from __future__ import annotations

from sqlglot import exp

from compplan.engine.replicates.keys import Key
from compplan.engine.replicates.scopes import Keyed, is_aggregated, key_of, questions, reads_keyed, sources, windows

_ACROSS_ROWS = ("distinct", "limit", "order", "qualify", "having")


def carried(query: exp.Query, keyed: Keyed) -> exp.Query | None:
    """The query with the copy as its last column; None where its rows depend on more than a copy."""
    found = query.copy()
    return found if _carry(found, dict(keyed)) else None


def _carry(query: exp.Expr, keyed: dict[tuple[str, str], Key]) -> bool:
    """Adds the copy to a query; says whether that could be done."""
    if isinstance(query, exp.SetOperation):
        plain = not query.args.get("distinct") and query.args.get("with_") is None
        return plain and isinstance(query, exp.Union) and _carry(query.this, keyed) and _carry(query.expression, keyed)
    if isinstance(query, exp.Subquery):
        return _carry(query.this, keyed)
    if not isinstance(query, exp.Select) or is_aggregated(query) or windows(query) or any(query.args.get(n) for n in _ACROSS_ROWS):
        return False
    inside = dict(keyed)
    for cte in query.ctes:
        if reads_keyed(cte.this, inside):
            if not _carry(cte.this, inside):
                return False
            inside["", cte.alias] = Key.COPY
    if not all(_asks_of_its_record(q) for q in questions(query) if reads_keyed(q, inside)):
        return False
    alias = _copied(query, inside)
    if alias is None:
        return False
    add_key(query, Key.COPY, Key.COPY.column(alias), _keyed_aliases(query, inside))
    return True


def _copied(query: exp.Select, keyed: dict[tuple[str, str], Key]) -> str | None:
    """The alias of a source with a copy in every row; None where there is none, or where something is made for each replicate."""
    found = None
    joins = query.args.get("joins") or []
    for source, join in zip(sources(query), [None, *joins], strict=False):
        if isinstance(source, exp.Table):
            key = key_of(source, keyed)
        elif reads_keyed(source, keyed):
            key = Key.COPY if _carry(source, keyed) else Key.REPLICATE
        else:
            key = None
        if key is Key.REPLICATE:
            return None
        if key is Key.COPY:
            if found is None and join is not None and join.side:
                return None
            found = found or source.alias_or_name
    return found


def _keyed_aliases(query: exp.Select, keyed: dict[tuple[str, str], Key]) -> list[str]:
    return [s.alias_or_name for s in sources(query) if reads_keyed(s, keyed)]


def _asks_of_its_record(question: exp.Query) -> bool:
    """Whether a query inside a formula is about rows with the same key as the row that asks."""
    where = question.args.get("where")
    own = {s.alias_or_name for s in sources(question)} if isinstance(question, exp.Select) else set()
    if where is None:
        return False
    for equal in where.find_all(exp.EQ):
        left, right = equal.this.unnest(), equal.expression.unnest()
        if isinstance(left, exp.Column) and isinstance(right, exp.Column) and (left.table in own) != (right.table in own):
            return True
    return False


def add_key(query: exp.Select, key: Key, node: exp.Expr, aliases: list[str]) -> None:
    """Selects a key as the last column; the stars of the query leave it out of what they stand for."""
    except_key = exp.to_identifier(key.value, quoted=True)
    for selected in query.expressions:
        star = selected if isinstance(selected, exp.Star) else selected.this if isinstance(selected, exp.Column) else None
        if isinstance(star, exp.Star) and (star is selected or selected.table in aliases):
            star.set("except_", [*(star.args.get("except_") or ()), except_key.copy()])
    query.append("expressions", key.named(node))
