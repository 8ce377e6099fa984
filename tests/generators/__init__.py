"""Strategies for plans in the plan language, as text, and for records of one small company that tie and leave gaps on purpose."""

from tests.generators.cases import Case, cases, check

__all__ = ["Case", "cases", "check"]
