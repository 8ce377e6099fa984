"""What one plan can name: its own definitions and those that it uses, typed as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from compplan.calendar import Calendar
from compplan.diagnostics import Collector, Related, Span
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.damage import NONE as NO_DAMAGE
from compplan.language.check.damage import Damage
from compplan.language.check.place import Place
from compplan.language.codes import problem
from compplan.language.units import Unit
from compplan.schema import Schema

FIRST_YEAR, LAST_YEAR = 1900, 2999
"""The years that dates and periods may lie in."""

DEEPEST = 100
"""How many formulas may stand inside each other, names followed."""

MOST_PARTS = 5_000
"""How many parts a formula may have, names followed."""


@dataclass(slots=True)
class Environment:
    """The names of one plan, and what was found while checking it.

    The mappings of syntax (`lets`, `credits`, `measures`, `quotas`, `tables`) are filled once, before anything is typed; the typed ones
    are filled by the checker as it goes.
    """

    schema: Schema
    calendar: Calendar
    collector: Collector
    read_file: Callable[[str], str | None]
    type_formula: Callable[[Environment, Place, t.Expression], ty.Expr | None]
    lets: Mapping[str, t.Let] = field(default_factory=dict)
    credits: Mapping[str, t.Credit] = field(default_factory=dict)
    measures: Mapping[str, t.Measure] = field(default_factory=dict)
    quotas: Mapping[str, t.Quota] = field(default_factory=dict)
    tables: Mapping[str, t.Table] = field(default_factory=dict)
    parameters: Mapping[str, t.Parameter] = field(default_factory=dict)
    leaves: Mapping[str, t.Leave] = field(default_factory=dict)
    components: Mapping[str, Unit] = field(default_factory=dict)
    """What each component of the plan comes to."""
    typed_credits: dict[str, ty.Credit | None] = field(default_factory=dict)
    typed_measures: dict[str, ty.Measure | None] = field(default_factory=dict)
    typed_quotas: dict[str, ty.Quota | None] = field(default_factory=dict)
    typed_tables: dict[str, ty.Table | None] = field(default_factory=dict)
    typed_parameters: dict[str, ty.Parameter | None] = field(default_factory=dict)
    typed_leaves: dict[str, ty.Leave | None] = field(default_factory=dict)
    tenure: t.Tenure | None = None
    prorations: dict[str, ty.Proration] = field(default_factory=dict)
    prorated: set[str] = field(default_factory=set)
    reliefs: dict[str, ty.Relief] = field(default_factory=dict)
    dates: tuple[date, date] | None = None
    """The first and last day of the plan, where there is a plan that says them."""
    places: dict[str, list[tuple[date | None, date | None, Place, ty.ForPeriod | ty.ForCredit]]] = field(default_factory=dict)
    """Where the formulas of each component stand, once it was checked, with its own first and last day."""
    damage: Damage = NO_DAMAGE
    used: set[str] = field(default_factory=set)
    used_lets: set[Span] = field(default_factory=set)
    in_progress: list[str] = field(default_factory=list)
    depth: int = 0
    parts: int = 0
    failed: bool = False
    outermost: Span | None = None
    refused: bool = False

    def problem(self, code: str, message: str, span: Span | None, hint: str | None = None, related: tuple[Related, ...] = ()) -> None:
        """Remember a problem of a known code, unless it may come of what could not be read."""
        found = problem(code, message, span, hint, related)
        self.failed = self.failed or found.is_error
        if not self.damage.explains(found):
            self.collector.add(found)

    @property
    def is_too_deep(self) -> bool:
        """Whether formulas stand so deep inside each other, through the names they use, that it is a mistake."""
        return self.depth > DEEPEST or self.parts > MOST_PARTS

    def use(self, name: str) -> None:
        """Note that a name is used, so that it is not reported as unused."""
        self.used.add(name)

    def record_kind_of(self, credit: str) -> str:
        """The kind of record that a credit comes from in the end; the name itself where it leads nowhere."""
        seen: set[str] = set()
        while credit in self.credits and credit not in seen:
            seen.add(credit)
            credit = self.credits[credit].source.text
        return credit

    def inline(self, aggregate_of: ty.Measure) -> None:
        """Keep a measure that was written inside a formula."""
        self.typed_measures[aggregate_of.name] = aggregate_of
