"""An assignment in words, for those who have to agree to it: what was decided, how good it is, what proves it, and what prices mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from compplan.reports.territories.figures import NOBODY, Figures, grouped, percent

WHOLE_FROM = 10_000
"""Costs from here on are written without digits behind the point in sentences."""
MOST_NAMED = 3


@dataclass(frozen=True)
class Scarcity:
    """Where a measure is wanted (`reps` have above-zero prices) or where there is too much: each rep, and what a unit is worth there."""

    measure: str
    wanted: bool
    reps: tuple[tuple[int, str], ...]
    others: int


def decided(figures: Figures) -> tuple[str, str, str]:
    """Three sentences: who gets what, what it costs, and how near the best it is."""
    return _who(figures), _cost(figures), _proof(figures)


def _who(figures: Figures) -> str:
    accounts, moved = len(figures.accounts), int(figures.moved.sum())
    shared = f"{_count(accounts, 'account')} {'is' if accounts == 1 else 'are'} shared among {_count(len(figures.reps), 'rep')}"
    if not figures.has_before:
        return f"{shared}; the records do not say who has them today."
    had = int((figures.before != NOBODY).sum())
    said = [shared, "none changes hands"]
    if moved:
        said[1] = f"{moved:,} of them ({percent(Fraction(moved, had))}) change{'s' if moved == 1 else ''} hands"
    if figures.left.any():
        said.append(f"{int(figures.left.sum()):,} come from reps who do not take part")
    if figures.new.any():
        said.append(f"{int(figures.new.sum()):,} that nobody had get a rep")
    return "; ".join(said) + "."


def _cost(figures: Figures) -> str:
    said = f"The cost is {cost(figures, figures.total)}"
    if figures.soft_after:
        said += f", of which {cost(figures, figures.soft_after)} is for reps outside of a band"
    if not figures.comparable.any():
        return f"{said}."
    before, after = compared(figures)
    if figures.comparable.all() and not figures.soft_after:
        return f"{said}: {_against(figures, before, after)}."
    known = int(figures.comparable.sum())
    some = "accounts" if figures.comparable.all() else f"{_count(known, 'account')} whose rep and cost today are known"
    return f"{said}; the {some} alone cost{'s' if known == 1 else ''} {cost(figures, after)}, {_against(figures, before, after)}."


def _against(figures: Figures, before: int, after: int) -> str:
    """How a cost compares with that of today, and what today's would leave unbalanced."""
    left = figures.reps_outside(before=True)
    unbalanced = f", which would leave {_count(left, 'rep')} outside of a band" if left > figures.reps_outside(before=False) else ""
    if before == after:
        return f"as much as if nobody moved{unbalanced}"
    if before == 0:
        return f"if nobody moved, it would be nothing{unbalanced}"
    change = f"{percent(abs(Fraction(after - before, before)))} " if before > 0 else ""
    return f"{change}{'less' if after < before else 'more'} than if nobody moved ({cost(figures, before)}){unbalanced}"


def compared(figures: Figures) -> tuple[int, int]:
    """What the accounts whose cost today is known cost before and after."""
    return int(figures.cost_before[figures.comparable].sum()), int(figures.cost_after[figures.comparable].sum())


def _proof(figures: Figures) -> str:
    if figures.is_broken:
        return "It breaks rules or bands: no assignment that keeps all of them was found."
    how = "a search through all assignments has shown" if figures.least_by_search else "it is proven"
    how += " for the homes below" if figures.homes else ""
    if figures.gap == 0:
        return f"All rules and bands are kept, and {how} that nothing costs less."
    most = percent(figures.gap, 2)
    return f"All rules and bands are kept, and {how} that any other assignment would save at most {most} of the cost."


def balance_sentence(figures: Figures) -> str:
    """How many reps are outside of a band, today and as proposed."""
    after = figures.reps_outside(before=False)
    proposed = "no rep is" if not after else f"{_count(after, 'rep')} {'is' if after == 1 else 'are'}"
    if not figures.has_before:
        return f"As proposed, {proposed} outside of a band."
    before = figures.reps_outside(before=True)
    return f"Today {before:,} of {len(figures.reps):,} reps {'is' if before == 1 else 'are'} outside of a band; as proposed, {proposed}."


def certificate_sentences(figures: Figures, folder: str) -> Iterator[str]:
    """What is proven, how, and how to work it out again; the command itself is `verify_command`."""
    least = fraction(figures.bound_by_prices / 10**figures.cost_decimals, 2)
    yield (
        f"The assignment costs {grouped(figures.total, figures.cost_decimals)}. By the prices in {folder}, no assignment that keeps "
        f"all rules and bands costs less than {least}."
    )
    if figures.least_by_search:
        found = grouped(int(figures.least_total), figures.cost_decimals)
        yield f"A search through all assignments has shown that none costs less than {found}. To prove that again takes the search."
    saved = (figures.total - figures.least_total) / 10**figures.cost_decimals
    if figures.gap == 0:
        yield "So there is no cheaper one."
    else:
        yield f"So whoever finds a better one saves {fraction(saved, 2)} at most, which is {percent(figures.gap, 3)} of the cost."
    if figures.homes:
        yield "That is so for the homes that were chosen. " + " ".join(figures.homes)
    yield (
        "The reason: say each rep pays, or is paid, a price for every unit of a measure. Then an account costs at least what it costs with "
        "the cheapest rep after these prices, whoever has it; and what the prices come to altogether is known from the bands. The sum is a "
        "cost that nothing goes below, whatever the prices are."
    )
    yield (
        "Anyone can work it out again from the records, in whole numbers and without a solver: every cost, every rule, every band, "
        "and the bound."
    )


def verify_command(figures: Figures, folder: str) -> str:
    """What to type to work the proof out again."""
    return f"compplan assign verify {figures.scenario} {folder}"


def scarcities(figures: Figures) -> Iterator[Scarcity]:
    """For each measure, where a unit more is worth most, and where a unit less is."""
    for measure in figures.measures:
        for wanted in (True, False):
            priced = [(j, p) for j, p in enumerate(measure.prices) if (p > 0) == wanted and p != 0]
            priced.sort(key=lambda pair: (-abs(pair[1]), pair[0]))
            if priced:
                shown = tuple((j, price_of(p)) for j, p in priced[:MOST_NAMED])
                yield Scarcity(measure.name, wanted, shown, len(priced) - len(shown))


def price_of(price: Fraction) -> str:
    """A price without its sign, with three digits that say something."""
    value = abs(price)
    digits = 2
    while value and value < Fraction(100, 10**digits) and digits < 8:
        digits += 1
    return fraction(value, digits).rstrip("0").rstrip(".") if value else "0"


def cost(figures: Figures, value: int) -> str:
    """A cost in a sentence."""
    large = abs(value) >= WHOLE_FROM * 10**figures.cost_decimals
    return grouped(value, figures.cost_decimals, 0 if large else None)


def fraction(value: Fraction, digits: int) -> str:
    """A fraction as a number with so many digits behind the point."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}".replace("-", "−")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
