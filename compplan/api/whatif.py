"""What would be, from Python: comparisons, scenarios and simulations as Arrow tables and as Altair charts.

Amounts are decimals, shares and chances fractions of one as floats; a notebook shows the charts as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compplan.immutable import immutable
from compplan.whatif.comparison.comparison import Comparison, CurrencyPart
from compplan.whatif.scenarios.try_scenarios import Tried
from compplan.whatif.simulation.forecast import CurrencyForecast, Forecasts, Range

if TYPE_CHECKING:
    import pyarrow as pa


_DIGITS = 4


@immutable
class Compared:
    """Two ways of paying the same period beside each other."""

    comparison: Comparison

    def __repr__(self) -> str:
        return f"<Compared {self.comparison.period}: {self.comparison.before} and {self.comparison.after}>"

    @property
    def changes(self) -> pa.Table:
        """What one says otherwise than the other: the plans, the part of them, the change in words."""
        rows = ({"plans": ", ".join(c.plans), "part": c.part, "change": c.words} for c in self.comparison.changes)
        return _table({"plans": "text", "part": "text", "change": "text"}, rows)

    @property
    def costs(self) -> pa.Table:
        """A row for each group: by which it is one (total, component, period, a column of people), its name, and what it costs."""
        shape = {"currency": "text", "by": "text", "name": "text", "before": "money", "after": "money", "difference": "money"}
        return _table(shape, (row for part in self.comparison.currencies for row in _cost_rows(part)))

    @property
    def payees(self) -> pa.Table:
        """A row for each payee and currency: what the payee gets, and the columns of people by which pay is grouped."""
        groups = list(dict.fromkeys(g for part in self.comparison.currencies for p in part.payees for g in p.groups))
        shape = {"payee": "text", "name": "text", **dict.fromkeys(groups, "text"), "currency": "text"}
        shape |= {"before": "money", "after": "money", "difference": "money"}
        rows = (
            {"payee": p.payee, "name": p.name, **p.groups, "currency": part.currency, **_amounts(p.amounts)}
            for part in self.comparison.currencies
            for p in part.payees
        )
        return _table(shape, rows)

    def charts(self) -> Mapping[str, Any]:
        """Altair charts by their names."""
        from compplan.reports.comparison.charts import charts_of

        return charts_of(self.comparison)

    def to_json(self) -> str:
        """Everything, for programs."""
        from compplan.whatif.comparison.files import as_json

        return as_json(self.comparison)

    def to_markdown(self) -> str:
        """A summary for a pull request."""
        from compplan.whatif.comparison.files import as_markdown

        return as_markdown(self.comparison)

    def write_page(self, path: str | Path) -> None:
        """Writes a page that stands alone. Raises `Problems` where another file is there."""
        from compplan.reports.comparison.page import page_of
        from compplan.reports.pages.file import write_page

        write_page(page_of(self.comparison), Path(path))


@immutable
class TriedScenarios:
    """Scenarios, each beside things as they are; `tried["faster"]` is one of them."""

    tried: tuple[Tried, ...]

    def __repr__(self) -> str:
        return f"<TriedScenarios {', '.join(self)}>"

    def __iter__(self) -> Iterator[str]:
        return (one.name for one in self.tried)

    def __len__(self) -> int:
        return len(self.tried)

    def __getitem__(self, name: str) -> Compared:
        for one in self.tried:
            if one.name == name:
                return Compared(one.comparison)
        raise KeyError(f"{name}: there are {', '.join(self)}")

    @property
    def costs(self) -> pa.Table:
        """As those of a comparison, with the name of the scenario."""
        return _under_each_other({one.name: Compared(one.comparison).costs for one in self.tried})

    @property
    def payees(self) -> pa.Table:
        """As those of a comparison, with the name of the scenario."""
        return _under_each_other({one.name: Compared(one.comparison).payees for one in self.tried})

    def charts(self) -> Mapping[str, Any]:
        """Altair charts of all scenarios beside each other, by their names."""
        from compplan.reports.scenarios.charts import charts_of

        return charts_of(self.tried)

    def write_page(self, path: str | Path) -> None:
        """Writes a page that stands alone. Raises `Problems` where another file is there."""
        from compplan.reports.pages.file import write_page
        from compplan.reports.scenarios.page import page_of

        write_page(page_of(self.tried), Path(path))


@immutable
class Simulated:
    """What a period may come to, as it is and under scenarios, over all replicates."""

    forecasts: Forecasts

    def __repr__(self) -> str:
        first = self.forecasts.sides[0]
        return f"<Simulated {first.period}, {first.replicates} replicates: {', '.join(s.name for s in self.forecasts.sides)}>"

    @property
    def costs(self) -> pa.Table:
        """The cost of each replicate: scenario, currency, replicate, cost."""
        shape = {"scenario": "text", "currency": "text", "replicate": "number", "cost": "money"}
        rows = (
            {"scenario": name, "currency": part.currency, "replicate": number, "cost": cost}
            for name, part in self._parts()
            for number, cost in enumerate(part.costs)
        )
        return _table(shape, rows)

    @property
    def parts(self) -> pa.Table:
        """What components and groups of people may cost, and how much of the spread of the whole cost comes from each."""
        shape = {"scenario": "text", "currency": "text", "by": "text", "name": "text", **_RANGE, "spread": "share"}
        rows = (
            {"scenario": name, "currency": part.currency, "by": by, "name": one.name, **_range(one.cost), "spread": one.spread}
            for name, part in self._parts()
            for by, ones in part.by.items()
            for one in ones
        )
        return _table(shape, rows)

    @property
    def payees(self) -> pa.Table:
        """What payees may get."""
        shape = {"scenario": "text", "currency": "text", "payee": "text", "name": "text", **_RANGE, "spread": "share"}
        rows = (
            {"scenario": name, "currency": part.currency, "payee": p.payee, "name": p.name, **_range(p.pay), "spread": p.spread}
            for name, part in self._parts()
            for p in part.payees
        )
        return _table(shape, rows)

    @property
    def quotas(self) -> pa.Table:
        """How likely each payee reaches each quota, and the attainment."""
        shape = {"scenario": "text", "payee": "text", "name": "text", "measure": "text", "chance": "share", **_RANGE}
        rows = (
            {"scenario": name, "payee": p.payee, "name": p.name, "measure": c.measure, "chance": c.chance, **_range(c.attainment)}
            for name, part in self._parts()
            for p in part.payees
            for c in p.chances
        )
        return _table(shape, rows)

    def charts(self) -> Mapping[str, Any]:
        """Altair charts by their names."""
        from compplan.reports.simulation.charts import charts_of

        return charts_of(self.forecasts)

    def to_json(self) -> str:
        """Everything, for programs."""
        from compplan.whatif.simulation.files import forecasts_as_json

        return forecasts_as_json(self.forecasts)

    def write_page(self, path: str | Path) -> None:
        """Writes a page that stands alone. Raises `Problems` where another file is there."""
        from compplan.reports.pages.file import write_page
        from compplan.reports.simulation.page import page_of

        write_page(page_of(self.forecasts), Path(path))

    def _parts(self) -> Iterator[tuple[str, CurrencyForecast]]:
        return ((side.name, part) for side in self.forecasts.sides for part in side.currencies)


_RANGE = dict.fromkeys(("p10", "p50", "p90", "mean"), "money")


def _range(found: Range | None) -> dict[str, Decimal | None]:
    return {name: None if found is None else getattr(found, name) for name in _RANGE}


def _cost_rows(part: CurrencyPart) -> Iterator[dict[str, Any]]:
    yield {"currency": part.currency, "by": "total", "name": "", **_amounts(part.total)}
    for by, groups in part.by.items():
        yield from ({"currency": part.currency, "by": by, "name": g.name, **_amounts(g.amounts)} for g in groups)


def _amounts(amounts: Any) -> dict[str, Decimal]:  # noqa: ANN401
    return {"before": amounts.before, "after": amounts.after, "difference": amounts.difference}


def _table(shape: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table with columns of these sorts."""
    import pyarrow as pa

    types = {"text": pa.string(), "money": pa.decimal128(38, _DIGITS), "share": pa.float64(), "number": pa.int32()}
    listed = list(rows)
    columns = {}
    for name, sort in shape.items():
        values = [row.get(name) for row in listed]
        if sort == "share":
            values = [None if v is None else float(v) for v in values]
        columns[name] = pa.array(values, types[sort])
    return pa.table(columns)


def _under_each_other(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Tables of scenarios, with the name of each row's in front; a column that one does not have is empty there."""
    import pyarrow as pa

    named = [table.add_column(0, "scenario", pa.array([name] * len(table), pa.string())) for name, table in tables.items()]
    return pa.concat_tables(named, promote_options="default")
