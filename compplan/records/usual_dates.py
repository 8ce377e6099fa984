"""In which of the usual ways refused dates are written, so that the advice names the format and not only that one is wanted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from compplan.records.spec import EARLIEST, LATEST

USUAL = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y %H:%M",
)


def date_advice(values: Collection[str], refused: int, accepted: int) -> str | None:
    """What to do about dates that could not be read, where one way of writing fits all of them; None where none does.

    `refused` and `accepted` are rows of the column: where most were accepted, it is the values that are wrong, not the format.
    """
    fitting = [f for f in USUAL if values and all(_fits(v, f) for v in values)]
    if not fitting:
        return None
    ways = " or ".join(f'"{f}"' for f in fitting)
    if refused <= accepted:
        return f"They are written as {ways}, otherwise than the rest of the column: correct them at the source."
    if len(fitting) > 1:
        formats = " or ".join(f'`format: "{f}"`' for f in fitting)
        return f"They can be read in more than one way: say at the column which it is, {formats}."
    others = f"other {accepted:,} rows were" if accepted > 1 else "other row was"
    also = f" The {others} read as the column says now, which may be wrong as well." if accepted else ""
    return f'All of them fit `format: "{fitting[0]}"`: say so at the column.{also}'


def _fits(value: str, date_format: str) -> bool:
    try:
        day = datetime.strptime(value.strip(), date_format).date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return False
    return EARLIEST <= day <= LATEST
