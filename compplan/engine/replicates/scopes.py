"""What a query says itself, without the queries inside it: its sources, and what it adds up or looks at across rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from compplan.engine.relations import RECORDS, STEPS
from compplan.engine.replicates.keys import Key

Keyed = Mapping[tuple[str, str], Key]
"""The relations whose rows have a key, by schema and name; queries in front of others have no schema."""


def key_of(table: exp.Table, keyed: Keyed) -> Key | None:
    """The key that the rows of a table have."""
    return keyed.get((table.db, table.name))


def sources(select: exp.Select) -> list[exp.Expr]:
    """What stands after FROM, and what is joined to it, in order."""
    first = select.args.get("from_")
    return [] if first is None else [first.this, *(join.this for join in select.args.get("joins") or ())]


def own_nodes(select: exp.Select) -> Iterator[exp.Expr]:
    """The nodes of a query that are in no query inside it; of those, only the outermost node."""
    for name, value in select.args.items():
        if name == "with_":
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, exp.Expr):
                yield from part.walk(prune=lambda node: isinstance(node, exp.Query))


def questions(select: exp.Select) -> list[exp.Query]:
    """The queries inside formulas and conditions of a query: those that are no source of it."""
    skipped = {id(source) for source in sources(select)}
    found = (node for node in own_nodes(select) if isinstance(node, exp.Query) and id(node) not in skipped)
    return [node.this if isinstance(node, exp.Subquery) else node for node in found]


def aggregates(node: exp.Expr) -> list[exp.AggFunc]:
    """The sums, counts and the like in a formula that are taken over the rows of a group; those over windows are not."""
    return [each for each in node.walk(prune=lambda n: isinstance(n, (exp.Query, exp.Window))) if isinstance(each, exp.AggFunc)]


def is_aggregated(select: exp.Select) -> bool:
    """Whether a query adds rows up."""
    return select.args.get("group") is not None or any(aggregates(e) for e in select.expressions)


def windows(select: exp.Select) -> list[exp.Window]:
    """The windows of a query's own formulas."""
    return [node for node in own_nodes(select) if isinstance(node, exp.Window)]


def reads_keyed(query: exp.Expr, keyed: Keyed) -> bool:
    """Whether a query, or one inside it, reads rows that have a key."""
    return any(key_of(t, keyed) is not None for t in query.find_all(exp.Table))


def names_read(query: exp.Expr) -> set[tuple[str, str]]:
    """The records and steps that a query reads."""
    return {(t.db, t.name) for t in query.find_all(exp.Table) if t.db in (RECORDS, STEPS)}
