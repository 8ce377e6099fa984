"""Compares what is paid on the same records: several sides are worked out together, and each is put beside the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.database import Progress, open_database, translated_errors
from compplan.engine.held_measures import attained
from compplan.engine.plan_names import PlanNames
from compplan.engine.relations import STEPS, quoted
from compplan.engine.run import in_force, stop_at_bad_rows
from compplan.engine.steps import Months
from compplan.engine.variants import Made, Variant, make_variants
from compplan.immutable import immutable
from compplan.language.units import Kind
from compplan.records.load import load_records
from compplan.records.project_file import Project
from compplan.schema import PEOPLE, Schema, TextType
from compplan.whatif.comparison.comparison import (
    Amounts,
    AttainmentSpread,
    Comparison,
    CurrencyPart,
    Sales,
    quantiles,
    spread_of,
)
from compplan.whatif.comparison.costs import PART, Costs
from compplan.whatif.comparison.plan_changes import PlanChange, plan_changes
from compplan.whatif.comparison.plan_side import PlanSide

if TYPE_CHECKING:
    import duckdb

USUAL_GROUPS = ("role", "team", "region")
"""Columns of people by which pay is grouped where nothing else is asked for."""
Shares = Mapping[tuple[str, str], Mapping[str, Fraction]]
"""For each measure, with the group that it is of, the share of its quota that each owner attains."""


@immutable
class Side:
    """One way of paying: plans, for kinds of record that have other rows the table with these, and what is told of those rows.

    `words` has what is told of parts of the plans instead of what their lines say.
    """

    plans: PlanSide
    records: Mapping[str, str] = field(default_factory=dict)
    record_changes: tuple[PlanChange, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.plans.name

    def variant(self, project: Project, period: FiscalPeriod) -> Variant:
        """The side as it is worked out: with those of its plans that are in force. Raises `Problems` where none is."""
        months = Months(period.first_month, period.last_month)
        return Variant(self.name, in_force(project, self.plans.plans, months, period), self.records)


def compare_plans(
    project: Project,
    before: PlanSide,
    after: PlanSide,
    period: FiscalPeriod,
    groups: Sequence[str] | None = None,
    *,
    set_aside: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """What a period of a project's records costs under two sets of plans.

    `groups` are columns of people. Raises `Problems` as a run does, and where there is no such column.
    """
    columns = group_columns(project, groups)
    sides = Side(before), Side(after)
    for side in sides:
        side.variant(project, period)  # before the records are read: a plan that is not in force is told at once
    with records_of(project, set_aside=set_aside) as connection:
        return compare_sides(connection, project, sides, period, columns, progress)[0]


@contextmanager
def records_of(project: Project, *, set_aside: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with a project's records. Raises `Problems` where rows are bad, unless they may be set aside."""
    with TemporaryDirectory(prefix="compplan-whatif-") as spill, open_database(Path(spill)) as connection, translated_errors():
        loaded = load_records(project, connection)
        stop_at_bad_rows(loaded, set_aside)
        connection.execute("SET preserve_insertion_order = false")
        yield connection


def compare_sides(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    sides: Sequence[Side],
    period: FiscalPeriod,
    columns: Sequence[str],
    progress: Progress | None = None,
) -> tuple[Comparison, ...]:
    """The first of several sides beside each of the others, worked out together in a database that has the records.

    `columns` are columns of people with texts. Raises `Problems` as a run does.
    """
    months = Months(period.first_month, period.last_month)
    variants = [side.variant(project, period) for side in sides]
    made = make_variants(connection, variants, project.schema, project.calendar, months, period, progress=progress)
    costs = Costs.kept(connection, project, made, columns, period)
    shares = [_shares(connection, one, period) for one in made]
    sold = [_sold(connection, project.schema, one, period) for one in made]
    return tuple(
        Comparison(
            project.company,
            period.label,
            sides[0].name,
            side.name,
            tuple(changes_between(sides[0], side)),
            tuple(_currency(costs, other, currency, _sales(sold[0], sold[other], currency)) for currency in _currencies(made, other)),
            tuple(_attainment(shares[0], shares[other])),
        )
        for other, side in enumerate(sides[1:], 1)
    )


def changes_between(before: Side, after: Side) -> Iterator[PlanChange]:
    """What one side says otherwise than another, of plans and of records."""
    for change in plan_changes(before.plans.plans, before.plans.texts, after.plans.plans, after.plans.texts):
        yield replace(change, words=after.words.get(change.part, change.words))
    yield from after.record_changes


