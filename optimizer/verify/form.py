"""Is the plan well-formed? What is not cannot be looked at any further."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.verify.report import Finding

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan
    from sitewright.optimizer.problem import Problem


def check_form(plan: "Plan", problem: "Problem") -> Iterator[Finding]:
    """Yield what keeps a plan from being read: wrong lengths, positions that do not exist, no numbers."""
    customers, sites = (problem.data[dim].values.astype(str) for dim in ("customer", "site"))
    if not np.array_equal(plan.customers, customers) or not np.array_equal(plan.sites, sites):
        yield Finding("labels", "the plan's customers and sites are not those of the problem")
    if not np.array_equal(plan.demand, np.asarray(problem.data["demand"].values, dtype=np.float64)):
        yield Finding("labels", "the plan's demand is not that of the problem")
    d = plan.decision
    if np.shape(d.open) != sites.shape:
        yield Finding("assignment", f"says of {np.size(d.open)} sites whether they open, there are {len(sites)}")
    if not np.shape(d.customer) == np.shape(d.site) == np.shape(d.share) or np.ndim(d.share) != 1:
        shapes = f"{np.shape(d.customer)}, {np.shape(d.site)} and {np.shape(d.share)}"
        yield Finding("assignment", f"customer, site and share have the shapes {shapes}, they must be one")
    for dim, position, labels in (("customer", d.customer, customers), ("site", d.site, sites)):
        outside = np.flatnonzero((np.asarray(position) < 0) | (np.asarray(position) >= len(labels)))
        if len(outside):
            where = np.asarray(position)[outside[0]]
            yield Finding("assignment", f"speaks of {dim} number {where}, there are {len(labels)}")
    for k in np.flatnonzero(~np.isfinite(d.share))[:1]:
        yield Finding("assignment", f"holds the share {np.asarray(d.share)[k]}, it must be a number")
    figures = {"objective": plan.objective, "bound": plan.bound, "gap": plan.gap, "gap_asked": plan.gap_asked}
    figures |= {f"cost split, {kind}": value for kind, value in plan.cost_split.items()}
    for name, value in figures.items():
        # No bound yet is -inf, with an infinite gap: that is honest, if weak.
        none_yet = np.inf if plan.objective_kind == "coverage" else -np.inf
        honest = (name == "bound" and value == none_yet) or (name == "gap" and value == np.inf)
        if not honest and not (_is_real(value) and np.isfinite(value)):
            yield Finding(name, f"is {value}, it must be a number")


def _is_real(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
