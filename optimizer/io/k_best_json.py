"""The k best choices of sites as a versioned JSON document."""

from math import isfinite
from typing import Any

from sitewright.optimizer.io.explanation_json import brief_plan
from sitewright.optimizer.study.k_best import KBest

SCHEMA = "sitewright-k-best/1"


def k_best_document(answer: KBest) -> dict[str, Any]:
    """Return the answer as plain JSON types. Costs in EUR/yr; null where there is no plan, or no bound."""
    return {
        "schema": SCHEMA,
        "problem": answer.problem_name,
        "plan": brief_plan(answer.plan),
        "sets": [{"open_sites": list(s.open_sites), "cost": s.cost, "extra": s.extra} for s in answer.sets],
        "others_cost_at_least": _finite(answer.others_cost),
        "complete": answer.complete,
        "within": answer.within,
        "survivors": [
            {
                "site": s.site,
                "in_all": s.in_all,
                "without_at_least": _finite(s.without_low),
                "without_at_most": _finite(s.without_high),
            }
            for s in answer.survivors
        ],
    }


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
