"""Databases for the tests of this folder."""

from tests.support.databases import database

__all__ = ["database"]
