"""What a run pays, as tables to be handed on: totals, payouts and awards, with people's names and the labels of the plans."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import duckdb
from sqlglot import exp

from compplan.currencies import DIGITS
from compplan.engine.payout_kinds import EARNING, corrections_of
from compplan.engine.relations import CALENDAR, RECORDS, STEPS, Earnings, quoted
from compplan.engine.steps import Months
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import PEOPLE, Schema, TextType

Holds = Literal["text", "date", "money", "figure", "ratio"]
"""What a column holds. Money has the decimals of the currency, a figure as many as it needs, a ratio is 0.05 for 5 %."""


@immutable
class ResultColumn:
    """A column: its name for programs, its heading for people; none where people have another column that says the same."""

    name: str
    heading: str | None
    holds: Holds = "text"


@immutable
class ResultTable:
    """A table of results: its name, the sheet that it becomes, its columns, and the SQL that gives its rows in their order."""

    name: str
    title: str
    columns: tuple[ResultColumn, ...]
    query: str


_WHO = (ResultColumn("payee", "Payee"), ResultColumn("name", "Name"))
_PLAN = (ResultColumn("plan", None), ResultColumn("plan_label", "Plan"))
_COMPONENT = (ResultColumn("component", None), ResultColumn("label", "Component"))
_DEALS = (ResultColumn("deal", "Deal"), ResultColumn("through", "Through"), ResultColumn("date", "Date", "date"))
_AMOUNT = (ResultColumn("amount", "Amount", "figure"), ResultColumn("unit", "Unit"))
_CURRENCY = ResultColumn("currency", "Currency")

TOTALS = (*_WHO, ResultColumn("amount", "Amount", "money"), _CURRENCY)
PAYOUTS = (
    *_WHO, *_PLAN, *_COMPONENT, ResultColumn("kind", None), ResultColumn("period", "Period"),
    ResultColumn("amount", "Amount", "money"), _CURRENCY,
)  # fmt: skip
LINES = (
    *_WHO, *_PLAN, *_COMPONENT, *_DEALS, *_AMOUNT, ResultColumn("effective_rate", "Effective rate", "ratio"),
    ResultColumn("earned", "Earned", "money"), _CURRENCY, ResultColumn("earned_in", "Earned in"), ResultColumn("paid_in", "Paid in"),
)  # fmt: skip
CREDITS = (*_WHO, *_PLAN, ResultColumn("credit", "Credit"), *_DEALS, ResultColumn("share", "Share", "ratio"), *_AMOUNT)
AWARDS = (
    *_WHO, *_PLAN, *_COMPONENT, ResultColumn("period", "Period"), ResultColumn("quantity", "Quantity", "figure"),
    ResultColumn("award", "Award"),
)  # fmt: skip

COSTS = (
    *_WHO, *_PLAN, ResultColumn("cost", None), ResultColumn("cost_label", "Contract cost"), *_COMPONENT, ResultColumn("deal", "Deal"),
    ResultColumn("month", "Month"), *(ResultColumn(n, h, "money") for n, h in (
        ("capitalised", "Capitalised"), ("expensed", "Expensed"), ("amortised", "Amortised"), ("written_off", "Written off"),
        ("balance", "Balance"),
    )), _CURRENCY,
)  # fmt: skip


def keep_labels(connection: duckdb.DuckDBPyConnection, plans: Sequence[ty.Plan]) -> None:
    """What people call plans, components, caps and draws, and the order in which they are written."""
    rows: list[tuple[object, ...]] = []
    for number, plan in enumerate(plans):
        parts = [(EARNING, c.name, c.label, c.thing) for c in plan.named_components]
        parts += [(*correction, None) for correction in corrections_of(plan)]
        rows += [
            (number, plan.name, plan.label, plan.currency, plan.payout, place, kind, name, label, thing)
            for place, (kind, name, label, thing) in enumerate(parts)
        ]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE labels (plan_place INTEGER, plan VARCHAR, plan_label VARCHAR, currency VARCHAR, payout VARCHAR, "
        "place INTEGER, kind VARCHAR, component VARCHAR, label VARCHAR, thing VARCHAR)"
    )
    if rows:
        connection.executemany("INSERT INTO labels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


@immutable
class Paid:
    """What is paid by the plans of a run: payouts, totals, awards. The database has the run's steps, records, calendar and labels."""

    schema: Schema
    plans: tuple[ty.Plan, ...]
    made: Sequence[Earnings]
    asked: Months

    def payouts(self) -> str:
        """A row for each payout of a component, and for each correction of a cap or a draw."""
        return f"""SELECT t.payee, {self.name} AS name, t.plan, l.plan_label, t.component, l.label, t.kind,
                t.label AS period, t.amount, t.currency
            FROM {STEPS}.payouts t JOIN labels l ON l.plan = t.plan AND l.kind = t.kind AND l.component = t.component {self.people}
            ORDER BY l.plan_place, t.payee, t.period, l.place"""

    def totals(self) -> str:
        """A row for each payee and currency."""
        return f"""SELECT t.payee, {self.name} AS name, sum(t.amount) AS amount, t.currency
            FROM {STEPS}.payouts t {self.people} GROUP BY ALL ORDER BY t.payee, t.currency"""

    def awards(self) -> str:
        """A row for each award that was won in the months of the run."""
        parts = [
            f"""SELECT {text(e.plan)} AS plan, {text(e.component)} AS component, payee, earned_month, {wide("sum(earned)")} AS quantity
            FROM {STEPS}.{quoted(e.step)} WHERE {within(self.asked)} GROUP BY payee, earned_month"""
            for e in self.made
            if e.word == "award"
        ]
        nothing = f"SELECT '' AS plan, '' AS component, '' AS payee, 0 AS earned_month, {wide('0')} AS quantity WHERE false"
        return f"""SELECT t.payee, {self.name} AS name, t.plan, l.plan_label, t.component, l.label, m.label AS period,
                t.quantity, l.thing AS award
            FROM ({" UNION ALL ".join(parts or [nothing])}) t {LABELLED} {MONTH} {self.people} WHERE t.quantity <> 0
            ORDER BY l.plan_place, l.place, t.payee, t.earned_month"""

    def money(self, node: str) -> str:
        """An amount in the type that the amounts of all plans fit."""
        return f"CAST({node} AS DECIMAL(38, {max((p.unit_decimals for p in self.plans), default=2)}))"

    @property
    def name(self) -> str:
        """The column with the name of the payee of `t`."""
        return "n.name" if has_names(self.schema) else "NULL::VARCHAR"

    @property
    def people(self) -> str:
        """The join that the name needs."""
        key = quoted(self.schema.kinds[PEOPLE].key[0])
        if not has_names(self.schema):
            return ""
        valid = self.schema.kinds[PEOPLE].valid
        latest = f"(SELECT {key}, arg_max(name, {quoted(valid.first)}) AS name FROM {RECORDS}.{PEOPLE} GROUP BY {key})" if valid else ""
        return f"LEFT JOIN {latest or f'{RECORDS}.{PEOPLE}'} n ON n.{key} = t.payee"


