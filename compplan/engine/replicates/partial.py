"""Sums over rows that have a copy: added up for each copy first, and then for each replicate over the copies that it takes."""

from __future__ import annotations

from sqlglot import exp

from compplan.engine.replicates.keys import CHOICES, Key, draws
from compplan.engine.replicates.scopes import Keyed, aggregates, key_of, questions, reads_keyed, sources, windows

_AGAIN: dict[type[exp.Expr], type[exp.Expr]] = {exp.Sum: exp.Sum, exp.Count: exp.Sum, exp.Min: exp.Min, exp.Max: exp.Max}
"""How what was added up for each copy is added up for all of them."""


def added_up_by_copy(query: exp.Select, keyed: Keyed) -> exp.Select | None:
    """The query for each replicate, worked out in two stages; None where it is no plain sum over rows of one source with copies."""
    alias = _one_copied(query, keyed)
    group = query.args.get("group")
    if alias is None or group is None or any(query.args.get(n) for n in ("distinct", "having", "qualify", "limit", "order", "with_")):
        return None
    if windows(query) or any(reads_keyed(q, keyed) for q in questions(query)):
        return None
    groups: list[exp.Expr] = list(group.expressions)
    totals = _Totals(groups)
    outer = [totals.outside(e) for e in query.expressions]
    if any(e is None for e in outer):
        return None
    inner = query.copy()
    inner.set("expressions", [*totals.inside(), Key.COPY.named(Key.COPY.column(alias))])
    inner.args["group"].append("expressions", Key.COPY.column(alias))
    replicate = Key.REPLICATE.column("h")
    chosen = exp.EQ(this=Key.COPY.column("h"), expression=Key.COPY.column("a"))
    whole = exp.select(*(e for e in outer if e is not None), copy=False).from_(inner.subquery("a", copy=False), copy=False)
    whole = whole.join(draws(CHOICES, "h"), on=chosen, copy=False)
    whole = whole.group_by(*(_column(f"g{i}") for i in range(len(groups))), replicate, copy=False)
    return whole.select(Key.REPLICATE.named(replicate.copy()), copy=False)


def _one_copied(query: exp.Select, keyed: Keyed) -> str | None:
    """The alias of the one source with a key, if that is a copy in every row."""
    with_key = [s for s in sources(query) if reads_keyed(s, keyed)]
    if len(with_key) != 1 or not isinstance(with_key[0], exp.Table) or key_of(with_key[0], keyed) is not Key.COPY:
        return None
    outer = [j.this for j in query.args.get("joins") or [] if j.side]
    return None if any(with_key[0] is o for o in outer) else with_key[0].alias_or_name


class _Totals:
    """The parts of a query that adds up: what it groups by, and every sum in it."""

    def __init__(self, groups: list[exp.Expr]) -> None:
        self.groups = groups
        self.sums: list[exp.Expr] = []

    def inside(self) -> list[exp.Expr]:
        """What is selected for each copy."""
        groups = [exp.alias_(g.copy(), f"g{i}") for i, g in enumerate(self.groups)]
        return [*groups, *(exp.alias_(s.copy(), f"t{i}") for i, s in enumerate(self.sums))]

    def outside(self, selected: exp.Expr) -> exp.Expr | None:
        """A selected formula on top of what is selected for each copy; None where that cannot be said."""
        name = selected.alias_or_name
        found = self._rewritten(selected.unalias().copy())
        return None if found is None else exp.Alias(this=found, alias=exp.to_identifier(name, quoted=True))

    def _rewritten(self, formula: exp.Expr) -> exp.Expr | None:
        holder = exp.Paren(this=formula)
        for node in aggregates(formula):
            again = _AGAIN.get(type(node))
            if again is None or isinstance(node.this, exp.Distinct) or isinstance(node.parent, exp.Filter):
                return None
            node.replace(self._again(node, again))
        for i, grouped in enumerate(self.groups):
            for same in [n for n in holder.walk() if n == grouped]:
                same.replace(_column(f"g{i}"))
        if any(c.table != "a" for c in holder.find_all(exp.Column)):
            return None
        rewritten: exp.Expr = holder.this
        return rewritten

    def _again(self, node: exp.Expr, again: type[exp.Expr]) -> exp.Expr:
        if node not in self.sums:
            self.sums.append(node.copy())
        total = again(this=_column(f"t{self.sums.index(node)}"))
        return exp.cast(total, "BIGINT") if isinstance(node, exp.Count) else total


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier("a", quoted=True))
