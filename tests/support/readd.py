"""Adds an explanation up again, from nothing but its JSON: every product, sum, limit and rounding in it, down to the total.

It shares no code with the engine. `readd` gives the disagreements, in words; none are expected.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.support.readd_caps import caps_amiss
from tests.support.readd_kept import kept_amiss

Json = Mapping[str, Any]
NONE = Fraction(0)
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_ROUNDING = re.compile(r"each earning rounded to (?P<unit>[0-9.]+), half (?P<half>away from zero|even)")
_FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def readd(explanation: Json) -> list[str]:
    """Everything in an explanation that does not add up."""
    return [f"{explanation['payee']}, {problem}" for plan in explanation["plans"] for problem in _plan(plan, explanation["period"])]


def to_unit(value: Fraction, unit: Fraction, *, half_even: bool = False) -> Fraction:
    """A number to a multiple of a unit; a half goes away from zero, or to the even one."""
    units, rest = divmod(abs(value), unit)
    up = 2 * rest > unit or (2 * rest == unit and (not half_even or units % 2 == 1))
    return (units + up) * unit * (-1 if value < 0 else 1)


def to_twelve(value: Fraction) -> Fraction:
    """A number to twelve decimals, half away from zero."""
    return to_unit(value, Fraction(1, 10**12))


# ---- plans -----------------------------------------------------------------------------------------------------------


def _plan(plan: Json, run: str) -> Iterator[str]:
    found = _ROUNDING.fullmatch(plan["rounding"])
    assert found is not None, plan["rounding"]
    for component in plan["components"]:
        for problem in _component(component, Fraction(found["unit"]), half_even=found["half"] == "even"):
            yield f"{component['name']}: {problem}"
    for credit in plan["credits"]:
        for node in credit["conversions"]:
            yield from (f"credit {credit['record']}: {problem}" for problem in _node(node))

    def rounded(value: Fraction) -> Fraction:
        return to_unit(value, Fraction(found["unit"]), half_even=found["half"] == "even")

    yield from kept_amiss(plan, rounded)
    yield from caps_amiss(plan, run, rounded, _months)
    for quota in plan["quotas"]:
        parts = sum((Fraction(m["part"]) for m in quota["months"]), NONE)
        if abs(parts - Fraction(quota["value"])) > Fraction(len(quota["months"]), 10**12):
            yield f"the months of the quota of {quota['measure']} come to {parts}, and {quota['value']} is said"
    yield from _costs(plan)
    yield from _payouts(plan, run)


def _payouts(plan: Json, run: str) -> Iterator[str]:
    """Earnings by payout period and component are the payouts; caps' corrections are theirs; together they are the total."""
    size = _MONTHS[plan["payout_period"]]
    first, last = _months(run)
    earned: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for component in plan["components"]:
        if component["word"] == "award":
            continue
        for earning in component["earnings"]:
            number = _months(earning["period"])[0] // size
            if first <= number * size + size - 1 <= last:
                earned[_label(number, size), component["name"]] += Fraction(earning["earned"])
    lines = _sums((p["period"], p["component"], p["amount"]) for p in plan["payouts"] if p["kind"] == "earning")
    yield from _differences("earned", earned, "paid", lines)
    for cap in plan["caps"]:
        yield from (f"{cap['name']}: {problem}" for problem in _node(cap["limit_from"]))
    caps = _sums((c["period"], "", c["correction"]) for c in plan["caps"])
    yield from _differences(
        "taken off by caps", caps, "paid", _sums((p["period"], "", p["amount"]) for p in plan["payouts"] if p["kind"] == "cap")
    )
    kept = _sums((k["period"], k["name"], k["change"]) for k in plan["kept"])
    lines = _sums((p["period"], p["component"], p["amount"]) for p in plan["payouts"] if p["kind"] in ("hold", "clawback"))
    yield from _differences("kept and taken back", {k: v for k, v in kept.items() if v}, "paid", lines)
    drawn = _sums((d["period"], d["name"], str(Fraction(d["added"]) - Fraction(d["recovered"]))) for d in plan["draws"])
    lines = _sums((p["period"], p["component"], p["amount"]) for p in plan["payouts"] if p["kind"] in ("carried", "draw"))
    yield from _differences("by draws", drawn, "paid", lines)
    yield from _draws(
        plan,
        {k: sum((v for (p, _), v in (*earned.items(), *kept.items(), *caps.items()) if p == k), NONE) for k, _ in (*earned, *kept, *caps)},
    )
    yield from _paid(plan)
    total = sum((Fraction(p["amount"]) for p in plan["payouts"]), NONE)
    yield from _same(f"the payouts of {plan['name']}", total, plan["total"])
    whole = sum(earned.values(), NONE) + sum(kept.values(), NONE) + sum(caps.values(), NONE) + sum(drawn.values(), NONE)
    yield from _same(f"earnings and corrections of {plan['name']}", whole, plan["total"])


