"""A frontier as a versioned JSON document."""

from math import isfinite
from typing import Any

from sitewright.optimizer.study.frontier import Frontier

SCHEMA = "sitewright-frontier/1"


def frontier_document(answer: Frontier) -> dict[str, Any]:
    """Return the frontier as plain JSON types. Costs in EUR/yr; null where there is no plan, or no bound."""
    return {
        "schema": SCHEMA,
        "problem": answer.problem_name,
        "against": answer.against,
        "unit": answer.unit,
        "points": [
            {
                "limit": p.limit,
                "reached": p.reached,
                "cost": p.cost if isfinite(p.cost) else None,
                "bound": p.bound if isfinite(p.bound) else None,
                "open_sites": list(p.open_sites),
                "settled": p.settled,
            }
            for p in answer.points
        ],
    }
