"""Running totals of a payee's credits: one window over everyone in order, less what stood before each payee's period.

A window with a partition for each payee takes nearly twice as long. Payee and day are packed into one whole number, so that the sort's
keys stay short.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.credit_shape import CreditShape
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import table
from compplan.immutable import immutable
from compplan.schema import MONTHS_IN, Period


@immutable
class RunningTotals:
    """`own` are what each credit adds to each total; the totals begin anew with each `period`. `narrow` keeps them within 64 bits."""

    scope: Scope
    shape: CreditShape
    payees: str
    period: Period
    own: Sequence[Figure]
    narrow: bool

    def query(self, prepare: exp.Select) -> exp.Select:
        """One row for each credit: its keys, `own_n` and `total_n`.

        `prepare` selects from the credit under the alias `i`, joined with what `own` needs.
        """
        shift = 1 << self._days().bit_length()
        per_year = 12 // MONTHS_IN[self.period]
        periods = ((self.scope.all.last + 1 - self.scope.all.first) // 12) * per_year
        day = exp.Sub(this=sql.column("date", "i"), expression=sql.day(self._first_day()))
        number = sql.column("number", "y")
        kind = "INTEGER" if self.narrow else "BIGINT"
        place = exp.Add(this=exp.Mul(this=sql.cast(number, kind), expression=sql.whole(shift)), expression=sql.paren(day))
        first = self.scope.all.first // MONTHS_IN[self.period]
        index = exp.Sub(this=sql.quotient_down(sql.column("month", "i"), MONTHS_IN[self.period]), expression=sql.whole(first))
        part = exp.Add(this=exp.Mul(this=sql.cast(number, kind), expression=sql.whole(periods)), expression=sql.paren(index))
        own = prepare.join(
            table(self.payees, "y"), on=exp.EQ(this=sql.column("payee", "y"), expression=sql.column("payee", "i")), copy=False
        ).select(
            sql.alias(sql.cast(place, kind), "place"),
            *([] if periods == 1 else [sql.alias(sql.cast(part, kind), "part")]),
            *([] if self.scope.months_follow else [sql.column("month", "i")]),
            *(sql.column(n, "i") for n in self.tie_breakers()),
            *(f.named(f"own_{n}") for n, f in enumerate(self.own)),
            copy=False,
        )
        return self._assembled(own, shift, periods == 1)

    def tie_breakers(self) -> tuple[str, ...]:
        """What puts a payee's credits of one day in order."""
        credit = self.shape.credit
        names = [*self.shape.record, *self.shape.marks]
        if credit.from_credit or any(g.child for g in credit.gives):
            names += ["share", "credited"]
        return tuple(names)

    def _first_day(self) -> date:
        return self.scope.calendar.start_of_month(self.scope.all.first)

    def _days(self) -> int:
        end = self.scope.calendar.start_of_month(self.scope.all.last + 1)
        return int((end - self._first_day()).days)

    def _assembled(self, own: exp.Select, shift: int, one_period: bool) -> exp.Select:
        def part(alias: str) -> exp.Expr:
            number = exp.IntDiv(this=sql.column("place", alias), expression=sql.whole(shift))
            return sql.paren(number) if one_period else sql.column("part", alias)

        order = [exp.Ordered(this=sql.column(n, "o"), nulls_first=True) for n in ("place", *self.tie_breakers())]
        everyone = [sql.alias(_so_far(sql.column(f"own_{n}", "o"), order), f"all_{n}") for n in range(len(self.own))]
        running = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier("o", quoted=True)), *everyone).from_(
            exp.to_table("own").as_("o"), copy=False
        )
        sums = exp.select(
            sql.alias(part("o"), "part"),
            *(sql.alias(exp.func("sum", sql.column(f"own_{n}", "o")), f"sum_{n}") for n in range(len(self.own))),
        )
        sums = sums.from_(exp.to_table("own").as_("o"), copy=False).group_by(part("o"), copy=False)
        by_part = [exp.Ordered(this=sql.column("part", "s"), nulls_first=True)]
        before = exp.select(
            sql.column("part", "s"),
            *(
                sql.alias(
                    exp.Sub(this=_so_far(sql.column(f"sum_{n}", "s"), by_part), expression=sql.column(f"sum_{n}", "s")), f"before_{n}"
                )
                for n in range(len(self.own))
            ),
        ).from_(sums.subquery("s", copy=False), copy=False)
        day = exp.Mod(this=sql.column("place", "r"), expression=sql.whole(shift))
        dated = sql.paren(exp.Add(this=sql.day(self._first_day()), expression=sql.cast(sql.paren(day), "INTEGER")))
        columns: list[exp.Expr] = [
            sql.column("payee", "y"),
            *(sql.column(n, "r") for n in self.tie_breakers() if n not in ("share", "credited")),
            sql.alias(dated, "date"),
            sql.alias(self.scope.month_of(dated) if self.scope.months_follow else sql.column("month", "r"), "month"),
        ]
        for n, figure in enumerate(self.own):
            total = sql.add(
                Figure(sql.column(f"all_{n}", "r"), sql.MOST_DIGITS, figure.decimals),
                Figure(sql.column(f"before_{n}", "b"), sql.MOST_DIGITS, figure.decimals),
                "-",
            )
            columns += [sql.column(f"own_{n}", "r"), (sql.narrow(total) if self.narrow else total).named(f"total_{n}")]
        number = exp.IntDiv(this=sql.column("place", "r"), expression=sql.whole(shift))
        return (
            exp.select(*columns)
            .from_(running.subquery("r", copy=False), copy=False)
            .join(before.subquery("b", copy=False), on=exp.EQ(this=sql.column("part", "b"), expression=part("r")), copy=False)
            .join(table(self.payees, "y"), on=exp.EQ(this=sql.column("number", "y"), expression=sql.paren(number)), copy=False)
            .with_("own", as_=own, materialized=True, copy=False)
        )


def _so_far(value: exp.Expr, order: Sequence[exp.Ordered]) -> exp.Expr:
    spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    return exp.Window(this=exp.func("sum", value), order=exp.Order(expressions=list(order)), spec=spec)