def _paid(plan: Json) -> Iterator[str]:
    """Each payout in the currency in which it is paid: the sum of its lines, and what its amount comes to at the rate."""
    known = {paid["period"] for paid in plan["paid"]}
    for paid in plan["paid"]:
        lines = [p for p in plan["payouts"] if p["period"] == paid["period"]]
        yield from _node(paid["conversion"])
        yield from _same("the payout", sum((Fraction(p["amount"]) for p in lines), NONE), paid["conversion"]["parts"][0]["value"])
        yield from _same("the lines as they are paid", sum((Fraction(p["paid"]) for p in lines), NONE), paid["conversion"]["value"])
    for line in plan["payouts"]:
        if line["period"] not in known:
            yield from _same("a line that is paid in the plan's currency", Fraction(line["amount"]), line["paid"])


def _draws(plan: Json, paid: dict[str, Fraction]) -> Iterator[str]:
    """Each draw begins with the balance that it had, adds to the payout before it, and ends with the balance that comes of that."""
    balances: dict[str, Fraction] = {}
    for draw in plan["draws"]:
        name, period = draw["name"], draw["period"]
        before, added, recovered, forgiven, after = (Fraction(draw[n]) for n in ("before", "added", "recovered", "forgiven", "after"))
        yield from _same(f"{name} {period}: the payout before it", paid.get(period, NONE), draw["paid"])
        yield from _same(f"{name} {period}: the balance before", balances.get(name, before), draw["before"])
        yield from _same(f"{name} {period}: the balance after", before + added - recovered - forgiven, draw["after"])
        if min(before, added, recovered, forgiven, after) < 0 or recovered > before + added:
            yield f"{name} {period}: a balance cannot be less than nothing"
        balances[name] = after
        paid[period] = paid.get(period, NONE) + added - recovered


def _sums(rows: Iterator[tuple[str, str, str]]) -> dict[tuple[str, str], Fraction]:
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for period, component, amount in rows:
        sums[period, component] += Fraction(amount)
    return sums


def _differences(
    one: str, left: Mapping[tuple[str, str], Fraction], other: str, right: Mapping[tuple[str, str], Fraction]
) -> Iterator[str]:
    for key in sorted({*left, *right}):
        a, b = left.get(key, NONE), right.get(key, NONE)
        if a != b:
            yield f"{' '.join(key)}: {a} {one}, {b} {other}"


def _months(label: str) -> tuple[int, int]:
    """The numbers of a period's first and last month."""
    year = int(label[:4]) * 12
    if len(label) == 4:
        return year, year + 11
    kind, index = label[5], label[-2:]
    if kind in "QH":
        size = 3 if kind == "Q" else 6
        return year + (int(index[-1]) - 1) * size, year + int(index[-1]) * size - 1
    return year + int(index) - 1, year + int(index) - 1


def _label(number: int, size: int) -> str:
    year, index = divmod(number * size, 12)
    if size == 12:
        return f"{year:04d}"
    return f"{year:04d}-{index + 1:02d}" if size == 1 else f"{year:04d}-{'Q' if size == 3 else 'H'}{index // size + 1}"


