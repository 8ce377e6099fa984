"""How each sentence is written, with an example: what a message shows, and what the tests hold against the grammar."""

from __future__ import annotations

from collections.abc import Mapping

from compplan.immutable import immutable


@immutable
class Form:
    """One sentence: where it may stand, its form with the parts to fill in, and a sentence that is right."""

    places: tuple[str, ...]
    form: str
    example: str


_SHARED = ("definitions", "plan")
_EARNED = ("commission", "bonus")

FORMS: Mapping[str, Form] = {
    "use": Form(("plan",), "use NAME", "use company"),
    "effective": Form(("plan",), "effective from DATE through DATE", "effective from 2027-01-01 through 2027-12-31"),
    "payees": Form(("plan",), "payees where CONDITION, or payees everyone", 'payees where role = "AE"'),
    "currency": Form(
        ("plan",),
        "currency CODE, each earning rounded to UNIT, half away from zero (or half even)",
        "currency USD, each earning rounded to 0.01, half away from zero",
    ),
    "payout": Form(
        ("plan",), "payout each PERIOD, a negative one is carried forward (or owed)", "payout each month, a negative one is carried forward"
    ),
    "weights": Form(("plan",), "weights of COLUMN add to PERCENT", "weights of target_incentive add to 100%"),
    "credit": Form(_SHARED, "credit NAME from RECORDS {", "credit booking from deals {"),
    "measure": Form(_SHARED, "measure NAME = FORMULA", "measure sold = sum(booking.credited)"),
    "quota": Form(
        _SHARED,
        "quota for MEASURE each PERIOD = FORMULA, or the same and behind a comma: ramped each month by FACTOR",
        "quota for sold each quarter = 250,000 USD",
    ),
    "tenure": Form(
        _SHARED,
        "tenure counts months from DATE_COLUMN, the month of hire is month 1 (or 0)",
        "tenure counts months from hire_date, the month of hire is month 1",
    ),
    "table": Form(_SHARED, 'table NAME {, or table NAME from "FILE.csv"', 'table rate from "rates.csv"'),
    "let": Form((*_SHARED, "credit", *_EARNED, "award"), "let NAME = FORMULA", "let margin = price - cost"),
    "parameter": Form(_SHARED, "parameter NAME = FIGURE, or parameter NAME {", "parameter base_rate = 5%"),
    "commission": Form(("plan",), 'commission NAME "LABEL" {', 'commission own "Own bookings" {'),
    "bonus": Form(("plan",), 'bonus NAME "LABEL" {', 'bonus kicker "Kicker" {'),
    "award": Form(("plan",), 'award NAME "LABEL" {', 'award club "President\'s Club" {'),
    "draw": Form(("plan",), 'draw NAME "LABEL" {', 'draw monthly "Monthly draw" {'),
    "top": Form(("draw",), "top up to FORMULA, only if CONDITION", "top up to 2,000 USD"),
    "recover": Form(("draw",), "recover at most FORMULA, only if CONDITION; or recover nothing", "recover at most payout - 2,000 USD"),
    "forgive": Form(("draw",), "forgive at the end of each PERIOD", "forgive at the end of each year"),
    "example": Form(("plan",), 'example "TEXT" {', 'example "at 120 %" {'),
    "where": Form(("credit",), "where CONDITION", 'where stage = "Won"'),
    "on": Form(("credit",), "on DATE_COLUMN", "on close_date"),
    "repeat": Form(("credit",), "repeat each PERIOD, NUMBER times", "repeat each month, 36 times"),
    "amount": Form(("credit",), "amount FORMULA, or amount NAME = FORMULA", "amount acv"),
    "give": Form(("credit",), "give SHARE to PERSON, or give the rest to PERSON", "give 100% to owner"),
    "shares": Form(("credit",), "shares add to PERCENT", "shares add to 100%"),
    "for": Form(
        (*_EARNED, "award"),
        "for each PERIOD, or for each CREDIT where CONDITION",
        "for each quarter",
    ),
    "pay": Form(_EARNED, "pay FORMULA", "pay 10% of credited"),
    "times": Form(_EARNED, "times FORMULA", "times 1.5x"),
    "only": Form((*_EARNED, "award"), "only if CONDITION", "only if attainment(sold) >= 80%"),
    "to": Form(
        (*_EARNED, "award"),
        "to the top COUNT by FORMULA, ties included (or excluded); to the top PERCENT by FORMULA, rounded up (or down), ties included",
        "to the top 3 by sold, ties included",
    ),
    "share": Form(
        _EARNED,
        "share among each COLUMN, equally (or by FORMULA); share among everyone, equally (or by FORMULA)",
        "share among each team, by sold",
    ),
    "grant": Form(("award",), 'grant COUNT "THING"', 'grant 2 "days off"'),
    "cap": Form(("plan", *_EARNED), "cap each PERIOD at FORMULA in a plan, cap at FORMULA in a component", "cap each year at 90,000 USD"),
    "floor": Form(_EARNED, "floor at FORMULA", "floor at 0 USD"),
    "from": Form(("tiers", "parameter"), "from BOUND: VALUE among tiers, from DATE: FIGURE in a parameter", "from 100%: 1.5x"),
    "below": Form(("tiers",), "below BOUND: VALUE", "below 80%: 0x"),
    "at": Form(("tiers",), "at BOUND: VALUE", "at 100%: 1x"),
    "above": Form(("tiers",), "above BOUND: VALUE", "above 150%: 2x"),
    "given": Form(("example",), "given RECORDS {", "given deals {"),
    "expect": Form(
        ("example",),
        'expect WHAT for "PAYEE" in PERIOD = VALUE',
        'expect own for "ana" in 2027-Q1 = 11,812.50 USD',
    ),
    "plan": Form(("file",), 'plan NAME "LABEL" {', 'plan account_executive "Account Executive 2027" {'),
    "definitions": Form(("file",), "definitions NAME {", "definitions company {"),
}

