"""What is read to the syntax tree: one method a rule, called where the rule ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.language.build_formulas import FormulaBuilder, InvalidText, unquote
from compplan.language.reading import Meta, Token


class Builder(FormulaBuilder):
    """Builds the tree of one file."""

    # ---- credits, measures, quotas, tables

    def let(self, meta: Meta, kids: list[Any]) -> t.Let:
        return t.Let(self._name(kids[0]), kids[1], self._of(meta))

    def since(self, meta: Meta, kids: list[Any]) -> t.Since:
        return t.Since(self._date(kids[0]), kids[1], self._of(meta))

    def parameter(self, meta: Meta, kids: list[Any]) -> t.Parameter:
        return t.Parameter(self._name(kids[0]), (t.Since(None, kids[1], kids[1].span),), self._of(meta))

    def parameter_dated(self, meta: Meta, kids: list[Any]) -> t.Parameter:
        return t.Parameter(self._name(kids[0]), _without_tokens(kids[1:]), self._of(meta))

    def amount_named(self, meta: Meta, kids: list[Any]) -> t.NamedAmount:
        return t.NamedAmount(self._name(kids[0]), kids[1], self._of(meta))

    def to_person(self, meta: Meta, kids: list[Any]) -> t.ToPerson:
        return t.ToPerson(kids[0], self._of(meta))

    def to_named(self, meta: Meta, kids: list[Token]) -> t.ToNamed:
        return t.ToNamed(str(kids[0])[1:-1], self._of(meta))

    def to_managers(self, meta: Meta, kids: list[Any]) -> t.ToManagers:
        return t.ToManagers(kids[0], self._of(meta))

    def to_group(self, meta: Meta, kids: list[Any]) -> t.ToGroup:
        return t.ToGroup(kids[0], self._of(meta))

    def give(self, meta: Meta, kids: list[Any]) -> t.Give:
        share = None if isinstance(kids[0], Token) else kids[0]
        return t.Give(share, kids[1] is not None, kids[2], kids[3], kids[4] is not None, self._of(meta))

    def repeat(self, meta: Meta, kids: list[Any]) -> t.Repeat:
        period, times = (k for k in kids if not isinstance(k, Token))
        return t.Repeat(period, times, self._of(meta))

    def shares(self, meta: Meta, kids: list[Any]) -> t.SharesAdd:
        return t.SharesAdd(self._percent(kids[0]), self._of(meta))

    def credit(self, meta: Meta, kids: list[Any]) -> t.Credit:
        return t.Credit(self._name(kids[0]), self._name(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    def each_group(self, _: Meta, kids: list[Token]) -> t.EachGroup:
        return t.EachGroup(self._name(kids[0]))

    def company(self, _: Meta, __: list[Token]) -> t.Company:
        return t.Company()

    def measure(self, meta: Meta, kids: list[Any]) -> t.Measure:
        return t.Measure(self._name(kids[0]), kids[1], kids[2], self._of(meta))

    def quota(self, meta: Meta, kids: list[Any]) -> t.Quota:
        name, period, value, ramp = (k for k in kids if not (isinstance(k, Token) and k.type == "_COMMA"))
        return t.Quota(self._name(name), period, value, ramp, self._of(meta))

    def tenure(self, meta: Meta, kids: list[Any]) -> t.Tenure:
        first = self._number(kids[-1])
        if first not in (0, 1):
            raise InvalidText("The month of hire is month 1 or month 0.", self._at(kids[-1]), "wrong-arguments")
        return t.Tenure(kids[0], int(first), self._of(meta))

    def _cell(self, kind: t.CellKind, meta: Meta, kids: list[Any]) -> t.Cell:
        span = kids[0].span if kids else Span(self._path, 0, 0, 0, 0)
        if not kids and not meta.empty:
            span = self._of(meta)
        return t.Cell(kind, kids[0] if kids else None, span)

    def cell_value(self, meta: Meta, kids: list[Any]) -> t.Cell:
        return self._cell(t.CellKind.VALUE, meta, kids)

    def cell_from(self, meta: Meta, kids: list[Any]) -> t.Cell:
        return self._cell(t.CellKind.FROM, meta, kids)

    def cell_below(self, meta: Meta, kids: list[Any]) -> t.Cell:
        return self._cell(t.CellKind.BELOW, meta, kids)

    def cell_any(self, meta: Meta, kids: list[Any]) -> t.Cell:
        return self._cell(t.CellKind.ANY, meta, kids)

    def cell_period(self, meta: Meta, kids: list[Any]) -> t.Cell:
        return self._cell(t.CellKind.PERIOD, meta, kids)

    def cell_empty(self, meta: Meta, kids: list[Any]) -> t.Cell:
        return self._cell(t.CellKind.EMPTY, meta, kids)

    def grid_row(self, meta: Meta, kids: list[Any]) -> tuple[t.Cell, ...]:
        line = self._of(meta)
        here = Span(self._path, line.line, line.column, line.line, line.column + 1)
        return tuple(k if k.span.line else t.Cell(k.kind, k.value, here) for k in kids if isinstance(k, t.Cell))

    def grid(self, meta: Meta, kids: list[Any]) -> t.Grid:
        return t.Grid(tuple(kids), self._of(meta))

    def table_inline(self, meta: Meta, kids: list[Any]) -> t.Table:
        return t.Table(self._name(kids[0]), kids[-1], None, self._of(meta))

    def table_file(self, meta: Meta, kids: list[Any]) -> t.Table:
        file = t.Literal(t.LiteralKind.TEXT, unquote(kids[1]), None, self._at(kids[1]))
        return t.Table(self._name(kids[0]), None, file, self._of(meta))

    # ---- the plan's terms

    def use(self, meta: Meta, kids: list[Any]) -> t.Use:
        return t.Use(self._name(kids[0]), self._of(meta))

    def effective(self, meta: Meta, kids: list[Token]) -> t.Effective:
        return t.Effective(self._date(kids[0]), self._date(kids[1]), self._of(meta))

    def payees(self, meta: Meta, kids: list[Any]) -> t.Payees:
        where = kids[0] if kids and not isinstance(kids[0], Token) else None
        return t.Payees(where, self._of(meta))

    def half(self, _: Meta, kids: list[Token]) -> bool:
        return "even" in kids

    def currency(self, meta: Meta, kids: list[Any]) -> t.Currency:
        values = [k for k in kids if not (isinstance(k, Token) and k.type == "_COMMA")]
        return t.Currency(str(values[0]), self._number(values[1]), values[2], self._of(meta))

    def payout(self, meta: Meta, kids: list[Any]) -> t.Payout:
        period, paid_in, negative = kids
        return t.Payout(period, negative, paid_in, self._of(meta))

    def paid_in(self, meta: Meta, kids: list[Any]) -> t.PaidIn:
        currency, rates, (day, period, literal) = kids
        into = currency if isinstance(currency, t.Path) else str(currency)[-3:]
        return t.PaidIn(into, self._name(rates), day, period, literal, self._of(meta))

    def negative(self, _: Meta, kids: list[Token]) -> str:
        return "owed" if "owed" in kids else "carried"

    def weights(self, meta: Meta, kids: list[Any]) -> t.Weights:
        return t.Weights(kids[0], self._percent(kids[1]), self._of(meta))

    def prorate(self, meta: Meta, kids: list[Any]) -> t.Prorate:
        *what, (by, least) = kids
        return t.Prorate(_without_tokens(what), by, least, self._of(meta))

    def not_prorated(self, meta: Meta, kids: list[Any]) -> t.Prorate:
        return t.Prorate(_without_tokens(kids), "not", 0, self._of(meta))

    def leave(self, meta: Meta, kids: list[Any]) -> t.Leave:
        _, name, source, where, *lasting = kids
        least = next((self._duration(k) for k in lasting if isinstance(k, Token) and k.type == "DURATION"), None)
        return t.Leave(self._name(name), self._name(source), where, least, self._of(meta))

    def relieve(self, meta: Meta, kids: list[Any]) -> t.Relieve:
        *what, name, _, (by, least) = kids
        return t.Relieve(_without_tokens(what), self._name(name), by, least, self._of(meta))

    def prorated_cap(self, meta: Meta, kids: list[Any]) -> t.ProratedCap:
        return t.ProratedCap(kids[1], self._of(meta))

    def prorated_draw(self, meta: Meta, kids: list[Any]) -> t.ProratedDraw:
        return t.ProratedDraw(self._name(kids[1]), self._of(meta))

    def cap_plan(self, meta: Meta, kids: list[Any]) -> t.PlanCap:
        return t.PlanCap(kids[0], kids[1], kids[2], self._of(meta))

    def carried_on(self, _: Meta, kids: list[Any]) -> object:
        return kids[1]

    def top_up(self, meta: Meta, kids: list[Any]) -> t.TopUp:
        return t.TopUp(kids[0], kids[1], self._of(meta))

    def recover(self, meta: Meta, kids: list[Any]) -> t.Recover:
        return t.Recover(None if isinstance(kids[0], Token) else kids[0], kids[1], self._of(meta))

    def forgive(self, meta: Meta, kids: list[Any]) -> t.Forgive:
        return t.Forgive(kids[0], self._of(meta))

    def leaving(self, meta: Meta, kids: list[Any]) -> t.Leaving:
        return t.Leaving(kids[0], self._of(meta))

    def left_over(self, _: Meta, kids: list[Token]) -> str:
        return str(kids[0])

    def draw(self, meta: Meta, kids: list[Any]) -> t.Draw:
        return t.Draw(self._name(kids[0]), unquote(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    # ---- what is paid later, what is taken back

    def of_components(self, meta: Meta, kids: list[Token]) -> t.OfComponents:
        return t.OfComponents(tuple(self._name(k) for k in kids if k.type == "NAME"), self._of(meta))

    def keep(self, meta: Meta, kids: list[Any]) -> t.Keep:
        return t.Keep(kids[0], self._of(meta))

    def release(self, meta: Meta, kids: list[Any]) -> t.DatedShare:
        return t.DatedShare("release", kids[0], kids[1], kids[2], self._of(meta))

    def take(self, meta: Meta, kids: list[Any]) -> t.DatedShare:
        return t.DatedShare("take", kids[0], kids[1], kids[2], self._of(meta))

    def hold(self, meta: Meta, kids: list[Any]) -> t.Hold:
        return t.Hold(self._name(kids[0]), unquote(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    def clawback(self, meta: Meta, kids: list[Any]) -> t.Clawback:
        return t.Clawback(self._name(kids[0]), unquote(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    def evenly(self, _: Meta, kids: list[Token]) -> bool:
        return "days" in kids

    def term_of(self, meta: Meta, kids: list[Any]) -> t.Term:
        return t.Term(kids[1], self.duration(meta, kids[:1]), None, kids[2], self._of(meta))

    def term_of_months(self, meta: Meta, kids: list[Any]) -> t.Term:
        return t.Term(kids[1], kids[0], None, kids[2], self._of(meta))

    def term_until(self, meta: Meta, kids: list[Any]) -> t.Term:
        return t.Term(kids[0], None, kids[1], kids[2], self._of(meta))

    def expense(self, meta: Meta, kids: list[Any]) -> t.Expense:
        return t.Expense(kids[0], self._of(meta))

    def write_off(self, meta: Meta, kids: list[Any]) -> t.WriteOff:
        return t.WriteOff(kids[0], kids[1], self._of(meta))

    def contract_cost(self, meta: Meta, kids: list[Any]) -> t.ContractCost:
        return t.ContractCost(self._name(kids[0]), unquote(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    # ---- what is earned

    def to_date(self, meta: Meta, kids: list[Any]) -> t.ToDate:
        return t.ToDate(kids[0], None, self._of(meta))

    def for_period(self, meta: Meta, kids: list[Any]) -> t.ForPeriod:
        return t.ForPeriod(kids[0], self._basis(kids[1], kids[2]), self._of(meta))

    def for_credit(self, meta: Meta, kids: list[Any]) -> t.ForCredit:
        return t.ForCredit(self._name(kids[0]), kids[1], self._basis(kids[2], kids[3]), self._of(meta))

    @staticmethod
    def _basis(to_date: t.ToDate | None, against: t.Against | None) -> t.ToDate | None:
        return None if to_date is None else t.ToDate(to_date.period, against, to_date.span)

    def _sentence(keyword: str) -> Callable[[Builder, Meta, list[Any]], t.Sentence]:  # type: ignore[misc]  # noqa: N805
        def build(self: Builder, meta: Meta, kids: list[Any]) -> t.Sentence:
            return t.Sentence(keyword, kids[0], self._of(meta))

        return build

    where = _sentence("where")
    dated = _sentence("on")
    amount = _sentence("amount")
    pay = _sentence("pay")
    times = _sentence("times")
    only_if = _sentence("only if")
    cap_earning = _sentence("cap")
    floor_earning = _sentence("floor")

    def rounded(self, _: Meta, kids: list[Token]) -> bool:
        return "up" in kids

    def ties(self, _: Meta, kids: list[Token]) -> str:
        return str(kids[-1])

    def pool(self, meta: Meta, kids: list[Any]) -> t.SharedOut:
        group, where, *rest = kids
        by = next((k for k in rest if not isinstance(k, Token)), None)
        return t.SharedOut(None if group.type == "EVERYONE" else self._name(group), where, by, self._of(meta))

    def spent(self, _: Meta, kids: list[Token]) -> str:
        return "in proportion" if "proportion" in kids else "cut" if "cut" in kids else "left out"

    def budget(self, meta: Meta, kids: list[Any]) -> t.Budget:
        limit, period, spent = (k for k in kids if not isinstance(k, Token))
        return t.Budget(limit, period, spent, self._of(meta))

    def spread_in_order(self, meta: Meta, kids: list[Any]) -> t.SpreadOver:
        return t.SpreadOver(self._name(kids[0]), kids[1], None, self._of(meta))

    def spread_by(self, meta: Meta, kids: list[Any]) -> t.SpreadOver:
        return t.SpreadOver(self._name(kids[0]), None, kids[1], self._of(meta))

    def to_top(self, meta: Meta, kids: list[Any]) -> t.ToTop:
        token = kids[0]
        size = (
            self._percent(token) if token.type == "PERCENT" else t.Literal(t.LiteralKind.NUMBER, self._number(token), None, self._at(token))
        )
        return t.ToTop(size, kids[1], kids[2], kids[3], self._of(meta))

    def grant(self, meta: Meta, kids: list[Any]) -> t.Grant:
        return t.Grant(kids[0], unquote(kids[1]), self._of(meta))

    def component(self, meta: Meta, kids: list[Any]) -> t.Component:
        return t.Component(str(kids[0]), self._name(kids[1]), unquote(kids[2]), _without_tokens(kids[3:]), self._of(meta))

    def award(self, meta: Meta, kids: list[Any]) -> t.Component:
        return t.Component("award", self._name(kids[0]), unquote(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    # ---- changes

    def in_force(self, meta: Meta, kids: list[Token]) -> t.InForce:
        if kids[0].type == "THROUGH":
            return t.InForce(None, self._date(kids[1]), True, self._of(meta))
        last = self._date(kids[1]) if len(kids) > 1 else None
        return t.InForce(self._date(kids[0]), last, True, self._of(meta))

    def begins(self, meta: Meta, kids: list[Token]) -> t.InForce:
        return t.InForce(self._date(kids[0]), None, True, self._of(meta))

    def because(self, meta: Meta, kids: list[Token]) -> t.Because:
        return t.Because(unquote(kids[0]), self._of(meta))

    pay_sum = _sentence("pay")
    times_sum = _sentence("times")

    def becomes(self, meta: Meta, kids: list[Any]) -> t.Becomes:
        old, new = kids
        span = self._of(meta)
        if isinstance(old, t.Row):
            return t.Becomes(old, t.Row(old.bound_kind, old.bound, new, new.span), span)
        return t.Becomes(old, t.Sentence(old.keyword, new, new.span), span)

    def add_line(self, meta: Meta, kids: list[Any]) -> t.AddLine:
        return t.AddLine(kids[0], self._of(meta))

    def remove_line(self, meta: Meta, kids: list[Any]) -> t.RemoveLine:
        return t.RemoveLine(kids[0], self._of(meta))

    def replace_line(self, meta: Meta, kids: list[Any]) -> t.ReplaceLine:
        return t.ReplaceLine(kids[0], self._of(meta))

    def change(self, meta: Meta, kids: list[Any]) -> t.Change:
        return t.Change(str(kids[0]), self._name(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    def named(self, meta: Meta, kids: list[Token]) -> t.Named:
        word = str(kids[0]).split()[0]
        name = t.Name(unquote(kids[1]), self._at(kids[1])) if word == "example" else self._name(kids[1])
        return t.Named(word, name, self._of(meta))

    def remove(self, meta: Meta, kids: list[Any]) -> t.Remove:
        return t.Remove(kids[0], self._of(meta))

    def replace(self, meta: Meta, kids: list[Any]) -> t.Replace:
        return t.Replace(kids[0], self._of(meta))

    def based_on(self, _: Meta, kids: list[Token]) -> t.Name:
        return self._name(kids[0])

    def amendment(self, meta: Meta, kids: list[Any]) -> t.Amendment:
        return t.Amendment(self._name(kids[0]), unquote(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    # ---- examples and the file

    def given(self, meta: Meta, kids: list[Any]) -> t.Given:
        return t.Given(self._name(kids[0]), kids[-1], self._of(meta))

    def expect(self, meta: Meta, kids: list[Any]) -> t.Expect:
        record = None if kids[2] is None else unquote(kids[2])
        payee = None if kids[1].type == "EVERYONE" else unquote(kids[1])
        return t.Expect(kids[0], payee, record, kids[3], kids[4], self._words(kids[0].span), self._of(meta))

    def example(self, meta: Meta, kids: list[Any]) -> t.Example:
        return t.Example(unquote(kids[0]), _without_tokens(kids[1:]), self._of(meta))

    def definitions(self, meta: Meta, kids: list[Any]) -> t.Definitions:
        return t.Definitions(self._name(kids[0]), _without_tokens(kids[1:]), self._of(meta))

    def plan(self, meta: Meta, kids: list[Any]) -> t.Plan:
        span = self._of(meta)
        return t.Plan(self._name(kids[0]), unquote(kids[1]), _without_tokens(kids[3:]), kids[2], (span,), span=span)

    def start(self, _: Meta, kids: list[Any]) -> t.File:
        return t.File(self._path, _without_tokens(kids))


def _without_tokens(kids: list[Any]) -> tuple[Any, ...]:
    return tuple(k for k in kids if k is not None and not isinstance(k, Token))
