"""Where the payouts of a run come from, as tables to be handed on: a line for each earning, and for each credit behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from compplan.calendar import parse_period
from compplan.engine import sql
from compplan.engine.covered import credits_used, paid_months
from compplan.engine.database import create_calendar, open_database
from compplan.engine.lower import Lowering
from compplan.engine.reach import reach
from compplan.engine.relations import CALENDAR, RECORDS, STEPS, Earnings, quoted
from compplan.engine.result_tables import (
    AWARDS,
    COSTS,
    CREDITS,
    LABELLED,
    LINES,
    MONTH,
    PAYOUTS,
    TOTALS,
    Paid,
    ResultTable,
    keep_labels,
    text,
    wide,
    within,
)
from compplan.engine.run_checks import damaged, verify_project
from compplan.engine.run_folder import Run
from compplan.engine.sql import Figure
from compplan.engine.steps import Months
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.units import Kind, Unit
from compplan.language.walk import every
from compplan.project_plans import read_plan_files

_KEY = re.compile(r"payee|record(_\d+)?|give|via")
_DEAL = re.compile(r"record(_\d+)?")
_NO_DEAL = (
    "NULL::VARCHAR AS deal, NULL::VARCHAR AS via, NULL::DATE AS date, NULL::DECIMAL(38, 12) AS amount, NULL::VARCHAR AS unit, "
    "NULL::DECIMAL(38, 12) AS rate"
)


@contextmanager
def opened_results(run: Run) -> Iterator[tuple[duckdb.DuckDBPyConnection, tuple[ResultTable, ...]]]:
    """The result tables of a run on disk, and a connection to ask them of. Raises `Problems` where the run is not as it was made."""
    verify_project(run)
    made_from = run.manifest
    texts = read_plan_files(run.folder / "project", made_from.plan_files, made_from.schema, made_from.calendar)
    plans = [p for p in texts.require() if p.name in made_from.plans]
    period = parse_period(made_from.period)
    assert period is not None
    asked = Months(period.first_month, period.last_month)
    try:
        with open_database() as connection:
            connection.execute("SET preserve_insertion_order = true")
            _views(connection, run)
            create_calendar(connection, made_from.calendar, reach(plans, made_from.calendar, asked))
            paid = Paid(made_from.schema, tuple(plans), made_from.earnings, asked)
            yield connection, result_tables(connection, paid, Lowering(plans, made_from.schema, made_from.calendar, asked))
    except duckdb.Error as error:
        raise damaged(run, "one of its files is missing or cannot be read") from error


def _views(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    kept = {STEPS: sorted(run.manifest.steps), RECORDS: sorted(p.stem for p in (run.folder / RECORDS).glob("*.parquet"))}
    for database, names in kept.items():
        for name in names:
            path = text(str(run.folder / database / f"{name}.parquet"))
            connection.execute(f"CREATE VIEW {database}.{quoted(name)} AS SELECT * FROM read_parquet({path})")


def result_tables(connection: duckdb.DuckDBPyConnection, paid: Paid, lowering: Lowering) -> tuple[ResultTable, ...]:
    """The tables over the steps, records and calendar that the connection has: totals, payouts, lines, credits, awards."""
    keep_labels(connection, paid.plans)
    tables = _Lines(connection, paid, lowering)
    costs = (ResultTable("contract_costs", "Contract costs", COSTS, tables.costs()),) if any(p.costs for p in paid.plans) else ()
    return (
        ResultTable("totals", "Totals", TOTALS, paid.totals()),
        ResultTable("payouts", "Payouts", PAYOUTS, paid.payouts()),
        ResultTable("lines", "Lines", LINES, tables.lines()),
        ResultTable("credits", "Credits", CREDITS, tables.credits()),
        ResultTable("awards", "Awards", AWARDS, paid.awards()),
        *costs,
    )


@immutable
class _Lines:
    connection: duckdb.DuckDBPyConnection
    paid: Paid
    lowering: Lowering

    def lines(self) -> str:
        """A row for each earning, of a deal or of a period. They add up to the payouts before caps."""
        plans = {p.name: p for p in self.paid.plans}
        parts = [self._lines_of(plans[e.plan], e) for e in self.paid.made if e.word != "award"]
        nothing = (
            f"SELECT '' AS plan, '' AS component, '' AS payee, {_NO_DEAL}, 0 AS earned_month, {self.paid.money('0')} AS earned WHERE false"
        )
        return f"""SELECT t.payee, {self.paid.name} AS name, t.plan, l.plan_label, t.component, l.label, t.deal, t.via AS through, t.date,
                t.amount, t.unit, t.rate AS effective_rate, t.earned, l.currency, m.label AS earned_in, q.label AS paid_in
            FROM ({" UNION ALL ".join(parts or [nothing])}) t {LABELLED} {MONTH} {self.paid.people}
            JOIN {CALENDAR}.periods q ON q.kind = l.payout AND t.earned_month BETWEEN q.first_month AND q.last_month
            ORDER BY l.plan_place, t.payee, l.place, t.earned_month, t.date, t.deal, t.via, t.earned, t.amount"""

    def _lines_of(self, plan: ty.Plan, e: Earnings) -> str:
        component = next(c for c in plan.components if self.lowering.names.plan_step(plan, "earnings", c.name, *c.version) == e.step)
        head = f"SELECT {text(e.plan)} AS plan, {text(e.component)} AS component, e.payee"
        where = within(paid_months(plan, self.paid.asked))
        if e.attributed is not None:
            keys = [c for c in self._columns(e.attributed) if _KEY.fullmatch(c)]
            return f"""{head}, nullif({_deal(keys, "e")}, '') AS deal, {"e.via" if "via" in keys else "NULL::VARCHAR"} AS via, e.date,
                NULL::DECIMAL(38, 12) AS amount, NULL::VARCHAR AS unit, NULL::DECIMAL(38, 12) AS rate,
                e.earned_month, {self.paid.money("sum(e.earned)")} AS earned
                FROM {STEPS}.{quoted(e.attributed)} e WHERE {where} GROUP BY ALL"""
        if not isinstance(component.grain, ty.ForCredit):
            return f"{head}, {_NO_DEAL}, earned_month, {self.paid.money('earned')} AS earned FROM {STEPS}.{quoted(e.step)} e WHERE {where}"
        credit, step = plan.credits[component.grain.credit], self.lowering.names.credit_step(plan, component.grain.credit)
        unit = credit.amounts["credited"].unit
        keys = [c for c in self._columns(e.step) if _KEY.fullmatch(c)]
        names = ", ".join(quoted(k) for k in (*keys, "date"))
        same = " AND ".join(f"c.{quoted(k)} IS NOT DISTINCT FROM e.{quoted(k)}" for k in (*keys, "date"))
        on_amount = any(isinstance(e, ty.CreditField) and e.name in credit.amounts for f in component.factors for e in every(f))
        rate = wide(f"TRY({self._rate(e.step, step)})") if on_amount and str(unit) == plan.currency else wide("NULL")
        return f"""{head}, {_deal(keys, "e")} AS deal, {"e.via" if "via" in keys else "NULL::VARCHAR"} AS via, e.date,
                {wide("c.credited")} AS amount, {_unit(unit)} AS unit, {rate} AS rate,
                e.earned_month, {self.paid.money("e.earned")} AS earned
            FROM (SELECT {names}, earned_month, sum(earned) AS earned FROM {STEPS}.{quoted(e.step)} WHERE {where} GROUP BY ALL) e
            LEFT JOIN (SELECT {names}, sum(credited) AS credited FROM {STEPS}.{quoted(step)} GROUP BY ALL) c ON {same}"""

    def _rate(self, earnings: str, credit: str) -> str:
        """What is earned as a part of the amount, to six decimals; empty where the amount is zero."""
        earned = Figure(sql.column("earned", "e"), sql.MOST_DIGITS, self._decimals(earnings, "earned"))
        amount = Figure(sql.column("credited", "c"), sql.MOST_DIGITS, self._decimals(credit, "credited"))
        return sql.rounded(sql.divide(earned, amount), 6).node.sql("duckdb")

    def credits(self) -> str:
        """A row for each credit that a plan pays its payees by, or measures them by, in the months that are paid."""
        parts = [part for plan in self.paid.plans for part in self._credits_of(plan)]
        nothing = f"SELECT '' AS plan, '' AS credit, '' AS payee, {_NO_DEAL}, {wide('0')} AS share WHERE false"
        return f"""SELECT t.payee, {self.paid.name} AS name, t.plan, l.plan_label, t.credit, t.deal, t.via AS through, t.date,
                t.share, t.amount, t.unit
            FROM ({" UNION ALL ".join(parts or [nothing])}) t
            JOIN (SELECT DISTINCT plan, plan_label, plan_place FROM labels) l ON l.plan = t.plan {self.paid.people}
            ORDER BY l.plan_place, t.payee, t.credit, t.date, t.deal, t.via, t.share, t.amount"""

    def _credits_of(self, plan: ty.Plan) -> Iterator[str]:
        kept, months = self._steps(), paid_months(plan, self.paid.asked)
        payees = quoted(self.lowering.names.plan_step(plan, "payees"))
        for name in credits_used(plan):
            step, unit = self.lowering.names.credit_step(plan, name), plan.credits[name].amounts["credited"].unit
            if step not in kept:
                continue
            yield f"""SELECT {text(plan.name)} AS plan, {text(name)} AS credit, c.payee, {_deal(self._columns(step), "c")} AS deal,
                    c.via, c.date, {wide("c.credited")} AS amount, {_unit(unit)} AS unit, {wide("NULL")} AS rate, {wide("c.share")} AS share
                FROM {STEPS}.{quoted(step)} c JOIN {STEPS}.{payees} p ON p.payee = c.payee
                WHERE c.month BETWEEN {months.first} AND {months.last}"""

    def costs(self) -> str:
        """A row for each record and month of a contract cost, in the months of the run."""
        figures = ", ".join(f"{self.paid.money(c.name)} AS {c.name}" for c in COSTS if c.holds == "money")
        parts = [
            f"""SELECT {text(plan.name)} AS plan, {text(name)} AS cost, {text(label)} AS cost_label, component, payee, record, month,
                {figures} FROM {STEPS}.{quoted(self.lowering.names.plan_step(plan, "cost", name))}
                WHERE month BETWEEN {self.paid.asked.first} AND {self.paid.asked.last}"""
            for plan in self.paid.plans
            for name, label in {c.name: c.label for c in plan.costs}.items()
        ]
        return f"""SELECT t.payee, {self.paid.name} AS name, t.plan, l.plan_label, t.cost, t.cost_label, t.component, l.label,
                t.record AS deal, m.label AS month, t.capitalised, t.expensed, t.amortised, t.written_off, t.balance, l.currency
            FROM ({" UNION ALL ".join(parts)}) t {LABELLED} JOIN {CALENDAR}.periods m ON m.kind = 'month' AND m.number = t.month
            {self.paid.people} ORDER BY l.plan_place, t.cost, t.payee, l.place, t.record NULLS LAST, t.month"""

    # ---- what the database has

    def _steps(self) -> frozenset[str]:
        rows = self.connection.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", [STEPS]).fetchall()
        return frozenset(str(r[0]) for r in rows)

    def _columns(self, step: str) -> Mapping[str, str]:
        rows = self.connection.execute(f"DESCRIBE SELECT * FROM {STEPS}.{quoted(step)}").fetchall()
        return {str(r[0]): str(r[1]) for r in rows}

    def _decimals(self, step: str, column: str) -> int:
        found = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", self._columns(step)[column])
        return int(found[1]) if found else 0


def _deal(columns: Sequence[str] | Mapping[str, str], alias: str) -> str:
    keys = sorted(c for c in columns if _DEAL.fullmatch(c))
    return f"concat_ws(', ', {', '.join(f'CAST({alias}.{quoted(k)} AS VARCHAR)' for k in keys)})"


def _unit(unit: Unit) -> str:
    return text(str(unit) if unit.kind is Kind.MONEY else "")
