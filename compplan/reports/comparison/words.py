"""A comparison in sentences for a page: what it comes to, and who gets more or less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from compplan.whatif.comparison.comparison import Amounts, CurrencyPart, PayeeChange
from compplan.whatif.comparison.words import money, percent, signed_share, verdict


def answer(part: CurrencyPart) -> str:
    """One sentence with the answer: what it costs more or less, how many get more, and how many less."""
    if not part.payees:
        return f"Nobody is paid in {part.currency}, before or after."
    total, more = part.total, part.total.difference
    share = share_of_cost(total)
    change = f"{money(abs(more), part.currency)} {'more' if more > 0 else 'less'}" + (f" ({share})" if share else "")
    cost = f"It would cost {change}" if more else f"Both cost the same, {money(total.after, part.currency)}"
    return f"{cost}; {_winning(part.winners, 'more', part)}, {_winning(part.losers, 'less', part)}."


def share_of_cost(total: Amounts) -> str:
    """By how much of the cost before it changes; nothing where it does not, or nothing was paid."""
    share = signed_share(total)
    return "less than 0.1%" if share.strip("+-") == "0.0%" else share


def _winning(people: Sequence[PayeeChange], word: str, part: CurrencyPart) -> str:
    """How many get more or less, and where all or most of them belong together."""
    count, of = len(people), len(part.payees)
    if not count:
        return f"nobody gets {word}"
    if count == of:
        return f"all {of:,} get {word}" if of > 1 else f"the one payee gets {word}"
    return f"{count:,} of {of:,} payees get{'s' if count == 1 else ''} {word}{_belonging(people, part)}"


def _belonging(people: Sequence[PayeeChange], part: CurrencyPart) -> str:
    """Of which role, or whatever people are grouped by first, most of some payees are; nothing where everybody is."""
    group = next(iter(people[0].groups), None)
    if group is None or len(people) < 2:
        return ""
    value, count = Counter(p.groups[group] for p in people).most_common(1)[0]
    if not value or 3 * count < 2 * len(people) or all(p.groups[group] == value for p in part.payees):
        return ""
    return f" ({'all' if count == len(people) else 'most'} of {group} {value})"


def cost_sentence(part: CurrencyPart) -> str:
    """The cost before and after, and as a share of what was sold."""
    if part.sales is None or not part.sales.amounts.before or not part.sales.amounts.after:
        return verdict(part)
    sold = part.sales.amounts
    before = percent(Fraction(part.total.before) / Fraction(sold.before))
    after = percent(Fraction(part.total.after) / Fraction(sold.after))
    return f"{verdict(part)} That is {after} of what was sold, {'as before' if before == after else f'instead of {before}'}."


def who_sentence(part: CurrencyPart) -> str:
    """Who gets more, who less, and how many the same, with the largest difference on either side by name."""
    said = []
    for people, word in ((part.winners, "more"), (part.losers, "less")):
        if people:
            first = f"{people[0].name}, by {money(abs(people[0].amounts.difference), part.currency)}"
            said.append(f"1 gets {word}: {first}." if len(people) == 1 else f"{len(people):,} get {word}, the most {first}.")
        else:
            said.append(f"Nobody gets {word}.")
    same = len(part.payees) - len(part.winners) - len(part.losers)
    said.append(f"{same:,} get{'s' if same == 1 else ''} the same.")
    return " ".join(said)