_FROM = {
    "tiers": Form(("tiers",), "from BOUND: VALUE", "from 100%: 1.5x"),
    "parameter": Form(("parameter",), "from DATE: FIGURE", "from 2027-07-01: 6%"),
}
_CAP_OF_A_PLAN = Form(("plan",), "cap each PERIOD at FORMULA", "cap each year at 90,000 USD")
_CAP_OF_A_COMPONENT = Form(_EARNED, "cap at FORMULA", "cap at 10,000 USD")


def form_in(word: str, place: str) -> Form | None:
    """How the sentence of a keyword is written in a place; None where it cannot stand there."""
    form = FORMS.get(word)
    if form is None or place not in form.places:
        return None
    if word == "from":
        return _FROM[place]
    if word == "cap":
        return _CAP_OF_A_PLAN if place == "plan" else _CAP_OF_A_COMPONENT
    return form


OPENERS: Mapping[str, str] = {
    "plan": "plan",
    "definitions": "definitions",
    "credit": "credit",
    "commission": "commission",
    "bonus": "bonus",
    "award": "award",
    "draw": "draw",
    "example": "example",
    "table": "table",
    "given": "table",
    "parameter": "parameter",
    "pay": "tiers",
    "times": "tiers",
}
"""What a sentence that ends in an opening brace opens."""


MEANT: Mapping[str, tuple[str, ...]] = {
    "if": ("only", "where"),
    "when": ("only", "where"),
    "provided": ("only", "where"),
    "unless": ("only", "where"),
    "condition": ("only", "where"),
    "requires": ("only", "where"),
    "filter": ("where", "only"),
    "where": ("only",),
    "every": ("for",),
    "each": ("for",),
    "per": ("for",),
    "monthly": ("for", "payout"),
    "quarterly": ("for", "payout"),
    "pays": ("pay",),
    "paid": ("pay",),
    "earn": ("pay",),
    "earns": ("pay",),
    "rate": ("pay",),
    "reward": ("grant", "pay"),
    "grants": ("grant",),
    "multiply": ("times",),
    "multiplied": ("times",),
    "multiplier": ("times",),
    "accelerator": ("times",),
    "max": ("cap",),
    "maximum": ("cap",),
    "limit": ("cap",),
    "capped": ("cap",),
    "at_most": ("cap",),
    "min": ("floor",),
    "minimum": ("floor",),
    "guarantee": ("draw", "floor"),
    "guaranteed": ("draw", "floor"),
    "advance": ("draw",),
    "recoverable": ("draw", "recover"),
    "nonrecoverable": ("draw", "recover"),
    "non_recoverable": ("draw", "recover"),
    "pay_up": ("top",),
    "topup": ("top",),
    "repay": ("recover",),
    "recoup": ("recover",),
    "date": ("on",),
    "dated": ("on",),
    "value": ("amount",),
    "split": ("give",),
    "credited": ("give",),
    "assign": ("give",),
    "goal": ("quota",),
    "target": ("quota",),
    "metric": ("measure",),
    "kpi": ("measure",),
    "define": ("let",),
    "set": ("let",),
    "constant": ("parameter", "let"),
    "param": ("parameter",),
    "spiff": ("bonus",),
    "contest": ("bonus", "to"),
    "prize": ("award", "grant"),
    "rank": ("to",),
    "top": ("to",),
    "participants": ("payees",),
    "people": ("payees",),
    "valid": ("effective",),
    "period": ("effective", "for"),
    "assert": ("expect",),
    "test": ("example", "expect"),
}
"""What is meant by words that start no sentence; of several, the first that can stand at the place."""


def sentences_of(place: str) -> tuple[str, ...]:
    """The keywords that may start a sentence in a place."""
    return tuple(word for word, form in FORMS.items() if place in form.places)
