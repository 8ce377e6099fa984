"""What a result's folder says of expected pay, under today's territories and the proposed ones."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from compplan.diagnostics import Diagnostic, Problems

PAY, ATTAINMENT = "pay.csv", "attainment.csv"


@dataclass(frozen=True)
class PersonPay:
    """A person's expected pay in a currency, today and as proposed; None where it is not known.

    The attainments are those of the person's quota, where there is exactly one; `least` and `most` the band of pay, where there is one.
    """

    person: str
    is_rep: bool
    currency: str
    today: Decimal | None
    proposed: Decimal | None
    attainment_today: Decimal | None
    attainment_proposed: Decimal | None
    least: Decimal | None
    most: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """How much more it is as proposed."""
        return None if self.today is None or self.proposed is None else self.proposed - self.today


def read_pay(folder: Path) -> tuple[PersonPay, ...]:
    """Everyone whose pay the folder's files tell of, in their order; nobody where it has none.

    Raises `Problems` where the files are not as they were written, and OSError where they cannot be read.
    """
    if not (folder / PAY).exists():
        return ()
    try:
        attained = _rows(folder / ATTAINMENT)
        quotas = Counter(row["person"] for row in attained)
        own = {row["person"]: row for row in attained if quotas[row["person"]] == 1}
        return tuple(_person(row, own.get(row["person"], {})) for row in _rows(folder / PAY))
    except (KeyError, ValueError, InvalidOperation, csv.Error):
        message = f"{PAY} or {ATTAINMENT} in {folder} is not as it was written."
        raise Problems([Diagnostic("damaged-result", "The result is damaged", message, hint="Assign anew.")]) from None


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def _person(row: Mapping[str, str], attained: Mapping[str, str]) -> PersonPay:
    def amount(name: str) -> Decimal | None:
        return Decimal(row[name]) if row[name] else None

    def share(name: str) -> Decimal | None:
        return Decimal(attained[name]) if attained.get(name) else None

    return PersonPay(
        person=row["person"],
        is_rep=row["rep"] == "yes",
        currency=row["currency"],
        today=amount("pay_today"),
        proposed=amount("pay_proposed"),
        attainment_today=share("attainment_today"),
        attainment_proposed=share("attainment_proposed"),
        least=amount("pay_at_least") if "pay_at_least" in row else None,
        most=amount("pay_at_most") if "pay_at_most" in row else None,
    )
