"""Leads as they come, each to a rep at once.

from compplan.assignment.routing import open_router

with open_router("leads.yaml") as router:
    answer = router.route({"lead": "L-1", "value": 4920, "language": "en"})
    print(answer["rep"], answer["why"])
"""

from compplan.assignment.routing.opening import open_router
from compplan.assignment.routing.router import Router

__all__ = ["Router", "open_router"]
