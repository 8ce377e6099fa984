"""Sales compensation as code: plans in a small language, payouts to the cent, each one explained.

from compplan import open_project

company = open_project("plans")
for problem in company.check():
    print(problem.title, problem.message)
quarter = company.run("2027-Q1")
quarter.payouts.to_pandas()
quarter.explain("ana.ruiz")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compplan.api import Company, Results, open_project
    from compplan.diagnostics import Diagnostic, Problems

__all__ = ["Company", "Diagnostic", "Problems", "Results", "open_project"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has the name
    """Imports what is asked for, so that importing the package costs nothing."""
    if name in ("Diagnostic", "Problems"):
        from compplan import diagnostics

        return getattr(diagnostics, name)
    if name in __all__:
        from compplan import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
