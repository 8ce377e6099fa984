"""The frame of a page that stands alone: no network, no other file, one script that is named by its hash, and readable without it."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

TEMPLATE, STYLE, SCRIPT = "page.html.j2", "page.css", "page.js"
"""What the package of a page may hold: what stands in the frame, and style and script of its own."""
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def framed_page(package: str, styles: Sequence[str] = (), scripts: Sequence[str] = (), **values: object) -> str:
    """The page whose template, style and script lie in a package; what is given of these comes before its own.

    The template extends `frame.html.j2`, may import macros from the templates that lie beside this module, and names `values`. With
    `|coded`, what stands in backquotes is shown as code.
    """
    script = "\n".join([_of_package(__package__, "tables.js"), *scripts, _of_package(package, SCRIPT)])
    style = "\n".join([_of_package(__package__, "base.css"), *styles, _of_package(package, STYLE)])
    loader = FunctionLoader(lambda name: _of_package(package if name == TEMPLATE else __package__, name))
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.filters["coded"] = _coded
    template = environment.get_template(TEMPLATE)
    return template.render(css=Markup(style), script=Markup(script), script_hash=_hash(script), **values)


def shared_file(name: str) -> str:
    """The text of a file that lies beside this module."""
    return _of_package(__package__, name)


def inside_page(value: object) -> Markup:
    """A value as JSON, with nothing in it that ends a script or begins a comment of a page."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _ESCAPED.items():
        text = text.replace(character, escaped)
    return Markup(text)


def _coded(text: str) -> Markup:
    parts = text.split("`")
    whole = len(parts) % 2 == 1
    return Markup("").join(Markup("<code>{}</code>").format(p) if whole and i % 2 else p for i, p in enumerate(parts))


def _of_package(package: str, name: str) -> str:
    """The text of a file of a package; nothing where a page has no style or script of its own."""
    file = files(package) / name
    return "" if name in (STYLE, SCRIPT) and not file.is_file() else file.read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(script.encode()).digest()).decode()
