"""A simulated period: records of the past in the days of the period, and for each replicate what a run on just its records pays."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from compplan.api import open_project, period_of
from compplan.diagnostics import Problems
from compplan.engine.steps import Months
from compplan.whatif.comparison.compare import Side, group_columns, records_of
from compplan.whatif.scenarios.asked import read_file, read_flags
from compplan.whatif.scenarios.scenario import as_it_is, check_scenarios, scenario_sides
from compplan.whatif.simulation.forecast import Forecasts
from compplan.whatif.simulation.project import simulate_project
from compplan.whatif.simulation.settings import Method, Settings
from compplan.whatif.simulation.simulate import simulate
from tests.support.pipeline_project import write_pipeline_project
from tests.support.scenario_project import copied, edit_rows, paid, write_scenario_project

NEXT = period_of("2027-Q2")
DRAWN = ("deals", "splits")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small company, with quotas for the quarter that is simulated; its deals of the first quarter are what is drawn from."""
    made = write_scenario_project(tmp_path / "project")
    edit_rows(made, "quotas", lambda rows: [*rows, *({**row, "quarter": "2027-Q2"} for row in rows)])
    return made


@contextmanager
def simulated(
    folder: Path, settings: Settings, flag: str | None = None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Forecasts, list[Side]]]:
    """A simulation with its database, where the records and the choices of all replicates still are."""
    project = open_project(folder).project
    with records_of(project) as connection:
        scenarios = check_scenarios(project, [] if flag is None else [read_flags([flag])])
        sides = [as_it_is(project), *scenario_sides(connection, project, scenarios)]
        yield connection, simulate(connection, project, sides, settings, group_columns(project, None)), sides


