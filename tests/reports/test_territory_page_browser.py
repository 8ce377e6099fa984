"""The page in a real browser: quiet, with no network, and usable by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from compplan.reports.territories.figures import Figures
from compplan.reports.territories.page import page_of
from tests.reports.territories import all_moved, figures, figures_from, with_names
from tests.reports.test_territory_page import NASTY
from tests.support.chromium import HOW_TO_HAVE_IT, Page, chromium, opened_page
from tests.support.colours import contrast
from tests.support.territory_project import write_territories

PROGRAM = chromium()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason=HOW_TO_HAVE_IT)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return figures(tmp_path_factory.mktemp("north"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    assert PROGRAM is not None
    with opened_page(PROGRAM) as page:
        yield page


@pytest.fixture
def page(browser: Page, found: Figures, tmp_path: Path) -> Page:
    return _opened(browser, page_of(found, "north-assigned", "territories.xlsx"), tmp_path)


def _opened(browser: Page, text: str, folder: Path) -> Page:
    file = folder / "territories.html"
    file.write_text(text, encoding="utf-8")
    browser.requests.clear()
    browser.complaints.clear()
    browser.open(file)
    return browser


def _rows(page: Page, table: str) -> list[list[str]]:
    script = f"[...document.querySelectorAll('#{table} tbody tr')].map(r => [...r.cells].map(c => c.innerText))"
    rows: list[list[str]] = page.value(script)
    return rows


def _click(page: Page, selector: str) -> None:
    x, y = page.value(
        f"(() => {{ const n = document.querySelector({selector!r}); n.scrollIntoView({{block: 'center'}});"
        "const b = n.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()"
    )
    page.point_at(x, y, click=True)


def test_it_opens_quietly_and_asks_nobody_for_anything(page: Page) -> None:
    assert page.complaints == []
    assert [r.rsplit("/", 1)[-1] for r in page.requests] == ["territories.html"]


def test_the_map_shows_today_when_asked(page: Page) -> None:
    seen = "[...document.querySelectorAll('#picture > .before, #picture > .after')].map(g => getComputedStyle(g).display)"
    assert page.value(seen) == ["inline", "none"]
    _click(page, "input[value=before] + span")
    assert page.value(seen) == ["none", "inline"]
    assert page.complaints == []


def test_a_rep_who_is_clicked_is_singled_out_everywhere(page: Page, found: Figures) -> None:
    _click(page, ".list [data-rep='1']")
    assert page.value("document.querySelector('.list [data-rep=\"1\"]').getAttribute('aria-pressed')") == "true"
    assert page.value("document.getElementById('chosen').innerText").startswith(f"ben: {found.accounts_after[1]} accounts")
    assert page.value("[...document.querySelectorAll('.dots .r.on')].map(g => g.dataset.r)") == ["1", "1"]
    moves = _rows(page, "move-table")
    wanted = found.moved & ((found.before == 1) | (found.after == 1))
    assert sorted(r[0] for r in moves) == [found.accounts[i] for i in np.nonzero(wanted)[0].tolist()]
    page.press("Escape")
    assert page.value("document.body.classList.contains('one')") is False
    assert len(_rows(page, "move-table")) == int(found.moved.sum())


def test_moves_are_searched_and_sorted(page: Page, found: Figures) -> None:
    everything = _rows(page, "move-table")
    _click(page, "#move-table [data-key=account]")
    assert [r[0] for r in _rows(page, "move-table")] == sorted(r[0] for r in everything)
    _click(page, "#search")
    for letter in everything[0][0]:
        page.press(letter)
    assert [r[0] for r in _rows(page, "move-table")] == [everything[0][0]]
    assert page.value("document.querySelector('#move-count').innerText") == "1 account."


def test_reps_are_sorted_by_what_they_have(page: Page, found: Figures) -> None:
    _click(page, "#rep-table thead th:nth-child(3) button")
    most = [found.reps[j] for j in np.argsort(-found.measures[0].after, kind="stable").tolist()]
    assert [r[0] for r in _rows(page, "rep-table")] == most
    assert page.value("document.querySelector('#rep-table thead th:nth-child(3)').getAttribute('aria-sort')") == "descending"


def test_an_account_under_the_pointer_tells_of_itself(page: Page, found: Figures) -> None:
    page.value("document.getElementById('map').scrollIntoView(); 1")
    x, y = page.value(
        "(() => { const a = JSON.parse(document.getElementById('data').textContent).accounts, b = picture.getBoundingClientRect(),"
        "k = b.width / 1000; return [b.x + a.x[7] * k, b.y + a.y[7] * k] })()"
    )
    page.point_at(x, y)
    told = page.value("document.getElementById('tip').innerText")
    assert told.startswith(f"a07\n{found.rep_name(int(found.after[7]))}")
    assert "potential 1,259.00" in told


def test_the_map_is_moved_by_keys(page: Page) -> None:
    page.value("document.getElementById('map').focus(); 1")
    page.press("+")
    zoomed = page.value("document.getElementById('picture').getAttribute('viewBox')").split()
    assert float(zoomed[2]) < 1000
    page.press("ArrowRight")
    moved = page.value("document.getElementById('picture').getAttribute('viewBox')").split()
    assert float(moved[0]) > float(zoomed[0])
    _click(page, "#zoom-all")
    assert page.value("document.getElementById('picture').getAttribute('viewBox')").split()[2] == "1000"


def test_the_rest_of_many_moves_comes_on_request(browser: Page, tmp_path: Path) -> None:
    page = _opened(browser, page_of(all_moved(tmp_path, 330), "north-assigned", "territories.xlsx"), tmp_path)
    assert len(_rows(page, "move-table")) == 50
    assert page.value("document.getElementById('move-count').innerText") == "50 of 330 accounts."
    _click(page, "#show-more")
    assert len(_rows(page, "move-table")) == 250
    _click(page, "#show-all")
    assert len(_rows(page, "move-table")) == 330
    assert page.value("document.getElementById('more').hidden") is True


def test_an_account_is_found_by_its_name(page: Page) -> None:
    _click(page, "#find")
    for letter in "A07":
        page.press(letter)
    assert page.value("document.getElementById('tip').innerText").startswith("a07")
    for letter in "zzz":
        page.press(letter)
    assert page.value("[document.getElementById('tip').hidden, document.getElementById('find').getAttribute('aria-invalid')]") == [
        True,
        "true",
    ]


def test_names_from_records_run_nothing(browser: Page, tmp_path: Path) -> None:
    file = write_territories(tmp_path)
    with_names(tmp_path, NASTY + "<img src=x onerror=document.title=1>", NASTY)
    page = _opened(browser, page_of(figures_from(file), "north-assigned", "territories.xlsx"), tmp_path)
    _click(page, ".list [data-rep='0']")
    assert page.value("document.title") == "North 2027 – territories"
    assert page.value("document.querySelector('.list .name').textContent").startswith("</script><script>alert(1)")
    assert page.value("document.querySelectorAll('img, script').length") == 2
    assert page.complaints == []
    assert [r.rsplit("/", 1)[-1] for r in page.requests] == ["territories.html"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_the_paper(page: Page, scheme: str) -> None:
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    colours = page.value(
        "['--paper', '--ink', '--soft', '--out', '--accent'].map(n => { const d = document.createElement('i');"
        "d.style.color = `var(${n})`; document.body.append(d); return getComputedStyle(d).color.match(/[0-9]+/g).map(Number) })"
    )
    page.call("Emulation.setEmulatedMedia", features=[])
    paper, *texts = colours
    assert all(contrast(text, paper) >= 4.5 for text in texts), colours
