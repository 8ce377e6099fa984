"""What accounts are expected to bring becomes records; the project's own plans say what that pays."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compplan.api import open_project
from compplan.assignment.scenario.check import read_scenario
from compplan.diagnostics.model import Problems
from compplan.whatif.territory_pay.expectation import Expectation, expectation_of, expected_plans
from compplan.whatif.territory_pay.expected_pay import ExpectedPay, expected_pay, pay_where
from compplan.whatif.territory_pay.expected_records import RecordShape, month_ends, period_of
from tests.support.pay_project import REPS, SCENARIO, write_pay_project

CENT = Decimal("0.01")


def expect(file: Path) -> Expectation:
    return expectation_of(read_scenario(file))


def worked_out(expected: Expectation, proposed: Sequence[str] | None = None) -> ExpectedPay:
    with expected_plans(expected) as plans:
        today = pay_where(expected, plans, expected.owners)
        return expected_pay(expected, today, None if proposed is None else pay_where(expected, plans, proposed))


def paid_by_run(folder: Path, deals: Sequence[Sequence[object]]) -> dict[str, Decimal]:
    """What a run pays where the project's deals are these: nothing of what is tested has a part in it."""
    with (folder / "deals.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("deal", "account", "owner", "stage", "close_date", "acv"), *deals])
    (folder / "splits.csv").write_text("deal,person,share\n")
    paid: dict[str, Decimal] = {}
    for row in open_project(folder).run("2027").payouts.to_pylist():
        paid[row["payee"]] = paid.get(row["payee"], Decimal(0)) + row["amount"]
    return paid


def deals_by_hand(folder: Path, owners: Sequence[str]) -> list[tuple[object, ...]]:
    """A deal a month for each account: whole cents, a cent more in the first months where they do not divide."""
    deals: list[tuple[object, ...]] = []
    with (folder / "accounts.csv").open() as file:
        for row, owner in zip(csv.DictReader(file), owners, strict=True):
            brings = Decimal(row["potential"]) * Decimal(row["chance"].removesuffix("%")) / 100
            cents = int(brings.quantize(CENT, ROUND_HALF_UP) * 100)
            for month in range(12):
                amount = Decimal(cents // 12 + (1 if month < cents % 12 else 0)) / 100
                deals.append((f"{row['account']} {month}", row["account"], owner, "Won", f"2027-{month + 1:02d}-15", amount))
    return deals


def test_pay_is_what_a_run_of_the_plans_pays_for_such_deals(tmp_path: Path) -> None:
    expected = expect(write_pay_project(tmp_path))
    proposed = ["cy" if account < "a06" else owner for account, owner in zip(expected.accounts, expected.owners, strict=True)]
    report = worked_out(expected, proposed)
    today = paid_by_run(tmp_path, deals_by_hand(tmp_path, expected.owners))
    after = paid_by_run(tmp_path, deals_by_hand(tmp_path, proposed))
    assert {p.person: p.pay.today for p in report.people if p.plans} == today
    assert {p.person: p.pay.proposed for p in report.people if p.plans} == after
    assert today["ana"] > after["ana"] > 0
    assert [p.person for p in report.people] == ["ana", "ben", "cy", "dot", "eve"]  # the reps first, then their manager


def test_expected_credit_quota_and_attainment_are_told(tmp_path: Path) -> None:
    expected = expect(write_pay_project(tmp_path))
    ana = worked_out(expected).people[0]
    with (tmp_path / "accounts.csv").open() as file:
        mine = [row for row in csv.DictReader(file) if row["owner"] == "ana"]
    brings = [(Decimal(r["potential"]) * Decimal(r["chance"].removesuffix("%")) / 100).quantize(CENT, ROUND_HALF_UP) for r in mine]
    assert ana.expected.today == sum(brings)
    (held,) = ana.attainments
    assert (held.measure, held.quota, held.credited.today) == ("arr", Decimal(240_000), sum(brings))
    assert held.today == sum(brings) / 240_000


def test_a_rep_whom_no_plan_pays_is_listed_with_nothing(tmp_path: Path) -> None:
    dot = worked_out(expect(write_pay_project(tmp_path))).people[3]
    assert (dot.person, dot.plans, dot.pay.today) == ("dot", (), Decimal(0))


def test_deals_of_the_records_and_what_refers_to_them_do_not_count(tmp_path: Path) -> None:
    report = worked_out(expect(write_pay_project(tmp_path)))
    (tmp_path / "deals.csv").write_text("deal,account,owner,stage,close_date,acv\n")
    (tmp_path / "splits.csv").write_text("deal,person,share\n")
    assert worked_out(expect(tmp_path / "north.yaml")) == report


def test_what_comes_on_one_day_is_one_record(tmp_path: Path) -> None:
    expected = expect(write_pay_project(tmp_path, SCENARIO + "  when: 2027-06-30\n"))
    records = expected.records(expected.owners).to_pylist()
    assert len(records) == 30
    assert {str(r["close_date"]) for r in records} == {"2027-06-30"}


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=8), st.sampled_from(["2027", "2027-Q3", "2027-05"]))
def test_what_is_spread_over_months_adds_back(figures: list[int], period: str) -> None:
    project = SHARED.scenario.project
    days = month_ends(project.calendar, period_of(SHARED.pay.model_copy(update={"period": period})))
    shape = RecordShape(SHARED.shape.kind, "owner", ("close_date",), days)
    table = shape.records(
        [f"x{i}" for i in range(len(figures))],
        ["ana"] * len(figures),
        {"acv": np.array(figures, np.int64)},
        {"stage": ["Won"] * len(figures)},
    )
    parts: dict[str, list[Decimal]] = {}
    for row in table.to_pylist():
        parts.setdefault(row["deal"].split(",")[0].removeprefix("expected of "), []).append(row["acv"])
    for i, figure in enumerate(figures):
        mine = parts.get(f"x{i}", [])
        assert sum(mine) * 100 == figure
        assert not mine or len(mine) == min(figure, len(days))
        assert not mine or max(mine) - min(mine) <= CENT


