"""What any way of drawing records gives: which rows a record is moved to, in which copies, and which copies each replicate takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from compplan.calendar import Calendar
from compplan.engine.relations import quoted
from compplan.engine.replicates.keys import Key
from compplan.whatif.simulation.kinds import DrawnKind

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

COPY, LATER, CALLED = (quoted(name) for name in (Key.COPY.value, "~later", "~called"))
"""What stands beside the columns of a moved row: its copy, by how many days it moved, and what its key has behind that of its record."""


class Draws(Protocol):
    """A way of drawing. Its copies have the numbers from `first` to `last`."""

    @property
    def first(self) -> int:
        """The number of the first copy."""

    @property
    def last(self) -> int:
        """The number of the last copy."""

    @property
    def choices(self) -> int:
        """About how many copies a replicate takes."""

    @property
    def rows(self) -> int:
        """About how many records are in them."""

    @property
    def words(self) -> tuple[str, ...]:
        """What is drawn from what, in sentences: whoever reads a forecast must know what it takes for granted."""

    def create(self, connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
        """Makes the relations that `moved` reads."""

    def moved(self, kind: DrawnKind, table: str) -> str | None:
        """A query of the rows of a table of the kind, moved: all its columns, and the three beside them; None where it draws none."""

    def choose(self, replicates: range, seed: int) -> tuple[Numbers, Numbers]:
        """The copies that replicates take: the replicate and the copy of each. A replicate's are those of its number and the seed alone."""
