"""A page as its reader sees it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser


class PageReader(HTMLParser):
    """The page as a reader sees it: tags, their attributes, and the text of each table's rows."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: dict[str, list[list[str]]] = {}
        self.text: list[str] = []
        self._table, self._cell, self._skip = "", False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._skip = tag in ("script", "style")
        if tag == "table":
            self._table = dict(attrs).get("id") or ""
            self.rows[self._table] = []
        if tag == "tr" and self._table:
            self.rows[self._table].append([])
        if tag in ("td", "th") and self._table:
            self.rows[self._table][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._skip = False
        self._cell = self._cell and tag not in ("td", "th")
        if tag == "table":
            self._table = ""

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        self.text.append(data)
        if self._cell:
            self.rows[self._table][-1][-1] += data


def read(page: str) -> PageReader:
    """All of a page."""
    reader = PageReader()
    reader.feed(page)
    return reader


def asks_nobody(page: str) -> bool:
    """Whether nothing in a page names another file or server that it would load, and its policy lets nothing be loaded."""
    for tag, attributes in read(page).tags:
        if tag in ("link", "img", "iframe", "object", "base") or {"src", "srcset", "data", "action", "xlink:href"} & set(attributes):
            return False
        if tag == "a" and not (attributes["href"] or "").startswith("#"):
            return False
    return "@import" not in page and "default-src 'none'" in page


def runs_its_own_script_alone(page: str) -> bool:
    """Whether a page has one script, which its policy names by its hash, and no other way to run anything."""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    handlers = [name for _, attributes in read(page).tags for name in attributes if name.startswith("on")]
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    return len(scripts) == 1 and not handlers and f"script-src 'sha256-{hashes[0]}';" in page
