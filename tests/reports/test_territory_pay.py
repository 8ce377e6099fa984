"""Expected pay in a report: read from the result's files, shown on the page, and in the workbook with real numbers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from compplan.diagnostics.model import Problems
from compplan.reports.territories.page import page_of
from compplan.reports.territories.pay import PersonPay, read_pay
from compplan.reports.territories.pay_rows import pay_sentence
from compplan.reports.territories.workbook import write_territory_workbook
from tests.reports.territories import figures
from tests.support.html import read

PAY = """person,rep,plans,expected_acv_today,expected_acv_proposed,pay_today,pay_proposed,difference,currency,pay_at_least,pay_at_most
ana,yes,ae,100.00,120.00,1000.50,1400.75,400.25,USD,1300.00,1500.00
ben,yes,ae,100.00,80.00,2000.00,1500.00,-500.00,USD,,
"dee, the <manager>",no,manager,0.00,0.00,3000.00,,,USD,,
"""
ATTAINMENT = """person,group,plan,measure,quota,credited_today,credited_proposed,attainment_today,attainment_proposed
ana,,ae,arr,100.00,100.00,120.00,1.000000,1.200000
ben,,ae,arr,100.00,100.00,80.00,1.000000,0.800000
ben,,ae,renewals,10.00,10.00,8.00,1.000000,0.800000
,company,ae,arr,100.00,100.00,120.00,1.000000,1.200000
"""


def _written(folder: Path, pay: str = PAY) -> tuple[PersonPay, ...]:
    (folder / "pay.csv").write_text(pay)
    (folder / "attainment.csv").write_text(ATTAINMENT)
    return read_pay(folder)


def test_pay_is_read_with_the_attainment_of_the_only_quota(tmp_path: Path) -> None:
    ana, ben, dee = _written(tmp_path)
    assert (ana.today, ana.proposed, ana.difference) == (Decimal("1000.50"), Decimal("1400.75"), Decimal("400.25"))
    assert (ana.attainment_proposed, ana.least, ana.most) == (Decimal("1.2"), Decimal(1300), Decimal(1500))
    assert ben.attainment_today is None  # two quotas
    assert (dee.is_rep, dee.proposed, dee.difference) == (False, None, None)


def test_a_result_without_pay_has_none(tmp_path: Path) -> None:
    assert read_pay(tmp_path) == ()


@pytest.mark.parametrize("broken", [PAY.replace("1000.50", "a thousand"), PAY.replace("pay_today", "pay"), PAY + '"open'])
def test_files_that_were_changed_are_refused(tmp_path: Path, broken: str) -> None:
    with pytest.raises(Problems, match="not as it was written"):
        _written(tmp_path, broken)


def test_the_page_has_a_row_for_each_person_those_first_who_gain(tmp_path: Path) -> None:
    page = page_of(figures(tmp_path), "north-assigned", "territories.xlsx", _written(tmp_path))
    rows = [[cell.strip() for cell in row] for row in read(page).rows["pay-table"][1:]]
    assert [r[0] for r in rows] == ["ana", "ben", "dee, the <manager>"]
    assert rows[0][1:] == ["120.0%100.0% today", "1,400.75 USD1,000.50 USD today", "+400.25"]
    assert rows[1][3] == "−500.00"
    assert rows[2][2:] == ["–3,000.00 USD today", "–"]


def test_only_those_whose_pay_is_known_are_added_up(tmp_path: Path) -> None:
    said = pay_sentence(_written(tmp_path))
    assert "1 of 3 people gain, 1 lose" in said
    assert said.endswith("together they are paid 2,900.75 USD, today 3,000.50 USD.")


def test_the_workbook_has_a_sheet_of_pay(tmp_path: Path) -> None:
    write_territory_workbook(figures(tmp_path), "north-assigned", tmp_path / "t.xlsx", _written(tmp_path))
    head, ana, *_ = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("Pay").to_python()
    assert dict(zip(head, ana, strict=True))["Difference"] == 400.25
    assert dict(zip(head, ana, strict=True))["Attainment"] == 1.2
