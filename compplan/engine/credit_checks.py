"""What must hold of a credit's records: dates, amounts and shares are there, and shares add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import node_of
from compplan.engine.conversions import is_missing, missing_rates
from compplan.engine.credit_gives import CreditGives
from compplan.engine.credit_records import CreditRecords
from compplan.engine.relations import RECORDS
from compplan.engine.share_words import amiss, column_name, key_text
from compplan.engine.sql import Figure
from compplan.engine.steps import Check, table
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import PEOPLE


@dataclass(slots=True)
class CreditChecks:
    """The checks of one credit."""

    records: CreditRecords
    gives: CreditGives

    def checks(self, amounts: Mapping[str, Figure]) -> Iterator[Check]:
        """What must hold; `amounts` are the credit's amounts as figures."""
        records, credit = self.records, self.records.credit
        names = records.columns.kind.name
        key = records.key()
        dated = node_of(records.leaf(credit.dated))
        if records.origin is None and _may_be_empty(credit.dated):
            yield Check(
                "no-date",
                "A record that counts has no date",
                records.counting(key).where(sql.is_null(dated), copy=False),
                lambda row: f"{names} {key_text(row)} counts for {credit.name}, and its {credit.dated.path[-1]} is empty.",
                "Fill it in, or leave such records out with where.",
                credit.dated.span,
            )
        if credit.repeat is not None and any(_may_be_empty(e) for e in every(credit.repeat.times)):
            yield Check(
                "no-amount",
                "It is not said how often a record counts",
                records.counting(key).where(sql.is_null(records.emitter.plain(credit.repeat.times)), copy=False),
                lambda row: f"{names} {key_text(row)} counts for {credit.name}, and how often it is repeated is empty.",
                "Fill it in, or leave such records out with where.",
                credit.repeat.span,
            )
        asked = {e: None for f in records.formulas() for e in every(f) if isinstance(e, ty.Rate)}
        yield from missing_rates(records.emitter, asked, records.asking, names, key)
        for name, figure in amounts.items():
            if not any(_may_be_empty(e) for e in every(credit.amounts[name])):
                continue
            yield Check(
                "no-amount",
                "A record that counts has no amount",
                records.counting(key).where(sql.is_null(figure.node), *self._rates_are_there(credit.amounts[name]), copy=False),
                lambda row, name=name: f"{names} {key_text(row)} counts for {credit.name}, and its amount {name} is empty.",  # type: ignore[misc]
                "Fill in what the amount is made from, or leave such records out with where.",
                credit.amounts[name].span,
            )
        for give in credit.gives:
            if give.share is not None and any(_may_be_empty(e) for e in every(give.share)):
                yield self._empty_share(give, key, names)
            if isinstance(give.recipient.target, ty.Const):
                yield self._nobody_named(give, give.recipient.target)
        yield from self._share_checks(key, names)

    def _rates_are_there(self, amount: ty.Expr) -> list[exp.Expr]:
        """That no rate is missing which an amount needs: that is told by itself."""
        rates = dict.fromkeys(e for e in every(amount) if isinstance(e, ty.Rate))
        return [exp.Not(this=sql.paren(is_missing(self.records.emitter, rate))) for rate in rates]

    def _nobody_named(self, give: ty.Give, named: ty.Const) -> Check:
        """A person whom the plan itself names, and the records do not have."""
        key = sql.column(self.records.scope.schema.kinds[PEOPLE].key[0], "p")
        there = exp.select(sql.whole(1)).from_(table(PEOPLE, "p", RECORDS), copy=False)
        there = there.where(exp.EQ(this=key, expression=sql.text(str(named.value))), copy=False)
        query = exp.select(sql.alias(sql.text(str(named.value)), "person")).where(exp.Not(this=exp.Exists(this=there)), copy=False)
        return Check(
            "no-payee",
            "A person of the plan is not in the records",
            query,
            lambda row: f"{self.records.credit.name} is given to {row[0]}, and people have nobody of that key.",
            "Add the person to people: an account of the house is a person of the records, whether a plan pays it or not.",
            give.span,
        )

    def _empty_share(self, give: ty.Give, key: list[exp.Expr], names: str) -> Check:
        """A share that is empty where somebody is named for it."""
        share = self.gives.share(give)
        query = self.records.counting(key)
        if give.child is not None:
            own = sql.column(self.records.columns.kind.key[0] if self.records.origin is None else "record", "r")
            query = self.records.with_children(query, give, own, self.records.day, join=True)
        return Check(
            "shares",
            "A share is empty",
            query.where(sql.is_null(share.node), copy=False),
            lambda row: f"{names} {key_text(row)}: somebody is to be credited with {self.records.credit.name}, and the share is empty.",
            "Fill in the share.",
            give.span,
        )

    def _share_checks(self, key: list[exp.Expr], names: str) -> Iterator[Check]:
        own = [g for g in self.records.credit.gives if not g.overlay]
        if not own:
            return
        rest = next((g for g in own if g.share is None), None)
        if rest is None:
            given = self.gives.given_in_all(own[0])
            for give in own[1:]:
                given = sql.add(given, self.gives.given_in_all(give))
            wrong: exp.Expr = exp.NullSafeNEQ(this=sql.paren(given.node), expression=sql.constant(self.records.credit.total).node)
        else:
            given = self.gives.rest()
            nobody = sql.is_null(self.records.emitter.plain(rest.recipient.target))
            some = exp.NEQ(this=sql.paren(given.node), expression=sql.whole(0))
            negative = exp.LT(this=sql.paren(given.node), expression=sql.whole(0))
            wrong = sql.any_of([negative, sql.all_of([some, nobody])])
            given = sql.add(sql.constant(self.records.credit.total), given, "-")
        direct = [g for g in own if g.recipient.how == "person" and g.child is None]
        empty = [sql.alias(self._is_unnamed(g), f"empty_{number}") for number, g in enumerate(direct)]
        columns = tuple(column_name(g.recipient.target) for g in direct)
        yield Check(
            "shares",
            "The shares of a record do not add up",
            self.records.counting([*key, given.named("given"), *empty]).where(wrong, copy=False),
            lambda row: f"{names} {key_text(row[: len(key)])}: {amiss(self.records.credit, row[len(key)], columns, row[len(key) + 1 :])}",
            "See who is named in the record, and the shares of those it is split with.",
            self.records.credit.span,
        )

    def _is_unnamed(self, give: ty.Give) -> exp.Expr:
        """Whether a give would name somebody, and its column is empty."""
        empty = sql.is_null(self.records.emitter.plain(give.recipient.target))
        return empty if give.where is None else sql.all_of([self.records.emitter.condition(give.where), empty])


def _may_be_empty(expr: ty.Expr) -> bool:
    match expr:
        case ty.RecordField() | ty.ChildField() | ty.PayeeField():
            return expr.optional or len(expr.path) > 1
        case ty.Lookup() | ty.Div():
            return True
        case _:
            return False
