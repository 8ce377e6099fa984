"""The pages of scenarios and of a simulated period in a real browser: all charts drawn, quiet, and no wider than a telephone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compplan.reports.scenarios.page import page_of as page_of_scenarios
from compplan.reports.simulation.page import page_of as page_of_simulation
from compplan.whatif.scenarios.try_scenarios import Tried
from compplan.whatif.simulation.forecast import Forecasts
from tests.reports.comparisons import NASTY, comparison, many_payees, part_of, payees
from tests.reports.drawn import all_drawn, is_quiet, opened
from tests.reports.forecasts import currency_forecast, forecast
from tests.support.chromium import HOW_TO_HAVE_IT, Page, chromium, opened_page

PROGRAM = chromium()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason=HOW_TO_HAVE_IT)
TRIED = (
    Tried("faster", "More beyond quota", comparison(part_of(many_payees(40)))),
    Tried(NASTY, NASTY, comparison(part_of(payees([(NASTY, "1", "2"), ("x" * 200, "2", "1")])))),
)
FORECASTS = Forecasts(
    (forecast(currency_forecast(5, 60, names=(NASTY, "x" * 200))), forecast(currency_forecast(5, 60, raised="1.1"), name=NASTY))
)


@pytest.fixture(scope="module")
def telephone() -> Iterator[Page]:
    assert PROGRAM is not None
    with opened_page(PROGRAM, width=380, height=800) as page:
        yield page


@pytest.mark.parametrize("make", [lambda: page_of_scenarios(TRIED), lambda: page_of_simulation(FORECASTS)], ids=["scenarios", "simulation"])
def test_all_charts_are_drawn_quietly_on_a_telephone(telephone: Page, make: Callable[[], str], tmp_path: Path) -> None:
    page = opened(telephone, make(), tmp_path)
    assert all_drawn(page)
    assert is_quiet(page)
    assert page.value("document.documentElement.scrollWidth") == 380
