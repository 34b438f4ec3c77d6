"""A comparison of plans, and an answer to what-if, as versioned JSON documents."""

from typing import Any

from sitewright.optimizer.io.explanation_json import brief_plan, conflict_document
from sitewright.optimizer.study.comparison import Comparison
from sitewright.optimizer.study.what_if import WhatIf

SCHEMA = "sitewright-comparison/1"
SCHEMA_OF_WHAT_IF = "sitewright-what-if/1"


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain JSON types. Money in EUR/yr, latency in ms, power in MW."""
    return {"schema": SCHEMA} | _comparison(comparison)


def what_if_document(answer: WhatIf) -> dict[str, Any]:
    """Return the answer as plain JSON types; one of `comparison` and `conflict` is null."""
    return {
        "schema": SCHEMA_OF_WHAT_IF,
        "problem": answer.problem.name,
        "before": brief_plan(answer.before),
        "comparison": None if answer.comparison is None else _comparison(answer.comparison),
        "kept_cost": answer.kept_cost,
        "conflict": None if answer.conflict is None else conflict_document(answer.conflict),
    }


def _comparison(c: Comparison) -> dict[str, Any]:
    return {
        "before": brief_plan(c.before),
        "after": brief_plan(c.after),
        "opened": list(c.opened),
        "closed": list(c.closed),
        "cost_change": dict(c.cost),
        "least_cost_change_between": None if c.range is None else list(c.range),
        "latency_change_ms": {segment: dict(figures) for segment, figures in c.latency.items()},
        "load_mw": {site: list(both) for site, both in c.load.items()},
        "moved_mw": c.moved_mw,
        "moved_customers": c.moved_customers,
    }
