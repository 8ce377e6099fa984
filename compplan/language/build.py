"""lark's parse to the syntax tree: one method a rule, called as the parser reduces it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.schema import Period


class InvalidText(Exception):  # noqa: N818 - not an error of the program
    """A word that the grammar lets pass and that means nothing, such as the 31st of February."""

    def __init__(self, message: str, span: Span, code: str = "invalid-date") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span


LONGEST_NUMBER = 12
"""How many digits a number may have before its point, and after."""


def _unquote(text: str) -> str:
    return str(text)[1:-1]


@v_args(meta=True)
class Builder(Transformer[Token, Any]):
    """Builds the tree of one file; `path` goes into every span."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(visit_tokens=False)
        self._path = path
        self._text = text

    def _words(self, span: Span) -> str:
        """What stands in a place, on one line."""
        lines = self._text.split("\n")[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return " ".join(" ".join(lines).split())

    def _of(self, meta: Meta) -> Span:
        return Span(self._path, meta.line, meta.column, meta.end_line, meta.end_column)

    def _at(self, token: Token) -> Span:
        return Span(self._path, token.line or 1, token.column or 1, token.end_line or 1, token.end_column or 1)

    def _name(self, token: Token) -> t.Name:
        return t.Name(str(token), self._at(token))

    def _date(self, token: Token) -> date:
        try:
            return date.fromisoformat(str(token))
        except ValueError:
            raise InvalidText(f"There is no day {token} in the calendar.", self._at(token)) from None

    def _number(self, token: Token, text: str | None = None) -> Decimal:
        digits = (text or str(token)).replace(",", "")
        whole, _, decimals = digits.partition(".")
        if len(whole.lstrip("0")) > LONGEST_NUMBER or len(decimals) > LONGEST_NUMBER:
            message = f"A number has at most {LONGEST_NUMBER} digits before its point, and as many after it."
            raise InvalidText(message, self._at(token), "invalid-number")
        return Decimal(digits)

    # ---- formulas

    def number(self, meta: Meta, kids: list[Token]) -> t.Literal:
        return t.Literal(t.LiteralKind.NUMBER, self._number(kids[0]), None, self._of(meta))

    def money(self, meta: Meta, kids: list[Token]) -> t.Literal:
        amount, currency = str(kids[0]).split(" ")
        return t.Literal(t.LiteralKind.MONEY, self._number(kids[0], amount), currency, self._of(meta))

    def percent(self, meta: Meta, kids: list[Token]) -> t.Literal:
        return self._percent(kids[0])

    def _percent(self, token: Token) -> t.Literal:
        value = self._number(token, str(token)[:-1]).scaleb(-2)
        return t.Literal(t.LiteralKind.PERCENT, value, None, self._at(token))

    def multiple(self, meta: Meta, kids: list[Token]) -> t.Literal:
        return t.Literal(t.LiteralKind.MULTIPLE, self._number(kids[0], str(kids[0])[:-1]), None, self._of(meta))

    def date(self, meta: Meta, kids: list[Token]) -> t.Literal:
        return t.Literal(t.LiteralKind.DATE, self._date(kids[0]), None, self._of(meta))

    def text(self, meta: Meta, kids: list[Token]) -> t.Literal:
        return t.Literal(t.LiteralKind.TEXT, _unquote(kids[0]), None, self._of(meta))

    def duration(self, meta: Meta, kids: list[Token]) -> t.Literal:
        count, word = str(kids[0]).split(" ")
        kind = {"d": t.LiteralKind.DAYS, "m": t.LiteralKind.MONTHS, "y": t.LiteralKind.YEARS}[word[0]]
        return t.Literal(kind, self._number(kids[0], count), None, self._of(meta))

    def yes(self, meta: Meta, _: list[Token]) -> t.Literal:
        return t.Literal(t.LiteralKind.YES_NO, True, None, self._of(meta))

    def no(self, meta: Meta, _: list[Token]) -> t.Literal:
        return t.Literal(t.LiteralKind.YES_NO, False, None, self._of(meta))

    def path(self, meta: Meta, kids: list[Token]) -> t.Path:
        return t.Path(tuple(self._name(k) for k in kids), self._of(meta))

    def binary(self, meta: Meta, kids: list[Any]) -> t.Binary:
        return t.Binary(str(kids[1]), kids[0], kids[2], self._of(meta))

    def divide(self, meta: Meta, kids: list[Any]) -> t.Divide:
        return t.Divide(kids[0], kids[1], kids[2], self._of(meta))

    def negate(self, meta: Meta, kids: list[Any]) -> t.Negate:
        return t.Negate(kids[0], self._of(meta))

    def share_of(self, meta: Meta, kids: list[Any]) -> t.ShareOf:
        return t.ShareOf(self._percent(kids[0]), kids[1], self._of(meta))

    def period(self, _: Meta, kids: list[Token]) -> Period:
        return str(kids[0])  # type: ignore[return-value]

    def per_period(self, meta: Meta, kids: list[Any]) -> t.PerPeriod:
        return t.PerPeriod(kids[0], kids[1], self._of(meta))

    def window(self, _: Meta, kids: list[Any]) -> tuple[Period, t.Reach]:
        words = kids[1]
        if words is None:
            return kids[0], t.Reach.WHOLE
        return kids[0], t.Reach.TO_DATE if words.type == "TO_DATE" else t.Reach.BEFORE

    def over(self, meta: Meta, kids: list[Any]) -> t.Over:
        period, reach = kids[1]
        return t.Over(kids[0], period, reach, self._of(meta))

    def against(self, _: Meta, kids: list[Token]) -> t.Against:
        return t.Against.FULL if "full" in kids else t.Against.TO_DATE

    def call(self, meta: Meta, kids: list[Any]) -> t.Call:
        name, different, *arguments, where, overlays, against = kids
        return t.Call(self._name(name), tuple(arguments), where, against, different is not None, overlays is not None, self._of(meta))

    def the_target(self, meta: Meta, _: list[Token]) -> t.TheTarget:
        return t.TheTarget(self._of(meta))

    def compare(self, meta: Meta, kids: list[Any]) -> t.Compare:
        return t.Compare(str(kids[1]), kids[0], kids[2], self._of(meta))

    def among(self, meta: Meta, kids: list[Any]) -> t.Among:
        return t.Among(kids[0], tuple(kids[1:]), self._of(meta))

    def period_name(self, _: Meta, kids: list[Token]) -> t.PeriodLiteral:
        return t.PeriodLiteral(str(kids[0]), self._at(kids[0]))

    def period_literal(self, _: Meta, kids: list[Any]) -> t.PeriodLiteral:
        return kids[0] if isinstance(kids[0], t.PeriodLiteral) else t.PeriodLiteral(str(kids[0]), self._at(kids[0]))

    def in_period(self, meta: Meta, kids: list[Any]) -> t.InPeriod:
        return t.InPeriod(kids[0], kids[1], self._of(meta))

    def is_empty(self, meta: Meta, kids: list[Any]) -> t.IsEmpty:
        return t.IsEmpty(kids[0], self._of(meta))

    def is_not_empty(self, meta: Meta, kids: list[Any]) -> t.Not:
        return t.Not(t.IsEmpty(kids[0], self._of(meta)), self._of(meta))

    def not_(self, meta: Meta, kids: list[Any]) -> t.Not:
        return t.Not(kids[0], self._of(meta))

    def and_(self, meta: Meta, kids: list[Any]) -> t.Logical:
        return t.Logical("and", kids[0], kids[1], self._of(meta))

    def or_(self, meta: Meta, kids: list[Any]) -> t.Logical:
        return t.Logical("or", kids[0], kids[1], self._of(meta))

    # ---- tiers

    def bound(self, _: Meta, kids: list[Any]) -> tuple[t.BoundKind, t.Expression]:
        return t.BoundKind(str(kids[0])), kids[1]

    def row(self, meta: Meta, kids: list[Any]) -> t.Row:
        kind, bound = kids[0]
        return t.Row(kind, bound, kids[1], self._of(meta))

    def block(self, _: Meta, kids: list[Any]) -> tuple[t.Row, ...]:
        return tuple(k for k in kids if isinstance(k, t.Row))

    def slices(self, meta: Meta, kids: list[Any]) -> t.Slices:
        return t.Slices(kids[0], kids[1], self._of(meta))

    def step(self, meta: Meta, kids: list[Any]) -> t.Step:
        return t.Step(kids[0], kids[1], self._of(meta))

    def curve(self, meta: Meta, kids: list[Any]) -> t.Curve:
        return t.Curve(kids[0], kids[1], self._of(meta))

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

    def to_managers(self, meta: Meta, kids: list[Any]) -> t.ToManagers:
        return t.ToManagers(kids[0], self._of(meta))

    def to_group(self, meta: Meta, kids: list[Any]) -> t.ToGroup:
        return t.ToGroup(kids[0], self._of(meta))

    def give(self, meta: Meta, kids: list[Any]) -> t.Give:
        share = None if isinstance(kids[0], Token) else kids[0]
        return t.Give(share, kids[1], kids[2], kids[3] is not None, self._of(meta))

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
        return t.Quota(self._name(kids[0]), kids[1], kids[2], self._of(meta))

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
        file = t.Literal(t.LiteralKind.TEXT, _unquote(kids[1]), None, self._at(kids[1]))
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
        return t.Payout(kids[0], self._of(meta))

    def weights(self, meta: Meta, kids: list[Any]) -> t.Weights:
        return t.Weights(kids[0], self._percent(kids[1]), self._of(meta))

    def cap_plan(self, meta: Meta, kids: list[Any]) -> t.PlanCap:
        return t.PlanCap(kids[0], kids[1], self._of(meta))

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

    def ties(self, _: Meta, kids: list[Token]) -> bool:
        return "included" in kids

    def to_top(self, meta: Meta, kids: list[Any]) -> t.ToTop:
        token = kids[0]
        size = (
            self._percent(token) if token.type == "PERCENT" else t.Literal(t.LiteralKind.NUMBER, self._number(token), None, self._at(token))
        )
        return t.ToTop(size, kids[1], kids[2], kids[3], self._of(meta))

    def grant(self, meta: Meta, kids: list[Any]) -> t.Grant:
        return t.Grant(kids[0], _unquote(kids[1]), self._of(meta))

    def component(self, meta: Meta, kids: list[Any]) -> t.Component:
        return t.Component(str(kids[0]), self._name(kids[1]), _unquote(kids[2]), _without_tokens(kids[3:]), self._of(meta))

    def award(self, meta: Meta, kids: list[Any]) -> t.Component:
        return t.Component("award", self._name(kids[0]), _unquote(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    # ---- examples and the file

    def given(self, meta: Meta, kids: list[Any]) -> t.Given:
        return t.Given(self._name(kids[0]), kids[-1], self._of(meta))

    def expect(self, meta: Meta, kids: list[Any]) -> t.Expect:
        record = None if kids[2] is None else _unquote(kids[2])
        payee = None if kids[1].type == "EVERYONE" else _unquote(kids[1])
        return t.Expect(kids[0], payee, record, kids[3], kids[4], self._words(kids[0].span), self._of(meta))

    def example(self, meta: Meta, kids: list[Any]) -> t.Example:
        return t.Example(_unquote(kids[0]), _without_tokens(kids[1:]), self._of(meta))

    def definitions(self, meta: Meta, kids: list[Any]) -> t.Definitions:
        return t.Definitions(self._name(kids[0]), _without_tokens(kids[1:]), self._of(meta))

    def plan(self, meta: Meta, kids: list[Any]) -> t.Plan:
        return t.Plan(self._name(kids[0]), _unquote(kids[1]), _without_tokens(kids[2:]), self._of(meta))

    def start(self, _: Meta, kids: list[Any]) -> t.File:
        return t.File(self._path, _without_tokens(kids))


def _without_tokens(kids: list[Any]) -> tuple[Any, ...]:
    return tuple(k for k in kids if k is not None and not isinstance(k, Token))