def rows_of(connection: duckdb.DuckDBPyConnection, kind: str, replicate: int | None = None) -> list[dict[str, Any]]:
    """The moved records of a kind: all, or those that a replicate takes."""
    taken = "" if replicate is None else f'JOIN draws.choices h ON h."~copy" = m."~copy" AND h."~replicate" = {replicate}'
    found = connection.execute(f'SELECT m.* FROM records."{kind}~moved" m {taken}')
    names = [d[0] for d in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def by_hand(folder: Path, target: Path, connection: duckdb.DuckDBPyConnection, replicate: int) -> Path:
    """A project with the records that a replicate takes, and all else as it is."""
    made = copied(folder, target)
    for kind in DRAWN:
        with (made / f"{kind}.csv").open(newline="", encoding="utf-8") as stream:
            columns = list(csv.DictReader(stream).fieldnames or ())
        with (made / f"{kind}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows_of(connection, kind, replicate))
    return made


@pytest.mark.parametrize(
    "settings",
    [
        Settings(NEXT, 3, 7, season="none"),
        Settings(NEXT, 3, 7, each="company", season="none"),
        Settings(NEXT, 3, 7, each="product", blocks="quarter", season="none"),
        Settings(NEXT, 3, 7, "model", season="none"),
        Settings(NEXT, 3, 7, "model", each="company"),
    ],
    ids=str,
)
def test_each_replicate_costs_what_a_run_on_its_records_costs(folder: Path, tmp_path: Path, settings: Settings) -> None:
    with simulated(folder, settings, "rate=7.5%") as (connection, forecasts, _):
        alone = [paid(by_hand(folder, tmp_path / str(n), connection, n), "2027-Q2") for n in range(3)]
        for n in range(3):
            file = tmp_path / str(n) / "sales.plan"
            file.write_text(file.read_text().replace("rate = 5%", "rate = 7.5%"))
        other = [paid(tmp_path / str(n), "2027-Q2") for n in range(3)]
    for side, runs in zip(forecasts.sides, (alone, other), strict=True):
        (part,) = side.currencies
        assert part.costs == tuple(sum(run.values(), Decimal(0)) for run in runs)
        for payee in part.payees:
            amounts = sorted(run.get(payee.payee, Decimal(0)) for run in runs)
            assert (payee.pay.p10, payee.pay.p50, payee.pay.p90) == (amounts[0], amounts[1], amounts[2])


def test_a_scenario_changes_no_other_and_the_draws_of_none(folder: Path) -> None:
    settings = Settings(NEXT, 20, 3, season="none")
    project = open_project(folder).project
    alone = simulate_project(project, settings)
    beside = simulate_project(project, settings, [read_flags(["rate=9%"])])
    assert beside.sides[0] == alone.sides[0]
    assert beside.sides[1].currencies[0].cost.mean > alone.sides[0].currencies[0].cost.mean


def test_a_scenario_of_the_same_costs_nothing_more_in_any_replicate(folder: Path) -> None:
    found = simulate_project(open_project(folder).project, Settings(NEXT, 20, season="none"), [read_flags(["rate=5%"])])
    more = found.difference(1, "USD")
    assert more is not None
    assert {more.p10, more.p50, more.p90, more.mean} == {Decimal(0)}


def test_a_scenario_with_other_records_is_paid_for_the_same_draws_of_them(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "what-if.yaml"
    file.write_text(
        "scenarios: {dearer: {records: {deals: {where: {product: Core}, times: {amount: 200%}}}}, moved: {people: {ben: {region: East}}}}"
    )
    settings = Settings(NEXT, 10, season="none")
    found = simulate_project(open_project(folder).project, settings, read_file(file).scenarios)
    by_hand = copied(folder, tmp_path / "dearer")
    edit_rows(
        by_hand,
        "deals",
        lambda rows: [{**r, "amount": str(Decimal(r["amount"]) * 2)} if r["product"] == "Core" else r for r in rows],
    )
    alone = simulate_project(open_project(by_hand).project, settings)
    assert found.sides[1].currencies[0].costs == alone.sides[0].currencies[0].costs
    assert found.sides[2].currencies[0].costs == found.sides[0].currencies[0].costs


def test_moved_records_are_those_of_the_past_on_the_same_day_of_another_month(folder: Path) -> None:
    with simulated(folder, Settings(NEXT, 2, season="none")) as (connection, _, _):
        past = {row[0]: row for row in connection.execute("SELECT deal, owner, product, close_date, amount FROM records.deals").fetchall()}
        moved = rows_of(connection, "deals")
        splits = rows_of(connection, "splits")
    assert {m["~from"] for m in moved} == {"d1", "d2", "d3", "d4", "d5", "d7", "d8"}, "the deal of May is not of the past"
    drawn = [m for m in moved if m["~copy"]]
    for row in drawn:
        _, owner, product, day, amount = past[row["~from"]]
        assert (row["owner"], row["product"], row["amount"]) == (owner, product, amount)
        last = {4: 30, 5: 31, 6: 30}[row["close_date"].month]
        assert row["close_date"].day == min(day.day, last)
        assert row["deal"] == f"{row['~from']}~2027-0{row['close_date'].month}"
    assert len(drawn) == 7 * 3, "each deal of the three months may stand in each of the three months of the quarter"
    assert {(s["deal"], s["person"]) for s in splits if s["~copy"]} == {
        (f"{deal}~2027-0{m}", person) for deal, person in (("d1", "ben"), ("d2", "cy")) for m in (4, 5, 6)
    }


def test_a_replicate_takes_for_everyone_one_stretch_of_the_past_for_each_of_the_period(folder: Path) -> None:
    with simulated(folder, Settings(NEXT, 30, season="none")) as (connection, _, _):
        for replicate in range(30):
            taken: dict[tuple[str, int], set[int]] = defaultdict(set)
            for row in rows_of(connection, "deals", replicate):
                if row["~copy"]:
                    original = connection.execute("SELECT close_date FROM records.deals WHERE deal = $1", [row["~from"]]).fetchone()
                    assert original is not None
                    taken[row["owner"], row["close_date"].month].add(original[0].month)
            assert all(len(months) == 1 for months in taken.values())


def test_with_a_season_only_the_same_place_in_the_quarter_may_stand_for_a_month(folder: Path) -> None:
    with simulated(folder, Settings(NEXT, 2)) as (connection, forecasts, _):
        for row in rows_of(connection, "deals"):
            if row["~copy"]:
                original = connection.execute("SELECT close_date FROM records.deals WHERE deal = $1", [row["~from"]]).fetchone()
                assert original is not None
                assert row["close_date"].month == original[0].month + 3
    assert any("do not vary" in w for w in forecasts.sides[0].drawn.words), (
        "with one quarter of the past nothing can vary, and that is told"
    )
    assert len(set(forecasts.sides[0].currencies[0].costs)) == 1


def test_what_is_known_stays_as_it_is(folder: Path, tmp_path: Path) -> None:
    year = period_of("2027-H1")
    settings = Settings(year, 3, known_through=date(2027, 5, 10), season="none")
    with simulated(folder, settings) as (connection, forecasts, _):
        for n in range(3):
            rows = rows_of(connection, "deals", n)
            known = {r["deal"] for r in rows if not r["~copy"]}
            assert known == {f"d{i}" for i in range(1, 9)}
            assert all(r["close_date"] > date(2027, 5, 10) for r in rows if r["~copy"])
            run = paid(by_hand(folder, tmp_path / str(n), connection, n), "2027-H1")
            assert forecasts.sides[0].currencies[0].costs[n] == sum(run.values())


def test_the_same_seed_gives_the_same_and_more_replicates_begin_with_the_same(folder: Path) -> None:
    project = open_project(folder).project
    few, again, more, other = (
        simulate_project(project, Settings(NEXT, n, seed, season="none")).sides[0].currencies[0].costs
        for n, seed in ((10, 5), (10, 5), (25, 5), (10, 6))
    )
    assert few == again == more[:10]
    assert few != other


def test_chances_budget_and_spread_follow_from_the_replicates(folder: Path) -> None:
    found = simulate_project(open_project(folder).project, Settings(NEXT, 50, season="none"), budget=Decimal(400)).sides[0]
    (part,) = found.currencies
    assert part.budget is not None
    over = [c - 400 for c in part.costs if c > 400]
    assert part.budget.chance.numerator * 50 == len(over) * part.budget.chance.denominator
    assert 0 < len(over) < 50
    assert part.budget.excess is not None
    assert abs(part.budget.excess * len(over) - sum(over, Decimal(0))) <= Decimal("0.005") * len(over)
    ordered = sorted(part.costs)
    assert (part.cost.p10, part.cost.p50, part.cost.p90) == (ordered[4], ordered[24], ordered[44])
    by = [[p.spread for p in parts] for parts in part.by.values()]
    for shares in (*by, [p.spread for p in part.payees]):
        assert None not in shares
        total = sum((s for s in shares if s is not None), Fraction(0))
        assert abs(total - 1) < Fraction(1, 500), "the parts of the spread add up to all of it"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(NEXT, 1), "2 to 100,000 replicates"),
        (Settings(NEXT, 10, kinds=("deal",)), "Did you mean `deals`?"),
        (Settings(NEXT, 10, each="produkt"), "Did you mean `product`?"),
        (Settings(NEXT, 10, dated={"deals": "closed"}), "no date `closed`"),
        (Settings(NEXT, 10, known_through=date(2027, 6, 30)), "All of 2027-Q2 is known"),
        (Settings(NEXT, 10, blocks="year"), "no place of its own in a quarter"),
        (Settings(NEXT, 10, history=Months(2020 * 12, 2020 * 12 + 11)), "No record that could be drawn"),
    ],
)
def test_what_cannot_be_simulated_is_told(folder: Path, settings: Settings, words: str) -> None:
    with pytest.raises(Problems) as problems:
        simulate_project(open_project(folder).project, settings)
    (diagnostic,) = problems.value.diagnostics
    assert words in f"{diagnostic.message} {diagnostic.hint}"


