"""What is read of values, formulas and tiers to the syntax tree; `build` has the sentences."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.language.reading import Meta, Token
from compplan.schema import MONTHS_IN, Period


class InvalidText(Exception):  # noqa: N818 - not an error of the program
    """A word that the grammar lets pass and that means nothing, such as the 31st of February."""

    def __init__(self, message: str, span: Span, code: str = "invalid-date") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span


LONGEST_NUMBER = 12
"""How many digits a number may have before its point, and after."""


MOST_MONTHS = 60
"""How many months may be covered that do not begin with a period."""


def unquote(text: str) -> str:
    """A text without its quotes."""
    return str(text)[1:-1]


class FormulaBuilder:
    """Builds the formulas of one file; `path` goes into every span."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.split("\n")

    def _words(self, span: Span) -> str:
        """What stands in a place, on one line."""
        lines = self._lines[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return " ".join(" ".join(lines).split())

    def _of(self, meta: Meta) -> Span:
        return Span(self._path, meta.line, meta.column, meta.end_line, meta.end_column)

    def _at(self, token: Token) -> Span:
        return Span(self._path, token.line, token.column, token.end_line, token.end_column)

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
        return t.Literal(t.LiteralKind.TEXT, unquote(kids[0]), None, self._of(meta))

    def duration(self, meta: Meta, kids: list[Token]) -> t.Literal:
        return self._duration(kids[0])

    def _duration(self, token: Token) -> t.Literal:
        count, word = str(token).split(" ")
        kind = {"d": t.LiteralKind.DAYS, "m": t.LiteralKind.MONTHS, "y": t.LiteralKind.YEARS}[word[0]]
        return t.Literal(kind, self._number(token, count), None, self._at(token))

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

    def window(self, _: Meta, kids: list[Any]) -> t.Window:
        period, to_date, earlier = kids
        return t.Window(period, t.Reach.WHOLE if to_date is None else t.Reach.TO_DATE, 0 if earlier is None else 12)

    def up_to_this(self, _: Meta, kids: list[Any]) -> t.Window:
        return t.Window(kids[0], t.Reach.BEFORE)

    def of_the_same(self, _: Meta, kids: list[Any]) -> tuple[t.Window, t.Path]:
        return t.Window(kids[0], t.Reach.TO_DATE if kids[1].type == "TO_DATE" else t.Reach.BEFORE), kids[2]

    def previous(self, _: Meta, kids: list[Any]) -> t.Window:
        return t.Window(kids[0], back=MONTHS_IN[kids[0]])

    def last_months(self, _: Meta, kids: list[Any]) -> t.Window:
        return self._months(kids[0], apart=False)

    def months_before(self, _: Meta, kids: list[Any]) -> t.Window:
        return self._months(kids[0], apart=True)

    def _months(self, token: Token, *, apart: bool) -> t.Window:
        count, word = str(token).split(" ")
        months = int(count) * {"d": 0, "m": 1, "y": 12}[word[0]]
        if not 1 <= months <= MOST_MONTHS:
            message = f"This covers so many whole months, at most {MOST_MONTHS}."
            raise InvalidText(message, self._at(token), "needs-window")
        return t.Window("month", months=months, apart=apart)

    def over(self, meta: Meta, kids: list[Any]) -> t.Over:
        window, same = kids[1] if isinstance(kids[1], tuple) else (kids[1], None)
        return t.Over(kids[0], window, same, self._of(meta))

    def of_others(self, meta: Meta, kids: list[Any]) -> t.OfOthers:
        return t.OfOthers(kids[0], "direct" in kids[1], self._of(meta))

    def rate_on(self, _: Meta, kids: list[Any]) -> tuple[Any, Any, Any]:
        return kids[0], None, None

    def rate_on_date(self, _: Meta, kids: list[Token]) -> tuple[Any, Any, Any]:
        return t.Literal(t.LiteralKind.DATE, self._date(kids[0]), None, self._at(kids[0])), None, None

    def rate_at_end(self, _: Meta, kids: list[Any]) -> tuple[Any, Any, Any]:
        period, day = kids
        return day, period, None

    def rate_of_period(self, _: Meta, kids: list[Any]) -> tuple[Any, Any, Any]:
        return None, None, kids[0]

    def convert(self, meta: Meta, kids: list[Any]) -> t.Convert:
        operand, into, rates, (day, period, literal), *rounding = kids
        number = next((k for k in rounding if k is not None and k.type == "NUMBER"), None)
        unit = None if number is None else self._number(number)
        unrounded = any(k is not None and k.type == "NOT_ROUNDED" for k in rounding)
        return t.Convert(operand, str(into)[-3:], self._name(rates), day, period, literal, unit, unrounded, self._of(meta))

    def against(self, _: Meta, kids: list[Token]) -> t.Against:
        return t.Against.FULL if "full" in kids else t.Against.TO_DATE

    def call(self, meta: Meta, kids: list[Any]) -> t.Call:
        name, different, *arguments, where, overlays, against = kids
        return t.Call(self._name(name), tuple(arguments), where, against, different is not None, overlays is not None, self._of(meta))

    def sum_to_date(self, meta: Meta, kids: list[Any]) -> t.SumToDate:
        name, of, _, by, where = kids
        return t.SumToDate(self._name(name), of, by, where, self._of(meta))

    def the_level(self, meta: Meta, _: list[Token]) -> t.TheLevel:
        return t.TheLevel(self._of(meta))

    def the_target(self, meta: Meta, _: list[Token]) -> t.TheTarget:
        return t.TheTarget(self._of(meta))

    def by_days(self, _: Meta, __: list[Any]) -> tuple[str, int]:
        return "days", 0

    def by_working_days(self, _: Meta, __: list[Any]) -> tuple[str, int]:
        return "working days", 0

    def by_months(self, _: Meta, kids: list[Any]) -> tuple[str, int]:
        return "months", int(self._number(kids[0]))

    def leave_share(self, meta: Meta, kids: list[Any]) -> t.LeaveShare:
        name, _, (by, least) = kids
        return t.LeaveShare(self._name(name), by, least, self._of(meta))

    def average_before(self, meta: Meta, kids: list[Token]) -> t.AverageBefore:
        component, over, leave, _ = kids
        return t.AverageBefore(self._name(component), self._duration(over), self._name(leave), self._of(meta))

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
