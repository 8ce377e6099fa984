"""What steps of several variants have in common inside: subqueries that say the same and read the same are made steps of their own.

Two versions of a component whose rates differ still add up the same running totals, which is most of the work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from sqlglot import exp

from compplan.engine.contents import Contents, query_content
from compplan.engine.steps import Step, table, tables_read

_WORK = (exp.Window, exp.AggFunc, exp.Group, exp.Distinct)
"""What makes it worth keeping what a subquery gives: it sorts or adds up. What only picks and computes is as fast done again."""


def with_common_subqueries(variants: Sequence[Contents]) -> tuple[Contents, ...]:
    """The same steps, and before those in which variants differ the subqueries that two of them have in common nevertheless."""
    variants_with = Counter(content for one in variants for content in one.hashes.values())
    differing = {content for content, count in variants_with.items() if count < len(variants)}
    steps_with: Counter[str] = Counter()
    distinct = {one.hashes[step.name]: (one, step) for one in variants for step in one.lowered.steps}
    for content in differing:
        variant, step = distinct[content]
        steps_with.update({inside for _, inside in _candidates(step.query, variant)})
    common = {inside for inside, count in steps_with.items() if count > 1}
    return tuple(_taken_out(one, common, differing) for one in variants) if common else tuple(variants)


def _taken_out(variant: Contents, common: Set[str], differing: Set[str]) -> Contents:
    steps: dict[str, Step] = {}
    hashes = dict(variant.hashes)
    for step in variant.lowered.steps:
        if hashes[step.name] not in differing:
            steps[step.name] = step
            continue
        query = step.query.copy()
        for node, inside in _candidates(query, variant):
            if inside in common and _is_within(node, query):
                made = Step(f"common~{inside[:16]}", step.title, (), node.this, tuple(tables_read(node.this)), step.span)
                steps.setdefault(made.name, made)
                hashes[made.name] = inside
                node.this.replace(exp.select(exp.Star()).from_(table(made.name), copy=False))
        steps[step.name] = replace(step, query=query, reads=tuple(tables_read(query)))
    return replace(variant, lowered=replace(variant.lowered, steps=tuple(steps.values())), hashes=hashes)


def _candidates(query: exp.Select, variant: Contents) -> Iterator[tuple[exp.Expr, str]]:
    """The subqueries worth keeping that stand on their own, the outer ones first, with a hash of what each says and reads."""
    for node in list(query.find_all(exp.Subquery, exp.CTE)):
        is_relation = isinstance(node, exp.CTE) or isinstance(node.parent, (exp.From, exp.Join))
        if is_relation and isinstance(node.this, exp.Select) and node.find(*_WORK) is not None and _stands_alone(node.this):
            yield node, query_content("", [node.this], variant.hashes, variant.readings)


def _stands_alone(query: exp.Select) -> bool:
    """Whether it reads nothing that only the query around it has."""
    given = {cte.alias for cte in query.find_all(exp.CTE)}
    if any(not t.db and t.name not in given for t in query.find_all(exp.Table)):
        return False
    named = {n.alias_or_name for n in query.find_all(exp.Table, exp.Subquery, exp.Unnest)}
    return all(not c.table or c.table in named for c in query.find_all(exp.Column))


def _is_within(node: exp.Expr, query: exp.Select) -> bool:
    """Whether it still is a part of the query, not of something that was taken out of it."""
    while node.parent is not None:
        node = node.parent
    return node is query