def write_paid(connection: duckdb.DuckDBPyConnection, paid: Paid, folder: Path) -> None:
    """Writes payouts.csv, and awards.csv where a plan has awards, from the steps that the connection has."""
    keep_labels(connection, paid.plans)
    connection.execute("SET preserve_insertion_order = true")
    write_csv(connection, ResultTable("payouts", "Payouts", PAYOUTS, paid.payouts()), folder / "payouts.csv")
    if any(e.word == "award" for e in paid.made):
        write_csv(connection, ResultTable("awards", "Awards", AWARDS, paid.awards()), folder / "awards.csv")


def write_csv(connection: duckdb.DuckDBPyConnection, table: ResultTable, path: Path) -> None:
    """Writes a table as CSV. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    columns = ", ".join(f"{_as_written(c)} AS {quoted(c.name)}" for c in table.columns)
    connection.execute(f"COPY (SELECT {columns} FROM ({table.query})) TO {text(str(path))} (FORMAT csv, HEADER)")


def _as_written(column: ResultColumn) -> str:
    name = quoted(column.name)
    if column.holds == "text":
        return f"CASE WHEN regexp_matches({name}, '^[=+@\\t\\r-]') THEN chr(39) || {name} ELSE {name} END"
    if column.holds in ("figure", "ratio"):
        return shortened(name, 0)
    return by_currency(name) if column.holds == "money" else name


def shortened(name: str, least: int) -> str:
    """A figure as text, without the zeros at its end that go beyond so many digits after the point."""
    zeros = "(\\.\\d*[1-9])0+$|\\.0+$" if not least else f"(\\.\\d{{{least}}}\\d*?)0+$"
    return f"regexp_replace(CAST({name} AS VARCHAR), '{zeros}', '\\1')"


def by_currency(name: str) -> str:
    """An amount as text, with the digits that its currency has, or as many more as it needs; `currency` is the column beside it."""
    unusual = sorted({digits for digits in DIGITS.values() if digits != 2})
    codes = {digits: ", ".join(text(code) for code, own in DIGITS.items() if own == digits) for digits in unusual}
    cases = " ".join(f"WHEN currency IN ({codes[digits]}) THEN {shortened(name, digits)}" for digits in unusual)
    return f"CASE {cases} ELSE {shortened(name, 2)} END"


LABELLED = "JOIN labels l ON l.plan = t.plan AND l.kind = 'earning' AND l.component = t.component"
MONTH = f"JOIN {CALENDAR}.periods m ON m.kind = 'month' AND m.number = t.earned_month"


def has_names(schema: Schema) -> bool:
    """Whether people have names besides their keys."""
    people = schema.kinds[PEOPLE]
    column = people.column("name")
    return column is not None and isinstance(column.type, TextType) and people.key != ("name",)


def within(months: Months) -> str:
    """The condition that something is earned in the months."""
    return f"earned_month BETWEEN {months.first} AND {months.last}"


def wide(node: str) -> str:
    """A figure in the type that all figures fit: what is put under each other must not lose decimals to what has fewer."""
    return f"CAST({node} AS DECIMAL(38, 12))"


def text(value: str) -> str:
    """A text as SQL writes it."""
    return exp.Literal.string(value).sql("duckdb")
