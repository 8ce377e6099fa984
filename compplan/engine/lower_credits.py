"""Credits to steps: the records that count, a branch for each `give`, the shares held against what they must add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on, node_of
from compplan.engine.conversions import SEEN, conversions, kept_name, missing_rates, seen
from compplan.engine.credit_shape import CreditShape, amount_columns, at, carried, record_columns
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.exchange import Lookups, ends_name, rates_name
from compplan.engine.relations import RECORDS
from compplan.engine.repetitions import repeated
from compplan.engine.reporting_lines import MANAGERS, lines_on
from compplan.engine.scope import Scope
from compplan.engine.share_words import amiss, column_name, key_text
from compplan.engine.sql import Figure
from compplan.engine.steps import Check, Step, table
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import PEOPLE


@dataclass(slots=True)
class CreditLowering:
    """Lowers one credit; `fields` are the record's fields that others need of it, `origin` is the credit that it comes from, if any."""

    scope: Scope
    credit: ty.Credit
    step: str
    fields: Sequence[ty.RecordField]
    origin: CreditShape | None
    narrow: bool = False
    children: dict[str, RecordColumns] = field(default_factory=dict)
    columns: RecordColumns = field(init=False)
    payee: RecordColumns = field(init=False)
    day: exp.Expr = field(init=False)
    emitter: Emitter = field(init=False)
    lookups: Lookups = field(default_factory=Lookups)

    def __post_init__(self) -> None:
        schema = self.scope.schema
        self.columns = RecordColumns(schema, schema.kinds[self.credit.kind], "r")
        self.payee = RecordColumns(schema, schema.kinds[PEOPLE], "p")
        self.columns.day = self.payee.day = self.day = node_of(self._leaf(self.credit.dated))
        self.emitter = Emitter(self._leaf, self.scope.tables, self.scope.calendar, self.narrow)

    def lower(self) -> tuple[Step, CreditShape]:
        """The step, and its shape for those that read it."""
        amounts = {name: self.emitter.figure(value) for name, value in self.credit.amounts.items()}
        columns = amount_columns(amounts)
        base = self._base({columns[name]: f for name, f in amounts.items()})
        branches, shares = self._branches()
        aligned, digits, decimals = sql.aligned(shares, sql.NARROW_DIGITS if max(s.decimals for s in shares) <= 10 else sql.MOST_DIGITS)
        share = Figure(sql.column("share", "g"), digits, decimals)
        given = _union([b.select(s.named("share"), append=True, copy=False) for b, s in zip(branches, aligned, strict=True)])
        products = {
            name: self.emitter.fitted(sql.multiply(share, _at_figure(f, f"amount_{columns[name]}", "g"), narrow=self.narrow))
            for name, f in amounts.items()
        }
        query = self._result(base, given, {columns[name]: f for name, f in products.items()})
        shape = CreditShape(
            self.credit,
            self.step,
            record_columns(self.columns.kind),
            share,
            products,
            {f.path: self._field_type(f) for f in self.fields},
        )
        reads = (() if self.origin is None else (self.origin.step,)) + ((MANAGERS,) if self.needs_managers else ())
        reads += tuple(dict.fromkeys(rates_name(e.rates) for f in self._formulas() for e in every(f) if isinstance(e, ty.Rate)))
        reads += tuple(dict.fromkeys(ends_name(e.period) for f in self._formulas() for e in every(f) if isinstance(e, ty.EndOf)))
        title = f"Who is credited with {self.credit.name}"
        keys = (*shape.record, "payee", "give", "via")
        return Step(self.step, title, keys, query, reads, self.credit.span, tuple(self._checks(amounts))), shape

    @property
    def needs_managers(self) -> bool:
        """Whether it reads the reporting lines."""
        return any(g.recipient.how == "managers" for g in self.credit.gives)

    def _leaf(self, leaf: Leaf) -> Emitted:
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
                return self._child_columns(leaf.kind).column(leaf.path)
            case _:
                raise AssertionError(f"{type(leaf).__name__} in a credit")

    def _child_columns(self, kind: str) -> RecordColumns:
        """The columns of a kind whose rows refer to the record."""
        schema = self.scope.schema
        return self.children.setdefault(kind, RecordColumns(schema, schema.kinds[kind], "k"))

    def _children(self, query: exp.Select, give: ty.Give, key: exp.Expr, day: exp.Expr, *, join: bool) -> exp.Select:
        """The query with the rows of a give's kind that refer to the record of a key and hold on a day; joined, or in its place."""
        assert give.child is not None
        columns = self._child_columns(give.child)
        columns.day = day
        refers = exp.EQ(this=sql.column(give.child_reference or "", "k"), expression=key)
        on = sql.all_of([refers, *holds_on(columns.kind, "k", day)])
        if join:
            return columns.join(query.join(table(give.child, "k", RECORDS), on=on, copy=False))
        return columns.join(query.from_(table(give.child, "k", RECORDS), copy=False)).where(on, copy=False)

    def _field_type(self, leaf: ty.RecordField) -> Emitted:
        if self.origin is not None:
            return self.origin.fields[leaf.path]
        return self.columns.column(leaf.path)

    def _source(self) -> exp.Table:
        if self.origin is not None:
            return table(self.origin.step, "r")
        return table(self.credit.kind, "r", RECORDS)

    def _key(self) -> list[exp.Expr]:
        names = record_columns(self.columns.kind)
        if self.origin is not None:
            return [sql.column(n, "r") for n in names]
        return [sql.alias(sql.column(k, "r"), n) for k, n in zip(self.columns.kind.key, names, strict=True)]

    # ---- the records that count

    def _counting(self, selected: Sequence[exp.Expr], *, rates: bool = True) -> exp.Select:
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

    def _uses_payee(self) -> bool:
        return any(isinstance(e, ty.PayeeField) and e.path for f in self._formulas() for e in every(f))

    def _formulas(self) -> Iterator[ty.Expr]:
        yield from self.credit.where
        yield self.credit.dated
        yield from self.credit.amounts.values()
        if self.credit.repeat is not None:
            yield self.credit.repeat.times
        for give in self.credit.gives:
            yield from (e for e in (give.share, give.where, give.recipient.target) if e is not None)

    def _base(self, amounts: Mapping[str, Figure]) -> exp.Select:
        """One row for each record that counts, with its date, month, amounts and fields, and what each direct give needs."""
        inherits = self.origin is not None and self.origin.credit.repeated
        dated = sql.column("date", "r") if inherits else node_of(self._leaf(self.credit.dated))
        month = [sql.alias(self.scope.month_of(dated), "month")] if self.credit.repeat is None else []
        selected: list[exp.Expr] = [
            *self._key(),
            sql.alias(dated.copy(), "date" if self.credit.repeat is None else "start"),
            *month,
            *([sql.column("repetition", "r")] if inherits else []),
            *(f.named(f"amount_{name}") for name, f in amounts.items()),
            *(sql.alias(node_of(self._leaf(f)), carried(f.path)) for f in self.fields),
            *(sql.alias(node, name) for name, node in self._conversions().items()),
        ]
        if self.origin is not None:
            selected.append(sql.alias(sql.column("payee", "r"), "via"))
        for number, give in enumerate(self.credit.gives):
            if give.child is None:
                selected += self._given(number, give)
        selected += [sql.alias(node_of(self._leaf(leaf)), self._lifted(leaf)) for leaf in self._read_by_children()]
        if self.credit.repeat is None:
            return self.scope.in_years(self._counting(selected), dated)
        times = self.emitter.figure(self.credit.repeat.times)
        return repeated(self.scope, self._counting([*selected, times.named("times")]), self.credit.repeat.period)

    def _conversions(self) -> dict[str, exp.Expr]:
        """What is kept of each conversion of the amounts, so that it can be told."""
        made = conversions(self.credit.amounts.values())
        columns = {n: dict(zip(SEEN, seen(self.emitter, one), strict=True)) for n, one in enumerate(made)}
        return {kept_name(n, what): node for n, found in columns.items() for what, node in found.items()}

    def _given(self, number: int, give: ty.Give) -> list[exp.Expr]:
        """Target and share of a direct give; the share is zero where its condition does not hold or nobody is named."""
        target = self.emitter.plain(give.recipient.target)
        share = self._rest() if give.share is None else self._share(give)
        return [sql.alias(target, f"to_{number}"), share.named(f"share_{number}")]

    def _share(self, give: ty.Give, emitter: Emitter | None = None) -> Figure:
        assert give.share is not None
        emitter = emitter or self.emitter
        holds = [emitter.condition(give.where)] if give.where is not None else []
        holds.append(sql.not_null(emitter.plain(give.recipient.target)))
        return sql.choose([(sql.all_of(holds), emitter.figure(give.share))], sql.constant(Fraction(0)))

    def _read_by_children(self) -> list[Leaf]:
        """What gives through another kind's rows read of the record itself: the base carries it along for them."""
        found: dict[Leaf, None] = {}
        for give in self.credit.gives:
            for formula in (give.share, give.where, give.recipient.target):
                if give.child is not None and formula is not None:
                    found.update((e, None) for e in every(formula) if isinstance(e, (ty.RecordField, ty.CreditField, ty.PayeeField)))
        return list(found)

    def _lifted(self, leaf: Leaf) -> str:
        return f"read_{self._read_by_children().index(leaf)}"

    def _child_leaf(self, leaf: Leaf) -> Emitted:
        """What a name stands for beside a child's row: the base has what is the record's own."""
        if isinstance(leaf, ty.ChildField):
            return self._leaf(leaf)
        return at(self._leaf(leaf), self._lifted(leaf), "b")

    def _rest(self) -> Figure:
        rest = sql.constant(self.credit.total)
        for give in self.credit.gives:
            if not give.overlay and give.share is not None:
                rest = sql.add(rest, self._given_in_all(give), "-")
        return rest

    def _given_in_all(self, give: ty.Give) -> Figure:
        """What a give hands out of one record in all: its share, times the number of recipients, summed over the child's rows."""
        if give.child is not None:
            return self._sum_over_children(give)
        share = self._share(give)
        counted = self._recipients(give)
        if counted is None:
            return share
        if give.equally:
            nobody = exp.EQ(this=sql.paren(counted.node), expression=sql.whole(0))
            return sql.choose([(nobody, sql.constant(Fraction(0)))], share)
        return sql.multiply(share, counted)

    def _recipients(self, give: ty.Give) -> Figure | None:
        """How many people a give reaches from one record; None for one person."""
        target = self.emitter.plain(give.recipient.target)
        match give.recipient.how:
            case "managers":
                pairs = exp.select(exp.Count(this=exp.Star())).from_(table(MANAGERS, "a"), copy=False)
                query = pairs.where(sql.all_of(self._above(target, self.day)), copy=False)
            case "group":
                members = exp.select(exp.Count(this=exp.Star())).from_(table(PEOPLE, "m", RECORDS), copy=False)
                query = members.where(sql.all_of(self._member(give, target, self.day)), copy=False)
            case _:
                return None
        return Figure(sql.cast(query.subquery(copy=False), sql.decimal_type(18, 0)), 18, 0)

    def _sum_over_children(self, give: ty.Give) -> Figure:
        assert give.child is not None
        assert give.child_reference is not None
        share = self._share(give)
        key = sql.column(self.columns.kind.key[0] if self.origin is None else "record", "r")
        query = self._children(exp.select(exp.func("max" if give.equally else "sum", share.node)), give, key, self.day, join=False)
        figure = Figure(exp.func("coalesce", query.subquery(copy=False), sql.constant(Fraction(0)).node), sql.MOST_DIGITS, share.decimals)
        return Figure(sql.cast(figure.node, sql.decimal_type(sql.MOST_DIGITS, share.decimals)), sql.MOST_DIGITS, share.decimals)

    # ---- who is given what

    def _branches(self) -> tuple[list[exp.Select], list[Figure]]:
        """A query for each give, without its share, and the shares."""
        found = [self._branch(number, give) for number, give in enumerate(self.credit.gives)]
        return [q for q, _ in found], [s for _, s in found]

    def _branch(self, number: int, give: ty.Give) -> tuple[exp.Select, Figure]:
        query = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier("b"))).from_(exp.to_table("base").as_("b"), copy=False)
        if give.child is not None:
            return self._child_branch(query, number, give)
        share = self._share_type(give)
        target: exp.Expr = sql.column(f"to_{number}", "b")
        query, payee = self._reach(query, give, target)
        query = self._labelled(query, number, give, payee)
        share = Figure(sql.column(f"share_{number}", "b"), share.digits, share.decimals)
        return self._equally(query, share, payee) if give.equally else (query, share)

    def _equally(self, query: exp.Select, share: Figure, payee: exp.Expr) -> tuple[exp.Select, Figure]:
        """The share between all whom a give reaches from one record, in the order of their keys."""
        names = [*record_columns(self.columns.kind), "date", *(["via"] if self.origin is not None else [])]
        of_one = [sql.column(n, "b") for n in names]
        everyone = exp.Window(this=exp.Count(this=exp.Star()), partition_by=of_one)
        place = exp.Window(
            this=exp.func("row_number"),
            partition_by=[c.copy() for c in of_one],
            order=exp.Order(expressions=[exp.Ordered(this=payee.copy())]),
        )
        given = query.where(exp.NEQ(this=sql.paren(share.node.copy()), expression=sql.whole(0)), copy=False)
        return given, sql.equal_part(share, everyone, place)

    def _share_type(self, give: ty.Give) -> Figure:
        return self._rest() if give.share is None else self._share(give)

    def _child_branch(self, query: exp.Select, number: int, give: ty.Give) -> tuple[exp.Select, Figure]:
        """Through the rows of another kind that refer to the record."""
        assert give.child is not None
        assert give.child_reference is not None
        emitter = Emitter(self._child_leaf, self.scope.tables, self.scope.calendar, self.narrow)
        share, target = self._share(give, emitter), emitter.plain(give.recipient.target)
        query = self._children(query, give, sql.column("record", "b"), sql.column("date", "b"), join=True)
        query, payee = self._reach(query, give, target)
        query = self._labelled(query, number, give, payee)
        return self._equally(query, share, payee) if give.equally else (query, share)

    def _reach(self, query: exp.Select, give: ty.Give, target: exp.Expr) -> tuple[exp.Select, exp.Expr]:
        """The query with a row for each recipient, and the column that names the recipient."""
        match give.recipient.how:
            case "managers":
                on = sql.all_of(self._above(target, sql.column("date", "b")))
                return query.join(table(MANAGERS, "a"), on=on, copy=False), sql.column("manager", "a")
            case "group":
                on = sql.all_of(self._member(give, target, sql.column("date", "b")))
                key = self.scope.schema.kinds[PEOPLE].key[0]
                return query.join(table(PEOPLE, "m", RECORDS), on=on, copy=False), sql.column(key, "m")
            case _:
                return query.where(sql.not_null(target), copy=False), target

    def _above(self, target: exp.Expr, day: exp.Expr) -> list[exp.Expr]:
        """That a row of the reporting lines, `a`, is of the target, on a day."""
        return [exp.EQ(this=sql.column("person", "a"), expression=target), *lines_on(self.scope, "a", day)]

    def _member(self, give: ty.Give, target: exp.Expr, day: exp.Expr) -> list[exp.Expr]:
        """That a row of people, `m`, is of the target's group, on a day."""
        people = self.scope.schema.kinds[PEOPLE]
        return [exp.EQ(this=sql.column(give.recipient.group or "", "m"), expression=target), *holds_on(people, "m", day)]

    def _labelled(self, query: exp.Select, number: int, give: ty.Give, payee: exp.Expr) -> exp.Select:
        return query.select(
            sql.alias(sql.cast(sql.whole(number), "TINYINT"), "give"),
            sql.alias(payee, "payee"),
            sql.alias(exp.true() if give.overlay else exp.false(), "overlay"),
            copy=False,
        )

    def _result(self, base: exp.Select, given: exp.Query, products: Mapping[str, Figure]) -> exp.Select:
        via: exp.Expr = sql.column("via", "g") if self.origin is not None else sql.cast(exp.null(), "VARCHAR")
        columns: list[exp.Expr] = [
            *(sql.column(n, "g") for n in record_columns(self.columns.kind)),
            *(sql.column(n, "g") for n in ("payee", "give")),
            sql.alias(via, "via"),
            *(sql.column(n, "g") for n in ("date", "month", "share", "overlay")),
            *([sql.column("repetition", "g")] if self.credit.repeated else []),
            *(f.named(name) for name, f in products.items()),
            *(sql.column(carried(f.path), "g") for f in self.fields),
            *(sql.column(name, "g") for name in self._conversions()),
        ]
        query = exp.select(*columns).from_(exp.to_table("given").as_("g"), copy=False)
        query = query.where(exp.NEQ(this=sql.column("share", "g"), expression=sql.whole(0)), copy=False)
        return query.with_("base", as_=base, copy=False).with_("given", as_=given, copy=False)

    # ---- what must hold

    def _checks(self, amounts: Mapping[str, Figure]) -> Iterator[Check]:
        names = self.columns.kind.name
        key = self._key()
        dated = node_of(self._leaf(self.credit.dated))
        if self.origin is None and _may_be_empty(self.credit.dated):
            yield Check(
                "no-date",
                "A record that counts has no date",
                self._counting(key).where(sql.is_null(dated), copy=False),
                lambda row: f"{names} {key_text(row)} counts for {self.credit.name}, and its {self.credit.dated.path[-1]} is empty.",
                "Fill it in, or leave such records out with where.",
                self.credit.dated.span,
            )
        if self.credit.repeat is not None and any(_may_be_empty(e) for e in every(self.credit.repeat.times)):
            yield Check(
                "no-amount",
                "It is not said how often a record counts",
                self._counting(key).where(sql.is_null(self.emitter.plain(self.credit.repeat.times)), copy=False),
                lambda row: f"{names} {key_text(row)} counts for {self.credit.name}, and how often it is repeated is empty.",
                "Fill it in, or leave such records out with where.",
                self.credit.repeat.span,
            )
        asked = {e: None for f in self._formulas() for e in every(f) if isinstance(e, ty.Rate)}
        yield from missing_rates(
            self.emitter, asked, lambda columns: self.scope.in_years(self._counting(columns, rates=False), dated), names, key
        )
        for name, figure in amounts.items():
            if not any(_may_be_empty(e) for e in every(self.credit.amounts[name])):
                continue
            yield Check(
                "no-amount",
                "A record that counts has no amount",
                self._counting(key).where(sql.is_null(figure.node), copy=False),
                lambda row, name=name: f"{names} {key_text(row)} counts for {self.credit.name}, and its amount {name} is empty.",  # type: ignore[misc]
                "Fill in what the amount is made from, or leave such records out with where.",
                self.credit.amounts[name].span,
            )
        for give in self.credit.gives:
            if give.share is not None and any(_may_be_empty(e) for e in every(give.share)):
                yield self._empty_share(give, key, names)
            if isinstance(give.recipient.target, ty.Const):
                yield self._nobody_named(give, give.recipient.target)
        yield from self._share_checks(key, names)

    def _nobody_named(self, give: ty.Give, named: ty.Const) -> Check:
        """A person whom the plan itself names, and the records do not have."""
        key = sql.column(self.scope.schema.kinds[PEOPLE].key[0], "p")
        there = exp.select(sql.whole(1)).from_(table(PEOPLE, "p", RECORDS), copy=False)
        there = there.where(exp.EQ(this=key, expression=sql.text(str(named.value))), copy=False)
        query = exp.select(sql.alias(sql.text(str(named.value)), "person")).where(exp.Not(this=exp.Exists(this=there)), copy=False)
        return Check(
            "no-payee",
            "A person of the plan is not in the records",
            query,
            lambda row: f"{self.credit.name} is given to {row[0]}, and people have nobody of that key.",
            "Add the person to people: an account of the house is a person of the records, whether a plan pays it or not.",
            give.span,
        )

    def _empty_share(self, give: ty.Give, key: list[exp.Expr], names: str) -> Check:
        """A share that is empty where somebody is named for it."""
        share = self._share(give)
        query = self._counting(key)
        if give.child is not None:
            own = sql.column(self.columns.kind.key[0] if self.origin is None else "record", "r")
            query = self._children(query, give, own, self.day, join=True)
        return Check(
            "shares",
            "A share is empty",
            query.where(sql.is_null(share.node), copy=False),
            lambda row: f"{names} {key_text(row)}: somebody is to be credited with {self.credit.name}, and the share is empty.",
            "Fill in the share.",
            give.span,
        )

    def _share_checks(self, key: list[exp.Expr], names: str) -> Iterator[Check]:
        own = [g for g in self.credit.gives if not g.overlay]
        if not own:
            return
        rest = next((g for g in own if g.share is None), None)
        if rest is None:
            given = self._given_in_all(own[0])
            for give in own[1:]:
                given = sql.add(given, self._given_in_all(give))
            wrong: exp.Expr = exp.NullSafeNEQ(this=sql.paren(given.node), expression=sql.constant(self.credit.total).node)
        else:
            given = self._rest()
            nobody = sql.is_null(self.emitter.plain(rest.recipient.target))
            some = exp.NEQ(this=sql.paren(given.node), expression=sql.whole(0))
            negative = exp.LT(this=sql.paren(given.node), expression=sql.whole(0))
            wrong = sql.any_of([negative, sql.all_of([some, nobody])])
            given = sql.add(sql.constant(self.credit.total), given, "-")
        direct = [g for g in own if g.recipient.how == "person" and g.child is None]
        empty = [sql.alias(self._is_unnamed(g), f"empty_{number}") for number, g in enumerate(direct)]
        columns = tuple(column_name(g.recipient.target) for g in direct)
        yield Check(
            "shares",
            "The shares of a record do not add up",
            self._counting([*key, given.named("given"), *empty]).where(wrong, copy=False),
            lambda row: f"{names} {key_text(row[: len(key)])}: {amiss(self.credit, row[len(key)], columns, row[len(key) + 1 :])}",
            "See who is named in the record, and the shares of those it is split with.",
            self.credit.span,
        )

    def _is_unnamed(self, give: ty.Give) -> exp.Expr:
        """Whether a give would name somebody, and its column is empty."""
        empty = sql.is_null(self.emitter.plain(give.recipient.target))
        return empty if give.where is None else sql.all_of([self.emitter.condition(give.where), empty])


def _may_be_empty(expr: ty.Expr) -> bool:
    match expr:
        case ty.RecordField() | ty.ChildField() | ty.PayeeField():
            return expr.optional or len(expr.path) > 1
        case ty.Lookup() | ty.Div():
            return True
        case _:
            return False


def _at_figure(shape: Figure, name: str, alias: str) -> Figure:
    return Figure(sql.column(name, alias), shape.digits, shape.decimals)


def _union(queries: Sequence[exp.Select]) -> exp.Query:
    made: exp.Query = queries[0]
    for query in queries[1:]:
        made = exp.union(made, query, distinct=False, copy=False)
    return made
