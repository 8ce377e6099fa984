"""The oracle: a plan worked out one row at a time in exact fractions, as the language reference says it, and with no thought of speed.

The engine is held to it; the two share nothing but the typed plan, the schema and the calendar.
"""

from tests.oracle.components import Earning
from tests.oracle.outcome import Outcome, evaluate
from tests.oracle.values import CreditRow, Trouble

__all__ = ["CreditRow", "Earning", "Outcome", "Trouble", "evaluate"]
