"""Run by Alembic: upgrades the database behind the connection that it is handed, in the transaction that is open there."""

from __future__ import annotations

from alembic import context

from compplan.assignment.routing.tables import METADATA, VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION_TABLE)
context.run_migrations()
