"""Works out once in each row what a query's formulas say many times, such as the attainment that every row of tiers cuts and compares.

The database finds what is the same by itself, but not inside of conditions.
"""

from __future__ import annotations

from collections import Counter

from sqlglot import exp

from compplan.engine.replicates.scopes import is_aggregated, questions, windows

BELOW = "below"
FEWEST, SMALLEST = 3, 20
"""A formula stays where it is if it stands there less often, or has fewer parts."""


def once_each(query: exp.Query) -> exp.Query:
    """The query with its most repeated formula worked out in a query below; as it is where that cannot be said, or helps not."""
    if not isinstance(query, exp.Select) or is_aggregated(query) or windows(query) or query.args.get("distinct") or questions(query):
        return query
    if query.find(exp.Star) is not None or query.args.get("with_") is not None or query.args.get("from_") is None:
        return query
    repeated = _most_repeated(query.expressions)
    return query if repeated is None else _below(query, repeated)


def _most_repeated(formulas: list[exp.Expr]) -> str | None:
    """The condition that takes the most work away if it is worked out once; as SQL."""
    found: Counter[str] = Counter()
    sizes: dict[str, int] = {}
    for formula in formulas:
        for case in formula.find_all(exp.Case):
            text = case.sql("duckdb", copy=False)
            found[text] += 1
            if text not in sizes:
                sizes[text] = sum(1 for _ in case.walk())
    often = [text for text, times in found.items() if times >= FEWEST and sizes[text] >= SMALLEST]
    return max(often, key=lambda text: ((found[text] - 1) * sizes[text], text), default=None)


def _below(query: exp.Select, repeated: str) -> exp.Select:
    """All that the formulas read, and the repeated one, in a query below."""
    inner = query.copy()
    read: dict[str, tuple[str, exp.Column]] = {}
    once: exp.Expr | None = None
    outer = []
    for formula in query.expressions:
        holder = exp.Paren(this=formula.unalias().copy())
        for case in list(holder.find_all(exp.Case)):
            if case.sql("duckdb", copy=False) == repeated:
                once = case.copy()
                case.replace(_column("e"))
        for column in list(holder.find_all(exp.Column)):
            if column.table != BELOW:
                name = read.setdefault(column.sql("duckdb"), (f"c{len(read)}", column.copy()))[0]
                column.replace(_column(name))
        outer.append(exp.Alias(this=holder.this, alias=exp.to_identifier(formula.alias_or_name, quoted=True)))
    assert once is not None
    inner.set("expressions", [*(exp.alias_(column, name) for name, column in read.values()), exp.alias_(once, "e")])
    return exp.select(*outer, copy=False).from_(inner.subquery(BELOW, copy=False), copy=False)


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(BELOW, quoted=True))
