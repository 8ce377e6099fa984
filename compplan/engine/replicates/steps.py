"""Which steps are worked out once for all replicates, which for each of them, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from sqlglot import exp

from compplan.engine.relations import RECORDS, STEPS
from compplan.engine.replicates.carry import carried
from compplan.engine.replicates.expand import expanded, given_out_in
from compplan.engine.replicates.keys import Key
from compplan.engine.replicates.once_each import once_each
from compplan.engine.replicates.scopes import Keyed, reads_keyed
from compplan.engine.steps import Check, Step, Wanted
from compplan.immutable import immutable


@immutable
class Replicated:
    """The steps that are made once, those that are made for each replicate, and of every step whose rows have a key, which one."""

    once: tuple[Step, ...]
    each: tuple[Step, ...]
    keys: dict[str, Key]

    @property
    def gives_rows_out(self) -> bool:
        """Whether some step needs the rows of every copy for each replicate that takes it, and not only what they add up to."""
        queries = [q for step in self.each for q in (step.query, *(c.query for c in step.checks))]
        return any(given_out_in(query) for query in queries)


def replicated(steps: Sequence[Step], drawn: Collection[str]) -> Replicated:
    """The steps, where the records in the tables `drawn` have a copy, and each replicate takes some copies.

    Steps are in the order in which they are made; those that nothing drawn goes into stay as they are.
    """
    keyed: dict[tuple[str, str], Key] = {(RECORDS, name): Key.COPY for name in drawn}
    once, each = [], []
    for step in steps:
        if not reads_keyed(step.query, keyed):
            once.append(step)
            continue
        query = carried(step.query, keyed)
        if query is not None:
            once.append(replace(step, query=_select(query), keys=(*step.keys, Key.COPY.value)))
            keyed[STEPS, step.name] = Key.COPY
            continue
        keyed[STEPS, step.name] = Key.REPLICATE
        checks = tuple(_check(c, keyed) for c in step.checks)
        each.append(
            replace(step, query=_select(once_each(expanded(step.query, keyed))), keys=(*step.keys, Key.REPLICATE.value), checks=checks)
        )
    return Replicated(tuple(once), tuple(each), {name: key for (schema, name), key in keyed.items() if schema == STEPS})


def _select(query: exp.Query) -> exp.Select:
    assert isinstance(query, exp.Select)
    return query


def _check(check: Check, keyed: Keyed) -> Check:
    """A check of something that is made for each replicate: what it finds is told with the replicate."""
    if not reads_keyed(check.query, keyed) or carried(check.query, keyed) is not None:
        return check
    query = _select(expanded(check.query, keyed))
    wanted = None if check.wanted is None else _shorter(check.wanted)
    return replace(check, query=query, message=_in_replicate(check.message), wanted=wanted)


def _in_replicate(message: Callable[[tuple[object, ...]], str]) -> Callable[[tuple[object, ...]], str]:
    return lambda row: f"{message(row[:-1])} That is so in replicate {row[-1]}."


def _shorter(wanted: Callable[[tuple[object, ...]], Wanted | None]) -> Callable[[tuple[object, ...]], Wanted | None]:
    return lambda row: wanted(row[:-1])
