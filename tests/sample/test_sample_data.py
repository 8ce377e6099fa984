"""The sample company's records: they are what the script makes, each refers to what is there, and the year is worth learning from."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from plans import draw, generate

PLANS = Path(__file__).parents[2] / "plans"
Row = dict[str, str]


def read(kind: str) -> list[Row]:
    with (PLANS / "data" / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def records() -> dict[str, list[Row]]:
    return {path.stem: read(path.stem) for path in sorted((PLANS / "data").glob("*.csv"))}


@pytest.fixture(scope="module")
def declared() -> dict[str, dict[str, object]]:
    kinds: dict[str, dict[str, object]] = yaml.safe_load((PLANS / "compplan.yaml").read_text(encoding="utf-8"))["records"]
    return kinds


def share(text: str) -> Decimal:
    return Decimal(text.removesuffix("%")) / 100


def test_the_script_makes_the_committed_files_byte_for_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate.main(tmp_path)
    assert "booked by the company" in capsys.readouterr().out
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in (PLANS / "data").iterdir()}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []
    assert sum(map(len, made.values())) < 600_000
    assert all(b"\r" not in content and content.endswith(b"\n") for content in made.values())


def test_every_file_has_the_columns_that_the_project_file_declares(declared: dict[str, dict[str, object]]) -> None:
    for kind, description in declared.items():
        columns = description["columns"]
        assert isinstance(columns, dict)
        header = (PLANS / "data" / f"{kind}.csv").read_text(encoding="utf-8").partition("\n")[0]
        assert header.split(",") == list(columns), kind
    assert sorted(declared) == sorted(path.stem for path in (PLANS / "data").iterdir())


def test_keys_are_unique_and_references_lead_somewhere(records: dict[str, list[Row]], declared: dict[str, dict[str, object]]) -> None:
    for kind, description in declared.items():
        key, columns = description["key"], description["columns"]
        names = [str(name) for name in key] if isinstance(key, list) else [str(key)]
        seen = Counter(tuple(row[name] for name in names) for row in records[kind])
        assert max(seen.values()) == 1, kind
        assert isinstance(columns, dict)
        for name, column in columns.items():
            wanted = column["type"] if isinstance(column, dict) else column
            optional = isinstance(column, dict) and column.get("optional")
            if wanted in declared:
                there = {row[str(declared[wanted]["key"])] for row in records[wanted]}
                assert {row[name] for row in records[kind]} - there - ({""} if optional else set()) == set(), (kind, name)
            if not optional:
                assert all(row[name] for row in records[kind]), (kind, name)


def test_people_of_each_kind_of_record_have_the_role_for_it(records: dict[str, list[Row]]) -> None:
    roles = {row["person"]: row["role"] for row in records["people"]}
    assert {roles[row["owner"]] for row in records["deals"]} == {"AE"}
    assert {roles[row["specialist"]] for row in records["deals"] if row["specialist"]} == {"Specialist"}
    assert {roles[row["person"]] for row in records["splits"]} == {"AE"}
    assert {roles[row["rep"]] for row in records["leads"]} == {"BDR"}
    assert {roles[row["csm"]] for row in records["contracts"]} == {"CSM"}
    assert {roles[row["person"]] for row in records["objectives"]} == {"Manager", "Director"}
    assert {row["role"] for row in records["people"] if not row["manager"]} == {"CRO"}
    led = {row["team"]: roles[row["manager"]] for row in records["people"] if row["team"] and row["role"] != "Manager"}
    assert set(led.values()) == {"Manager"}
    assert set(led) == {row["team"] for row in records["team_quotas"]}


def test_everyone_with_a_goal_has_one_in_every_quarter(records: dict[str, list[Row]]) -> None:
    quarters = Counter(row["person"] for row in records["quotas"])
    assert set(quarters) == {row["person"] for row in records["people"] if row["role"] in ("AE", "Specialist")}
    assert set(quarters.values()) == {4}


def test_dates_are_in_order_and_closed_deals_close_in_the_year(records: dict[str, list[Row]]) -> None:
    for row in records["deals"]:
        assert bool(row["close_date"]) == (row["stage"] != "Open")
        if row["close_date"]:
            assert date(2027, 1, 1) <= date.fromisoformat(row["close_date"]) <= date(2027, 12, 31)
            assert row["created_date"] <= row["close_date"]
    hired = {row["person"]: row["hire_date"] for row in records["people"]}
    for row in records["leads"]:
        assert hired[row["rep"]] <= row["created_date"] <= (row["qualified_date"] or "2027-12-31") <= "2027-12-31"


def test_shares_leave_the_owner_something_and_weights_make_a_whole(records: dict[str, list[Row]]) -> None:
    owners = {row["deal"]: row["owner"] for row in records["deals"]}
    given: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in records["splits"]:
        assert row["person"] != owners[row["deal"]]
        given[row["deal"]] += share(row["share"])
    assert all(Decimal(0) < total < 1 for total in given.values())
    assert 12 <= len(given) * 100 / len(owners) <= 18
    weights: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in records["objectives"]:
        weights[row["person"], row["quarter"]] += share(row["weight"])
    assert set(weights.values()) == {Decimal(1)}


def test_the_first_quarter_has_someone_in_every_tier(records: dict[str, list[Row]]) -> None:
    """Some below half of the quota, some exactly at a bound, some far above: nobody learns from a year in which all is well."""
    credited: defaultdict[str, Decimal] = defaultdict(Decimal)
    splits: defaultdict[str, list[Row]] = defaultdict(list)
    for row in records["splits"]:
        splits[row["deal"]].append(row)
    for deal in records["deals"]:
        if deal["stage"] == "Won" and draw.quarter_of(date.fromisoformat(deal["close_date"])) == 1:
            acv = Decimal(deal["acv"])
            credited[deal["owner"]] += acv
            for row in splits[deal["deal"]]:
                credited[row["person"]] += acv * share(row["share"])
                credited[deal["owner"]] -= acv * share(row["share"])
    roles = {row["person"]: row["role"] for row in records["people"]}
    quotas = {row["person"]: Decimal(row["amount"]) for row in records["quotas"] if row["quarter"] == "2027-Q1"}
    reached = {person: credited[person] / quota for person, quota in quotas.items() if roles[person] == "AE"}
    assert Decimal("0.35") <= min(reached.values()) < Decimal("0.5")
    assert Decimal("1.5") < max(reached.values()) <= Decimal("1.9")
    assert reached["lukasz.zielinski"] == Decimal("0.5")
    assert reached["siobhan.murphy"] == 1
    assert Decimal("0.85") <= sorted(reached.values())[len(reached) // 2] <= Decimal("1.05")
