"""Bins of distributions: every figure is in one, where it belongs, and what is far from all others does not hide them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from compplan.reports.charts.bins import MOST_BINS, bins_of

FIGURES = st.lists(st.decimals(-10_000_000, 10_000_000, places=2), min_size=1, max_size=60)


@given(FIGURES, FIGURES)
def test_every_figure_is_counted_once(before: list[Decimal], after: list[Decimal]) -> None:
    bins = bins_of(before, after)
    assert bins is not None
    for figures in (before, after):
        counts = bins.counts(figures)
        assert sum(counts) == len(figures)
        for i in range(bins.count):
            low = -(10**12) if bins.open_below and i == 0 else bins.edge(i)
            high = 10**12 if bins.open_above and i == bins.count - 1 else bins.edge(i + 1)
            assert counts[i] == sum(low <= figure < high for figure in figures)


@given(FIGURES)
def test_bins_are_few_and_zero_is_an_edge(figures: list[Decimal]) -> None:
    bins = bins_of(figures)
    assert bins is not None
    assert 1 <= bins.count <= MOST_BINS
    assert (bins.first / bins.width).denominator == 1


def test_what_is_very_far_from_all_others_is_counted_in_an_open_bin() -> None:
    bins = bins_of([Decimal(n) for n in range(100)] + [Decimal(1_000_000), Decimal(-5_000)])
    assert bins is not None
    assert bins.open_above
    assert bins.open_below
    assert bins.edge(bins.count) < 300
    assert bins.words(bins.count - 1, str) == f"{bins.edge(bins.count - 1)} and more"
    assert bins.told(str) == f"The first bar counts all below {bins.edge(1)}. The last bar counts all from {bins.edge(bins.count - 1)} on."


def test_a_figure_on_an_edge_belongs_above_it() -> None:
    bins = bins_of([Fraction(n, 10) for n in range(19)])
    assert bins is not None
    assert bins.counts([Fraction(1, 10)]).index(1) == (Fraction(1, 10) - bins.first) / bins.width


def test_nothing_has_no_bins() -> None:
    assert bins_of([], []) is None
