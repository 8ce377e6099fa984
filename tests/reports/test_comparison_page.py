"""The page of a comparison: the answer first, every payee in it, readable without its script, and nothing smuggled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from compplan.diagnostics import Problems
from compplan.reports.comparison.page import page_of
from compplan.reports.comparison.words import answer
from compplan.reports.pages.file import write_page
from tests.reports.comparisons import NASTY, SMALL, comparison, many_payees, part_of, payees
from tests.support.html import asks_nobody, read, runs_its_own_script_alone


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(comparison(part_of(SMALL)))


def test_the_answer_comes_first(page: str) -> None:
    text = "".join(read(page).text)
    said = "It would cost 350.50 USD more (+9.0%); 2 of 4 payees get more, 1 of 4 payees gets less."
    assert text.index(said) < text.index("What changed in the plans") < text.index("What it costs")
    assert "from 100% it is 1.6x, was 1.5x." in text


def test_every_payee_is_in_the_table_the_largest_change_first(page: str) -> None:
    head, *rows = read(page).rows["part-0-table"]
    assert head == ["Payee", "Role", "Before", "After", "Difference", "Change"]
    assert rows[0] == ["Ana Ruiz p0", "AE", "1,000.00", "1,250.50", "+250.50", "+25.1%"]
    assert [r[0].split()[0] for r in rows] == ["Ana", "Dee", "Ben", "Cy"]


def test_every_chart_is_a_picture_with_a_title_and_how_to_read_it(page: str) -> None:
    assert page.count('<figure class="chart"') == page.count('<div class="picture" role="img"') == page.count("<figcaption>") >= 7
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg"') == page.count('<figure class="chart"')
    assert "<figcaption></figcaption>" not in page


def test_the_page_asks_for_nothing_from_anywhere(page: str) -> None:
    assert asks_nobody(page)
    assert runs_its_own_script_alone(page)


def test_the_same_comparison_gives_the_same_page(page: str) -> None:
    assert page_of(comparison(part_of(SMALL))) == page


def test_names_from_records_stay_text(page: str) -> None:
    found = comparison(part_of(payees([(NASTY, "10", "20"), ("x" * 300, "20", "10")])), changes=[NASTY])
    nasty = page_of(found)
    assert {tag for tag, _ in read(nasty).tags} <= {tag for tag, _ in read(page).tags}
    assert runs_its_own_script_alone(nasty)
    assert "".join(read(nasty).text).count("<img src=x onerror=alert(1)>") >= 2


def test_two_currencies_are_told_apart() -> None:
    found = page_of(comparison(part_of(SMALL), part_of(payees([("Aki", "1000", "1500")]), "JPY", None)))
    reader = read(found)
    assert set(reader.rows) >= {"part-0-table", "part-1-table"}
    assert reader.rows["part-1-table"][1] == ["Aki p0", "AE", "1,000", "1,500", "+500", "+50.0%"]
    assert "What it costs, in JPY" in "".join(reader.text)
    assert "Cost as a share of sales" in "".join(reader.text)


def test_where_nobody_is_paid_the_page_says_so() -> None:
    text = "".join(read(page_of(comparison(part_of(()), changes=(), owners=0))).text)
    assert "Nobody is paid in USD, before or after." in text
    assert "Nothing: both say the same." in text


def test_where_nothing_changes_no_chart_shows_differences() -> None:
    text = "".join(read(page_of(comparison(part_of(payees([("Ana", "5", "5"), ("Ben", "7", "7")])), changes=()))).text)
    assert "Both cost the same, 12.00 USD; nobody gets more, nobody gets less." in text
    assert "The largest differences" not in text


def test_the_answer_says_where_those_who_gain_belong() -> None:
    found = (*payees([("A", "1", "2"), ("B", "1", "3"), ("C", "1", "1")]), *payees([("D", "4", "3.9999")], role="Manager"))
    assert (
        answer(part_of(found)) == "It would cost 3.00 USD more (+42.9%); 2 of 4 payees get more (all of role AE), 1 of 4 payees gets less."
    )
    small = payees([("A", "1000000", "1000000.01")])
    assert answer(part_of(small)) == "It would cost 0.01 USD more (less than 0.1%); the one payee gets more, nobody gets less."


def test_thousands_of_payees_fit_into_a_page() -> None:
    found = page_of(comparison(part_of(many_payees(2000))))
    assert len(found.encode()) < 2_300_000
    assert len(read(found).rows["part-0-table"]) == 2001


def test_a_page_is_written_whole_and_never_over_another_file(tmp_path: Path, page: str) -> None:
    file = tmp_path / "new" / "compared.html"
    write_page(page, file)
    assert file.read_text(encoding="utf-8") == page
    write_page(page, file)
    with pytest.raises(Problems) as told:
        write_page(page + "more", file)
    assert "is there already" in told.value.diagnostics[0].message
    assert file.read_text(encoding="utf-8") == page
    assert [f.name for f in file.parent.iterdir()] == ["compared.html"]
