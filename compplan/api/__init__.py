"""The product from Python: open a project, check it, run a period, and ask for payouts, credits and explanations as Arrow tables."""

from compplan.api.company import Company, Progress, open_project, period_of
from compplan.api.results import Results

__all__ = ["Company", "Progress", "Results", "open_project", "period_of"]
