"""Whether keys repeat, asked cheaply: hashes of keys are sorted, and only where two are equal are the keys themselves compared."""

from __future__ import annotations

from compplan.records.flags import Tables

FEW = 500_000
"""Rows up to which the database counts hashes itself."""

AT_ONCE = 50_000_000
"""Hashes that are held in memory at a time; more rows are taken in several turns."""


def may_repeat(tables: Tables, relation: str, key: str, condition: str, rows: int) -> bool:
    """Whether two rows under a condition have keys with the same hash; where not, all keys differ.

    `key` is a list of columns, `rows` about how many rows there are.
    """
    if rows <= FEW:
        return tables.scalar(f"SELECT count(*) - count(DISTINCT hash({key})) FROM {relation} WHERE {condition}") > 0
    turns = 1 + rows // AT_ONCE
    return any(_repeats(tables, f"SELECT hash({key}) AS h FROM {relation} WHERE {condition}", turn, turns) for turn in range(turns))


def _repeats(tables: Tables, hashes: str, turn: int, turns: int) -> bool:
    """Sorting whole numbers is several times cheaper than putting them into a hash table."""
    part = hashes if turns == 1 else f"SELECT h FROM ({hashes}) WHERE h % {turns} = {turn}"
    found = tables.connection.execute(part).fetchnumpy()["h"]
    found.sort()
    return bool((found[1:] == found[:-1]).any())
