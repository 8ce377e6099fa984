"""Expected pay as files: pay.csv with a row for each person, attainment.csv with a row for each measure that is held against a quota."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from compplan.whatif.territory_pay.expected_pay import Attainment, Change, ExpectedPay, PersonPay

PAY, ATTAINMENT = "pay.csv", "attainment.csv"


def pay_writer(report: ExpectedPay) -> Callable[[Path], Sequence[str]]:
    """Writes both files into a folder, and says which they are. Raises `OSError` where it cannot."""

    def write(folder: Path) -> Sequence[str]:
        figure = f"expected_{report.figure}"
        bands = [f"{name}_{end}" for name in report.bands for end in ("at_least", "at_most")]
        header = ("person", "rep", "plans", *_both(figure), *_both("pay"), "difference", "currency", *bands)
        _table(folder / PAY, header, _people(report))
        header = ("person", "group", "plan", "measure", "quota", *_both("credited"), *_both("attainment"))
        _table(folder / ATTAINMENT, header, _measures(report))
        return PAY, ATTAINMENT

    return write


def _both(name: str) -> tuple[str, str]:
    return f"{name}_today", f"{name}_proposed"


def _people(report: ExpectedPay) -> Iterator[Sequence[str]]:
    for p in report.people:
        rep = "yes" if p.is_rep else "no"
        difference = "" if p.pay.proposed is None else f"{p.pay.difference:f}"
        yield p.person, rep, "; ".join(p.plans), *_figures(p.expected), *_figures(p.pay), difference, p.currency, *_bands(p, report)


def _bands(p: PersonPay, report: ExpectedPay) -> Iterator[str]:
    for limits in report.bands.values():
        yield from (_plain(end) for end in limits.pay.get(p.person, (None, None)))


def _measures(report: ExpectedPay) -> Iterator[Sequence[str]]:
    for person in report.people:
        for own in person.attainments:
            yield person.person, "", *_measure(own)
    for shared in report.attainments:
        yield "", shared.owner or report.company, *_measure(shared)


def _measure(a: Attainment) -> Sequence[str]:
    return a.plan, a.measure, _plain(a.quota), *_figures(a.credited), _share(a.today), _share(a.proposed)


def _figures(change: Change) -> tuple[str, str]:
    return _plain(change.today), _plain(change.proposed)


def _plain(value: Decimal | None) -> str:
    """A figure without zeros that say nothing; as money has them, two at least."""
    if value is None:
        return ""
    decimals = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{decimals}f}"


def _share(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.6f}"


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
