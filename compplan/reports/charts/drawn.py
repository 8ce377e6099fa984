"""Charts as a page shows them: as a picture that needs no script, and with what a script needs to draw them again as wide as the page is.

The picture is on paper, and where no script runs; else the chart is drawn anew, and tells of what is pointed at.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any

import altair as alt
from markupsafe import Markup

from compplan.immutable import immutable
from compplan.kept import keep, kept
from compplan.reports.charts.colours import INK, LINE, ON_PAGE, SOFT
from compplan.reports.pages.frame import inside_page, shared_file

WIDTH = 440
"""Pixels that a picture is wide: two fit beside each other on paper."""
FONT = '"Liberation Sans", Arial, Helvetica, sans-serif'
_MADE_KNOWN = "window.vegaEmbed = vegaEmbed;"
_SIZE = re.compile(r' width="[^"]*" height="[^"]*" ')
_TAG = re.compile(r"<[^>]+>")
_DIGITS = re.compile(r"(?<=[(,A-Za-z\"])-?\d+\.\d{2,}(?=[),A-Za-z\"])")
_LOOK: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT, "titleColor": SOFT, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "titlePadding": 8,
    },
    "axisY": {"labelColor": INK, "labelLimit": 210},
    "legend": {"labelColor": INK, "labelFontSize": 12, "symbolSize": 110, "offset": 8, "orient": "top"},
    "text": {"color": INK, "fontSize": 12},
}  # fmt: skip


@immutable
class DrawnChart:
    """A chart on a page: its title, how to read it, the picture (SVG), and what the script draws it from (JSON)."""

    name: str
    title: str
    how_to_read: str
    picture: Markup
    specification: Markup


def drawn(name: str, chart: alt.Chart | alt.LayerChart) -> DrawnChart:
    """A chart for a page, where it is called `name`; title and subtitle become text of the page. The same chart gives the same text."""
    import vl_convert

    made = chart.to_dict(validate=False)
    title = made.pop("title")
    specification = {**_in_page_colours(made), "config": _in_page_colours(_LOOK), "autosize": {"type": "fit-x", "contains": "padding"}}
    specification.pop("$schema", None)
    picture = vl_convert.vegalite_to_svg({**specification, "width": WIDTH}, vl_version=_version())
    return DrawnChart(
        name,
        title["text"],
        " ".join(title.get("subtitle", ())),
        Markup(_shortened(picture)),
        inside_page({**specification, "width": "container"}),
    )


def chart_style() -> str:
    """The style of a page with charts."""
    return shared_file("charts.css")


def chart_scripts() -> tuple[str, str]:
    """The scripts of a page with charts: Vega-Lite with all that it needs, and what draws with it."""
    return f"(() => {{{_vega()}}})();", shared_file("charts.js")


def _vega() -> str:
    """Vega, Vega-Lite and Vega-Embed in one script; kept, since it takes seconds to put together."""
    import vl_convert

    name = f"vega-{version('vl-convert-python')}-{_version()}.js"
    try:
        return kept(name).decode()
    except OSError:
        script: str = vl_convert.javascript_bundle(_MADE_KNOWN, vl_version=_version())
    keep(name, script.encode(), most=1)
    return script


def _shortened(picture: str) -> str:
    """A picture that is as wide as its place, and whose figures have no digits that nobody sees."""
    sized = _SIZE.sub(" ", picture, count=1)
    return _TAG.sub(lambda tag: _DIGITS.sub(lambda figure: f"{float(figure[0]):.1f}".removesuffix(".0"), tag[0]), sized)


def _version() -> str:
    """The version of Vega-Lite that the charts are written for, as far as it is told apart: 6.4."""
    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def _in_page_colours(part: Any) -> Any:  # noqa: ANN401 - any part of a specification
    """A part of a specification with the page's colours in the place of fixed ones; data stays as it is."""
    if isinstance(part, dict):
        return {k: v if k in ("datasets", "values") else _in_page_colours(v) for k, v in part.items()}
    if isinstance(part, list):
        return [_in_page_colours(v) for v in part]
    return ON_PAGE.get(part, part) if isinstance(part, str) else part
