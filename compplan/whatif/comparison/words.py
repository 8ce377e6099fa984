"""A comparison in words: sections with sentences and a table each, which a terminal, a pull request and a page show in their own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from compplan.currencies import digits_of
from compplan.immutable import immutable
from compplan.whatif.comparison.comparison import QUANTILES, Amounts, AttainmentSpread, Comparison, CurrencyPart, Group, PayeeChange, Spread
from compplan.whatif.comparison.plan_changes import PlanChange

SHOWN = 10
"""So many of those who get more, and of those who get less, are named."""
Row = tuple[str, ...]


@immutable
class Section:
    """A title, sentences, and a table (headings and rows; the first column holds texts, the others figures), where there is one."""

    title: str
    sentences: tuple[str, ...] = ()
    headings: Row = ()
    rows: tuple[Row, ...] = ()


def sections(comparison: Comparison, shown: int | None = SHOWN) -> Iterator[Section]:
    """All that is told, what changed in the plans first. `shown` is how many payees are named on either side; None for all."""
    yield changes_section(comparison)
    for part in comparison.currencies:
        yield _cost(part, comparison)
        for what, groups in part.by.items():
            yield group_section(what, groups, part)
        yield from _payees(part, shown)
        yield spread_section(part)
    if comparison.attainment:
        yield attainment_section(comparison.attainment)


def heading(comparison: Comparison) -> str:
    """What is compared."""
    return f"{comparison.company}, {comparison.period}: {comparison.before} and {comparison.after}"


def verdict(part: CurrencyPart) -> str:
    """The cost in one sentence."""
    more = part.total.difference
    if not more:
        return f"Both cost the same: {money(part.total.after, part.currency)}."
    change = f"{money(abs(more), part.currency)} {'more' if more > 0 else 'less'}"
    share = f" ({signed_share(part.total)})" if part.total.before else ""
    return f"It costs {money(part.total.after, part.currency)} instead of {money(part.total.before, part.currency)}: {change}{share}."


def changes_section(comparison: Comparison) -> Section:
    """What one side says otherwise than the other."""
    title = "What changed in the plans" if all(c.plans for c in comparison.changes) else "What changed"
    return Section(title, changes_told(comparison) or ("Nothing: both say the same.",))


def changes_told(comparison: Comparison) -> tuple[str, ...]:
    """What one side says otherwise than the other, a sentence each."""
    return told(comparison.changes)


def told(changes: Sequence[PlanChange]) -> tuple[str, ...]:
    """Changes, a sentence each, with the plans that they are in."""
    return tuple(f"{c}" + _in(c.plans, c.part) for c in changes)


def _in(plans: tuple[str, ...], part: str) -> str:
    return "" if plans in ((part,), ()) else f" ({', '.join(plans)})"


def _cost(part: CurrencyPart, comparison: Comparison) -> Section:
    sentences = [verdict(part)]
    if part.sales is not None and part.sales.amounts.before and part.sales.amounts.after:
        before, after = (_share(getattr(part.total, side), getattr(part.sales.amounts, side)) for side in ("before", "after"))
        sold = money(part.sales.amounts.after, part.currency)
        sentences.append(f"That is {after} of what was sold, instead of {before}; sold was {sold}, by the credit {part.sales.credit}.")
    more, less = len(part.winners), len(part.losers)
    same = len(part.payees) - more - less
    sentences.append(f"{_people(more)} more, {_people(less)} less, {_people(same)} the same.")
    return Section(f"What it costs, in {part.currency}" if len(comparison.currencies) > 1 else "What it costs", tuple(sentences))


def _people(count: int) -> str:
    return f"{count:,} get{'s' if count == 1 else ''}"


def group_section(what: str, groups: tuple[Group, ...], part: CurrencyPart) -> Section:
    """Those that change, and what the others come to in one row."""
    changed = [g for g in groups if g.amounts.difference]
    still = [g.amounts.after for g in groups if not g.amounts.difference]
    ordered = changed if what == "period" else sorted(changed, key=lambda g: (-abs(g.amounts.difference), g.name))
    rows = [_amounts_row(g.name, g.amounts, part.currency) for g in ordered]
    if still:
        total = sum(still, Decimal(0))
        rows.append(_amounts_row(f"the same ({len(still)})" if changed else f"all {len(still)}", Amounts(total, total), part.currency))
    title = {"component": "By component", "period": "By payout period"}.get(what, f"By {what}")
    return Section(title, (), (what, "before", "after", "difference", "change"), tuple(rows))


def _amounts_row(name: str, amounts: Amounts, currency: str) -> Row:
    before, after = (amount(a, currency) for a in (amounts.before, amounts.after))
    return (name, before, after, signed(amounts.difference, currency), signed_share(amounts))


def _payees(part: CurrencyPart, shown: int | None) -> Iterator[Section]:
    for title, people in (("Who gets more", part.winners), ("Who gets less", part.losers)):
        if people:
            rows = tuple(_payee_row(p, part.currency) for p in people[:shown])
            rest = len(people) - len(rows)
            groups = tuple(people[0].groups)
            more = (f"The {len(rows)} with the largest difference; {rest:,} more.",) if rest else ()
            yield Section(title, more, ("payee", *groups, "before", "after", "difference", "change"), rows)


def _payee_row(payee: PayeeChange, currency: str) -> Row:
    first, *rest = _amounts_row(payee.name, payee.amounts, currency)
    return (first, *payee.groups.values(), *rest)


def spread_section(part: CurrencyPart) -> Section:
    """How many get something, what so many percent get at most, and what goes to the best paid fifth."""
    rows = [_spread_row(name, spread, part.currency) for name, spread in (("before", part.spread_before), ("after", part.spread_after))]
    fifths = [s.top_fifth for s in (part.spread_before, part.spread_after)]
    sentences: tuple[str, ...] = ()
    if None not in fifths:
        before, after = (percent(f) for f in fifths if f is not None)
        sentences = (f"The best paid fifth of those who get something has {after} of all pay, instead of {before}.",)
    head = ("pay", "payees", "get something", *(f"{q}% get at most" for q in QUANTILES), "top fifth's share")
    return Section("How pay is spread", sentences, head, tuple(rows))


def _spread_row(name: str, spread: Spread, currency: str) -> Row:
    steps = [amount(v, currency) for v in spread.quantiles.values()] or [""] * len(QUANTILES)
    return (name, f"{spread.payees:,}", f"{spread.paid:,}", *steps, "" if spread.top_fifth is None else percent(spread.top_fifth))


def attainment_section(found: Sequence[AttainmentSpread]) -> Section:
    """Who attains which share of the quota, measure by measure."""
    rows = []
    for each in found:
        for side, shares, reached in (("before", each.before, each.reached.before), ("after", each.after, each.reached.after)):
            rows.append((f"{each.measure}, {side}", f"{each.owners:,}", f"{reached:,.0f}", *_steps(shares)))
    head = ("measure", "with a quota", "reach it", *(f"{q}% attain at most" for q in QUANTILES))
    return Section("Attainment", (), head, tuple(rows))


def _steps(shares: Mapping[int, Fraction]) -> Iterator[str]:
    yield from (percent(s) for s in shares.values()) if shares else [""] * len(QUANTILES)


def amount(value: Decimal, currency: str) -> str:
    """An amount without its currency: 1,234.50."""
    return f"{value:,.{digits_of(currency)}f}"


def money(value: Decimal, currency: str) -> str:
    """An amount with its currency."""
    return f"{amount(value, currency)} {currency}"


def signed(value: Decimal, currency: str) -> str:
    """A difference with its sign; nothing where there is none."""
    return f"{value:+,.{digits_of(currency)}f}" if value else ""


def percent(share: Fraction) -> str:
    """A share with one digit behind the point, half away from zero: 41.7%."""
    tenths = (abs(share) * 2000 + 1) // 2
    return f"{'-' if share < 0 and tenths else ''}{int(tenths) // 10:,}.{int(tenths) % 10}%"


def signed_share(amounts: Amounts) -> str:
    """By how much of the amount before it changed."""
    if not amounts.before or not amounts.difference:
        return ""
    share = Fraction(amounts.difference) / abs(Fraction(amounts.before))
    return ("+" if share > 0 else "") + percent(share)


def _share(part: Decimal, whole: Decimal) -> str:
    return percent(Fraction(part) / Fraction(whole))
