"""What rows that refer to a record come to, up to the day of a sentence of a hold or clawback: one join and one sum for all earnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, node_of
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.relations import RECORDS
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.walk import every


@immutable
class Around:
    """The rows of a sentence: `from_rows` gives a query over them, and `day` the sentence's day in it; `keys` name one of them."""

    from_rows: Callable[[Sequence[exp.Expr]], exp.Select]
    day: Callable[[ty.Expr], exp.Expr]
    keys: tuple[exp.Column, ...]


@dataclass(slots=True)
class SumsToDate:
    """The sums of one sentence, each found in a table beside its rows; `around` makes such rows anew."""

    scope: Scope
    around: Callable[[], Around]
    found: dict[ty.SumToDate, tuple[str, exp.Select, Figure]] = field(default_factory=dict)

    def column(self, leaf: ty.SumToDate) -> Figure:
        """A sum, zero where no row is dated early enough."""
        if leaf not in self.found:
            name = f"to_date_{len(self.found) + 1}"
            query, decimals = self._added_up(leaf)
            nothing = sql.cast(sql.whole(0), sql.decimal_type(sql.MOST_DIGITS, decimals))
            figure = Figure(exp.func("coalesce", sql.column("value", name), nothing), sql.MOST_DIGITS, decimals)
            self.found[leaf] = name, query, figure
        figure = self.found[leaf][2]
        return Figure(figure.node.copy(), figure.digits, figure.decimals)

    def columns(self, dated: ty.DatedShare, names: Sequence[str]) -> Iterator[exp.Expr]:
        """What the sums of a sentence come to, for those who ask; more names than it has sums are empty."""
        for name, leaf in zip_longest(names, sums_of(dated)):
            node = exp.null() if leaf is None else self.column(leaf).node
            yield sql.alias(sql.cast(node, sql.decimal_type(sql.MOST_DIGITS, sql.MOST_DECIMALS)), name)

    def join(self, query: exp.Select) -> exp.Select:
        """The query over a sentence's rows with every sum that was asked for."""
        for name, added_up, _ in self.found.values():
            keys = self.around().keys
            on = sql.all_of([exp.EQ(this=sql.column(f"key_{i}", name), expression=key) for i, key in enumerate(keys, 1)])
            query = query.join(added_up.subquery(name, copy=False), on=on, join_type="left", copy=False)
        return query

    def _added_up(self, leaf: ty.SumToDate) -> tuple[exp.Select, int]:
        """The sum for each row of the sentence, by its keys; and its decimals."""
        around = self.around()
        columns = RecordColumns(self.scope.schema, self.scope.schema.kinds[leaf.kind], "t")

        def of_row(e: Leaf) -> Emitted:
            assert isinstance(e, ty.ChildField)
            return columns.column(e.path)

        emitter = Emitter(of_row, self.scope.tables, self.scope.calendar)
        value = emitter.figure(leaf.value)
        day = around.day(leaf.day)
        counts = [exp.LTE(this=node_of(emitter.emit(leaf.dated)), expression=sql.paren(day))]
        conditions: list[exp.Expr] = [*counts, *([] if leaf.where is None else [emitter.condition(leaf.where)])]
        total = sql.cast(exp.func("sum", value.node), sql.decimal_type(sql.MOST_DIGITS, value.decimals))
        named = [sql.alias(key, f"key_{i}") for i, key in enumerate(around.keys, 1)]
        refers = exp.EQ(this=sql.column(leaf.reference, "t"), expression=sql.column("record", "k"))
        query = around.from_rows([*named, sql.alias(total, "value")]).join(table(leaf.kind, "t", RECORDS), on=refers, copy=False)
        query = columns.join(query).where(*conditions, copy=False)
        return query.group_by(*(key.copy() for key in around.keys), copy=False), value.decimals


def sums_of(dated: ty.DatedShare) -> tuple[ty.SumToDate, ...]:
    """The sums to date that a sentence reads, each once, in the order in which they stand there."""
    formulas = (f for f in (dated.share, dated.where) if f is not None)
    return tuple(dict.fromkeys(e for f in formulas for e in every(f) if isinstance(e, ty.SumToDate)))


def sum_columns(keepers: Sequence[ty.Hold | ty.Clawback]) -> tuple[str, ...]:
    """The columns with what is added up to date: as many as the sentence with most of it has."""
    most = max((len(sums_of(d)) for keeper in keepers for d in keeper.shares), default=0)
    return tuple(f"sum_{i}" for i in range(1, most + 1))


__all__ = ["Around", "SumsToDate", "sum_columns", "sums_of"]
