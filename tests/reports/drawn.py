"""Pages with charts in a browser, for tests of how they are drawn."""

from __future__ import annotations

import time
from pathlib import Path

from tests.support.chromium import Page

CHARTS = "document.querySelectorAll('figure.chart').length"
DRAWN = "document.querySelectorAll('figure.drawn .live svg').length"
_PATIENCE = 20


def opened(browser: Page, text: str, folder: Path) -> Page:
    """A page, opened."""
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    browser.requests.clear()
    browser.complaints.clear()
    browser.open(file)
    return browser


def all_drawn(page: Page) -> bool:
    """Whether all charts of a page are drawn once it is scrolled through."""
    until = time.monotonic() + _PATIENCE
    while page.value(f"{DRAWN} < {CHARTS}") and time.monotonic() < until:
        page.value("document.querySelector('figure.chart:not(.drawn)')?.scrollIntoView(); 1")
        time.sleep(0.05)
    return bool(page.value(f"{CHARTS} > 0 && {DRAWN} === {CHARTS}"))


def is_quiet(page: Page) -> bool:
    """Whether a page complained of nothing, asked for no other file, and has no picture that is not its own."""
    asked = [r.rsplit("/", 1)[-1] for r in page.requests]
    return page.complaints == [] and asked == ["page.html"] and page.value("document.querySelectorAll('img').length") == 0
