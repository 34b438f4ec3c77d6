"""The best assignment for a given set of open sites."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright import kernels
from sitewright.kernels._backends import backend_for
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.model.build import build
from sitewright.optimizer.model.columns import Columns
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.solver.process import solve_model

# Shares below this are what a solver's tolerance leaves over.
DUST = 1e-7


def is_free(problem: Problem) -> bool:
    """Return whether the open sites alone decide the assignment: no capacity and no rule over loads."""
    return not any(rule.binds_loads(problem) for rule in problem.all_rules)


def only_capacity(problem: Problem) -> bool:
    """Return whether capacities, and that some customers have one site, are all that ties customers together."""
    return not any(rule.binds_loads(problem) and rule.name != "capacity" for rule in problem.all_rules)


def single_sourced(problem: Problem) -> NDArray[np.bool_]:
    """Return which customers must be served from one site. Shape (customers,)."""
    single = np.zeros(problem.n_customers, dtype=bool)
    for rule in problem.all_rules:
        mask = rule.single_source(problem)
        if mask is not None:
            single |= mask
    return single


def cheapest(cost: Any, is_open: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return each customer's cheapest open site (-1: none) and its cost, shapes (customers,); wherever it lies."""
    found = kernels.nearest(cost, is_open, backend=backend_for(cost))
    return found.site.astype(np.int64), found.cost.astype(np.float64)


def nearest(problem: Problem, is_open: NDArray[np.bool_], cost: Any) -> Decision | None:
    """Serve every customer from its cheapest open site; None if one has none. `cost` has +inf for forbidden pairs."""
    if not is_open.any():
        return None
    site, each = cheapest(cost, is_open)
    if not np.isfinite(each).all():
        return None
    return Decision(is_open.copy(), np.arange(problem.n_customers), site, np.ones(problem.n_customers))


def assign(
    problem: Problem,
    is_open: NDArray[np.bool_],
    cost: NDArray[np.float64],
    *,
    solver: str = "highs",
    time_limit: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Decision | None:
    """Return the cheapest assignment that keeps all rules, or None if there is none (or no time to find it)."""
    decision = nearest(problem, is_open, cost)
    if decision is None or is_free(problem):
        return decision
    if not any(True for rule in problem.all_rules for _ in rule.broken(problem, decision)):
        return decision
    model = build(problem, live=problem.allowed & is_open).fixed(is_open)
    answer = solve_model(model, solver=solver, time_limit=time_limit, gap=1e-9, stop=stop)
    if answer.values is None:
        return None
    return from_values(problem, is_open, answer.values[model.columns.first_pair :], model.columns)


def from_values(problem: Problem, is_open: NDArray[np.bool_], serve: NDArray[np.float64], columns: Columns) -> Decision:
    """Return the decision in a solver's shares, shape (pairs,), without its dust: shares add up to 1 again."""
    customer, site = columns.pair_customer, columns.pair_site
    single = single_sourced(problem)
    share = np.where(single[customer], np.round(serve), serve)
    share = np.where((share > DUST) & is_open[site], np.minimum(share, 1.0), 0.0)
    keep = np.flatnonzero(share)
    total = np.bincount(customer[keep], share[keep], minlength=problem.n_customers)
    share = share[keep] / np.where(total > 0, total, 1.0)[customer[keep]]
    return Decision(is_open.copy(), customer[keep], site[keep], share)
