"""The steps that make the tables of a router, one file each, in the form of Alembic."""
