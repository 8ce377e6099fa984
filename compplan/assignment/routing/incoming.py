"""What comes in, as JSON has it, into a lead or another event; what cannot be used is told in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from math import isfinite
from typing import Any

from compplan.assignment.routing.lead import QUALITY_DECIMALS, Away, Chances, Closed, Event, Lead, Returned, Texts
from compplan.assignment.routing.rules import Rules
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.diagnostics.suggest import closest

Clock = Callable[[], datetime]

_UNIT: int = 10**QUALITY_DECIMALS
_MOST = 10**12
_STEP = Decimal(1).scaleb(-QUALITY_DECIMALS)
_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
_LONGEST = 200
_WORDS = ("lead", "return", "close", "away")
_EVENTS = frozenset(_WORDS[1:])


def read_event(value: object, rules: Rules, clock: Clock) -> Event:
    """The event that a JSON object tells. `clock` is asked where it does not say `at`. Raises `Problems` with one problem."""
    if not isinstance(value, Mapping):
        raise _bad("This is no JSON object.", 'Write one a line, as in {"lead": "L-1", "value": 4920}.')
    if "lead" in value and _EVENTS.isdisjoint(value):
        return _lead(_name(value, "lead"), _time(value, rules, clock), value, rules)
    said = [word for word in _WORDS if word in value]
    if len(said) != 1:
        message = "It does not say what it is about." if not said else f"It says {' and '.join(said)} at once."
        near = next((f" Did you mean `{word}`?" for key in value for word in [closest(str(key), _WORDS)] if word and not said), "")
        raise _bad(message, f"It has one of `lead`, `return`, `close` and `away`.{near}")
    at = _time(value, rules, clock)
    name = _name(value, said[0])
    if said[0] == "return":
        return Returned(name, at, _text(value, "reason"))
    if said[0] == "close":
        return Closed(name, at)
    return _away(name, at, value, rules)


def _lead(name: str, at: datetime, value: Mapping[str, Any], rules: Rules) -> Lead:
    fields = {f: texts for f in rules.fields if (texts := _texts(value, f))}
    owner = None if rules.owners is None else (_text(value, rules.owners.field) or None)
    return Lead(name, at, _quality(value, rules), fields, _chances(name, value, rules), owner)


def _quality(value: Mapping[str, Any], rules: Rules) -> int:
    """In hundredths, halves away from zero; one where every lead counts the same."""
    if rules.quality is None:
        return _UNIT
    found = value.get(rules.quality)
    if type(found) is int and rules.times is None and 0 <= found <= _MOST:
        return found * _UNIT
    number = _number(value, rules.quality)
    if rules.times is not None:
        number = _EXACT.multiply(number, _number(value, rules.times))
    if number > _MOST:
        raise _bad(f"The quality is more than {_MOST:,}.", f"Correct `{rules.quality}`.")
    return int(_EXACT.quantize(number, _STEP) * _UNIT)


def _chances(name: str, value: Mapping[str, Any], rules: Rules) -> Chances | None:
    if rules.chance_table is not None:
        return rules.chance_table.get(name, {})
    if rules.chances is None or rules.chances not in value:
        return None
    given = value[rules.chances]
    if not isinstance(given, dict):
        raise _bad(f"`{rules.chances}` does not say a chance for each rep.", f'As in "{rules.chances}": {{"ana": 0.25}}.')
    if not given.keys() <= rules.reps.keys():
        raise _unknown_rep(min(given.keys() - rules.reps.keys(), key=str), rules)
    return given if _are_chances(given.values()) else _one_by_one(given)


def _are_chances(values: Collection[Any]) -> bool:
    """Whether all are plain numbers from 0 to 1; said at once, for a lead has one for every rep."""
    kinds = set(map(type, values))
    if kinds == {float}:
        return isfinite(sum(values)) and min(values) >= 0 and max(values) <= 1
    return kinds in ({int}, {Decimal}, {int, Decimal}) and min(values) >= 0 and max(values) <= 1


def _one_by_one(given: Mapping[str, Any]) -> Chances:
    found = {rep: float(_number(given, rep)) for rep in given}
    wrong = next((rep for rep, chance in found.items() if chance > 1), None)
    if wrong is not None:
        raise _bad(f"The chance of {wrong} is more than 1.", "Write chances from 0 to 1.")
    return found


def _away(rep: str, at: datetime, value: Mapping[str, Any], rules: Rules) -> Away:
    if rep not in rules.reps:
        raise _unknown_rep(rep, rules)
    first = _date(value, "from")
    last = _date(value, "through") if value.get("through") is not None else first
    if last < first:
        raise _bad(f"It ends on {last}, before it begins on {first}.", "`through` is the last day away.")
    return Away(rep, first, last, _text(value, "reason"), at)


def _unknown_rep(rep: str, rules: Rules) -> Problems:
    near = closest(rep, rules.reps)
    hint = f"Did you mean {near}?" if near else "Write the name as the routing file or its records have it."
    return Problems([Diagnostic("unknown-rep", "This rep is not known", f"The routing file has no rep {rep}.", hint=hint)])


def _name(value: Mapping[str, Any], word: str) -> str:
    found = value[word]
    text = str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not text or len(text) > _LONGEST or not _can_be_kept(text):
        raise _bad(f"`{word}` is no name.", f"A name has 1 to {_LONGEST} letters.")
    return text


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > 10 * _LONGEST or not _can_be_kept(found):
        raise _bad(f"`{name}` is no text, or too long a one.", "Write it in quotes.")
    return found.strip()


def _texts(value: Mapping[str, Any], name: str) -> Texts:
    found = value.get(name)
    if type(found) is str and len(found) <= _LONGEST and found.isprintable():
        return (found,) if found else ()
    if found is None:
        return ()
    listed = found if isinstance(found, list | tuple) else [found]
    texts = tuple(_one_text(name, each) for each in listed)
    return tuple(t for t in texts if t)


def _one_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value) if isinstance(value, str | int | Decimal | float) else None
    if text is not None and len(text) <= _LONGEST and _can_be_kept(text):
        return text
    raise _bad(f"`{name}` is neither a text nor a list of texts.", f'As in "{name}": "en" or "{name}": ["en", "es"].')


def _can_be_kept(text: str) -> bool:
    """Whether a database takes a text: one without half characters and zeros."""
    return text.isprintable() or ("\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text))


def _number(value: Mapping[str, Any], name: str) -> Decimal:
    found = value.get(name)
    if found is None:
        raise _bad(f"`{name}` is missing.", "Every lead needs it: the routing file counts by it.")
    if isinstance(found, bool) or not isinstance(found, int | Decimal | float | str):
        raise _bad(f"`{name}` is no number.", "Write it without quotes, as in 4920 or 0.25.")
    try:
        number = Decimal(found) if not isinstance(found, float) else Decimal(repr(found))
    except InvalidOperation:
        raise _bad(f"`{name}` cannot be “{found}”.", "Write a number, as in 4920 or 0.25.") from None
    if not number.is_finite() or number < 0 or number > _MOST:
        raise _bad(f"`{name}` cannot be {found}.", f"Write a number from 0 to {_MOST:,}.")
    return number


def _time(value: Mapping[str, Any], rules: Rules, clock: Clock) -> datetime:
    found = value.get("at")
    if found is None:
        return clock().astimezone(UTC)
    try:
        at = found if isinstance(found, datetime) else datetime.fromisoformat(found)
        at = at if at.tzinfo is not None else at.replace(tzinfo=rules.calendar.zone)
        if not 1970 < at.year < 2200:
            raise ValueError
    except (ValueError, TypeError, OverflowError):
        raise _bad(f"`at` cannot be “{found}”.", "Write day and time, as in 2027-03-01T09:30:00+01:00.") from None
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def _date(value: Mapping[str, Any], name: str) -> date:
    found = value.get(name)
    try:
        return found if isinstance(found, date) and not isinstance(found, datetime) else date.fromisoformat(str(found))
    except ValueError:
        said = "is missing" if found is None else f"cannot be “{found}”"
        raise _bad(f"`{name}` {said}.", "Write a day, as in 2027-03-01.") from None


def _bad(message: str, hint: str) -> Problems:
    return Problems([Diagnostic("bad-line", "This line cannot be used", message, hint=hint)])
