"""The limit of dual ascent, by an LP solver: no prices can pay more. SciPy; the oracle."""

import numpy as np
from numpy.typing import ArrayLike


def best_bound(cost: ArrayLike, fixed_cost: ArrayLike) -> float:
    """Return the value of the strong LP relaxation, from its primal side."""
    from scipy.optimize import linprog

    c, f = np.asarray(cost, dtype=np.float64), np.asarray(fixed_cost, dtype=np.float64)
    n, m = c.shape
    # Columns: x (customer by customer), then y. Forbidden pairs are fixed at zero.
    objective = np.concatenate([np.where(np.isfinite(c), c, 0.0).ravel(), f])
    served = np.hstack([np.kron(np.eye(n), np.ones(m)), np.zeros((n, m))])
    linked = np.hstack([np.eye(n * m), -np.kron(np.ones((n, 1)), np.eye(m))])
    upper = np.concatenate([np.isfinite(c).ravel(), np.ones(m)]).astype(float)
    done = linprog(objective, linked, np.zeros(n * m), served, np.ones(n), np.column_stack([0 * upper, upper]))
    return float(done.fun)