# ---- components ------------------------------------------------------------------------------------------------------


def _costs(plan: Json) -> Iterator[str]:
    """What was left before, what was added, what became an expense: that is what is left."""
    for cost in plan["costs"]:
        before, added, amortised, lost = (Fraction(cost[n]) for n in ("before", "capitalised", "amortised", "written_off"))
        yield from _same(f"what is left of {cost['name']} for {cost['record']}", before + added - amortised - lost, cost["balance"])
        if cost["coming"]:
            yield from _same("what is coming", sum((Fraction(c["amount"]) for c in cost["coming"]), NONE), cost["balance"])


def _component(component: Json, unit: Fraction, *, half_even: bool) -> Iterator[str]:
    rounds = component["word"] != "award"
    for earning in component["earnings"]:
        for problem in _earning(earning, unit if rounds else None, half_even=half_even):
            yield f"{earning['when']}: {problem}"
    if all(e["record"] is None for e in component["earnings"]):
        yield from _chain(component["earnings"])
    yield from _same("the total", sum((Fraction(e["earned"]) for e in component["earnings"]), NONE), component["total"])


def _chain(earnings: Sequence[Json]) -> Iterator[str]:
    """What a figure to date is lessened by is the figure before it, or nothing where the longer period begins."""
    for earlier, later in pairwise(earnings):
        if later["before"] is not None and Fraction(later["before"]) not in (NONE, Fraction(earlier["figure"])):
            yield f"{later['when']} follows {earlier['figure']}, and is lessened by {later['before']}"


def _earning(earning: Json, unit: Fraction | None, *, half_even: bool) -> Iterator[str]:
    for node in _roots(earning):
        yield from _node(node)
    held = all(c["held"] for c in earning["conditions"]) and (earning["ranking"] is None or earning["ranking"]["qualifies"])
    held = held and (earning["pool"] is None or earning["pool"]["weight"] is not None)
    if held != (earning["failed"] is None):
        yield f"the conditions {'' if held else 'do not '}hold, and what failed is said to be {earning['failed']}"
    if not all(c["held"] for c in earning["conditions"][:-1]):
        yield "conditions were looked at beyond the first that failed"
    if not held:
        yield from _same("the figure where a condition failed", NONE, earning["figure"])
    else:
        yield from _figure(earning, unit, half_even=half_even)
    if earning["spread"] is not None:
        rows = (Fraction(row["amount"]) for row in earning["spread"]["rows"])
        yield from _same("what is spread over records", sum(rows, NONE), earning["earned"])
    if earning["budget"] is not None:
        yield from _budget(earning, earning["budget"], unit)
        return
    before = NONE if earning["before"] is None else Fraction(earning["before"])
    yield from _same("the figure less what was earned before", Fraction(earning["figure"]) - before, earning["earned"])


def _budget(earning: Json, budget: Json, unit: Fraction | None) -> Iterator[str]:
    """What a budget leaves of a figure."""
    figure, spent, limit, earned = (Fraction(x) for x in (earning["figure"], budget["spent"], budget["limit"], earning["earned"]))
    in_proportion = budget["kind"] == "in proportion"
    if figure <= 0 or (spent if in_proportion else spent + figure) <= limit:
        yield from _same("what the budget leaves", figure, earning["earned"])
    elif in_proportion:
        if unit is None or abs(figure * limit / spent - earned) >= unit:
            yield f"{earned} are left of {figure}, where {spent} want {limit}"
    else:
        left = max(limit - spent, NONE) if budget["kind"] == "cut" else NONE
        yield from _same("what the budget leaves", left, earning["earned"])


