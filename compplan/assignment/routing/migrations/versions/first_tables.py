"""The first tables: the log, levels of pools, burdens of reps, absences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_GIVES = sa.text("kind IN ('given', 'to owner')")


def upgrade() -> None:
    """Makes them."""
    op.create_table(
        "routings",
        _name("routing"),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "routing_log",
        _name("routing"),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("lead", sa.String(200)),
        sa.Column("rep", sa.String(200)),
        sa.Column("pool", sa.String(200)),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
    op.create_index("routing_log_lead", "routing_log", ["routing", "lead", "number"])
    op.create_index("routing_log_given_once", "routing_log", ["routing", "lead"], unique=True, sqlite_where=_GIVES, postgresql_where=_GIVES)
    op.create_table(
        "routing_pools",
        _name("routing"),
        _name("pool"),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("largest", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "routing_levels",
        _name("routing"),
        _name("pool"),
        _name("rep"),
        sa.Column("weight", sa.BigInteger, nullable=False),
        sa.Column("load", sa.BigInteger, nullable=False),
        sa.Column("credit", sa.BigInteger, nullable=False),
        sa.Column("owned", sa.BigInteger, nullable=False),
        sa.Column("there", sa.Boolean, nullable=False),
    )
    op.create_table(
        "routing_burdens",
        _name("routing"),
        _name("rep"),
        sa.Column("open", sa.Integer, nullable=False),
        sa.Column("day", sa.String(10)),
        sa.Column("today", sa.Integer, nullable=False),
    )
    op.create_table(
        "routing_absences",
        _name("routing"),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("rep", sa.String(200), nullable=False),
        sa.Column("first", sa.String(10), nullable=False),
        sa.Column("last", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _name(column: str) -> sa.Column[str]:
    return sa.Column(column, sa.String(200), primary_key=True)


def downgrade() -> None:
    """Removes them."""
    for table in ("routing_absences", "routing_burdens", "routing_levels", "routing_pools", "routing_log", "routings"):
        op.drop_table(table)
