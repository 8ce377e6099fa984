"""How a routing stands: what each rep has, how far the levels of each pool are apart, and how far they may be."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from compplan.assignment.routing.lead import QUALITY_DECIMALS
from compplan.assignment.routing.levels import Excess, Levels, bound_of, nearest_to_bound
from compplan.assignment.routing.rules import WEIGHT_DECIMALS, Pool, Rules
from compplan.assignment.routing.store import Store
from compplan.immutable import immutable

_QUALITY: int = 10**QUALITY_DECIMALS
_WEIGHT: int = 10**WEIGHT_DECIMALS


@immutable
class RepStatus:
    """What a rep has in a pool: leads and what they count; the load by which the window rule goes, its credit and owned; the level.

    `quality`, `load`, `credit` and `owned` are in hundredths. `share` is the load beside what the rep's weight would have it be.
    """

    rep: str
    weight: Fraction
    leads: int
    quality: int
    load: int
    credit: int
    owned: int
    level: Fraction
    share: Fraction | None
    there: bool


@immutable
class PoolStatus:
    """A pool: its reps, the bound and what it comes from, and the pair of reps that is nearest to it; levels are quality / weight."""

    pool: str
    reps: tuple[RepStatus, ...]
    k: Fraction
    largest: int
    smallest_weight: Fraction
    bound: Fraction
    ahead: str | None = None
    behind: str | None = None
    by: Fraction | None = None
    allowed: Fraction | None = None


def status_of(rules: Rules, store: Store) -> tuple[PoolStatus, ...]:
    """How each pool stands now."""
    totals = store.totals()
    found = []
    for pool in rules.pools:
        levels = store.levels(pool)
        whole = Fraction(sum(levels.loads), sum(pool.weights))
        reps = tuple(
            RepStatus(
                rep=name,
                weight=Fraction(weight, _WEIGHT),
                leads=totals.get((pool.name, name), (0, 0))[0],
                quality=totals.get((pool.name, name), (0, 0))[1],
                load=levels.loads[i],
                credit=levels.credits[i],
                owned=levels.owned[i],
                level=_level(pool, levels.loads[i] * pool.factors[i]),
                share=levels.loads[i] / (whole * weight) if whole > 0 else None,
                there=i in levels.there,
            )
            for i, (name, weight) in enumerate(zip(pool.members, pool.weights, strict=True))
        )
        found.append(_pool_status(pool, levels, reps, nearest_to_bound(pool, levels)))
    return tuple(found)


def _pool_status(pool: Pool, levels: Levels, reps: tuple[RepStatus, ...], worst: Excess | None) -> PoolStatus:
    bound = _level(pool, bound_of(pool, levels.largest))
    smallest = Fraction(min(pool.weights), _WEIGHT)
    if worst is None:
        return PoolStatus(pool.name, reps, pool.window, levels.largest, smallest, bound)
    by, allowed = _level(pool, worst.by), _level(pool, worst.bound)
    return PoolStatus(pool.name, reps, pool.window, levels.largest, smallest, bound, worst.ahead, worst.behind, by, allowed)


def _level(pool: Pool, parts: int) -> Fraction:
    """A level as quality / weight."""
    return Fraction(parts * _WEIGHT, pool.unit * _QUALITY)


def status_lines(rules: Rules, store: Store) -> Iterator[str]:
    """The lines that a person reads."""
    yield rules.name
    for status in status_of(rules, store):
        yield ""
        leads = sum(r.leads for r in status.reps)
        yield f"{status.pool}: {_many(len(status.reps), 'rep')}, {_many(leads, 'lead')}"
        width = max(len("rep"), *(len(r.rep) for r in status.reps))
        yield f"  {'rep':<{width}}  {'weight':>8}  {'leads':>7}  {'quality':>15}  {'level':>15}  {'of its share':>12}"
        for rep in status.reps:
            share = "" if rep.share is None else f"{float(rep.share):.1%}"
            line = f"  {rep.rep:<{width}}  {float(rep.weight):>8g}  {rep.leads:>7,}  {_shown(rep.quality):>15}  {float(rep.level):>15,.2f}"
            yield f"{line}  {share:>12}{_beside(rep)}"
        yield from _bound_lines(status)
    waiting = store.waiting()
    if waiting:
        more = f" and {len(waiting) - 5:,} more" if len(waiting) > 5 else ""
        yield ""
        yield f"Nobody could take {_many(len(waiting), 'lead')} yet: {', '.join(waiting[:5])}{more}. Route them again."


def _beside(rep: RepStatus) -> str:
    said = [f"credit {_shown(rep.credit)}"] if rep.credit else []
    said += [f"as owner {_shown(rep.owned)}"] if rep.owned else []
    return f"  ({', '.join(said)})" if said else ""


def _bound_lines(status: PoolStatus) -> Iterator[str]:
    terms = f"({float(status.k):g} + 1) x {_shown(status.largest)} / {float(status.smallest_weight):g}"
    yield f"  Bound: {float(status.bound):,.2f} = {terms}: (K + 1) x largest quality / smallest weight."
    if status.by is not None and status.allowed is not None:
        with_them = "" if status.allowed == status.bound else f", {float(status.allowed):,.2f} with credits and leads as owner"
        if status.by <= 0:
            yield "  No rep is ahead of one who could take the same leads."
        else:
            yield f"  Nearest to it: {status.ahead} is ahead of {status.behind} by {float(status.by):,.2f}{with_them}."


def status_json(rules: Rules, store: Store) -> dict[str, Any]:
    """The same for programs; qualities and levels in units of quality."""
    return {
        "routing": rules.name,
        "pools": [
            {
                "pool": s.pool,
                "k": float(s.k),
                "largest": s.largest / _QUALITY,
                "smallest_weight": float(s.smallest_weight),
                "bound": float(s.bound),
                "nearest": None if s.by is None or s.allowed is None else
                {"ahead": s.ahead, "behind": s.behind, "by": float(s.by), "bound": float(s.allowed)},
                "reps": [
                    {"rep": r.rep, "weight": float(r.weight), "leads": r.leads, "quality": r.quality / _QUALITY, "level": float(r.level),
                     "of_its_share": None if r.share is None else float(r.share), "credit": r.credit / _QUALITY,
                     "as_owner": r.owned / _QUALITY, "there": r.there}
                    for r in s.reps
                ],
            }
            for s in status_of(rules, store)
        ],
        "waiting": list(store.waiting()),
    }  # fmt: skip


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _shown(hundredths: int) -> str:
    return f"{hundredths / _QUALITY:,.2f}"
