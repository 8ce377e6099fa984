"""Parts that the pages of one comparison and of several scenarios share."""

from __future__ import annotations

from compplan.immutable import immutable
from compplan.reports.charts.drawn import DrawnChart, drawn
from compplan.reports.comparison.charts import cost_by
from compplan.reports.pages.parts import Table
from compplan.whatif.comparison.comparison import CurrencyPart
from compplan.whatif.comparison.words import Section, group_section


@immutable
class ChartAndTable:
    """A chart, and beside it the same in figures."""

    chart: DrawnChart
    table: Table


def cost_beside(name: str, part: CurrencyPart, what: str) -> ChartAndTable:
    """The cost by `what` as a chart, which is called after `name`, and those that change as a table."""
    section = group_section(what, part.by[what], part)
    return ChartAndTable(drawn(f"{name}-by-{list(part.by).index(what)}", cost_by(part, what)), table_of(section))


def table_of(section: Section) -> Table:
    """The table of a section of words."""
    return Table("", section.headings, section.rows)
