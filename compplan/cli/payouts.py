"""The payouts of a run as people and programs read them: a table for each plan, JSON, CSV."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from compplan.calendar import parse_period
from compplan.cli.figures import amount_text, exact_text
from compplan.cli.tables import Heading, table_lines
from compplan.currencies import digits_of
from compplan.diagnostics.text import safe
from compplan.engine.payout_kinds import EARNING, corrections_of, parts_of
from compplan.engine.result_tables import PAYOUTS
from compplan.immutable import immutable
from compplan.schema import PEOPLE, Schema, TextType

if TYPE_CHECKING:
    from compplan.api import Company, Results
    from compplan.language import typed as ty


@immutable
class Payout:
    """What one component came to for a payee in a payout period, or what a cap or a draw changed of the payout."""

    plan: str
    payee: str
    period: str
    kind: str
    component: str
    amount: Decimal
    currency: str


@immutable
class Payouts:
    """All payouts of a run, in reading order; `names` are the people's, where they have any, `spelled` is the period with its dates.

    `labels` are what people call the components and corrections, by plan, kind and name.
    """

    company: str
    period: str
    spelled: str
    plans: tuple[ty.Plan, ...]
    rows: tuple[Payout, ...]
    names: Mapping[str, str] | None
    labels: Mapping[tuple[str, str, str], str]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which something is paid; those of the plans where nothing is."""
        return tuple(sorted({r.currency for r in self.rows})) or tuple(sorted({p.currency for p in self.plans}))

    def name(self, payee: str) -> str:
        """The person's name; empty where there is none."""
        return (self.names or {}).get(payee) or ""

    def plan(self, row: Payout) -> ty.Plan:
        """The plan that pays it."""
        return next(p for p in self.plans if p.name == row.plan)

    def label(self, row: Payout) -> str:
        """What people call the component, the cap or the draw."""
        return self.labels[row.plan, row.kind, row.component]


def payouts_of(results: Results, company: Company) -> Payouts:
    """The payouts of a run of the company."""
    manifest, schema = results.run.manifest, company.project.schema
    plans = tuple(p for p in company.plans() if p.name in manifest.plans)
    labels = {(p.name, kind, name): label for p in plans for kind, name, label in parts_of(p)}
    order = {part: n for n, part in enumerate(labels)}
    table = results.payouts
    columns = [table.column(c).to_pylist() for c in ("plan", "payee", "label", "kind", "component", "amount", "currency")]
    rows = [Payout(*values) for values in zip(*columns, strict=True)]
    rows.sort(key=lambda r: (manifest.plans.index(r.plan), r.payee, r.period, order[r.plan, r.kind, r.component]))
    period = parse_period(manifest.period)
    spelled = manifest.period if period is None else company.project.calendar.spelled(period)
    return Payouts(company.name, manifest.period, spelled, plans, tuple(rows), _names(results, schema), labels)


def _names(results: Results, schema: Schema) -> dict[str, str] | None:
    people = schema.kinds[PEOPLE]
    column = people.column("name")
    if column is None or not isinstance(column.type, TextType) or people.key == ("name",):
        return None
    from pyarrow import parquet

    valid = [] if people.valid is None else [people.valid.first]
    table = parquet.read_table(results.folder / "records" / f"{PEOPLE}.parquet", columns=[people.key[0], "name", *valid])
    if people.valid is not None:
        table = table.sort_by(people.valid.first)  # the latest name is the one that is kept
    return dict(zip(table.column(people.key[0]).to_pylist(), table.column("name").to_pylist(), strict=True))


# ---- for people --------------------------------------------------------------------------------------------------------


def plan_lines(payouts: Payouts, plan: ty.Plan) -> Iterator[str]:
    """The table of a plan: a row for each payee and currency, a column for each component, each kind of correction, and the total."""
    rows = [r for r in payouts.rows if r.plan == plan.name]
    if not rows:
        yield f"Nobody is paid by this plan in this period; it pays each {plan.payout}."
        return
    money = [c for c in plan.named_components if c.word != "award"]
    earned = {r.component for r in rows if r.kind == EARNING}
    parts = [c.name for c in money if c.name in earned]
    kinds = [kind for kind in dict.fromkeys(kind for kind, *_ in corrections_of(plan)) if any(r.kind == kind for r in rows)]
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    totals: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        part = row.component if row.kind == EARNING else _column_of(row.kind)
        for name in (part, TOTAL_COLUMN):
            sums[row.payee, row.currency][name] += row.amount
            totals[row.currency][name] += row.amount
    columns = [*parts, *map(_column_of, kinds), TOTAL_COLUMN]
    named, apart = payouts.names is not None, len(payouts.currencies) > 1
    headings = [Heading("payee"), *([Heading("name")] if named else []), *(Heading(t, right=True) for t in _heads(plan, columns))]

    def cells(amounts: Mapping[str, Decimal], currency: str) -> list[str]:
        decimals = plan.unit_decimals if currency == plan.currency else digits_of(currency)
        return [amount_text(amounts[c], decimals) if c in amounts else "" for c in columns] + ([currency] if apart else [])

    body = [[payee, *([payouts.name(payee)] if named else []), *cells(sums[payee, code], code)] for payee, code in sorted(sums)]
    last = []
    for code in sorted(totals):
        payees = len({payee for payee, currency in sums if currency == code})
        count = f"{payees} payee{'' if payees == 1 else 's'}"
        last.append(["total", *([count] if named else []), *cells(totals[code], code)])
    yield from table_lines([*headings, *([Heading("")] if apart else [])], body, last)
    idle = [safe(c.label) for c in money if c.name not in earned]
    if idle:
        yield f"Not earned in {payouts.period}: {', '.join(idle)}."


