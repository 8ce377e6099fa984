"""The two keys that replicates bring in, and the relations that say which replicates there are and what each is made of.

Records that are drawn are put into copies: blocks of records that a replicate takes as a whole, or not at all. A row that depends on one
copy alone is worked out once for all replicates that take it; what depends on several is worked out for each replicate.
"""

from __future__ import annotations

from enum import Enum

from sqlglot import exp

from compplan.engine.steps import table

DRAWS = "draws"
"""The schema that holds `choices` and `replicates`."""
CHOICES = "choices"
"""Which copies each replicate takes: `~replicate`, `~copy`, each pair once."""
REPLICATES = "replicates"
"""The numbers of all replicates that are worked out at once: `~replicate`."""


class Key(Enum):
    """What tells the rows of a relation apart, besides its own keys. The value is the column's name, which no record can have."""

    COPY = "~copy"
    REPLICATE = "~replicate"

    def column(self, alias: str) -> exp.Column:
        """The key, of a table under an alias."""
        return exp.column(exp.to_identifier(self.value, quoted=True), table=exp.to_identifier(alias, quoted=True))

    def named(self, node: exp.Expr) -> exp.Alias:
        """An expression under the key's name."""
        return exp.Alias(this=node, alias=exp.to_identifier(self.value, quoted=True))


def draws(name: str, alias: str) -> exp.Table:
    """One of the two relations, under an alias."""
    return table(name, alias, DRAWS)
