"""The report as one page that stands alone: no network, no other file, readable without its script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from compplan.reports.pages.frame import framed_page
from compplan.reports.pages.parts import KeyFigure
from compplan.reports.territories.bars import Bar, bars_of, strip_of
from compplan.reports.territories.figures import NOBODY, Figures, MeasureFigures, ends, grouped, percent
from compplan.reports.territories.page_data import page_data
from compplan.reports.territories.pay import PersonPay
from compplan.reports.territories.pay_rows import pay_rows, pay_sentence
from compplan.reports.territories.styles import COLOURS, SHAPES
from compplan.reports.territories.territory_map import TerritoryMap, map_of
from compplan.reports.territories.words import (
    balance_sentence,
    certificate_sentences,
    compared,
    cost,
    decided,
    price_of,
    scarcities,
    verify_command,
)

MOVES_SHOWN = 50


@dataclass(frozen=True)
class Head:
    """The head of a column: its text, whether it holds figures, by which key it is sorted, and how it is at first."""

    text: str
    figure: bool
    key: str = ""
    sorted: str = "none"


@dataclass(frozen=True)
class MeasureCell:
    """What a rep has of a measure: its bar, the bar in words, the figure, where it is in the band, and what it is sorted by."""

    bar: Bar
    words: str
    load: str
    position: str
    sort: int


@dataclass(frozen=True)
class RepRow:
    """A rep's row; figures are texts, and those that columns are sorted by numbers."""

    number: int
    name: str
    key: str
    count: int
    accounts: str
    accounts_before: str | None
    measures: tuple[MeasureCell, ...]
    cost: str
    cost_sort: int
    cost_change: str
    way: str
    way_before: str
    way_sort: float


@dataclass(frozen=True)
class MoveRow:
    """An account that changes hands."""

    account: str
    name: str
    from_: str
    to: str
    cost: str
    figures: tuple[str, ...]


def page_of(figures: Figures, folder: str, workbook: str, pay: Sequence[PersonPay] = ()) -> str:
    """The page of an assignment that lies in a folder of this name, with a workbook of this name beside it, and expected pay.

    The same figures give the same text.
    """
    drawn = map_of(figures)
    reps = tuple(_rep_rows(figures))
    moves = _moves(figures)
    shown = tuple(_move_rows(figures, moves[:MOVES_SHOWN]))
    return framed_page(
        __package__,
        title=figures.title,
        data=page_data(figures, drawn, [_about(figures, row) for row in reps], _sorted_by(figures)),
        decided=decided(figures),
        broken=figures.is_broken,
        balance=balance_sentence(figures),
        key=tuple(_key_figures(figures)),
        map=drawn,
        shown=f"{len(figures.accounts) - (0 if drawn is None else drawn.not_shown):,}",
        style=lambda rep: _style(drawn, rep),
        shared_styles=len(figures.reps) > COLOURS * SHAPES,
        nobodys=figures.has_before and bool((figures.before == NOBODY).any()),
        reps=reps,
        strips=tuple(strip_of(figures, m) for m in figures.measures),
        rep_heads=tuple(_rep_heads(figures)),
        homes=figures.homes,
        has_before=figures.has_before,
        has_ways=figures.kilometres is not None,
        moves=shown,
        moves_caption=_moves_caption(len(shown), len(moves)),
        more_moves=f"{len(moves) - len(shown):,}" if len(moves) > len(shown) else "",
        move_heads=tuple(_move_heads(figures)),
        certificate=tuple(certificate_sentences(figures, folder)),
        verify=verify_command(figures, folder),
        scarcities=tuple(
            {"measure": s.measure, "wanted": s.wanted, "others": s.others, "named": [(figures.rep_name(j), p) for j, p in s.reps]}
            for s in scarcities(figures)
        ),
        move_price=price_of(figures.price_of_a_move) if figures.price_of_a_move else "",
        workbook=workbook,
        pay=pay_rows(figures, pay),
        pay_sentence=pay_sentence(pay),
    )


def _style(drawn: TerritoryMap | None, rep: int) -> str:
    if drawn is None or rep == NOBODY:
        return "nobody"
    colour, shape = drawn.styles[rep]
    return f"c{colour}" + (" q" if shape else "")


def _key_figures(figures: Figures) -> Iterator[KeyFigure]:
    if figures.has_before:
        moved, had = int(figures.moved.sum()), int((figures.before != NOBODY).sum())
        yield KeyFigure("Change hands", f"{moved:,}", f"{percent(Fraction(moved, had))} of {had:,} accounts")
    now = cost(figures, figures.total)
    if figures.comparable.any():
        before, after = compared(figures)
        change = "" if not before else f" ({_signed(percent(Fraction(after - before, abs(before))))})"
        some = "" if after == figures.total else f"accounts known today: {cost(figures, after)}, "
        yield KeyFigure("Cost", now, f"{some}{cost(figures, before)} if nobody moved{change}")
    else:
        yield KeyFigure("Cost", now, "")
    if figures.measures:
        today = f"today {figures.reps_outside(before=True):,} of {len(figures.reps):,}" if figures.has_before else ""
        yield KeyFigure("Reps outside of a band", f"{figures.reps_outside(before=False):,}", today)
    if not figures.is_broken:
        best = figures.gap == 0
        yield KeyFigure(
            "Could be saved at most", "nothing" if best else percent(figures.gap, 2), "proven" if best else "of the cost, proven"
        )


def _signed(text: str) -> str:
    return text if text.startswith(("−", "0%", "0.0%")) else f"+{text}"


