"""A step: one named relation, the SQL that makes it, what it reads, and what must hold of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from sqlglot import exp

from compplan.diagnostics import Span
from compplan.engine.relations import STEPS, Earnings
from compplan.immutable import immutable


@immutable
class Wanted:
    """A quota that is missing: of which measure, whose, for when; the kind of record that it belongs to, and the cells of its row."""

    measure: str
    owner: str
    period: str
    kind: str | None
    cells: tuple[tuple[str, str | None], ...]


@immutable
class Check:
    """A query that gives the rows for which a figure cannot be worked out; `message` puts one such row into words.

    `guard`, where there is one, is cheaper: only when it gives a row is the query worth asking. `wanted` gives the quota that a row
    fails for, where it is that: those are told together, once all steps are made.
    """

    code: str
    title: str
    query: exp.Select
    message: Callable[[tuple[object, ...]], str]
    hint: str | None = None
    span: Span | None = None
    guard: exp.Select | None = None
    wanted: Callable[[tuple[object, ...]], Wanted | None] | None = None


@immutable
class Step:
    """One relation. `title` says what it holds, `keys` name a row of it, `reads` are the steps that it is made from."""

    name: str
    title: str
    keys: tuple[str, ...]
    query: exp.Select
    reads: tuple[str, ...]
    span: Span | None = None
    checks: tuple[Check, ...] = field(default=(), compare=False)


@immutable
class Lowered:
    """All steps in the order in which they are made, and which of them hold results."""

    steps: tuple[Step, ...]
    credits: tuple[str, ...]
    earnings: tuple[Earnings, ...]
    payouts: tuple[str, ...]

    def step(self, name: str) -> Step:
        """The step of that name."""
        return next(s for s in self.steps if s.name == name)


@immutable
class Months:
    """Months from `first` through `last`, by their numbers."""

    first: int
    last: int

    def whole_years(self) -> Months:
        """The fiscal years that they touch."""
        return Months(self.first // 12 * 12, self.last // 12 * 12 + 11)


def table(name: str, alias: str | None = None, database: str = STEPS) -> exp.Table:
    """A table of the engine's database."""
    made = exp.Table(this=exp.to_identifier(name, quoted=True), db=exp.to_identifier(database, quoted=True))
    if alias is not None:
        made.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return made


def tables_read(query: exp.Select) -> list[str]:
    """The steps that a query reads."""
    return list(dict.fromkeys(t.name for t in query.find_all(exp.Table) if t.db == STEPS))


def path_name(path: tuple[str, ...]) -> str:
    """One name for a path of columns: `owner__team`; the lengths stand before it where a column's own name would read as a path."""
    joined = "__".join(path)
    if any("__" in name or name.endswith("_") for name in path):
        return "_".join([*(str(len(name)) for name in path), joined])
    return joined


def identifier(*words: str) -> str:
    """A step's name made of words, without what a file's name cannot hold."""
    return "_".join("".join(c if c.isalnum() or c == "_" else "_" for c in w) for w in words)
