"""A plan as a solution that a MIP may start from."""

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.capacitated.incumbent import Mask
from sitewright.optimizer.model.columns import Columns
from sitewright.optimizer.problem import Problem


def hint_of(problem: Problem, columns: Columns, decision: Decision | None, live: Mask) -> NDArray[np.float64] | None:
    """Return a decision as values of the columns, None if it uses other pairs."""
    if decision is None or not live[decision.customer, decision.site].all():
        return None
    shares = np.zeros(live.shape)
    shares[decision.customer, decision.site] = decision.share
    used = np.zeros(problem.n_partners)
    partners = problem.partner_of[decision.open]
    used[partners[partners >= 0]] = 1.0
    return np.concatenate([decision.open.astype(np.float64), used, shares[columns.pair_customer, columns.pair_site]])