def _figure(earning: Json, unit: Fraction | None, *, half_even: bool) -> Iterator[str]:
    values = [Fraction(f["node"]["value"]) for f in earning["factors"]]
    if not values:
        yield "there is no factor"
        return
    product = values[0]
    for value in values[1:]:
        product = to_twelve(product * value)
    yield from _same("the product", product, earning["product"])
    limited = product
    if earning["floor"] is not None:
        limited = max(limited, Fraction(earning["floor"]["value"]))
    if earning["cap"] is not None:
        limited = min(limited, Fraction(earning["cap"]["value"]))
    rounded = limited if unit is None else to_unit(limited, unit, half_even=half_even)
    tie = earning["ranking"]["tie"] if earning["ranking"] is not None else None
    if tie is not None:
        yield from _tie(tie, rounded, earning["figure"], unit)
        return
    if earning["pool"] is None:
        yield from _same("the rounded figure", rounded, earning["figure"])
        return
    pool = earning["pool"]
    assert unit is not None
    yield from _same("what is shared out", rounded, pool["amount"])
    yield from _same("the share", Fraction(pool["share"]), earning["figure"])
    exact = NONE
    if pool["weight"] is not None and Fraction(pool["weights"]):
        exact = Fraction(pool["amount"]) * Fraction(pool["weight"]) / Fraction(pool["weights"])
    if abs(exact - Fraction(pool["share"])) >= unit:
        yield f"the share is {pool['share']}, and {exact} of {pool['amount']} would be due"


def _tie(tie: Json, prize: Fraction, figure: str, unit: Fraction | None) -> Iterator[str]:
    """An equal part of the prizes of those who tie."""
    if tie["payees"] == 1:
        yield from _same("the prize of one alone", prize, tie["prizes"])
    yield from _same("the part of the prizes", Fraction(tie["share"]), figure)
    exact = Fraction(tie["prizes"]) / tie["payees"]
    if unit is None or abs(exact - Fraction(tie["share"])) >= unit:
        yield f"{tie['share']} is no equal part of {tie['prizes']} among {tie['payees']}"


def _roots(earning: Json) -> Iterator[Json]:
    yield from (f["node"] for f in earning["factors"])
    yield from (n for c in earning["conditions"] for n in c["values"])
    yield from (earning[limit] for limit in ("floor", "cap") if earning[limit] is not None)


# ---- formulas --------------------------------------------------------------------------------------------------------


def _node(node: Json) -> Iterator[str]:
    for part in node["parts"]:
        yield from _node(part)
    check = {
        "attainment": _attainment,
        "slices": _slices,
        "step": _step,
        "curve": _curve,
        "table": _table,
        "named": _named,
        "conversion": _conversion,
        "prorated": _prorated,
    }.get(node["kind"])
    if check is not None:
        yield from (f"{node['words']}: {problem}" for problem in check(node))


def _attainment(node: Json) -> Iterator[str]:
    measure, quota = (_number(p["value"]) for p in node["parts"])
    if measure is None or quota is None or quota <= 0:
        yield from ([] if node["value"] is None else ["there is an attainment without a quota"])
    else:
        yield from _same("measure over quota", to_twelve(measure / quota), node["value"])


def _conversion(node: Json) -> Iterator[str]:
    """An amount times the rate, or divided by the one the other way, rounded as it says; the same currency stays what it is."""
    amount, rate = _number(node["parts"][0]["value"]), node["parts"][1] if len(node["parts"]) > 1 else None
    if amount is None:
        return
    if rate is not None:
        value = Fraction(rate["value"])
        amount = to_twelve(amount / value if rate["note"] == "divided" else amount * value)
    unit = re.fullmatch(r"rounded to ([0-9.]+)", node["note"])
    yield from _same("the amount at the rate", amount if unit is None else to_unit(amount, Fraction(unit[1])), node["value"])


def _prorated(node: Json) -> Iterator[str]:
    """Each value times what it counts for of the period, added up and divided by all of it."""
    if node["value"] is None or not node["tiers"]:
        return
    whole = Fraction(node["note"].split()[0])
    total = sum((Fraction(t["amount"]) * Fraction(t["value"]) for t in node["tiers"]), NONE)
    yield from _same("the average of the parts", to_twelve(total / whole), node["value"])


def _named(node: Json) -> Iterator[str]:
    if len(node["parts"]) == 1 and node["parts"][0]["value"] != node["value"]:
        yield f"it stands for {node['parts'][0]['value']}, and is {node['value']}"


