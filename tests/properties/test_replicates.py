"""Replicates that are worked out together come to what each comes to alone, on just the records that it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st

from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.database import Keeper, create_calendar, create_kind, insert_rows, make_steps, open_database
from compplan.engine.lower import lower
from compplan.engine.reach import reach
from compplan.engine.relations import STEPS
from compplan.engine.replicates.keys import CHOICES, DRAWS, REPLICATES, Key
from compplan.engine.replicates.steps import replicated
from compplan.engine.steps import Lowered, Months
from tests.generators import Case, cases, check
from tests.properties.effort import examples
from tests.support.engine import run_engine

ROOTS = {"deals": ("splits", "receipts"), "leads": ()}
"""What is drawn, and the kinds whose rows go with it."""
COPIES = 4


@dataclass(frozen=True)
class Drawn:
    """The copy that each record of a kind is in, and the copies that each replicate takes."""

    copies: Mapping[str, Mapping[str, int]]
    taken: tuple[frozenset[int], ...]

    def of(self, kind: str, row: Mapping[str, Any]) -> int:
        """The copy of a row."""
        root = next(r for r, dependents in ROOTS.items() if kind == r or kind in dependents)
        return self.copies[root][row[root.removesuffix("s")]]

    def records(self, case: Case, number: int) -> dict[str, list[Any]]:
        """The records of a replicate, alone."""
        drawn = [*ROOTS, *(d for dependents in ROOTS.values() for d in dependents)]
        return {
            kind: [r for r in rows if kind not in drawn or self.of(kind, r) in self.taken[number]] for kind, rows in case.records.items()
        }


@st.composite
def drawn_cases(draw: st.DrawFn) -> tuple[Case, Drawn]:
    """A case, with its deals and leads in copies."""
    case = draw(cases())
    copy = st.integers(0, COPIES - 1)
    copies = {root: {str(row[root.removesuffix("s")]): draw(copy) for row in case.records.get(root, ())} for root in ROOTS}
    taken = draw(st.lists(st.frozensets(copy, min_size=1), min_size=2, max_size=2))
    return case, Drawn(copies, tuple(taken))


@examples(8)
@given(drawn_cases())
def test_replicates_together_come_to_what_each_comes_to_alone(drawn: tuple[Case, Drawn]) -> None:
    case, copies = drawn
    note(str(copies))
    alone = [
        run_engine(case.plan_text, case.schema, case.calendar, copies.records(case, n), case.first_month, case.last_month)
        for n in range(len(copies.taken))
    ]
    together = _together(case, copies)
    if any(found.errors for found in alone):
        assert not isinstance(together, dict), "what is wrong in a replicate is told"
        return
    assert isinstance(together, dict), together
    for number, found in enumerate(alone):
        paid = {(payee, label, name, currency): amount for payee, label, name, currency, amount in found.paid if amount}
        assert {key[1:]: amount for key, amount in together.items() if key[0] == number} == paid


def _together(case: Case, copies: Drawn) -> dict[tuple[Any, ...], Fraction] | Sequence[Diagnostic]:
    plan, errors = check(case.plan_text, case.calendar, case.schema)
    assert plan is not None, errors
    asked = Months(case.first_month, case.last_month)
    with open_database(threads=1) as connection:
        drawn = [*ROOTS, *(d for dependents in ROOTS.values() for d in dependents)]
        for kind in case.schema.kinds.values():
            create_kind(connection, kind)
            columns = [c.name for c in kind.columns]
            insert_rows(connection, kind, columns, [[row.get(c) for c in columns] for row in case.records.get(kind.name, ())])
            if kind.name in drawn:
                root = next(r for r, dependents in ROOTS.items() if kind.name == r or kind.name in dependents)
                relation, key = f'records."{kind.name}"', root.removesuffix("s")
                connection.execute(f'ALTER TABLE {relation} ADD COLUMN "{Key.COPY.value}" INTEGER')
                for record, copy in copies.copies[root].items():
                    connection.execute(f'UPDATE {relation} SET "{Key.COPY.value}" = $1 WHERE {key} = $2', [copy, record])
        create_calendar(connection, case.calendar, reach([plan], case.calendar, asked))
        connection.execute(f"CREATE SCHEMA {DRAWS}")
        connection.execute(f'CREATE TABLE {DRAWS}.{REPLICATES} AS SELECT unnest(range({len(copies.taken)})) AS "{Key.REPLICATE.value}"')
        connection.execute(f'CREATE TABLE {DRAWS}.{CHOICES} ("{Key.REPLICATE.value}" INTEGER, "{Key.COPY.value}" INTEGER)')
        for number, taken in enumerate(copies.taken):
            for copy in taken:
                connection.execute(f"INSERT INTO {DRAWS}.{CHOICES} VALUES (?, ?)", [number, copy])
        found = replicated(lower([plan], case.schema, case.calendar, asked).steps, drawn)
        try:
            for steps in (found.once, found.each):
                make_steps(connection, Lowered(steps, (), (), ()), Keeper())
        except Problems as problems:
            return problems.diagnostics
        return _sums(connection.execute(_PAYOUTS.format(_replicate(found.keys))).fetchall(), len(copies.taken))


_PAYOUTS = f"SELECT {{}}, payee, label, kind, component, amount, currency FROM {STEPS}.payouts"


def _replicate(keys: Mapping[str, Key]) -> str:
    return f'"{Key.REPLICATE.value}"' if keys.get("payouts") is Key.REPLICATE else "NULL"


def _sums(rows: Sequence[tuple[Any, ...]], count: int) -> dict[tuple[Any, ...], Fraction]:
    sums: dict[tuple[Any, ...], Fraction] = {}
    for replicate, payee, label, kind, component, amount, currency in rows:
        for number in range(count) if replicate is None else (replicate,):
            key = (number, payee, label, "" if kind == "cap" else component, currency)
            sums[key] = sums.get(key, Fraction(0)) + Fraction(amount)
    return {key: amount for key, amount in sums.items() if amount}
