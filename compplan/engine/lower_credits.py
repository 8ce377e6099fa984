"""Credits to steps: the records that count, a branch for each `give`, the shares held against what they must add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import node_of
from compplan.engine.conversions import SEEN, conversions, kept_name, seen
from compplan.engine.credit_checks import CreditChecks
from compplan.engine.credit_gives import CreditGives
from compplan.engine.credit_records import CreditRecords
from compplan.engine.credit_shape import CreditShape, amount_columns, carried, record_columns
from compplan.engine.exchange import ends_name, rates_name
from compplan.engine.repetitions import repeated
from compplan.engine.reporting_lines import MANAGERS
from compplan.engine.sql import Figure
from compplan.engine.steps import Step
from compplan.language import typed as ty
from compplan.language.walk import every


@dataclass(slots=True)
class CreditLowering:
    """Lowers one credit; `fields` are the record's fields that others need of it, `records` are those it is made from."""

    step: str
    fields: Sequence[ty.RecordField]
    records: CreditRecords
    gives: CreditGives = field(init=False)

    def __post_init__(self) -> None:
        self.gives = CreditGives(self.records)

    def lower(self) -> tuple[Step, CreditShape]:
        """The step, and its shape for those that read it."""
        records, credit = self.records, self.records.credit
        amounts = {name: records.emitter.figure(value) for name, value in credit.amounts.items()}
        columns = amount_columns(amounts)
        base = self._base({columns[name]: f for name, f in amounts.items()})
        branches, shares = self.gives.branches()
        aligned, digits, decimals = sql.aligned(shares, sql.NARROW_DIGITS if max(s.decimals for s in shares) <= 10 else sql.MOST_DIGITS)
        share = Figure(sql.column("share", "g"), digits, decimals)
        given = _union([b.select(s.named("share"), append=True, copy=False) for b, s in zip(branches, aligned, strict=True)])
        products = {
            name: records.emitter.fitted(sql.multiply(share, _at_figure(f, f"amount_{columns[name]}", "g"), narrow=records.narrow))
            for name, f in amounts.items()
        }
        query = self._result(base, given, {columns[name]: f for name, f in products.items()})
        shape = CreditShape(
            credit,
            self.step,
            record_columns(records.columns.kind),
            share,
            products,
            {f.path: records.field_type(f) for f in self.fields},
        )
        reads = (() if records.origin is None else (records.origin.step,)) + ((MANAGERS,) if self.gives.needs_managers else ())
        reads += tuple(dict.fromkeys(rates_name(e.rates) for f in records.formulas() for e in every(f) if isinstance(e, ty.Rate)))
        reads += tuple(dict.fromkeys(ends_name(e.period) for f in records.formulas() for e in every(f) if isinstance(e, ty.EndOf)))
        title = f"Who is credited with {credit.name}"
        keys = (*shape.record, "payee", "give", "via")
        return Step(self.step, title, keys, query, reads, credit.span, tuple(CreditChecks(records, self.gives).checks(amounts))), shape

    def _base(self, amounts: Mapping[str, Figure]) -> exp.Select:
        """One row for each record that counts, with its date, month, amounts and fields, and what each direct give needs."""
        records, credit = self.records, self.records.credit
        own_day, dated = node_of(records.leaf(credit.dated)), records.counts_on()
        month = [sql.alias(records.scope.month_of(dated), "month")] if credit.repeat is None else []
        selected: list[exp.Expr] = [
            *records.key(),
            sql.alias(dated.copy(), "date" if credit.repeat is None else "start"),
            *month,
            *([sql.column("repetition", "r"), sql.alias(own_day, "start")] if records.inherits else []),
            *(f.named(f"amount_{name}") for name, f in amounts.items()),
            *(sql.alias(node_of(records.leaf(f)), carried(f.path)) for f in self.fields),
            *(sql.alias(node, name) for name, node in self._conversions().items()),
        ]
        if records.origin is not None:
            selected.append(sql.alias(sql.column("payee", "r"), "via"))
        for number, give in enumerate(credit.gives):
            if give.child is None:
                selected += self.gives.given(number, give)
        selected += [sql.alias(node_of(records.leaf(leaf)), self.gives.lifted(leaf)) for leaf in self.gives.read_by_children()]
        if credit.repeat is None:
            return records.scope.in_years(records.counting(selected), dated)
        times = records.emitter.figure(credit.repeat.times)
        return repeated(records.scope, records.counting([*selected, times.named("times")]), credit.repeat.period)

    def _conversions(self) -> dict[str, exp.Expr]:
        """What is kept of each conversion of the amounts, so that it can be told."""
        made = conversions(self.records.credit.amounts.values())
        columns = {n: dict(zip(SEEN, seen(self.records.emitter, one), strict=True)) for n, one in enumerate(made)}
        return {kept_name(n, what): node for n, found in columns.items() for what, node in found.items()}

    def _result(self, base: exp.Select, given: exp.Query, products: Mapping[str, Figure]) -> exp.Select:
        via: exp.Expr = sql.column("via", "g") if self.records.origin is not None else sql.cast(exp.null(), "VARCHAR")
        columns: list[exp.Expr] = [
            *(sql.column(n, "g") for n in record_columns(self.records.columns.kind)),
            *(sql.column(n, "g") for n in ("payee", "give")),
            sql.alias(via, "via"),
            *(sql.column(n, "g") for n in ("date", "month", "share", "overlay")),
            *([sql.column("repetition", "g")] if self.records.credit.repeated else []),
            *(f.named(name) for name, f in products.items()),
            *(sql.column(carried(f.path), "g") for f in self.fields),
            *(sql.column(name, "g") for name in self._conversions()),
        ]
        query = exp.select(*columns).from_(exp.to_table("given").as_("g"), copy=False)
        query = query.where(exp.NEQ(this=sql.column("share", "g"), expression=sql.whole(0)), copy=False)
        return query.with_("base", as_=base, copy=False).with_("given", as_=given, copy=False)


def _at_figure(shape: Figure, name: str, alias: str) -> Figure:
    return Figure(sql.column(name, alias), shape.digits, shape.decimals)


def _union(queries: Sequence[exp.Select]) -> exp.Query:
    made: exp.Query = queries[0]
    for query in queries[1:]:
        made = exp.union(made, query, distinct=False, copy=False)
    return made
