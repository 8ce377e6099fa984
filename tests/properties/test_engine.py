"""What holds for every plan and all records, seen through the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

from hypothesis import assume, given, note
from hypothesis import strategies as st

from compplan.diagnostics import Problems
from compplan.engine.database import OVERFLOW, Keeper, create_calendar, create_kind, insert_rows, make_steps, open_database
from compplan.engine.lower import Lowering
from compplan.engine.reach import reach
from compplan.engine.steps import Months
from compplan.language import typed as ty
from tests.generators import Case, cases, check
from tests.generators.company import FISCAL_YEARS, SCHEMA
from tests.properties.effort import examples
from tests.support.engine import Found, run_engine

FEW = examples(15)


def worked_out(case: Case, *, narrow: bool = False, threads: int = 1, turned: bool = False) -> Found:
    """What the engine finds; with the rows of each kind the other way round where `turned`."""
    records = {kind: rows[::-1] for kind, rows in case.records.items()} if turned else case.records
    return run_engine(
        case.plan_text, case.schema, case.calendar, records, case.first_month, case.last_month, narrow=narrow, threads=threads
    )


def rows(found: Found) -> tuple[list[str], ...]:
    """Everything that was found, in an order of its own."""
    return tuple(sorted(map(repr, part)) for part in (found.earnings, found.awards, found.payouts))


@examples(10)
@given(cases())
def test_the_order_of_rows_threads_and_the_width_of_figures_change_nothing(case: Case) -> None:
    """Where a figure does not fit into 64 bits it is an overflow, for which a run begins anew; never another figure."""
    once, again = worked_out(case), worked_out(case, narrow=True, threads=2, turned=True)
    if any(d.code == OVERFLOW for d in again.errors):
        note("too large for 64 bits")
        again = worked_out(case, threads=2, turned=True)
    assert once.errors == again.errors
    assert rows(once) == rows(again)


@FEW
@given(cases())
def test_shares_that_are_no_overlays_add_up_to_what_the_plan_says(case: Case) -> None:
    plan, errors = check(case.plan_text, case.calendar, case.schema)
    assert plan is not None, errors
    assume(any(not g.overlay for c in plan.credits.values() for g in c.gives))
    for name, shared in shares(case, plan).items():
        assert set(shared.values()) <= {plan.credits[name].total}


def shares(case: Case, plan: ty.Plan) -> dict[str, dict[object, Fraction]]:
    """For each credit, what each record, or each repetition of it, shared out to all payees that are no overlays."""
    found: dict[str, dict[object, Fraction]] = {}
    asked = Months(case.first_month, case.last_month)
    with open_database(threads=1) as connection:
        for kind in case.schema.kinds.values():
            create_kind(connection, kind)
            columns = [c.name for c in kind.columns]
            insert_rows(connection, kind, columns, [[row.get(c) for c in columns] for row in case.records.get(kind.name, ())])
        create_calendar(connection, case.calendar, reach([plan], case.calendar, asked))
        lowering = Lowering([plan], case.schema, case.calendar, asked)
        lowered = lowering.lower()
        steps = [lowering.credit(plan, name).step for name in plan.credits]
        try:
            make_steps(connection, lowered, Keeper())
        except Problems:
            return {}
        for step, (name, credit) in zip(steps, plan.credits.items(), strict=True):
            if credit.from_credit or all(g.overlay for g in credit.gives):
                continue
            sums: dict[object, Fraction] = defaultdict(Fraction)
            for record, day, share, overlay in connection.execute(f'SELECT record, date, share, overlay FROM steps."{step}"').fetchall():
                sums[record, day] += Fraction(0) if overlay else Fraction(share)
            found[name] = sums
    return found


# ---- more is never paid less -----------------------------------------------------------------------------------------

SLICES = """plan slices "Slices" {{
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to {unit}, {half}
  payout     each month
  credit booking from deals {{
    on      close_date
    amount  acv
    give    100% to owner
  }}
  measure arr = sum(booking.credited)
  commission deals "Deals" {{
    for    each booking
    pay    each slice of credited {{
{tiers}
    }}
  }}
  commission year "Year" {{
    for    each year
    pay    each slice of arr {{
{tiers}
    }}
  }}
}}
"""
rates = st.integers(0, 4000).map(lambda n: f"{n // 100}.{n % 100:02d}%")
bounds = st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True).map(sorted)
amounts = st.integers(0, 50_000).map(lambda n: Fraction(n, 100))


@FEW
@given(
    bounds,
    st.lists(rates, min_size=5, max_size=5),
    st.lists(amounts, min_size=2, max_size=12),
    st.sampled_from(["0.01", "1"]),
    st.booleans(),
)
def test_slices_with_rates_of_zero_or_more_never_pay_less_for_more(
    starts: list[int], values: list[str], credited: list[Fraction], unit: str, narrow: bool
) -> None:
    """A person for each amount: who is credited with more earns no less, deal by deal and over the year."""
    tiers = "\n".join(f"      from {start} USD: {value}" for start, value in zip([0, *starts], values, strict=False))
    text = SLICES.format(unit=unit, half="half even" if narrow else "half away from zero", tiers=tiers)
    people: list[Mapping[str, ty.Value | None]] = [
        {"person": f"p{i}", "role": "AE", "hire_date": FISCAL_YEARS[0].day(0, 0), "target": Fraction(1)} for i in range(len(credited))
    ]
    deals: list[Mapping[str, ty.Value | None]] = [
        {"deal": f"d{i}", "owner": f"p{i}", "stage": "Won", "product": "Core", "close_date": FISCAL_YEARS[0].day(0, 0), "acv": amount,
         "margin": Fraction(1), "units": Fraction(1)}
        for i, amount in enumerate(credited)
    ]  # fmt: skip
    year = FISCAL_YEARS[0]
    found = run_engine(
        text, SCHEMA, year.calendar, {"people": people, "deals": deals}, year.first_month, year.first_month + 11, narrow=narrow
    )
    assert not found.errors
    for component in ("deals", "year"):
        earned = {e.payee: e.amount for e in found.earnings if e.component == component}
        in_order = sorted(range(len(credited)), key=lambda i: credited[i])
        paid = [earned[f"p{i}"] for i in in_order]
        assert paid == sorted(paid)
        assert all(amount >= 0 for amount in paid)