FEES = """
  fees:
    source: fees.csv
    key: fee
    columns: {fee: text, deal: {type: deals, optional: true}, owner: people, day: date, amount: money}
"""
FEE_PLAN = """plan fees "Fees" {
  effective  from 2027-01-01 through 2027-12-31
  payees     where role = "AE"
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month
  credit fee from fees {
    on      day
    amount  amount
    give    100% to owner
    shares  add to 100%
  }
  credit sold from deals {
    on      close_date
    amount  amount
    give    100% to owner
    shares  add to 100%
  }
  commission of_fees "Fees" {
    for  each fee
    pay  10% of credited
  }
  bonus each_deal "Deals" {
    for  each sold
    pay  1 USD
  }
}
"""


@pytest.mark.parametrize("method", ["blocks", "model"])
def test_rows_that_could_go_with_others_and_refer_to_nothing_are_drawn_by_themselves(folder: Path, tmp_path: Path, method: Method) -> None:
    (folder / "compplan.yaml").write_text(
        (folder / "compplan.yaml").read_text().replace("[company.plan, sales.plan]", "[fees.plan]") + FEES
    )
    (folder / "fees.plan").write_text(FEE_PLAN)
    rows = [
        "f1,,ben,2027-01-11,500",
        "f2,,ben,2027-02-11,500",
        "f3,,ben,2027-03-11,500",
        "f4,,ben,2027-04-11,70",
        "g1,d3,ben,2027-02-20,10",
    ]
    (folder / "fees.csv").write_text("fee,deal,owner,day,amount\n" + "\n".join(rows) + "\n")
    settings = Settings(NEXT, 3, 5, method, season="none", known_through=date(2027, 4, 30), history=Months(2027 * 12, 2027 * 12 + 2))
    with simulated(folder, settings) as (connection, forecasts, _):
        names = "fee, deal, owner, day, amount"
        for n in range(3):
            known = rows_of(connection, "fees", n)
            assert [r["fee"] for r in known if r["fee"] == "f4"] == ["f4"], "what is known stays, whether it refers to a deal or not"
            made = by_hand(folder, tmp_path / str(n), connection, n)
            listed = "\n".join(",".join("" if r[c] is None else str(r[c]) for c in names.split(", ")) for r in known)
            (made / "fees.csv").write_text(f"{names.replace(' ', '')}\n{listed}\n")
            assert forecasts.sides[0].currencies[0].costs[n] == sum(paid(made, "2027-Q2").values())
        drawn = {r["~from"] for r in rows_of(connection, "fees") if r["~copy"]}
    assert {"f1", "f2", "f3"} <= drawn
    assert max(forecasts.sides[0].currencies[0].costs) >= 57