def _heads(plan: ty.Plan, columns: Sequence[str]) -> Iterator[str]:
    """What components are called; where two are called the same, their names beside it."""
    labels = {c.name: c.label for c in plan.named_components}
    often = Counter(labels.values())
    for name in columns:
        label = labels.get(name, name.strip())
        yield f"{label} ({name})" if often[label] > 1 else label


def _column_of(kind: str) -> str:
    """The head of a column; the space keeps it apart from components of the same name, and is not seen."""
    return f"{kind} "


TOTAL_COLUMN = _column_of("total")


def total_line(payouts: Payouts) -> str:
    """What all plans pay in each currency, and to how many."""
    decimals = {p.currency: max(q.unit_decimals for q in payouts.plans if q.currency == p.currency) for p in payouts.plans}
    payees = len({r.payee for r in payouts.rows})
    amounts = [f"{amount_text(total, decimals.get(code, digits_of(code)))} {code}" for code, total in totals_of(payouts).items()]
    return f"{listed(amounts) or 'nothing'} to {payees} payee{'' if payees == 1 else 's'}."


def totals_of(payouts: Payouts) -> dict[str, Decimal]:
    """What is paid in each currency; nothing is ever added up over currencies."""
    totals = dict.fromkeys(payouts.currencies, Decimal(0))
    for row in payouts.rows:
        totals[row.currency] += row.amount
    return totals


def listed(words: Sequence[str]) -> str:
    """Words in a row: EUR, JPY and USD."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def award_lines(results: Results, payouts: Payouts) -> Iterator[str]:
    """A line for each award that was won."""
    for row, component in awards_won(results, payouts.plans):
        name = payouts.name(row["payee"])
        who = f"{name} ({row['payee']})" if name else row["payee"]
        yield safe(f"{who}: {row['amount'].normalize():f} {component.thing} ({component.label})")


def awards_won(results: Results, plans: Sequence[ty.Plan]) -> Iterator[tuple[dict[str, Any], ty.Component]]:
    """Each award that was won, with its component."""
    components = {(p.name, c.name): c for p in plans for c in p.components}
    for row in results.awards.to_pylist():
        component = components.get((row["plan"], row["component"]))
        if component is not None and row["amount"]:
            yield row, component


# ---- for programs ------------------------------------------------------------------------------------------------------


def as_json(payouts: Payouts, results: Results) -> str:
    """One object; amounts are texts, so that no reader makes a binary fraction of them."""
    manifest = results.run.manifest
    log: dict[str, Any] = {
        "version": 1,
        "company": payouts.company,
        "period": payouts.period,
        "totals": [{"currency": code, "amount": exact_text(total, code)} for code, total in totals_of(payouts).items()],
        "folder": str(results.folder),
        "set_aside": manifest.rejected,
        "payouts": [
            {
                "plan": r.plan, "payee": r.payee, "name": payouts.name(r.payee) or None, "period": r.period,
                "kind": r.kind, "component": r.component, "label": payouts.label(r),
                "amount": exact_text(r.amount, r.currency), "currency": r.currency,
            }
            for r in payouts.rows
        ],
        "awards": [
            {
                "plan": a["plan"], "payee": a["payee"], "name": payouts.name(a["payee"]) or None, "component": a["component"],
                "label": c.label, "quantity": f"{a['amount'].normalize():f}", "award": c.thing,
            }
            for a, c in awards_won(results, payouts.plans)
        ],
    }  # fmt: skip
    return "{\n" + ",\n".join(f"  {json.dumps(name)}: {_in_lines(value)}" for name, value in log.items()) + "\n}\n"


def _in_lines(value: object) -> str:
    """A list as JSON with a line for each thing in it: a hundred thousand rows are written in a second, and can be told apart."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    if not isinstance(value, list) or not value:
        return encode(value)
    return "[\n" + ",\n".join(f"    {encode(one)}" for one in value) + "\n  ]"


def as_csv(payouts: Payouts) -> str:
    """The same as payouts.csv of the run; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(c.name for c in PAYOUTS)
    for r in payouts.rows:
        texts = (r.payee, payouts.name(r.payee), r.plan, payouts.plan(r).label, r.component, payouts.label(r), r.kind, r.period)
        writer.writerow([*(_harmless(t) for t in texts), exact_text(r.amount, r.currency), r.currency])
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
