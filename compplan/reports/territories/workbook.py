"""An assignment as a workbook: a summary, the reps with their bands, every account, those that change hands, the prices, the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from compplan.assignment.problem import Flags, Real
from compplan.reports.sheets import Cell, Heading, Number, new_workbook, point
from compplan.reports.territories.figures import NOBODY, Figures, ends
from compplan.reports.territories.pay import PersonPay
from compplan.reports.territories.words import balance_sentence, certificate_sentences, compared, decided, fraction, verify_command

_COUNT = "#,##0"
_PRICE = "#,##0.00######"
_SHARE = "0.00%"
_PRICE_DIGITS = 8


def write_territory_workbook(figures: Figures, folder: str, file: Path, pay: Sequence[PersonPay] = ()) -> None:
    """Writes the workbook of an assignment that lies in a folder of this name, with expected pay. The same gives the same bytes.

    Raises `Problems` where the file cannot be written.
    """
    with new_workbook(file, figures.title) as sheets:
        sheets.facts("Summary", _summary(figures))
        sheets.table("Reps", _rep_headings(figures), list(_reps(figures)))
        sheets.table("Accounts", _account_headings(figures), [_account(figures, i) for i in range(len(figures.accounts))])
        changed = np.nonzero(figures.before != figures.after)[0].tolist() if figures.has_before else []
        moves = [[*_account(figures, i), _change(figures, i)] for i in changed]
        sheets.table("Moves", [*_account_headings(figures), Heading("Change in cost", figures=True)], moves)
        sheets.table("Prices", [Heading("Rep"), *(Heading(m.name, figures=True) for m in figures.measures)], list(_prices(figures)))
        if pay:
            sheets.table("Pay", _PAY, [_person(p) for p in pay])
        sheets.facts("Certificate", _certificate(figures, folder), 100)


_PAY = [
    *(Heading(t) for t in ("Person", "Rep", "Currency")),
    *(
        Heading(t, figures=True)
        for t in ("Attainment today", "Attainment", "Pay today", "Pay", "Difference", "Pay at least", "Pay at most")
    ),
]


def _person(p: PersonPay) -> list[Cell]:
    shares = [None if v is None else Number(v, "0.0%") for v in (p.attainment_today, p.attainment_proposed)]
    amounts = [None if v is None else Number(v, "#,##0.00") for v in (p.today, p.proposed, p.difference, p.least, p.most)]
    return [p.person, "yes" if p.is_rep else "no", p.currency, *shares, *amounts]


def _summary(figures: Figures) -> list[tuple[str, Cell]]:
    facts: list[tuple[str, Cell]] = [
        ("Title", figures.title),
        ("Decided", " ".join(decided(figures))),
        ("Balance", balance_sentence(figures)),
        *(("Homes" if n == 0 else "", home) for n, home in enumerate(figures.homes)),
        ("Accounts", _count(len(figures.accounts))),
        ("Reps", _count(len(figures.reps))),
    ]
    if figures.has_before:
        facts.append(("Accounts that change hands", _count(int(figures.moved.sum()))))
        facts.append(("Accounts of reps who do not take part", _count(int(figures.left.sum()))))
        facts.append(("Accounts that nobody had", _count(int(figures.new.sum()))))
    facts.append(("Cost", _cost(figures, figures.total)))
    if figures.soft_after:
        facts.append(("of which for reps outside of a band", _cost(figures, figures.soft_after)))
    if figures.comparable.any():
        before, after = compared(figures)
        facts.append(("Accounts whose cost today is known", _count(int(figures.comparable.sum()))))
        facts.append(("Their cost today", _cost(figures, before)))
        facts.append(("Their cost as proposed", _cost(figures, after)))
        if figures.disruption.any():
            facts.append(("of which for leaving a rep", _cost(figures, int(figures.disruption.sum()))))
    if figures.has_before:
        facts.append(("Reps outside of a band today", _count(figures.reps_outside(before=True))))
    facts.append(("Reps outside of a band as proposed", _count(figures.reps_outside(before=False))))
    facts.append(("Could be saved at most", _share(figures.gap)))
    return facts


def _rep_headings(figures: Figures) -> list[Heading]:
    texts = ["Accounts", *(["Accounts today"] if figures.has_before else [])]
    for m in figures.measures:
        texts += [m.name, *([f"{m.name} today"] if figures.has_before else []), f"{m.name} at least", f"{m.name} at most"]
        texts.append(f"{m.name} outside")
    texts += ["Cost", *(["Cost today"] if figures.has_before else [])]
    if figures.has_before:
        texts += ["Accounts that come", "Accounts that leave"]
    if figures.kilometres is not None:
        texts += ["Mean km", *(["Mean km today"] if figures.has_before else [])]
    return [*_named("Rep", figures.rep_names is not None), *(Heading(t, figures=True) for t in texts)]


def _named(what: str, there: bool) -> list[Heading]:
    return [Heading(what), *([Heading("Name")] if there else [])]


def _reps(figures: Figures) -> Iterator[list[Cell]]:
    today = figures.has_before
    costs = figures.by_rep(figures.cost_after, figures.after).tolist()
    were = figures.by_rep(figures.cost_before, np.where(figures.comparable, figures.before, NOBODY)).tolist()
    for j, rep in enumerate(figures.reps):
        row: list[Cell] = [rep, *([] if figures.rep_names is None else [figures.rep_names[j]])]
        row += [_count(int(figures.accounts_after[j])), *([_count(int(figures.accounts_before[j]))] if today else [])]
        for m in figures.measures:
            outside = int(m.outside(m.after)[j])
            row += [_whole(int(m.after[j]), m.decimals), *([_whole(int(m.before[j]), m.decimals)] if today else [])]
            row += [None if end is None else _whole(end, m.decimals) for end in ends(m, j)]
            row.append(_whole(outside, m.decimals))
        row += [_cost(figures, costs[j]), *([_cost(figures, were[j])] if today else [])]
        if today:
            row += [_count(int((figures.moved & (side == j)).sum())) for side in (figures.after, figures.before)]
        if figures.kilometres is not None:
            row += [
                _mean(figures.kilometres, figures.after == j),
                *([_mean(figures.kilometres_before, figures.before == j)] if today else []),
            ]
        yield row


def _account_headings(figures: Figures) -> list[Heading]:
    texts = [m.name for m in figures.measures] + ["Cost"]
    texts += ["of which for leaving"] if figures.disruption.any() else []
    texts += ["Cost today"] if figures.has_before else []
    texts += ["km"] if figures.kilometres is not None else []
    who = ["Rep", *(["Rep today", "Changes hands"] if figures.has_before else [])]
    return [*_named("Account", figures.account_names is not None), *map(Heading, who), *(Heading(t, figures=True) for t in texts)]


def _account(figures: Figures, i: int) -> list[Cell]:
    row: list[Cell] = [figures.accounts[i], *([] if figures.account_names is None else [figures.account_names[i]])]
    row.append(figures.rep_name(int(figures.after[i])))
    if figures.has_before:
        row += [figures.name_before(i) or None, "new" if figures.new[i] else "no" if figures.before[i] == figures.after[i] else "yes"]
    row += [_whole(int(m.of_accounts[i]), m.decimals) for m in figures.measures]
    row.append(_cost(figures, int(figures.cost_after[i])))
    if figures.disruption.any():
        row.append(_cost(figures, int(figures.disruption[i])))
    if figures.has_before:
        row.append(_cost(figures, int(figures.cost_before[i])) if figures.comparable[i] else None)
    if figures.kilometres is not None:
        far = float(figures.kilometres[i])
        row.append(None if np.isnan(far) else Number(Decimal(f"{far:.1f}"), "#,##0.0"))
    return row


def _change(figures: Figures, i: int) -> Cell:
    """What an account costs more than today; nothing where that is not known."""
    return _cost(figures, int(figures.cost_after[i]) - int(figures.cost_before[i])) if figures.comparable[i] else None


def _prices(figures: Figures) -> Iterator[list[Cell]]:
    for j in range(len(figures.reps)):
        yield [figures.rep_name(j), *(Number(_decimal(m.prices[j]), _PRICE) for m in figures.measures)]


def _certificate(figures: Figures, folder: str) -> list[tuple[str, Cell]]:
    bound = figures.bound_by_prices / 10**figures.cost_decimals
    facts: list[tuple[str, Cell]] = [
        ("Cost", _cost(figures, figures.total)),
        ("Bound by the prices", Number(_decimal(bound), _PRICE)),
    ]
    if figures.least_by_search:
        facts.append(("Bound by searching through all", _cost(figures, int(figures.least_total))))
    facts.append(("Could be saved at most", _share(figures.gap)))
    facts.append(("Rules and bands", "BROKEN" if figures.is_broken else "all kept"))
    if figures.price_of_a_move:
        facts.append(("One more move would save about", Number(_decimal(figures.price_of_a_move), _PRICE)))
    facts += [("In words" if n == 0 else "", sentence) for n, sentence in enumerate(certificate_sentences(figures, folder))]
    facts.append(("To work it out again", verify_command(figures, folder)))
    facts.append(("SHA-256 of the problem", figures.problem))
    return facts


def _count(value: int) -> Number:
    return Number(Decimal(value), _COUNT)


def _whole(value: int, decimals: int) -> Number:
    """A whole number of smallest units, as a number with so many digits behind the point."""
    return Number(Decimal(value).scaleb(-decimals), f"#,##0{point(decimals)}")


def _cost(figures: Figures, value: int) -> Number:
    return _whole(value, figures.cost_decimals)


def _share(value: Fraction) -> Number:
    return Number(Decimal(fraction(value, 6)), _SHARE)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(fraction(value, _PRICE_DIGITS).replace(",", "").replace("−", "-"))


def _mean(values: Real | None, mine: Flags) -> Cell:
    known = np.empty(0) if values is None else values[mine & ~np.isnan(values)]
    return Number(Decimal(f"{float(known.mean()):.1f}"), "#,##0.0") if len(known) else None
