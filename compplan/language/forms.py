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


_SHARED = ("definitions", "plan", "amendment")
_EARNED = ("commission", "bonus")
_CHANGING = ("plan", "amendment")

FORMS: Mapping[str, Form] = {
    "use": Form(("plan",), "use NAME", "use company"),
    "effective": Form(
        ("plan", *_EARNED, "award", "amendment"), "effective from DATE through DATE", "effective from 2027-01-01 through 2027-12-31"
    ),
    "payees": Form(("plan",), "payees where CONDITION, or payees everyone", 'payees where role = "AE"'),
    "currency": Form(
        ("plan",),
        "currency CODE, each earning rounded to UNIT, half away from zero (or half even)",
        "currency USD, each earning rounded to 0.01, half away from zero",
    ),
    "payout": Form(
        ("plan",), "payout each PERIOD, a negative one is carried forward (or owed)", "payout each month, a negative one is carried forward"
    ),
    "prorate": Form(
        ("plan",),
        "prorate COLUMN, quota(MEASURE), cap each PERIOD, draw NAME by calendar days (by working days, by months of at least COUNT days)",
        "prorate target_incentive by calendar days",
    ),
    "do": Form(("plan",), "do not prorate COLUMN, quota(MEASURE), cap each PERIOD, draw NAME", "do not prorate target_incentive"),
    "relieve": Form(
        ("plan",),
        "relieve quota(MEASURE) for NAME leave by calendar days (or by working days, by months of at least COUNT days)",
        "relieve quota(sold) for parental leave by calendar days",
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
    "leave": Form(
        _SHARED,
        "leave NAME from RECORDS where CONDITION, lasting at least COUNT days",
        'leave parental from absences where kind = "parental"',
    ),
    "table": Form(_SHARED, 'table NAME {, or table NAME from "FILE.csv"', 'table rate from "rates.csv"'),
    "let": Form((*_SHARED, "credit", *_EARNED, "award"), "let NAME = FORMULA", "let margin = price - cost"),
    "parameter": Form(_SHARED, "parameter NAME = FIGURE, or parameter NAME {", "parameter base_rate = 5%"),
    "commission": Form(_CHANGING, 'commission NAME "LABEL" {', 'commission own "Own bookings" {'),
    "bonus": Form(_CHANGING, 'bonus NAME "LABEL" {', 'bonus kicker "Kicker" {'),
    "award": Form(_CHANGING, 'award NAME "LABEL" {', 'award club "President\'s Club" {'),
    "draw": Form(("plan",), 'draw NAME "LABEL" {', 'draw monthly "Monthly draw" {'),
    "top": Form(("draw",), "top up to FORMULA, only if CONDITION", "top up to 2,000 USD"),
    "recover": Form(("draw",), "recover at most FORMULA, only if CONDITION; or recover nothing", "recover at most payout - 2,000 USD"),
    "forgive": Form(("draw",), "forgive at the end of each PERIOD", "forgive at the end of each year"),
    "hold": Form(("plan",), 'hold NAME "LABEL" {', 'hold until_paid "Half is kept until the customer pays" {'),
    "clawback": Form(("plan",), 'clawback NAME "LABEL" {', 'clawback cancelled "Cancelled within 90 days" {'),
    "contract": Form(("plan",), 'contract cost NAME "LABEL" {', 'contract cost winning "Cost of winning customers" {'),
    "over": Form(
        ("contract",),
        "over COUNT months from DATE, by months (or by days); over DATE through DATE, by months (or by days)",
        "over 60 months from close_date, by months",
    ),
    "expense": Form(("contract",), "expense where CONDITION", "expense where renewal"),
    "write": Form(("contract",), "write off on DATE where CONDITION", "write off on cancelled_date"),
    "of": Form(("hold", "clawback", "contract"), "of COMPONENT, COMPONENT", "of own"),
    "keep": Form(("hold",), "keep SHARE", "keep 50%"),
    "release": Form(("hold",), "release SHARE on DATE where CONDITION", "release 100% on paid_date"),
    "take": Form(("clawback",), "take SHARE on DATE where CONDITION", "take 100% on cancelled_date"),
    "example": Form(_CHANGING, 'example "TEXT" {', 'example "at 120 %" {'),
    "where": Form(("credit",), "where CONDITION", 'where stage = "Won"'),
    "on": Form(("credit", "draw"), "on DATE_COLUMN", "on close_date"),
    "repeat": Form(("credit",), "repeat each PERIOD, NUMBER times", "repeat each month, 36 times"),
    "amount": Form(("credit",), "amount FORMULA, or amount NAME = FORMULA", "amount acv"),
    "give": Form(("credit",), "give SHARE to PERSON, or give the rest to PERSON", "give 100% to owner"),
    "shares": Form(("credit",), "shares add to PERCENT", "shares add to 100%"),
    "for": Form(
        (*_EARNED, "award"),
        "for each PERIOD, or for each CREDIT where CONDITION",
        "for each quarter",
    ),
    "pay": Form((*_EARNED, "change"), "pay FORMULA", "pay 10% of credited"),
    "times": Form((*_EARNED, "change"), "times FORMULA", "times 1.5x"),
    "only": Form((*_EARNED, "award", "change"), "only if CONDITION", "only if attainment(sold) >= 80%"),
    "to": Form(
        (*_EARNED, "award"),
        "to the top COUNT by FORMULA, ties included (or excluded, or sharing); to the top PERCENT by FORMULA, rounded up (or down), "
        "ties included",
        "to the top 3 by sold, ties included",
    ),
    "budget": Form(
        _EARNED,
        "budget AMOUNT each PERIOD, first come, the last cut (or left out); budget AMOUNT each PERIOD, in proportion",
        "budget 10,000 USD each quarter, first come, the last cut",
    ),
    "share": Form(
        _EARNED,
        "share among each COLUMN, equally (or by FORMULA); share among everyone, equally (or by FORMULA)",
        "share among each team, by sold",
    ),
    "spread": Form(
        _EARNED,
        "spread over CREDIT in order of DATE_COLUMN, or spread over CREDIT in proportion to FIGURE",
        "spread over booking in proportion to credited",
    ),
    "grant": Form(("award",), 'grant COUNT "THING"', 'grant 2 "days off"'),
    "cap": Form(
        ("plan", *_EARNED, "change"),
        "cap each PERIOD at FORMULA, the rest is carried to the next PERIOD in a plan, cap at FORMULA in a component",
        "cap each year at 90,000 USD",
    ),
    "floor": Form((*_EARNED, "change"), "floor at FORMULA", "floor at 0 USD"),
    "from": Form(("tiers", "parameter", "change"), "from BOUND: VALUE among tiers, from DATE: FIGURE in a parameter", "from 100%: 1.5x"),
    "below": Form(("tiers", "change"), "below BOUND: VALUE", "below 80%: 0x"),
    "at": Form(("tiers", "change"), "at BOUND: VALUE", "at 100%: 1x"),
    "above": Form(("tiers", "change"), "above BOUND: VALUE", "above 150%: 2x"),
    "given": Form(("example",), "given RECORDS {", "given deals {"),
    "expect": Form(
        ("example",),
        'expect WHAT for "PAYEE" in PERIOD = VALUE',
        'expect own for "ana" in 2027-Q1 = 11,812.50 USD',
    ),
    "plan": Form(("file",), 'plan NAME "LABEL" {', 'plan account_executive "Account Executive 2027" {'),
    "amend": Form(("file",), 'amend PLAN "LABEL" {', 'amend account_executive "Accelerator from July" {'),
    "because": Form(("amendment",), 'because "TEXT"', 'because "Approved by the committee on 2027-06-12."'),
    "change": Form(_CHANGING, "change commission NAME {, or change bonus NAME {", "change commission own {"),
    "remove": Form(
        (*_CHANGING, "change"), "remove commission NAME, remove measure NAME, remove cap each PERIOD at FORMULA", "remove bonus spiff"
    ),
    "replace": Form((*_CHANGING, "change"), "replace and the new sentence", "replace parameter base_rate = 6%"),
    "add": Form(("change",), "add ROW, or add SENTENCE", "add from 200%: 3x"),
    "definitions": Form(("file",), "definitions NAME {", "definitions company {"),
}

_IN: Mapping[tuple[str, str], Form] = {
    ("from", "tiers"): Form(("tiers",), "from BOUND: VALUE", "from 100%: 1.5x"),
    ("from", "parameter"): Form(("parameter",), "from DATE: FIGURE", "from 2027-07-01: 6%"),
    ("from", "change"): Form(("change",), "from BOUND: OLD becomes NEW", "from 100%: 1.5x becomes 1.6x"),
    ("below", "change"): Form(("change",), "below BOUND: OLD becomes NEW", "below 80%: 0x becomes 0.5x"),
    ("at", "change"): Form(("change",), "at BOUND: OLD becomes NEW", "at 100%: 1x becomes 1.1x"),
    ("above", "change"): Form(("change",), "above BOUND: OLD becomes NEW", "above 150%: 2x becomes 2.5x"),
    ("pay", "change"): Form(("change",), "pay OLD becomes NEW", "pay 8% of credited becomes 9% of credited"),
    ("times", "change"): Form(("change",), "times OLD becomes NEW", "times 1x becomes 1.5x"),
    ("only", "change"): Form(("change",), "only if OLD becomes NEW", "only if wins >= 3 becomes wins >= 4"),
    ("cap", "change"): Form(("change",), "cap at OLD becomes NEW", "cap at 10,000 USD becomes 12,000 USD"),
    ("floor", "change"): Form(("change",), "floor at OLD becomes NEW", "floor at 0 USD becomes 100 USD"),
    ("add", "change"): Form(("change",), "add ROW, or add SENTENCE", "add from 200%: 3x"),
    ("remove", "change"): Form(("change",), "remove ROW, or remove SENTENCE", "remove from 200%: 3x"),
    ("replace", "change"): Form(("change",), "replace SENTENCE", "replace pay 9% of credited"),
    ("cap", "plan"): Form(("plan",), "cap each PERIOD at FORMULA, the rest is carried to the next PERIOD", "cap each year at 90,000 USD"),
    ("on", "draw"): Form(
        ("draw",),
        "on leaving, the balance is forgiven (or owed, or recovered from the last payout, the rest is forgiven)",
        "on leaving, the balance is forgiven",
    ),
    **{("cap", place): Form(_EARNED, "cap at FORMULA", "cap at 10,000 USD") for place in _EARNED},
    **{
        ("effective", place): Form((place,), "effective from DATE, effective through DATE, or both", "effective from 2027-07-01")
        for place in (*_EARNED, "award")
    },
    ("for", "award"): Form(("award",), "for each PERIOD", "for each quarter"),
    ("effective", "amendment"): Form(("amendment",), "effective from DATE", "effective from 2027-07-01"),
}
"""Sentences that are written otherwise in one place than in another."""


def instead_of_amending(word: str) -> str:
    """What to do about a sentence that an amendment cannot change, by its first word."""
    match word:
        case "draw" | "cap":
            return "Let its amount be a parameter, and give that another value: replace parameter level = 3,000 USD."
        case "contract":
            return "Let its time be a column of the records, or replace it in a plan that is based on this one."
        case "hold" | "clawback":
            return "Let its share be a parameter, and give that another value: replace parameter part = 40%."
        case "payees" | "payout" | "currency" | "prorate" | "do" | "use" | "weights" | "tenure":
            return 'End the plan the day before, and base another on it, with dates of its own: plan NAME "LABEL" based on ...'
        case _:
            return "Give what is new a name of its own, and let a component use it."


def form_in(word: str, place: str) -> Form | None:
    """How the sentence of a keyword is written in a place; None where it cannot stand there."""
    form = FORMS.get(word)
    if form is None or place not in form.places:
        return None
    return _IN.get((word, place), form)


OPENERS: Mapping[str, str] = {
    "plan": "plan",
    "definitions": "definitions",
    "credit": "credit",
    "commission": "commission",
    "bonus": "bonus",
    "award": "award",
    "draw": "draw",
    "hold": "hold",
    "clawback": "clawback",
    "contract": "contract",
    "example": "example",
    "table": "table",
    "given": "table",
    "parameter": "parameter",
    "amend": "amendment",
    "change": "change",
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
    "amendment": ("amend",),
    "extends": ("plan",),
    "reason": ("because",),
    "delete": ("remove",),
    "drop": ("remove",),
    "modify": ("change",),
    "define": ("let",),
    "set": ("let",),
    "constant": ("parameter", "let"),
    "param": ("parameter",),
    "spiff": ("bonus",),
    "contest": ("bonus", "to"),
    "prize": ("award", "grant"),
    "rank": ("to",),
    "top": ("to",),
    "holdback": ("hold", "keep"),
    "withhold": ("hold", "keep"),
    "retain": ("hold", "keep"),
    "recover": ("clawback", "take"),
    "reclaim": ("clawback", "take"),
    "leaving": ("on",),
    "termination": ("on",),
    "refund": ("clawback", "take"),
    "cancel": ("clawback", "take"),
    "vest": ("release",),
    "capitalise": ("contract", "over"),
    "capitalize": ("contract", "over"),
    "amortise": ("over", "contract"),
    "amortize": ("over", "contract"),
    "impair": ("write",),
    "absence": ("leave",),
    "absent": ("leave",),
    "loa": ("leave",),
    "relief": ("relieve",),
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
