"""Who is given what of a credit: the share and the recipients of each `give`, and a branch of the query for each."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import holds_on
from compplan.engine.credit_records import CreditRecords
from compplan.engine.credit_shape import at, record_columns
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.relations import RECORDS
from compplan.engine.reporting_lines import MANAGERS, lines_on
from compplan.engine.sql import Figure
from compplan.engine.steps import table
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import PEOPLE


@dataclass(slots=True)
class CreditGives:
    """The `give` sentences of one credit, over its records."""

    records: CreditRecords

    @property
    def needs_managers(self) -> bool:
        """Whether it reads the reporting lines."""
        return any(g.recipient.how == "managers" for g in self.records.credit.gives)

    # ---- shares

    def given(self, number: int, give: ty.Give) -> list[exp.Expr]:
        """Target and share of a direct give; the share is zero where its condition does not hold or nobody is named."""
        target = self.records.emitter.plain(give.recipient.target)
        share = self.rest() if give.share is None else self.share(give)
        return [sql.alias(target, f"to_{number}"), share.named(f"share_{number}")]

    def share(self, give: ty.Give, emitter: Emitter | None = None) -> Figure:
        """The share that a give states; zero where its condition does not hold or nobody is named."""
        assert give.share is not None
        emitter = emitter or self.records.emitter
        holds = [emitter.condition(give.where)] if give.where is not None else []
        holds.append(sql.not_null(emitter.plain(give.recipient.target)))
        return sql.choose([(sql.all_of(holds), emitter.figure(give.share))], sql.constant(Fraction(0)))

    def _share_type(self, give: ty.Give) -> Figure:
        return self.rest() if give.share is None else self.share(give)

    def rest(self) -> Figure:
        """What the other gives leave of the whole."""
        rest = sql.constant(self.records.credit.total)
        for give in self.records.credit.gives:
            if not give.overlay and give.share is not None:
                rest = sql.add(rest, self.given_in_all(give), "-")
        return rest

    def given_in_all(self, give: ty.Give) -> Figure:
        """What a give hands out of one record in all: its share, times the number of recipients, summed over the child's rows."""
        if give.child is not None:
            return self._sum_over_children(give)
        share = self.share(give)
        counted = self._recipients(give)
        if counted is None:
            return share
        if give.equally:
            nobody = exp.EQ(this=sql.paren(counted.node), expression=sql.whole(0))
            return sql.choose([(nobody, sql.constant(Fraction(0)))], share)
        return sql.multiply(share, counted)

    def _recipients(self, give: ty.Give) -> Figure | None:
        """How many people a give reaches from one record; None for one person."""
        target = self.records.emitter.plain(give.recipient.target)
        match give.recipient.how:
            case "managers":
                pairs = exp.select(exp.Count(this=exp.Star())).from_(table(MANAGERS, "a"), copy=False)
                query = pairs.where(sql.all_of(self._above(target, self.records.day)), copy=False)
            case "group":
                members = exp.select(exp.Count(this=exp.Star())).from_(table(PEOPLE, "m", RECORDS), copy=False)
                query = members.where(sql.all_of(self._member(give, target, self.records.day)), copy=False)
            case _:
                return None
        return Figure(sql.cast(query.subquery(copy=False), sql.decimal_type(18, 0)), 18, 0)

    def _sum_over_children(self, give: ty.Give) -> Figure:
        assert give.child is not None
        assert give.child_reference is not None
        share = self.share(give)
        key = sql.column(self.records.columns.kind.key[0] if self.records.origin is None else "record", "r")
        query = self.records.with_children(
            exp.select(exp.func("max" if give.equally else "sum", share.node)), give, key, self.records.day, join=False
        )
        figure = Figure(exp.func("coalesce", query.subquery(copy=False), sql.constant(Fraction(0)).node), sql.MOST_DIGITS, share.decimals)
        return Figure(sql.cast(figure.node, sql.decimal_type(sql.MOST_DIGITS, share.decimals)), sql.MOST_DIGITS, share.decimals)

    # ---- what gives through other rows read

    def read_by_children(self) -> list[Leaf]:
        """What gives through another kind's rows read of the record itself: the base carries it along for them."""
        found: dict[Leaf, None] = {}
        for give in self.records.credit.gives:
            for formula in (give.share, give.where, give.recipient.target):
                if give.child is not None and formula is not None:
                    found.update((e, None) for e in every(formula) if isinstance(e, (ty.RecordField, ty.CreditField, ty.PayeeField)))
        return list(found)

    def lifted(self, leaf: Leaf) -> str:
        """The column of the base in which a thing that is the record's own is carried along."""
        return f"read_{self.read_by_children().index(leaf)}"

    def _child_leaf(self, leaf: Leaf) -> Emitted:
        """What a name stands for beside a child's row: the base has what is the record's own."""
        if isinstance(leaf, ty.ChildField):
            return self.records.leaf(leaf)
        return at(self.records.leaf(leaf), self.lifted(leaf), "b")

    # ---- a branch for each give

    def branches(self) -> tuple[list[exp.Select], list[Figure]]:
        """A query for each give, without its share, and the shares."""
        found = [self._branch(number, give) for number, give in enumerate(self.records.credit.gives)]
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

    def _child_branch(self, query: exp.Select, number: int, give: ty.Give) -> tuple[exp.Select, Figure]:
        """Through the rows of another kind that refer to the record."""
        assert give.child is not None
        assert give.child_reference is not None
        emitter = Emitter(self._child_leaf, self.records.scope.tables, self.records.scope.calendar, self.records.narrow)
        share, target = self.share(give, emitter), emitter.plain(give.recipient.target)
        query = self.records.with_children(query, give, sql.column("record", "b"), self.records.own_day(), join=True)
        query, payee = self._reach(query, give, target)
        query = self._labelled(query, number, give, payee)
        return self._equally(query, share, payee) if give.equally else (query, share)

    def _reach(self, query: exp.Select, give: ty.Give, target: exp.Expr) -> tuple[exp.Select, exp.Expr]:
        """The query with a row for each recipient, and the column that names the recipient."""
        match give.recipient.how:
            case "managers":
                on = sql.all_of(self._above(target, self.records.own_day()))
                return query.join(table(MANAGERS, "a"), on=on, copy=False), sql.column("manager", "a")
            case "group":
                on = sql.all_of(self._member(give, target, self.records.own_day()))
                key = self.records.scope.schema.kinds[PEOPLE].key[0]
                return query.join(table(PEOPLE, "m", RECORDS), on=on, copy=False), sql.column(key, "m")
            case _:
                return query.where(sql.not_null(target), copy=False), target

    def _above(self, target: exp.Expr, day: exp.Expr) -> list[exp.Expr]:
        """That a row of the reporting lines, `a`, is of the target, on a day."""
        return [exp.EQ(this=sql.column("person", "a"), expression=target), *lines_on(self.records.scope, "a", day)]

    def _member(self, give: ty.Give, target: exp.Expr, day: exp.Expr) -> list[exp.Expr]:
        """That a row of people, `m`, is of the target's group, on a day."""
        people = self.records.scope.schema.kinds[PEOPLE]
        return [exp.EQ(this=sql.column(give.recipient.group or "", "m"), expression=target), *holds_on(people, "m", day)]

    def _equally(self, query: exp.Select, share: Figure, payee: exp.Expr) -> tuple[exp.Select, Figure]:
        """The share between all whom a give reaches from one record, in the order of their keys."""
        names = [*record_columns(self.records.columns.kind), "date", *(["via"] if self.records.origin is not None else [])]
        of_one = [sql.column(n, "b") for n in names]
        everyone = exp.Window(this=exp.Count(this=exp.Star()), partition_by=of_one)
        place = exp.Window(
            this=exp.func("row_number"),
            partition_by=[c.copy() for c in of_one],
            order=exp.Order(expressions=[exp.Ordered(this=payee.copy())]),
        )
        given = query.where(exp.NEQ(this=sql.paren(share.node.copy()), expression=sql.whole(0)), copy=False)
        return given, sql.equal_part(share, everyone, place)

    def _labelled(self, query: exp.Select, number: int, give: ty.Give, payee: exp.Expr) -> exp.Select:
        return query.select(
            sql.alias(sql.cast(sql.whole(number), "TINYINT"), "give"),
            sql.alias(payee, "payee"),
            sql.alias(exp.true() if give.overlay else exp.false(), "overlay"),
            copy=False,
        )
