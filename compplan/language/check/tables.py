"""Typing tables of rates: lists with one row for each case, grids with a bound at each side, and the same from a CSV file."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.environment import Environment
from compplan.language.check.place import Place
from compplan.language.check.tiers import Bound, report_bounds
from compplan.language.units import TEXT, Kind, Unit, comparable

_PERCENT = re.compile(r"^-?\d+(\.\d+)?%$")
_MULTIPLE = re.compile(r"^-?\d+(\.\d+)?x$")
_MONEY = re.compile(r"^-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)? [A-Z]{3}$")
_NUMBER = re.compile(r"^-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@immutable
class _Cell:
    """A cell with its constant worked out: `how` is value, from, below, any or empty."""

    how: str
    value: ty.Const | None
    text: str
    span: Span


def type_lookup(env: Environment, place: Place, call: t.Call) -> ty.Expr | None:
    """`rate(product, segment)`."""
    name = call.name.text
    env.use(name)
    table = type_table(env, name)
    typed = [formulas.type_expression(env, place, a) for a in call.arguments]
    arguments = tuple(a for a in typed if a is not None)
    if table is None or len(arguments) != len(typed):
        return None
    if len(arguments) != len(table.keys):
        keys = ", ".join(table.keys)
        message = f"The table {name} is looked up by {len(table.keys)} values, not {len(arguments)}."
        env.problem("wrong-arguments", message, call.span, f"Write {name}({keys}).")
        return None
    for argument, unit, key in zip(arguments, table.key_units, table.keys, strict=True):
        if not comparable(argument.unit, unit):
            env.problem("wrong-unit", f"The table {name} has {unit} for {key}; this is {argument.unit}.", argument.span)
            return None
    return ty.Lookup(name, arguments, table.unit, call.span)


def type_table(env: Environment, name: str) -> ty.Table | None:
    """The typed table of a name; worked out once."""
    if name not in env.typed_tables:
        env.typed_tables[name] = _table(env, env.tables[name])
    return env.typed_tables[name]


def _table(env: Environment, tree: t.Table) -> ty.Table | None:
    if tree.grid is not None:
        header = [_header_text(c) for c in tree.grid.rows[0]]
        rows = [[_inline_cell(env, c) for c in row] for row in tree.grid.rows]
    else:
        read = _read(env, tree)
        if read is None:
            return None
        header, rows = read
    width = len(rows[0])
    for row in rows[1:]:
        if len(row) != width:
            env.problem("table-shape", f"The row has {len(row)} cells, the header {width}.", _where(row, tree))
            return None
    if width < 2 or len(rows) < 2:
        env.problem("table-shape", f"The table {tree.name.text} needs a header, and a row with a key and a value.", tree.span)
        return None
    if any(cell is None for row in rows for cell in row):
        return None
    if header[0] == "":
        return _grid(env, tree, [[c for c in row if c is not None] for row in rows])
    return _list(env, tree, header, [[c for c in row if c is not None] for row in rows[1:]])


def _where(row: Sequence[_Cell | None], tree: t.Table) -> Span:
    return next((cell.span for cell in row if cell is not None), tree.span)


def _header_text(cell: t.Cell) -> str:
    return cell.value.text if isinstance(cell.value, t.Path) else ""


def _inline_cell(env: Environment, cell: t.Cell) -> _Cell | None:
    """A cell's constant; a header's names are kept as text."""
    if cell.kind in (t.CellKind.ANY, t.CellKind.EMPTY):
        return _Cell(cell.kind.value, None, cell.kind.value, cell.span)
    value = cell.value
    negative = isinstance(value, t.Negate)
    literal = value.operand if isinstance(value, t.Negate) else value
    if isinstance(literal, t.Path):
        return _Cell("name", None, literal.text, cell.span)
    if isinstance(literal, t.PeriodLiteral):
        return _Cell("value", ty.Const(literal.label, TEXT, literal.span), literal.label, cell.span)
    if not isinstance(literal, t.Literal):
        env.problem("table-shape", "A cell of a table holds a value written out, not a formula.", cell.span)
        return None
    const = formulas.type_literal(literal)
    if negative and isinstance(const.value, Fraction):
        const = ty.Const(-const.value, const.unit, const.span)
    if cell.kind in (t.CellKind.FROM, t.CellKind.BELOW) and not isinstance(const.value, (Fraction, date)):
        env.problem("table-shape", f"Only figures and dates have an order; this is {const.unit}.", cell.span)
        return None
    return _Cell(cell.kind.value, const, _shown(const), cell.span)


def _shown(const: ty.Const) -> str:
    if isinstance(const.value, Fraction):
        return f"{Decimal(const.value.numerator) / Decimal(const.value.denominator):f}"
    return str(const.value)


# ---- a list: one row for each case --------------------------------------------------------------------------------


def _list(env: Environment, tree: t.Table, header: list[str], rows: list[list[_Cell]]) -> ty.Table | None:
    names = [c for c in header if c]
    if len(names) != len(header) or len(set(names)) != len(names):
        env.problem("table-shape", "Each column of the header needs a name of its own.", tree.span)
        return None
    if len(header) > 4:
        env.problem("table-shape", "A table is looked up by at most three values.", tree.span)
        return None
    units = [_column_unit(env, tree, name, [row[i] for row in rows], i == len(header) - 1) for i, name in enumerate(header)]
    if any(u is None for u in units):
        return None
    good = [u for u in units if u is not None]
    keys = tuple(header[:-1])
    stretches = _stretches(rows)
    typed = tuple(_list_row(row, stretches) for row in rows)
    table = ty.Table(tree.name.text, keys, tuple(good[:-1]), typed, good[-1], tree.span)
    _report_unreachable(env, table)
    return table


def _column_unit(env: Environment, tree: t.Table, name: str, cells: Sequence[_Cell], values: bool = False) -> Unit | None:
    """The one unit of a column; `values` for that of the values, where nothing but values stands."""
    found: Unit | None = None
    for cell in cells:
        if cell.how == "any" and not values:
            continue
        if cell.value is None:
            what = "is empty" if cell.how == "empty" else f"is the name {cell.text}"
            hint = None if cell.how == "empty" else f'Text stands between quotes: "{cell.text}".'
            env.problem("table-shape", f"This cell {what}.", cell.span, hint)
            return None
        if values and cell.how != "value":
            env.problem("table-shape", f"A value of the table has no {cell.how} before it.", cell.span)
            return None
        if found is not None and cell.value.unit != found:
            env.problem("wrong-unit", f"The column {name} has {found} above, and {cell.value.unit} here.", cell.span)
            return None
        found = cell.value.unit
    if found is None:
        env.problem("table-shape", f"The column {name} of the table {tree.name.text} says any in every row.", tree.span)
    return found


_Stretches = Mapping[tuple[object, ...], list[Fraction | date]]
"""The bounds from which rows hold, in order, for each column and what the rows say in the other columns."""


def _stretches(rows: list[list[_Cell]]) -> _Stretches:
    found: dict[tuple[object, ...], list[Fraction | date]] = {}
    for row in rows:
        for index, cell in enumerate(row[:-1]):
            if cell.how == "from":
                found.setdefault(_elsewhere(row, index), []).append(_bound(cell))
    return {key: sorted(bounds) for key, bounds in found.items()}


def _elsewhere(row: list[_Cell], index: int) -> tuple[object, ...]:
    return (index, *((cell.how, cell.text) for i, cell in enumerate(row[:-1]) if i != index))


def _list_row(row: list[_Cell], stretches: _Stretches) -> ty.TableRow:
    keys = tuple(_key(row, index, stretches) for index in range(len(row) - 1))
    value = row[-1].value
    assert value is not None
    return ty.TableRow(keys, value, row[0].span)


def _key(row: list[_Cell], index: int, stretches: _Stretches) -> ty.KeyCell:
    cell = row[index]
    if cell.how == "any" or cell.value is None:
        return ty.KeyCell(True, text="any")
    if cell.how == "value":
        return ty.KeyCell(False, value=cell.value.value, text=cell.text)
    bound = _bound(cell)
    if cell.how == "below":
        return ty.KeyCell(False, high=bound, text=f"below {cell.text}")
    bounds = stretches[_elsewhere(row, index)]
    next_one = bisect_right(bounds, bound)
    return ty.KeyCell(False, low=bound, high=bounds[next_one] if next_one < len(bounds) else None, text=f"from {cell.text}")


def _bound(cell: _Cell) -> Fraction | date:
    assert cell.value is not None
    assert isinstance(cell.value.value, (Fraction, date))
    return cell.value.value


def _report_unreachable(env: Environment, table: ty.Table) -> None:
    """A row is never reached where one above it has the same keys, or `any` where they differ."""
    seen: dict[tuple[int, ...], set[tuple[ty.KeyCell, ...]]] = {}
    for row in table.rows:
        if any(tuple(row.keys[i] for i in asked) in earlier for asked, earlier in seen.items()):
            message = "A row above fits everything that this one fits, and the first row that fits is taken."
            env.problem("table-unreachable", message, row.span, "Put this row above the other, or leave it out.")
        asked = tuple(i for i, key in enumerate(row.keys) if not key.any)
        seen.setdefault(asked, set()).add(tuple(row.keys[i] for i in asked))


# ---- a grid: a bound at each side ---------------------------------------------------------------------------------


def _grid(env: Environment, tree: t.Table, rows: list[list[_Cell]]) -> ty.Table | None:
    columns = _axis(env, tree, rows[0][1:])
    lines = _axis(env, tree, [row[0] for row in rows[1:]])
    values = [cell for row in rows[1:] for cell in row[1:]]
    unit = _column_unit(env, tree, "of values", values, values=True)
    if columns is None or lines is None or unit is None:
        return None
    typed = tuple(
        ty.TableRow((line, column), cell.value, cell.span)
        for line, row in zip(lines[1], rows[1:], strict=True)
        for column, cell in zip(columns[1], row[1:], strict=True)
        if cell.value is not None
    )
    return ty.Table(tree.name.text, ("row", "column"), (lines[0], columns[0]), typed, unit, tree.span)


def _axis(env: Environment, tree: t.Table, cells: list[_Cell]) -> tuple[Unit, list[ty.KeyCell]] | None:
    unit = _column_unit(env, tree, "of bounds", cells)
    if unit is None:
        return None
    bounds = [Bound(c.how, _bound(c), c.span, is_money=unit.kind is Kind.MONEY) for c in cells if c.how in ("from", "below")]
    if bounds and len(bounds) != len([c for c in cells if c.how != "any"]):
        env.problem("table-shape", "The side of a grid has either bounds or values, not both.", cells[0].span)
        return None
    if bounds and not report_bounds(env, bounds):
        return None
    return unit, [_side(cell, cells[index + 1 :]) for index, cell in enumerate(cells)]


def _side(cell: _Cell, after: list[_Cell]) -> ty.KeyCell:
    """What one cell at the side of a grid asks: a stretch reaches up to the next bound."""
    if cell.how == "any" or cell.value is None:
        return ty.KeyCell(True, text="any")
    if cell.how == "value":
        return ty.KeyCell(False, value=cell.value.value, text=cell.text)
    if cell.how == "below":
        return ty.KeyCell(False, high=_bound(cell), text=f"below {cell.text}")
    return ty.KeyCell(False, low=_bound(cell), high=_bound(after[0]) if after else None, text=f"from {cell.text}")


# ---- from a file --------------------------------------------------------------------------------------------------


def _read(env: Environment, tree: t.Table) -> tuple[list[str], list[list[_Cell | None]]] | None:
    assert tree.file is not None
    name = str(tree.file.value)
    text = env.read_file(name)
    if text is None:
        message = f"There is no file {name} beside the plan that could be read."
        env.problem("table-file", message, tree.file.span, "The path is relative to the project's folder and stays within it.")
        return None
    try:
        records = [r for r in csv.reader(io.StringIO(text)) if any(c.strip() for c in r)]
    except csv.Error:
        env.problem("table-file", f"The file {name} is no CSV file that can be read.", tree.file.span)
        return None
    if not records:
        env.problem("table-file", f"The file {name} is empty.", tree.file.span)
        return None
    header = [c.strip() for c in records[0]]
    rows: list[list[_Cell | None]] = [[_Cell("name", None, c, tree.file.span) for c in header]]
    as_text = [_is_text([r[i].strip() for r in records[1:] if i < len(r)]) for i in range(len(header))]
    for number, record in enumerate(records[1:], 2):
        span = Span(name, number, 1, number, len(",".join(record)) + 1)
        if not _cells_mean_something(env, record, span):
            return None
        rows.append([_file_cell(c.strip(), i < len(as_text) and as_text[i], span) for i, c in enumerate(record)])
    return header, rows


def _cells_mean_something(env: Environment, record: Sequence[str], span: Span) -> bool:
    for text in (re.sub(r"^(from|below) ", "", c.strip()) for c in record):
        if _is_figure(text) and re.search(r"\d{13}", text.replace(",", "")):
            env.problem("invalid-number", "A number has at most 12 digits before its point, and as many after it.", span)
            return False
        if _DAY.match(text) and not _is_day(text):
            env.problem("invalid-date", f"There is no day {text} in the calendar.", span)
            return False
    return True


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_text(cells: list[str]) -> bool:
    """Whether a column of a file holds text: some cell is no figure, no bound and no day."""
    return any(not _is_figure(re.sub(r"^(from|below) ", "", c)) for c in cells if c not in ("any", ""))


def _is_figure(text: str) -> bool:
    return any(p.match(text) for p in (_PERCENT, _MULTIPLE, _MONEY, _NUMBER, _DAY))


def _file_cell(text: str, as_text: bool, span: Span) -> _Cell:
    if text == "any":
        return _Cell("any", None, "any", span)
    if text == "":
        return _Cell("empty", None, "", span)
    if as_text:
        return _Cell("value", ty.Const(text, TEXT, span), text, span)
    how = next((w for w in ("from", "below") if text.startswith(w + " ")), "value")
    const = formulas.type_literal(_literal(text.removeprefix(how + " "), span))
    return _Cell(how, const, _shown(const), span)


def _literal(text: str, span: Span) -> t.Literal:
    number: Callable[[str], Decimal] = lambda s: Decimal(s.replace(",", ""))  # noqa: E731
    if _PERCENT.match(text):
        return t.Literal(t.LiteralKind.PERCENT, number(text[:-1]).scaleb(-2), None, span)
    if _MULTIPLE.match(text):
        return t.Literal(t.LiteralKind.MULTIPLE, number(text[:-1]), None, span)
    if _MONEY.match(text):
        return t.Literal(t.LiteralKind.MONEY, number(text[:-4]), text[-3:], span)
    if _NUMBER.match(text):
        return t.Literal(t.LiteralKind.NUMBER, number(text), None, span)
    try:
        return t.Literal(t.LiteralKind.DATE, date.fromisoformat(text), None, span)
    except ValueError:
        return t.Literal(t.LiteralKind.TEXT, text, None, span)
