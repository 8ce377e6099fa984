"""Running a period: the table of payouts, what was set aside, where the files are; and what stops it."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from compplan.cli.main import main
from tests.cli.conftest import Call

TABLE = """\
Example Company: payouts of 2027-Q1 in USD

Sales 2027 (sales)
payee       name        Own bookings  New customer      total
----------  ----------  ------------  ------------  ---------
liam.novak  Liam Novak      7,980.04        250.00   8,230.04
mia.chen    Mia Chen       18,397.50        500.00  18,897.50
----------  ----------  ------------  ------------  ---------
total       2 payees       26,377.54        750.00  27,127.54

All plans: 27,127.54 USD to 2 payees.
"""


def test_the_table_of_payouts(compplan: Call, started: Path) -> None:
    said = compplan("run", "acme", "--period", "2027-Q1")
    assert (said.code, said.out) == (0, TABLE)
    assert said.err.startswith("Files: runs/2027-Q1-")


def test_the_same_run_prints_the_same(compplan: Call, started: Path) -> None:
    first = compplan("run", "acme", "--period", "2027-Q1", "--threads", "1")
    again = compplan("run", "acme", "--period", "2027-Q1", "--out", "elsewhere", "--threads", "2")
    assert first.out == again.out
    assert first.err.replace("runs/", "elsewhere/", 1) == again.err


def test_json_holds_amounts_as_text(compplan: Call, started: Path) -> None:
    told = json.loads(compplan("run", "acme", "--period", "2027-Q1", "--format", "json").out)
    assert (told["period"], told["set_aside"]) == ("2027-Q1", 0)
    assert told["totals"] == [{"currency": "USD", "amount": "27127.54"}]
    assert sum(Decimal(p["amount"]) for p in told["payouts"]) == Decimal("27127.54")


def test_csv_is_nothing_but_rows(compplan: Call, started: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(compplan("run", "acme", "--period", "2027-Q1", "--format", "csv").out)))
    assert rows[0] == {
        "payee": "liam.novak", "name": "Liam Novak", "plan": "sales", "plan_label": "Sales 2027", "component": "own",
        "label": "Own bookings", "kind": "earning", "period": "2027-Q1", "amount": "7980.04", "currency": "USD",
    }  # fmt: skip
    assert len(rows) == 4


def test_a_component_that_is_not_in_force_has_no_column_and_is_named(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    late = 'bonus late "Late in the year" {\n    effective from 2027-07-01\n    for each quarter\n    pay 10 USD\n  }\n  '
    plan.write_text(plan.read_text().replace("bonus new_customer", f"{late}bonus new_customer", 1))
    out = compplan("run", "acme", "--period", "2027-Q1").out
    assert out.count("Late in the year") == 1
    assert "\nNot earned in 2027-Q1: Late in the year.\n" in out
    assert "Not earned in 2027-Q3: New customer.\n" in compplan("run", "acme", "--period", "2027-Q3").out


def test_payouts_are_kept_as_a_file_with_names_and_labels(compplan: Call, started: Path) -> None:
    printed = compplan("run", "acme", "--period", "2027-Q1", "--format", "csv").out
    assert next(Path("runs").glob("*/payouts.csv")).read_text() == printed


def test_a_formula_in_a_name_stays_text_in_csv(compplan: Call, started: Path) -> None:
    people = started / "data" / "people.csv"
    people.write_text(people.read_text().replace("Mia Chen", "=HYPERLINK(1)"))
    assert "'=HYPERLINK(1)" in compplan("run", "acme", "--period", "2027-Q1", "--format", "csv").out


def test_a_cap_has_its_column(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace("at 250% of", "at 20% of"))
    out = compplan("run", "acme", "--period", "2027-Q1").out
    assert "mia.chen    Mia Chen       18,397.50        500.00  -6,897.50  12,000.00" in out


def test_components_that_are_called_the_same_are_told_apart(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace('"New customer"', '"Own bookings"'))
    head = compplan("run", "acme", "--period", "2027-Q1").out.splitlines()[3:5]
    assert [line.split() for line in head] == [
        ["Own", "bookings", "Own", "bookings"], ["payee", "name", "(own)", "(new_customer)", "total"],
    ]  # fmt: skip


def test_the_days_of_an_unusual_quarter_stand_beside_it(compplan: Call, started: Path) -> None:
    project = started / "compplan.yaml"
    project.write_text(project.read_text().replace("fiscal_year_starts: january", "fiscal_year_starts: february"))
    plan = started / "sales.plan"
    cap = "  cap  each year at"
    plan.write_text(plan.read_text().replace(cap, f"  do not prorate cap each year\n{cap}"))  # whose dates cut the year now
    out = compplan("run", "acme", "--period", "2027-Q1").out
    assert out.startswith("Example Company: payouts of 2027-Q1 (2027-02-01 through 2027-04-30) in USD\n")
    explained = compplan("explain", "mia.chen", "--project", "acme", "--period", "2027-Q1").out
    assert "Mia Chen (mia.chen), 2027-Q1 (2027-02-01 through 2027-04-30), Example Company" in explained


def test_all_missing_quotas_are_told_in_one_list(compplan: Call, started: Path) -> None:
    quotas = started / "data" / "quotas.csv"
    kept = [line for line in quotas.read_text().splitlines() if not line.startswith(("mia.chen,2027-Q1", "liam.novak,2027-Q"))]
    quotas.write_text("\n".join(kept) + "\n")
    said = compplan("run", "acme", "--period", "2027-H1")
    assert said.code == 1
    told = ("3 quotas are missing:", "liam.novak: bookings in 2027-Q1", "liam.novak: bookings in 2027-Q2", "mia.chen: bookings in 2027-Q1")
    assert [t for t in told if t not in said.err] == []
    assert "Add them to the records quotas (data/quotas.csv)" in said.err
    assert "person = mia.chen, quarter = 2027-Q1, amount = …" in said.err
    assert "1 error\n" in said.err


def test_one_missing_quota_is_told_with_what_needs_it(compplan: Call, started: Path) -> None:
    quotas = started / "data" / "quotas.csv"
    quotas.write_text(quotas.read_text().replace("mia.chen,2027-Q1,200000\n", ""))
    said = " ".join(compplan("run", "acme", "--period", "2027-Q1").err.split())
    assert "Own bookings of mia.chen in 2027-Q1 cannot be worked out. mia.chen has no quota for bookings in 2027-Q1" in said
    assert "Add it to the records quotas (data/quotas.csv)" in said


def test_nothing_is_left_where_nothing_was_worked_out(compplan: Call, started: Path) -> None:
    (started / "data" / "deals.csv").unlink()
    assert compplan("run", "acme", "--period", "2027-Q1").code == 1
    assert not Path("runs").exists()


def test_a_month_of_quarterly_payouts_says_why_it_is_empty(compplan: Call, started: Path) -> None:
    said = compplan("run", "acme", "--period", "2027-01")
    assert said.code == 0
    assert "Nobody is paid by this plan in this period; it pays each quarter." in said.out


def test_a_period_without_plans(compplan: Call, started: Path) -> None:
    said = compplan("run", "acme", "--period", "2026-Q1")
    assert said.code == 1
    assert "No plan of the project is in force in 2026-Q1." in said.err
    assert "sales from 2027-01-01 through 2027-12-31" in said.err


# ---- bad rows ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def bad_rows(started: Path) -> Path:
    deals = started / "data" / "deals.csv"
    deals.write_text(deals.read_text().replace("liam.novak,Won,new,2027-02-18,58250", "nobody,Won,new,2027-02-30,58250"))
    return deals


def test_bad_rows_stop_the_run(compplan: Call, bad_rows: Path) -> None:
    said = compplan("run", "acme", "--period", "2027-Q1")
    assert (said.code, said.out) == (1, "")
    assert "acme/data/deals.csv:5" in said.err
    assert "Nothing was worked out" in said.err
    assert not list(Path("runs").glob("2027*"))


def test_bad_rows_are_written_to_a_file_even_so(compplan: Call, bad_rows: Path) -> None:
    said = compplan("run", "acme", "--period", "2027-Q1", "--rejects", "bad.csv")
    assert said.code == 1
    assert "The bad rows are in bad.csv." in said.err
    rows = list(csv.DictReader(Path("bad.csv").read_text().splitlines()))
    assert [(r["file"], r["line"], r["column"]) for r in rows] == [
        ("data/deals.csv", "5", "owner"),
        ("data/deals.csv", "5", "close_date"),
    ]


def test_bad_rows_can_be_set_aside_and_are_counted(compplan: Call, bad_rows: Path) -> None:
    said = compplan("run", "acme", "--period", "2027-Q1", "--set-aside", "--rejects", "bad.csv")
    assert said.code == 0
    assert "Set aside: 1 of 8 deals. They are listed in bad.csv:" in said.err
    assert "1 deals, data/deals.csv:5: close_date “2027-02-30” is not a date written as 2027-01-31" in said.err
    assert len(Path("bad.csv").read_text().splitlines()) == 3


def test_a_rejects_file_of_a_clean_run_has_its_head_alone(compplan: Call, started: Path) -> None:
    assert compplan("run", "acme", "--period", "2027-Q1", "--rejects", "bad.csv").code == 0
    assert Path("bad.csv").read_text() == "kind,file,line,column,value,reason,code\n"


def test_a_rejects_file_that_cannot_be_written(compplan: Call, started: Path) -> None:
    said = compplan("run", "acme", "--period", "2027-Q1", "--rejects", "nowhere/bad.csv")
    assert said.code == 1
    assert "cannot be written to nowhere/bad.csv" in said.err


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 40, b"deal;owner\n"], ids=["empty", "binary", "other columns"])
def test_a_source_of_anything_ends_in_words(compplan: Call, started: Path, content: bytes) -> None:
    (started / "data" / "deals.csv").write_bytes(content)
    said = compplan("run", "acme", "--period", "2027-Q1")
    assert said.code == 1
    assert "deals.csv" in said.err


def test_a_missing_source(compplan: Call, started: Path) -> None:
    (started / "data" / "deals.csv").unlink()
    said = compplan("run", "acme", "--period", "2027-Q1")
    assert said.code == 1
    assert "Nothing is found at “data/deals.csv”" in said.err


def test_a_file_where_runs_should_go(compplan: Call, started: Path) -> None:
    Path("runs").write_text("mine")
    said = compplan("run", "acme", "--period", "2027-Q1")
    assert said.code == 1
    assert "Nothing can be written to runs" in said.err
    assert Path("runs").read_text() == "mine"


def test_rejects_are_never_written_over_another_file(tmp_path: Path) -> None:
    project = tmp_path / "p"
    assert main(["init", str(project)]) == 0
    deals = project / "data" / "deals.csv"
    before = deals.read_bytes()
    assert main(["run", str(project), "--period", "2027-Q1", "--out", str(tmp_path / "runs"), "--rejects", str(deals)]) == 1
    assert deals.read_bytes() == before


def test_a_component_that_is_amended_has_one_column(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    changed = 'amend sales "More"  {\n  effective from 2027-04-01\n  change bonus new_customer {\n    pay 250 USD becomes 300 USD\n  }\n}\n'
    before = compplan("run", "acme", "--period", "2027-Q1").out
    plan.write_text(plan.read_text() + changed)
    after = compplan("run", "acme", "--period", "2027-Q1").out
    assert after.split("Files:")[0] == before.split("Files:")[0]


IN_YEN = """plan thanks "Thanks" {
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   JPY, each earning rounded to 1, half away from zero
  payout     each quarter
  bonus thanks "Thanks" {
    for  each quarter
    pay  100,000 JPY
  }
}
"""


def test_plans_in_several_currencies_have_no_sum_over_them(compplan: Call, started: Path) -> None:
    (started / "thanks.plan").write_text(IN_YEN, encoding="utf-8")
    project = started / "compplan.yaml"
    project.write_text(project.read_text().replace("plans: sales.plan", "plans: [sales.plan, thanks.plan]"), encoding="utf-8")
    out = compplan("run", "acme", "--period", "2027-Q1").out
    assert "payouts of 2027-Q1 in JPY and USD" in out
    assert "mia.chen    Mia Chen    100,000  100,000  JPY" in out
    assert "All plans: 300,000 JPY and 27,127.54 USD to 3 payees." in out
    told = json.loads(compplan("run", "acme", "--period", "2027-Q1", "--format", "json").out)
    assert told["totals"] == [{"currency": "JPY", "amount": "300000"}, {"currency": "USD", "amount": "27127.54"}]
    assert {p["amount"] for p in told["payouts"] if p["currency"] == "JPY"} == {"100000"}