@pytest.mark.parametrize("method", ["blocks", "model"])
def test_records_with_a_key_of_several_columns_are_drawn_one_by_one(tmp_path: Path, method: Method) -> None:
    folder = write_pipeline_project(tmp_path / "project", [])
    project = (folder / "compplan.yaml").read_text().replace("key: deal\n", "key: [owner, close_date]\n").replace("      deal: text\n", "")
    (folder / "compplan.yaml").write_text(project.replace("{type: date, optional: true}", "date"))
    deals = "\n".join(f"ana,Won,2026-01-01,2027-{m:02}-{d:02},{1000 * m + d}" for m in (1, 2, 3) for d in (3, 9, 30 if m != 2 else 27))
    (folder / "deals.csv").write_text(f"owner,stage,created,close_date,amount\n{deals}\n")
    with simulated(folder, Settings(NEXT, 20, 5, method, season="none")) as (connection, _, _):
        for n in range(20):
            taken = [(r["close_date"].month, r["amount"]) for r in rows_of(connection, "deals", n) if r["~copy"]]
            if method == "blocks":
                assert len(taken) == len(set(taken)) == 9
            assert len(taken) <= 40, "a record that is drawn brings itself alone"


def test_a_budget_in_a_currency_that_no_plan_pays_in_is_told(folder: Path) -> None:
    project = open_project(folder).project
    other = replace(project, schema=replace(project.schema, currency="EUR"))
    with pytest.raises(Problems) as problems:
        simulate_project(other, Settings(NEXT, 10), budget=Decimal(400))
    assert [d.message for d in problems.value.diagnostics] == ["The budget is in EUR, and the plans pay in USD."]
