"""From a routing file to a router that can be used."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from compplan.assignment.routing.check import read_routing
from compplan.assignment.routing.incoming import Clock
from compplan.assignment.routing.router import Router, wall_clock
from compplan.assignment.routing.store import MemoryStore


def open_router(
    file: str | Path,
    database: str | None = None,
    *,
    memory: bool = False,
    reading: bool = False,
    wait: float = 30.0,
    clock: Clock = wall_clock,
) -> Router:
    """The router of a routing file, going on from where it was.

    Its state is kept where the file says, or in `database`, a file or an address; with `memory`, it is gone when the program ends. With
    `reading`, nothing can be routed: what was is looked at. `wait` says for how many seconds it is waited for other programs, `clock` what
    time it is for leads that do not say so themselves. Raises `Problems`.
    """
    routing = read_routing(Path(file), clock().date())
    zone = routing.rules.calendar.zone

    def aware() -> datetime:
        """The time that the clock says; one without a zone is meant as the file means such."""
        now = clock()
        return now if now.tzinfo is not None else now.replace(tzinfo=zone)

    if memory:
        return Router(routing.rules, MemoryStore(routing.rules), aware)
    from compplan.assignment.routing.database_store import open_store

    store = open_store(database or routing.database, routing.rules, None if reading else aware(), flush=routing.flush, wait=wait)
    return Router(routing.rules, store, aware)
