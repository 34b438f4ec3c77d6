"""A frontier as a versioned JSON document, and back."""

from math import inf, isfinite
from pathlib import Path
from typing import Any

from sitewright.optimizer.io.document import read_document, same_problem, whole
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.study.frontier import Frontier, Point

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


def read_frontier_json(file: Path, problem: Problem) -> Frontier:
    """Read a frontier of this problem.

    Raises
    ------
    InvalidProblem
        If the file is no frontier, or one of another problem.
    """
    document = read_document(file, SCHEMA, "sitewright frontier --json")
    with whole(str(file), SCHEMA):
        same_problem(document, problem.name, str(file))
        points = tuple(_point(point) for point in document["points"])
        return Frontier(str(document["problem"]), str(document["against"]), str(document["unit"]), points)


def _point(said: dict[str, Any]) -> Point:
    # Proved that there is no plan: no cost and no bound, and settled.
    none = inf if said["settled"] else -inf
    return Point(
        limit=float(said["limit"]),
        reached=None if said["reached"] is None else float(said["reached"]),
        cost=inf if said["cost"] is None else float(said["cost"]),
        bound=none if said["bound"] is None else float(said["bound"]),
        open_sites=tuple(map(str, said["open_sites"])),
        settled=bool(said["settled"]),
    )
