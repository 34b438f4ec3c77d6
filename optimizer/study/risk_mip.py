r"""What weights cannot prove of a risk measure, as a MIP over scenario x customer rows with columns of its own.

.. math:: \min \; \text{sites} + \eta + \sum_s m_s \zeta_s, \qquad
   \sum_{i \in s, j} c_{ij} x_{ij} \le \eta + \zeta_s \; \text{for each scenario } s

with :math:`m_s` the largest weight of a scenario (Rockafellar, Uryasev 2000); without :math:`\zeta` for the worst case.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.lagrangian import least_open, root_bound
from sitewright.optimizer.model.build import build
from sitewright.optimizer.model.columns import Columns, Rows, row, stack
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model
from sitewright.optimizer.study.outlook import Outlook

if TYPE_CHECKING:
    from sitewright.optimizer.study.two_stage import _Run


def close_by_mip(run: "_Run", weights: NDArray[np.float64], best: Outlook) -> tuple[NDArray[np.bool_] | None, float]:
    """Return the best open set, or None if there is none better than the one known; and the bound it proves."""
    weighted = run.weighted(weights)
    # Any weights bound the measure from below, so a site that they rule out is out.
    root = root_bound(weighted, target=best.value, at_least=least_open(weighted, time_limit=run.left))
    closed = root.proved_closed(best.value)
    plain = run.weighted(np.ones_like(weights))
    cuts: list[Rows] = []
    seen = np.zeros(plain.n_sites, dtype=bool)
    while True:
        base = build(plain, closed=closed, cuts=cuts)
        c, n = base.columns, len(weights)
        more = n + 1 if run.measure == "cvar" else 1
        columns = Columns(c.n_sites, c.n_partners, c.pair_customer, c.pair_site, n_further=more)
        eta = columns.first_further
        scenario = c.pair_customer // (plain.n_customers // n)
        rows = [base.rows]
        for s in range(n):
            pairs = np.flatnonzero(scenario == s)
            tail = [eta, eta + 1 + s] if more > 1 else [eta]
            # Tail columns are in units of the best value: rows of plain size are what tolerances are made for.
            value = np.concatenate([base.cost[c.serve[pairs]] / best.value, -np.ones(len(tail))])
            rows.append(row("measure", np.concatenate([c.serve[pairs], tail]), value, upper=0.0))
        cost = base.cost.copy()
        cost[c.serve] = 0.0
        cost = np.concatenate([cost, [best.value], best.value * run.most if more > 1 else []])
        used = np.flatnonzero(cost)
        rows.append(row("bounds", used, cost[used] / best.value, lower=run.bound / best.value - 1e-9, upper=1 + 1e-9))
        upper = np.concatenate([base.upper, np.full(more, 2.0)])
        integer = np.concatenate([base.integer, np.zeros(more, dtype=bool)])
        model = replace(base, columns=columns, cost=cost, upper=upper, integer=integer, rows=stack("all", rows))
        answer = solve_model(
            model, solver=run.solver, time_limit=run.left, gap=run.gap / 2, threads=run.threads, seed=run.seed
        )
        if answer.outcome is Outcome.INFEASIBLE:
            return None, best.value
        if answer.values is None:
            return None, answer.bound
        is_open = answer.values[: c.n_sites] > 0.5
        new = [cut for rule in plain.rules if rule.lazy for cut in rule.cuts(plain, is_open, seen)]
        if not new:
            return is_open, answer.bound
        cuts += new
        seen |= is_open
