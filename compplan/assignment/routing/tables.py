"""The tables in which a router keeps what it does. `migrations` makes them; what stands here is how they are read and written."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, text

METADATA = MetaData()

VERSION_TABLE, NEWEST = "routing_version", "0001"
"""Where the version of the tables is kept, and the one that this program knows."""

_GIVES = text("kind IN ('given', 'to owner')")

ROUTINGS = Table(
    "routings",
    METADATA,
    Column("routing", String(200), primary_key=True),
    Column("rules", String(64), nullable=False),
    Column("last_number", BigInteger, nullable=False),
)
"""A row for each routing: the fingerprint of the rules it goes by, and the number of its last entry. Whoever works, locks it."""

LOG = Table(
    "routing_log",
    METADATA,
    Column("routing", String(200), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("lead", String(200)),
    Column("rep", String(200)),
    Column("pool", String(200)),
    Column("counted", BigInteger, nullable=False),
    Column("said", Text, nullable=False),
    Column("details", Text, nullable=False),
    Index("routing_log_lead", "routing", "lead", "number"),
    Index("routing_log_given_once", "routing", "lead", unique=True, sqlite_where=_GIVES, postgresql_where=_GIVES),
)
"""A row for each entry of the log. No lead is given twice: the database itself refuses that."""

POOLS = Table(
    "routing_pools",
    METADATA,
    Column("routing", String(200), primary_key=True),
    Column("pool", String(200), primary_key=True),
    Column("terms", Text, nullable=False),
    Column("largest", BigInteger, nullable=False),
)
"""A row for each pool: what its levels depend on, and the largest quality so far, in hundredths."""

LEVELS = Table(
    "routing_levels",
    METADATA,
    Column("routing", String(200), primary_key=True),
    Column("pool", String(200), primary_key=True),
    Column("rep", String(200), primary_key=True),
    Column("weight", BigInteger, nullable=False),
    Column("load", BigInteger, nullable=False),
    Column("credit", BigInteger, nullable=False),
    Column("owned", BigInteger, nullable=False),
    Column("there", Boolean, nullable=False),
)
"""A row for each member of a pool: weight in ten-thousandths; load, credit and owned in hundredths; and whether there the last time."""

BURDENS = Table(
    "routing_burdens",
    METADATA,
    Column("routing", String(200), primary_key=True),
    Column("rep", String(200), primary_key=True),
    Column("open", Integer, nullable=False),
    Column("day", String(10)),
    Column("today", Integer, nullable=False),
)
"""A row for each rep: how many leads are open, and how many were given on the latest day."""

ABSENCES = Table(
    "routing_absences",
    METADATA,
    Column("routing", String(200), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("rep", String(200), nullable=False),
    Column("first", String(10), nullable=False),
    Column("last", String(10), nullable=False),
    Column("reason", Text, nullable=False),
)
"""A row for each absence that was told; its number is that of its entry in the log."""
