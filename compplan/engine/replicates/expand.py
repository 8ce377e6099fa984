"""Works a query out for each replicate: every source gives its rows replicate by replicate, and what looks across rows stays within one.

Rows that have a copy are given to each replicate that takes the copy. Where such rows are only added up, they are added up for each copy
first, which leaves far fewer rows to give out: sums of sums are the same sums.
"""

from __future__ import annotations

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.replicates.carry import add_key
from compplan.engine.replicates.keys import CHOICES, DRAWS, REPLICATES, Key, draws
from compplan.engine.replicates.partial import added_up_by_copy
from compplan.engine.replicates.scopes import Keyed, is_aggregated, key_of, questions, reads_keyed, sources, windows

_Keys = dict[tuple[str, str], Key]


def expanded(query: exp.Query, keyed: Keyed) -> exp.Query:
    """The query for each replicate, with the replicate as its last column."""
    found = query.copy()
    _query(found, dict(keyed))
    return found


def _query(query: exp.Expr, keyed: _Keys) -> bool:
    """Works a query out for each replicate where it reads what differs between them; says whether it does."""
    if isinstance(query, exp.Subquery):
        return _query(query.this, keyed)
    if not isinstance(query, exp.Query):
        return False
    inside = _in_front(query, keyed)
    if not reads_keyed(query, inside):
        return False
    if isinstance(query, exp.SetOperation):
        for branch in (query.this, query.expression):
            if not _query(branch, inside):
                branch.replace(_for_every_replicate(branch))
    elif isinstance(query, exp.Select):
        _select(query, inside)
    return True


def _for_every_replicate(query: exp.Expr) -> exp.Select:
    """A query that is the same for all replicates, for each of them."""
    rows = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier("q")), Key.REPLICATE.named(Key.REPLICATE.column("z")))
    same = query.copy()
    assert isinstance(same, exp.Query)
    return rows.from_(same.subquery("q", copy=False), copy=False).join(draws(REPLICATES, "z"), join_type="cross", copy=False)


def _in_front(query: exp.Query, keyed: _Keys) -> _Keys:
    """What is known of relations inside a query that has others in front of it; those are worked out for each replicate first."""
    inside = dict(keyed)
    for cte in query.ctes:
        if _query(cte.this, inside):
            inside["", cte.alias] = Key.REPLICATE
    return inside


def _select(query: exp.Select, keyed: _Keys) -> None:
    added = added_up_by_copy(query, keyed)
    if added is not None:
        _become(query, added)
        return
    aliases = _sources(query, keyed)
    replicate = _joined(query, aliases)
    for question in questions(query):
        _ask(question, keyed, replicate)
    if is_aggregated(query):
        assert query.args.get("group") is not None, "a sum over all rows, which has none where there are no rows"
        query.args["group"].append("expressions", replicate.copy())
    for window in windows(query):
        window.append("partition_by", replicate.copy())
    add_key(query, Key.REPLICATE, replicate.copy(), aliases)


def _become(query: exp.Select, other: exp.Select) -> None:
    """Makes a query say what another says, in its place."""
    for name in list(query.args):
        query.set(name, None)
    for name, value in other.args.items():
        query.set(name, value)


def _sources(query: exp.Select, keyed: _Keys) -> list[str]:
    """Has every source give its rows for each replicate; the aliases of those that differ between replicates."""
    found = []
    for source in sources(query):
        alias = source.alias_or_name
        if isinstance(source, exp.Table):
            key = key_of(source, keyed)
            if key is Key.COPY:
                source.replace(given_out(source).subquery(alias, copy=False))
            if key is not None:
                found.append(alias)
        elif _query(source, keyed):
            found.append(alias)
    return found


def given_out(source: exp.Expr) -> exp.Select:
    """The rows of a source with copies, for each replicate that takes the copy."""
    rows = exp.select(exp.Column(this=exp.Star(except_=[exp.to_identifier(Key.COPY.value, quoted=True)]), table=exp.to_identifier("s")))
    rows = rows.select(Key.REPLICATE.named(Key.REPLICATE.column("h")), copy=False)
    aliased = exp.alias_(source.copy(), "s", table=True, copy=False)
    chosen = exp.EQ(this=Key.COPY.column("h"), expression=Key.COPY.column("s"))
    return rows.from_(aliased, copy=False).join(draws(CHOICES, "h"), on=chosen, copy=False)


def given_out_in(query: exp.Expr) -> bool:
    """Whether a query gives out rows with copies as they are."""
    found = (t.find_ancestor(exp.Select) for t in query.find_all(exp.Table) if (t.db, t.name) == (DRAWS, CHOICES))
    return any(select is not None and select.args.get("group") is None for select in found)


def _joined(query: exp.Select, aliases: list[str]) -> exp.Column:
    """Has all sources speak of the same replicate; gives the column that says which one.

    Where the first source does not differ and others may have no row for it, each of its rows stands beside every replicate.
    """
    joins: list[exp.Join] = query.args.get("joins") or []
    first = query.args.get("from_")
    base = first.this.alias_or_name if first is not None and first.this.alias_or_name in aliases else None
    if base is None:
        base = next((j.this.alias_or_name for j in joins if j.this.alias_or_name in aliases), None)
        before = next((j for j in joins if j.side and j.this.alias_or_name in aliases), None)
        if base is None or (before is not None and joins.index(before) <= _at(joins, base)):
            base = "z"
            _beside_replicates(query)
            joins = query.args["joins"]
    replicate = Key.REPLICATE.column(base)
    for join in joins:
        alias = join.this.alias_or_name
        if alias in aliases and alias != base:
            same = exp.EQ(this=Key.REPLICATE.column(alias), expression=replicate.copy())
            on = join.args.get("on")
            join.set("on", same if on is None else exp.And(this=sql.paren(on), expression=same))
            if join.kind == "CROSS":
                join.set("kind", None)
    return replicate


def _at(joins: list[exp.Join], alias: str) -> int:
    return next(i for i, j in enumerate(joins) if j.this.alias_or_name == alias)


def _beside_replicates(query: exp.Select) -> None:
    replicates = draws(REPLICATES, "z")
    if query.args.get("from_") is None:
        query.from_(replicates, copy=False)
        query.set("joins", [])
        return
    query.set("joins", [exp.Join(this=replicates, kind="CROSS"), *(query.args.get("joins") or [])])


def _ask(question: exp.Query, keyed: _Keys, replicate: exp.Column) -> None:
    """Has a query inside a formula speak of the replicate of the row that asks."""
    if not reads_keyed(question, keyed):
        return
    assert isinstance(question, exp.Select)
    inside = _in_front(question, keyed)
    aliases = _sources(question, inside)
    own = _joined(question, aliases)
    for each in questions(question):
        _ask(each, inside, own)
    for window in windows(question):
        window.append("partition_by", own.copy())
    question.where(exp.EQ(this=own.copy(), expression=replicate.copy()), copy=False)