def _rep_heads(figures: Figures) -> Iterator[Head]:
    yield Head("Rep", figure=False)
    yield Head("Accounts", figure=True)
    for measure in figures.measures:
        yield Head(measure.name, figure=True)
    yield Head("Cost", figure=True)
    if figures.kilometres is not None:
        yield Head("Mean km", figure=True)


def _rep_rows(figures: Figures) -> Iterator[RepRow]:
    bars = [bars_of(m, has_before=figures.has_before) for m in figures.measures]
    costs = figures.by_rep(figures.cost_after, figures.after).tolist()
    were = figures.by_rep(figures.cost_before, np.where(figures.comparable, figures.before, NOBODY)).tolist()
    for j, key in enumerate(figures.reps):
        name, count = figures.rep_name(j), int(figures.accounts_after[j])
        way, way_before = (
            _mean(k, reps == j) for k, reps in ((figures.kilometres, figures.after), (figures.kilometres_before, figures.before))
        )
        known = figures.has_before
        yield RepRow(
            number=j,
            name=name,
            key="" if name == key else key,
            count=count,
            accounts=f"{count:,}",
            accounts_before=f"{int(figures.accounts_before[j]):,}" if known else None,
            measures=tuple(_measure_cell(m, bars[k][j], j) for k, m in enumerate(figures.measures)),
            cost=grouped(costs[j], figures.cost_decimals, 0),
            cost_sort=costs[j],
            cost_change=f"{grouped(were[j], figures.cost_decimals, 0)} today" if figures.comparable.any() else "",
            way="–" if way is None else f"{way:,.0f}",
            way_before="" if way_before is None else f"{way_before:,.0f}",
            way_sort=-1 if way is None else round(way, 3),
        )


def _mean(values: np.ndarray | None, mine: np.ndarray) -> float | None:
    """The mean of what is known of some; None where nothing is."""
    if values is None:
        return None
    known = values[mine & ~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _measure_cell(measure: MeasureFigures, bar: Bar, rep: int) -> MeasureCell:
    load, before = int(measure.after[rep]), int(measure.before[rep])
    shown = grouped(load, measure.decimals)
    low, high = ends(measure, rep)
    band = " and ".join(
        f"{word} {grouped(end, measure.decimals)}" for word, end in (("at least", low), ("at most", high)) if end is not None
    )
    words = f"{measure.name} {shown}" + (f", today {grouped(before, measure.decimals)}" if bar.before is not None else "")
    return MeasureCell(bar, words + (f", band {band}" if band else ""), shown, _position(measure, rep, load), load)


def _position(measure: MeasureFigures, rep: int, load: int) -> str:
    """By how much a rep is outside of the band, or how far from its middle."""
    low, high = ends(measure, rep)
    outside = int(measure.outside(np.full_like(measure.after, load))[rep])
    if outside:
        return f"{grouped(abs(outside), measure.decimals)} {'above' if outside > 0 else 'below'}"
    if low is None or high is None or low + high <= 0:
        return "inside" if low is not None or high is not None else ""
    return _signed(percent(Fraction(2 * load, low + high) - 1, fixed=True))


def _about(figures: Figures, row: RepRow) -> str:
    """A sentence on a rep, for whoever singles it out."""
    parts = [f"{row.accounts} accounts" + (f" (today {row.accounts_before})" if row.accounts_before is not None else "")]
    for measure, cell in zip(figures.measures, row.measures, strict=True):
        today = f"; today {grouped(int(measure.before[row.number]), measure.decimals)}" if figures.has_before else ""
        parts.append(f"{measure.name} {cell.load} ({cell.position}{today})")
    parts.append(f"cost {row.cost}" + (f" ({row.cost_change})" if row.cost_change else ""))
    gets = int((figures.moved & (figures.after == row.number)).sum())
    gives = int((figures.moved & (figures.before == row.number)).sum())
    moves = f". Gets {gets:,} from others and gives {gives:,}." if figures.has_before else "."
    return f"{row.name}: {', '.join(parts)}{moves}"


def _sorted_by(figures: Figures) -> str:
    return "m0" if figures.measures else "cost"


def _moves(figures: Figures) -> Sequence[int]:
    """The accounts that change hands, come from others or are new, those first that count most."""
    changed = np.nonzero(figures.before != figures.after)[0].tolist()
    counts = figures.measures[0].of_accounts if figures.measures else figures.cost_after - figures.cost_before
    return sorted(changed, key=lambda i: (-int(counts[i]), figures.accounts[i]))


def _move_rows(figures: Figures, moves: Sequence[int]) -> Iterator[MoveRow]:
    for i in moves:
        account = figures.accounts[i]
        name = account if figures.account_names is None else figures.account_names[i]
        change = int(figures.cost_after[i]) - int(figures.cost_before[i])
        shown = grouped(change, figures.cost_decimals)
        yield MoveRow(
            account,
            "" if name == account else name,
            figures.name_before(i) or "nobody",
            figures.rep_name(int(figures.after[i])),
            (f"+{shown}" if change > 0 else shown) if figures.comparable[i] else "–",
            tuple(grouped(int(m.of_accounts[i]), m.decimals) for m in figures.measures),
        )


def _moves_caption(shown: int, moves: int) -> str:
    return f"{shown:,} of {moves:,} accounts." if shown < moves else f"{moves:,} account{'' if moves == 1 else 's'}."


def _move_heads(figures: Figures) -> Iterator[Head]:
    first = _sorted_by(figures)
    yield Head("Account", figure=False, key="account")
    yield Head("From", figure=False, key="from")
    yield Head("To", figure=False, key="to")
    yield Head("Change in cost", True, "cost", "descending" if first == "cost" else "none")
    for k, measure in enumerate(figures.measures):
        yield Head(measure.name, True, f"m{k}", "descending" if first == f"m{k}" else "none")
