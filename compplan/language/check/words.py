"""Words of everyday speech that are no names: what they stand for here."""

from __future__ import annotations


def for_word(text: str) -> str | None:
    """What is meant by a word that is no name here, but one for yes, no or all of it."""
    word = text.lower()
    if word in ("true", "yes", "y"):
        return "Yes is written yes, in small letters and without quotes."
    if word in ("false", "no", "n"):
        return "No is written no, in small letters and without quotes."
    if word in ("null", "none", "nothing", "blank", "na", "nil"):
        return "Ask for an empty cell with is empty: close_date is empty."
    if word in ("all", "everything", "full"):
        return "Write 100%."
    if word in ("target", "ote"):
        return "In a component, the target is what its pay sentence comes to: 150% of the target."
    if word == "tenure":
        return "Say from when it counts: tenure counts months from hire_date, the month of hire is month 1."
    if word in ("place", "rank"):
        return "A place is that of a ranking; write in the component: to the top 3 by arr, ties included."
    if word in ("today", "now"):
        return "A result is the same on every day that it is worked out; write the date: 2027-03-31."
    return None
