"""The page of a comparison in a real browser: quiet, with no network, its charts drawn, its table searched and sorted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compplan.reports.comparison.page import page_of
from tests.reports.comparisons import NASTY, comparison, many_payees, part_of, payees
from tests.reports.drawn import all_drawn, is_quiet, opened
from tests.support.chromium import HOW_TO_HAVE_IT, Page, chromium, opened_page

PROGRAM = chromium()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason=HOW_TO_HAVE_IT)


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    assert PROGRAM is not None
    with opened_page(PROGRAM) as page:
        yield page


def test_it_draws_all_charts_quietly_and_asks_nobody_for_anything(browser: Page, tmp_path: Path) -> None:
    found = comparison(part_of(many_payees(60)), part_of(payees([(NASTY, "10", "20"), ("Ben.[0]", "5", "1")]), "JPY", None))
    page = opened(browser, page_of(found), tmp_path)
    assert all_drawn(page)
    assert is_quiet(page)
    assert page.value("document.title") == "Halden Systems, 2027-Q1 – comparison of plans"


def test_what_is_pointed_at_tells_of_itself(browser: Page, tmp_path: Path) -> None:
    page = opened(browser, page_of(comparison(part_of(payees([("Ana", "10", "30"), (NASTY, "20", "10")])))), tmp_path)
    assert all_drawn(page)
    mark = "document.querySelectorAll('#part-0-largest .live .mark-rect path')"
    x, y = page.value(
        f"(() => {{ const m = {mark}[0]; m.scrollIntoView({{block: 'center'}}); const b = m.getBoundingClientRect();"
        "return [b.x + b.width / 2, b.y + b.height / 2] })()"
    )
    page.point_at(x, y)
    told = page.value("document.getElementById('vg-tooltip-element').innerText")
    assert "Ana" in told
    assert "+20.00 (+200.0%)" in told


def test_the_table_is_searched_and_sorted_and_shown_whole_on_request(browser: Page, tmp_path: Path) -> None:
    page = opened(browser, page_of(comparison(part_of(many_payees(120)))), tmp_path)
    rows = "[...document.querySelectorAll('#part-0-table tbody tr')].filter(r => !r.hidden)"
    assert page.value(f"{rows}.length") == 50
    assert page.value("document.querySelector('#part-0-table .count').innerText") == "50 of 120 shown."
    page.value("document.querySelectorAll('#part-0-table thead button')[3].click(); 1")
    after = page.value(f"{rows}.map(r => Number(r.cells[3].innerText.replaceAll(',', '')))")
    assert after == sorted(after, reverse=True)
    assert after[0] > 1_000_000
    page.value("document.querySelector('.long-table .more button').click(); 1")
    assert page.value(f"{rows}.length") == 120
    page.value(
        "(() => { const s = document.querySelector('.long-table input'); s.value = 'number 11'; s.dispatchEvent(new Event('input')) })()"
    )
    assert page.value(f"{rows}.length") == 11


def test_on_paper_the_pictures_stand_and_without_a_script_too(browser: Page, tmp_path: Path) -> None:
    page = opened(browser, page_of(comparison(part_of(many_payees(20)))), tmp_path)
    assert all_drawn(page)
    seen = "['.picture', '.live'].map(n => getComputedStyle(document.querySelector('.chart ' + n)).display)"
    assert page.value(seen) == ["none", "block"]
    page.call("Emulation.setEmulatedMedia", media="print")
    assert page.value(seen) == ["block", "none"]
    page.call("Emulation.setEmulatedMedia", media="")


def test_nothing_is_wider_than_a_telephone(browser: Page, tmp_path: Path) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=380, height=800, deviceScaleFactor=1, mobile=False)
    page = opened(browser, page_of(comparison(part_of(payees([("x" * 200, "10", "30"), ("y " * 90, "20", "10")])))), tmp_path)
    assert all_drawn(page)
    assert page.value("document.documentElement.scrollWidth") == 380
    page.call("Emulation.setDeviceMetricsOverride", width=1400, height=1000, deviceScaleFactor=1, mobile=False)