@pytest.fixture(scope="module", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    global SHARED  # noqa: PLW0603 - read once for all examples of the property
    SHARED = expect(write_pay_project(tmp_path_factory.mktemp("pay")))


SHARED: Expectation

WRONG = {
    "a kind that is not there": ("records: deals", "records: deal", "Did you mean `deals`?"),
    "a period that is none": ("period: 2027", "period: next year", "no period"),
    "a column that is not there": ("rep: owner", "rep: ownr", "Did you mean `owner`?"),
    "a rep that is no person": ("rep: owner", "rep: account", "refers to accounts, not to people"),
    "a figure that is a text": ("acv: {account: potential", "acv: {account: segment", "does not hold figures"),
    "a share that is a text": ("times: chance", "times: segment", "does not hold figures"),
    "a date that is none": ("dates: close_date", "dates: stage", "does not hold dates"),
    "a column that is missing": (", stage: Won", "", "need stage as well"),
    "a column that is said twice": ("stage: Won", "stage: Won, owner: ana", "said in two ways"),
    "a text of another type": ("dates: close_date", "dates: close_date\n  when: some day", "`when` is `each month`"),
    "a day of another year": ("dates: close_date", "dates: close_date\n  when: 2026-06-30", "is not in 2027"),
    "no owner": ("owner: owner\nbalance", "balance", "Who has an account today is not said"),
    "pay without what is expected": (SCENARIO[SCENARIO.index("pay:\n") :], "", "cannot be worked out"),
    "an amount that nothing is near": ("within: 60%", "within: 60%, of: potential", "is not a column of people"),
    "a setting that is not there": ("dates: close_date", "date: close_date", "Did you mean `dates`?"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_told_at_its_line(mistake: str, tmp_path: Path) -> None:
    old, new, said = WRONG[mistake]
    assert SCENARIO.count(old) == 1
    text = SCENARIO.replace(old, new)
    if mistake == "pay without what is expected":
        text = text.replace("{sum: potential, within: 60%}", '{expected_pay: "yes", within: 60%}')
    with pytest.raises(Problems) as told:
        read_scenario(write_pay_project(tmp_path, text))
    assert said in " ".join(f"{d.title} {d.message} {d.hint}" for d in told.value.diagnostics)
    assert all(d.span is not None and d.line_text for d in told.value.diagnostics)


def test_a_plan_with_a_mistake_is_told_as_a_check_of_the_plans_tells_it(tmp_path: Path) -> None:
    file = write_pay_project(tmp_path, reps=REPS.replace("sum(booking.credited)", "sum(booking.creditd)"))
    with pytest.raises(Problems) as told:
        worked_out(expect(file))
    assert told.value.diagnostics == open_project(tmp_path).check()
    assert told.value.diagnostics[0].span is not None


def test_a_quota_that_is_missing_is_told_as_a_run_tells_it(tmp_path: Path) -> None:
    file = write_pay_project(tmp_path)
    quotas = (tmp_path / "quotas.csv").read_text()
    (tmp_path / "quotas.csv").write_text(quotas.replace("cy,2027-Q3,60000\n", ""))
    with pytest.raises(Problems) as told:
        worked_out(expect(file))
    assert "cy" in told.value.diagnostics[0].message
    assert "2027-Q3" in told.value.diagnostics[0].message


def test_records_that_no_plan_pays_by_are_told(tmp_path: Path) -> None:
    text = SCENARIO[: SCENARIO.index("pay:\n")] + (
        "pay: {period: 2027, records: quotas2, rep: person, amount: {amount: potential}, dates: day}\n"
    )
    file = write_pay_project(tmp_path, text)
    project = (tmp_path / "compplan.yaml").read_text()
    more = "  quotas2:\n    source: quotas2.csv\n    columns: {person: people, day: date, amount: money}\n"
    (tmp_path / "compplan.yaml").write_text(project + more)
    (tmp_path / "quotas2.csv").write_text("person,day,amount\n")
    with pytest.raises(Problems) as told:
        worked_out(expect(file))
    assert "No plan that is in force in 2027 pays anybody by quotas2" in told.value.diagnostics[0].message


def test_an_account_that_lacks_what_records_need_is_named(tmp_path: Path) -> None:
    file = write_pay_project(tmp_path, SCENARIO.replace("stage: Won", "stage: {account: segment}"))
    accounts = (tmp_path / "accounts.csv").read_text()
    (tmp_path / "accounts.csv").write_text(accounts.replace("40%,SMB\n", "40%,\n", 1))
    with pytest.raises(Problems) as told:
        expect(file)
    assert "a02" in told.value.diagnostics[0].message