def group_columns(project: Project, asked: Sequence[str] | None) -> tuple[str, ...]:
    """The columns of people by which pay is grouped. Raises `Problems` where one that is asked for is not there, or holds no texts."""
    people = project.schema.kinds[PEOPLE]
    texts = [c.name for c in people.columns if isinstance(c.type, TextType) and c.name not in people.key]
    if asked is None:
        return tuple(c for c in USUAL_GROUPS if c in texts)
    for column in asked:
        if column not in texts:
            message = f"`{column}` is not a column of {PEOPLE} with texts."
            hint = f"Such columns are {', '.join(texts)}." if texts else None
            raise Problems([Diagnostic("unknown-column", "This column is not known", message, hint=hint)])
    return tuple(asked)


def _currencies(made: Sequence[Made], other: int) -> list[str]:
    """The currencies of the plans of the first side and another."""
    return list(dict.fromkeys(plan.currency for one in (made[0], made[other]) for plan in one.variant.plans))


def _currency(costs: Costs, other: int, currency: str, sales: Sales | None) -> CurrencyPart:
    by = {
        "component": costs.by(other, currency, PART),
        "period": costs.by(other, currency, ("period",)),
        **{column: costs.by_people(other, currency, column) for column in costs.columns},
    }
    payees = tuple(costs.payees(other, currency))
    before, after = [p.amounts.before for p in payees], [p.amounts.after for p in payees]
    total = Amounts(sum(before, Decimal(0)), sum(after, Decimal(0)))
    return CurrencyPart(currency, total, by, payees, spread_of(before), spread_of(after), sales)


def _sales(before: Mapping[str, Mapping[str, Decimal]], after: Mapping[str, Mapping[str, Decimal]], currency: str) -> Sales | None:
    """The largest credit of records in that currency that both sides have: what was sold, as far as anybody is paid for it."""
    old, new = before.get(currency, {}), after.get(currency, {})
    largest = max((name for name in new if name in old), key=lambda name: (new[name], name), default=None)
    return None if largest is None or not new[largest] else Sales(largest, Amounts(old[largest], new[largest]))


def _sold(connection: duckdb.DuckDBPyConnection, schema: Schema, made: Made, period: FiscalPeriod) -> dict[str, dict[str, Decimal]]:
    """By currency, what each credit of records comes to in the period, overlays left out."""
    names = PlanNames(made.variant.plans, schema, {})
    found: dict[str, dict[str, Decimal]] = {}
    for plan in made.variant.plans:
        for credit in plan.credits.values():
            unit = credit.amounts["credited"].unit
            step = names.credit_step(plan, credit.name)
            if credit.from_credit or unit.kind is not Kind.MONEY or unit.currency is None or step not in made.relations:
                continue
            relation = f"{STEPS}.{quoted(made.relation(step))}"
            query = f"SELECT coalesce(sum(credited), 0) FROM {relation} WHERE NOT overlay AND month BETWEEN $1 AND $2"
            row = connection.execute(query, [period.first_month, period.last_month]).fetchone()
            found.setdefault(unit.currency, {})[credit.name] = Decimal(row[0]) if row is not None else Decimal(0)
    return found


def _shares(connection: duckdb.DuckDBPyConnection, made: Made, period: FiscalPeriod) -> Shares:
    """Each measure that a side holds against quotas; owners without a quota, or with a quota of zero, are left out."""
    found: dict[tuple[str, str], dict[str, Fraction]] = {}
    for held in made.held:
        mine = found.setdefault((held.measure, held.group or ""), {})
        for each in attained(connection, held, period, made.relation):
            if each.quota:
                mine[each.owner] = Fraction(round(Fraction(each.credited) / Fraction(each.quota) * 10_000), 10_000)
    return found


def _attainment(old: Shares, new: Shares) -> Iterator[AttainmentSpread]:
    """Each measure that both sides hold against quotas."""
    for key in old:
        if key in new and old[key]:
            before, after = (sorted(side[key].values()) for side in (old, new))
            reached = Amounts(*(Decimal(sum(1 for share in shares if share >= 1)) for shares in (before, after)))
            owners = max(len(before), len(after))
            yield AttainmentSpread(key[0], owners, reached, quantiles(before), quantiles(after), tuple(before), tuple(after))
