"""The records that a credit is made from: what is read of each, which of them count, and the joins that this needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on, node_of
from compplan.engine.credit_fields import credit_formulas
from compplan.engine.credit_shape import CreditShape, record_columns
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.exchange import Lookups
from compplan.engine.relations import RECORDS
from compplan.engine.repetitions import repeated
from compplan.engine.scope import Scope
from compplan.engine.steps import table
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import PEOPLE


@dataclass(slots=True)
class CreditRecords:
    """The records of one credit; `origin` is the credit that it comes from, if any."""

    scope: Scope
    credit: ty.Credit
    origin: CreditShape | None
    narrow: bool = False
    children: dict[str, RecordColumns] = field(default_factory=dict)
    columns: RecordColumns = field(init=False)
    payee: RecordColumns = field(init=False)
    day: exp.Expr = field(init=False)
    emitter: Emitter = field(init=False)
    lookups: Lookups = field(init=False)

    def __post_init__(self) -> None:
        schema = self.scope.schema
        self.lookups = Lookups(schema)
        self.columns = RecordColumns(schema, schema.kinds[self.credit.kind], "r")
        self.payee = RecordColumns(schema, schema.kinds[PEOPLE], "p")
        self.columns.day = self.payee.day = self.day = node_of(self.leaf(self.credit.dated))
        self.emitter = Emitter(self.leaf, self.scope.tables, self.scope.calendar, self.narrow)

    # ---- what is read of a record

    def leaf(self, leaf: Leaf) -> Emitted:
        """What a name stands for."""
        match leaf:
            case ty.Rate() | ty.EndOf():
                return self.lookups.look_up(leaf, self.emitter.plain)
            case ty.RecordField() if self.origin is not None:
                return self.origin.column(leaf, "r")
            case ty.RecordField():
                return self.columns.column(leaf.path)
            case ty.CreditField():
                assert self.origin is not None
                return self.origin.column(leaf, "r")
            case ty.PayeeField(path=()):
                return sql.column("payee", "r")
            case ty.PayeeField():
                return self.payee.column(leaf.path)
            case ty.ChildField():
                return self.child_columns(leaf.kind).column(leaf.path)
            case _:
                raise AssertionError(f"{type(leaf).__name__} in a credit")

    def field_type(self, leaf: ty.RecordField) -> Emitted:
        """A record's field as others read it of this credit, for its type."""
        if self.origin is not None:
            return self.origin.fields[leaf.path]
        return self.columns.column(leaf.path)

    def key(self) -> list[exp.Expr]:
        """The columns that name a record."""
        names = record_columns(self.columns.kind)
        if self.origin is not None:
            return [sql.column(n, "r") for n in names]
        return [sql.alias(sql.column(k, "r"), n) for k, n in zip(self.columns.kind.key, names, strict=True)]

    def formulas(self) -> Iterator[ty.Expr]:
        """Every formula of the credit."""
        return credit_formulas(self.credit)

    # ---- the records that count

    def counting(self, selected: Sequence[exp.Expr], *, rates: bool = True) -> exp.Select:
        """A query over the records that meet the conditions, with every join that the columns asked for need.

        Without `rates`, conditions that need exchange rates are left out, as they cannot tell where one is missing.
        """
        used = [w for w in self.credit.where if rates or not any(isinstance(e, ty.Rate) for e in every(w))]
        conditions = [f for w in used for f in self.emitter.filters(w)]
        query = self.every_record(selected)
        return query.where(*conditions, copy=False) if conditions else query

    def every_record(self, selected: Sequence[exp.Expr]) -> exp.Select:
        """The same over all records, whether they count or not."""
        query = exp.select(*selected).from_(self._source(), copy=False)
        if self.origin is None:
            query = self.columns.join(query)
        if self._uses_payee():
            people = self.scope.schema.kinds[PEOPLE]
            own = exp.EQ(this=sql.column(people.key[0], "p"), expression=sql.column("payee", "r"))
            on = sql.all_of([own, *holds_on(people, "p", self.day)])
            query = self.payee.join(query.join(table(PEOPLE, "p", RECORDS), on=on, join_type="left", copy=False))
        return self.lookups.join(query)

    # ---- on which day

    @property
    def inherits(self) -> bool:
        """Whether they count on the days of a repeated credit that they come from."""
        return self.credit.repeated and self.credit.repeat is None

    def counts_on(self) -> exp.Expr:
        """The day on which a row of the source counts; where it is repeated here, the first."""
        return sql.column("date", "r") if self.inherits else node_of(self.leaf(self.credit.dated))

    def own_day(self) -> exp.Expr:
        """The day, in the base, as of which everything about a record is read: the same for each repetition."""
        return sql.column("start" if self.credit.repeated else "date", "b")

    def asking(self, columns: Sequence[exp.Expr], wanted: exp.Expr) -> exp.Select:
        """Columns of the records that count in the years at hand and of which something holds; exchange rates may be missing."""
        if self.credit.repeat is None:
            return self.scope.in_years(self.counting(columns, rates=False), self.counts_on()).where(wanted, copy=False)
        start, times = sql.alias(self.counts_on(), "start"), self.emitter.figure(self.credit.repeat.times).named("times")
        found = self.counting([*columns, start, times], rates=False).where(wanted, copy=False)
        days = repeated(self.scope, found, self.credit.repeat.period)
        return exp.select(*(sql.column(c.alias_or_name, "a") for c in columns)).distinct().from_(days.subquery("a"), copy=False)

    def _source(self) -> exp.Table:
        if self.origin is not None:
            return table(self.origin.step, "r")
        return table(self.credit.kind, "r", RECORDS)

    def _uses_payee(self) -> bool:
        return any(isinstance(e, ty.PayeeField) and e.path for f in self.formulas() for e in every(f))

    # ---- the rows of other kinds that refer to a record

    def child_columns(self, kind: str) -> RecordColumns:
        """The columns of a kind whose rows refer to the record."""
        schema = self.scope.schema
        return self.children.setdefault(kind, RecordColumns(schema, schema.kinds[kind], "k"))

    def with_children(self, query: exp.Select, give: ty.Give, key: exp.Expr, day: exp.Expr, *, join: bool) -> exp.Select:
        """The query with the rows of a give's kind that refer to the record of a key and hold on a day; joined, or in its place."""
        assert give.child is not None
        columns = self.child_columns(give.child)
        columns.day = day
        refers = exp.EQ(this=sql.column(give.child_reference or "", "k"), expression=key)
        on = sql.all_of([refers, *holds_on(columns.kind, "k", day)])
        if join:
            return columns.join(query.join(table(give.child, "k", RECORDS), on=on, copy=False))
        return columns.join(query.from_(table(give.child, "k", RECORDS), copy=False)).where(on, copy=False)