def _slices(node: Json) -> Iterator[str]:
    x = _number(node["parts"][0]["value"])
    if x is None:
        return
    total = NONE
    for tier in node["tiers"]:
        low, high = _number(tier["start"]), _number(tier["end"])
        yield from _same("what lies in the slice", _clamped(x, low, high) - _clamped(NONE, low, high), tier["amount"])
        pay = to_twelve(Fraction(tier["amount"]) * Fraction(tier["value"]))
        yield from _same("amount times value", pay, tier["pay"])
        if tier["reached"] != (Fraction(tier["amount"]) != 0):
            yield "a slice is said to be reached, or not, against its amount"
        total += Fraction(tier["pay"])
    for one, after in pairwise(node["tiers"]):
        if one["end"] != after["start"]:
            yield f"a slice ends at {one['end']}, the next begins at {after['start']}"
    yield from _same("the sum of the slices", total, node["value"])


def _clamped(x: Fraction, low: Fraction | None, high: Fraction | None) -> Fraction:
    least = x if high is None else min(x, high)
    return least if low is None else max(least, low)


def _step(node: Json) -> Iterator[str]:
    if node["parts"][0]["value"] is None:
        return
    reached = [i for i, t in enumerate(node["tiers"]) if t["start"] is None or _reaches(node["parts"][0], Fraction(t["start"])) >= 0]
    last = reached[-1] if reached else None
    yield from _marked(node, last)
    yield from _same("the value of the row", NONE if last is None else Fraction(node["tiers"][last]["value"]), node["value"])


def _curve(node: Json) -> Iterator[str]:
    operand, tiers = node["parts"][0], node["tiers"]
    if operand["value"] is None:
        return
    points = [i for i, t in enumerate(tiers) if t["words"] not in ("below", "above")]
    starts = {i: Fraction(tiers[i]["start"]) for i in points}
    if _reaches(operand, starts[points[0]]) < 0:
        at = next(i for i, t in enumerate(tiers) if t["words"] == "below")
    elif _reaches(operand, starts[points[-1]]) > 0:
        at = next(i for i, t in enumerate(tiers) if t["words"] == "above")
    else:
        at = max(i for i in points if _reaches(operand, starts[i]) >= 0)
    yield from _marked(node, at)
    value = Fraction(tiers[at]["value"])
    if at in points and at != points[-1]:
        rise, run = Fraction(tiers[at + 1]["value"]) - value, starts[at + 1] - starts[at]
        value += to_twelve((Fraction(operand["value"]) - starts[at]) * rise / run)
    yield from _same("the value on the curve", value, node["value"])


def _table(node: Json) -> Iterator[str]:
    if not node["tiers"]:
        yield from ([] if node["value"] is None else ["no row fits, and there is a value"])
    elif len(node["tiers"]) != 1 or not node["tiers"][0]["reached"] or node["tiers"][0]["value"] != node["value"]:
        yield f"the row's value is not {node['value']}"


def _marked(node: Json, row: int | None) -> Iterator[str]:
    if [i for i, t in enumerate(node["tiers"]) if t["reached"]] != ([] if row is None else [row]):
        yield f"row {row} ought to be the one that is marked"


def _reaches(operand: Json, bound: Fraction) -> int:
    """Where a figure stands to a bound: -1, 0 or 1. An attainment is not divided: the measure is held against bound times quota."""
    while operand["kind"] == "named" and operand["parts"]:
        operand = operand["parts"][0]
    value = Fraction(operand["value"])
    if operand["kind"] == "attainment":
        value, quota = (Fraction(p["value"]) for p in operand["parts"])
        bound *= quota
    return (value > bound) - (value < bound)


def _number(value: object) -> Fraction | None:
    return Fraction(value) if isinstance(value, str) and _FIGURE.fullmatch(value) else None


def _same(what: str, worked_out: Fraction, said: str | None) -> Iterator[str]:
    if said is None or worked_out != Fraction(said):
        yield f"{what} is {worked_out}, and said to be {said}"
