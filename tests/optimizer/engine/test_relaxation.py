"""The knapsacks of all sites against filling by ratio, whatever prices came before, with cuts and without."""

import numpy as np
import pytest

from sitewright.optimizer.engine.capacitated import relaxation
from sitewright.optimizer.engine.capacitated.cuts import Cuts, no_cuts
from sitewright.optimizer.engine.capacitated.workplace import Workplaces
from sitewright.optimizer.engine.uncapacitated.prefix import build_prefix


def filled(cost: np.ndarray, demand: np.ndarray, capacity: float, u: np.ndarray) -> float:
    """Return what one site gains, best ratio first."""
    gain = u - cost
    value = float(gain[(gain > 0) & (demand == 0)].sum())
    room = capacity
    some = np.flatnonzero((gain > 0) & (demand > 0))
    for i in some[np.argsort(-gain[some] / demand[some], kind="stable")]:
        part = min(1.0, room / demand[i])
        value += part * gain[i]
        room -= part * demand[i]
    return value


def drawn(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 40)), int(rng.integers(1, 9))
    # Whole numbers, so that many ratios are the same.
    cost = np.where(rng.random((n, m)) < 0.1, np.inf, rng.integers(1, 9, (n, m)).astype(float))
    demand = rng.integers(0, 4, n).astype(float)
    capacity = rng.integers(0, int(demand.sum()) + 2, m).astype(float)
    return rng, cost, demand, capacity


def no_rows() -> tuple[np.ndarray, ...]:
    return np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0)


def some_cuts(rng: np.random.Generator, n: int, m: int) -> tuple[Cuts, np.ndarray]:
    """Return up to four cuts, and which customers each binds at which sites."""
    k = int(rng.integers(0, 5))
    cuts = Cuts(rng.random((k, n)) < 0.6, rng.random((k, m)) < 0.6, np.zeros((k, m)), np.zeros(k))
    binds = cuts.customers[:, :, None] & cuts.sites[:, None, :]
    return cuts, binds


@pytest.mark.parametrize("seed", range(40))
def test_every_site_gains_what_filling_by_ratio_gains(seed: int) -> None:
    """Fails if a price of a MW is not the best, pairs are not gathered anew where prices leave what was gathered, or a
    price of a cut is not paid by its customers at its sites alone."""
    rng, cost, demand, capacity = drawn(seed)
    n, m = cost.shape
    near = build_prefix(cost, np.ones(m, dtype=bool), rank=m)
    state = rng.choice(np.array([-1, -1, 0, 1], np.int8), m)
    cuts, binds = some_cuts(rng, n, m)
    problem = near.arrays, demand, capacity, 0.0, np.zeros(m)
    bound_by = *cuts.by_site, cuts.customers.view(np.uint8)
    with Workplaces(near, cuts).one() as work:
        for _ in range(6):
            u = rng.integers(0, 14, n) * rng.choice([0.2, 1.0, 1.7])
            lam = rng.integers(0, 3, len(binds)) * 0.5
            dear = cost + np.einsum("k,kij->ij", lam, binds) * demand[:, None]
            rho = np.zeros(m)
            relaxation.knapsacks(problem, bound_by, lam, u, state, work, rho)
            for j in range(m):
                value = 0.0 if state[j] == 0 else filled(dear[:, j], demand, capacity[j], u)
                assert -rho[j] == pytest.approx(value, abs=1e-9)
                if state[j] != 0:
                    relaxation.shares(j, capacity, work)
                    pairs = slice(work[0][j], work[0][j] + work[1][j])
                    served = np.zeros(n)
                    served[work[2][pairs]] = work[9][pairs]
                    assert np.all((served >= 0) & (served <= 1 + 1e-9))
                    assert served @ demand <= capacity[j] + 1e-6
                    some = served > 0
                    assert served[some] @ (u - dear[:, j])[some] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_slopes_bound_the_relaxation_from_above(seed: int) -> None:
    """Fails if a slope of a price of a customer, a row or a cut is wrong: L is concave."""
    rng, cost, demand, capacity = drawn(seed)
    n, m = cost.shape
    near = build_prefix(cost, np.ones(m, dtype=bool), rank=m)
    k = int(rng.integers(1, 5))
    cuts = Cuts(rng.random((k, n)) < 0.6, rng.random((k, m)) < 0.6, rng.normal(0, 3, (k, m)), rng.normal(0, 5, k))
    start, cut, value = cuts.by_site
    # One row on all columns, then the cuts.
    rows = (
        np.array([0, m, *[m] * k]),
        np.arange(m),
        rng.normal(0, 1, m),
        np.array([-1.0, *[-np.inf] * k]),
        np.array([1.0, *cuts.most]),
    )
    bound_by = start, cut, value, cuts.customers.view(np.uint8)
    problem = near.arrays, demand, capacity, 0.6 * capacity.sum(), rng.integers(1, 9, m).astype(float)
    state, empty = np.full(m, -1, np.int8), np.empty((0, 0), np.float32)
    with Workplaces(near, cuts).one() as work:

        def at(u: np.ndarray, lam: np.ndarray) -> tuple[float, np.ndarray]:
            pick = np.zeros(m)
            value, _ = relaxation.evaluate(problem, rows, bound_by, u, lam, state, work, np.empty(m), pick)
            return float(value), pick

        for _ in range(8):
            u, other = rng.random((2, n)) * 12
            lam, lam_other = np.abs(rng.normal(0, 0.3, (2, k + 1)))
            lam[1:] *= rng.random(k) < 0.7
            value, pick = at(u, lam)
            g, h = np.empty(n), np.empty(k + 1)
            relaxation.slopes(problem, rows, bound_by, lam, work, pick, g, h, empty)
            above = value + g @ (other - u) + h @ (lam_other - lam)
            assert at(other, lam_other)[0] <= above + 1e-6 * (1 + abs(above))


@pytest.mark.parametrize("seed", range(20))
def test_prices_that_drifted_up_together_come_down_at_no_loss(seed: int) -> None:
    """Fails if lower prices bound less, or stay where every site is full at any price."""
    rng = np.random.default_rng(seed)
    n, m = 30, 6
    cost, demand = rng.integers(5, 30, (n, m)).astype(float), rng.integers(1, 5, n).astype(float)
    capacity = np.full(m, np.ceil(0.3 * demand.sum()))
    near = build_prefix(cost, np.ones(m, dtype=bool), rank=m)
    price, state, none = rng.integers(10, 40, m).astype(float), np.full(m, -1, np.int8), np.empty(0)
    need = demand.sum() * (1 - 1e-9)

    def bound(u: np.ndarray) -> float:
        problem = near.arrays, demand, capacity, need, price
        cuts = no_cuts(n, m)
        bound_by = *cuts.by_site, cuts.customers.view(np.uint8)
        value, _ = relaxation.evaluate(problem, no_rows(), bound_by, u, none, state, work, np.empty(m), np.zeros(m))
        return float(value)

    with Workplaces(near, no_cuts(n, m)).one() as work:
        u = 25.0 + 10.0 * rng.random(n)
        drifted = u + 50.0 * demand
        high = bound(drifted)
        assert relaxation.ease(demand, capacity, drifted, state, work)
        assert bound(drifted) >= high - 1e-6 * abs(high)
        assert np.all(drifted < u + 25.0 * demand)
        bound(drifted)
        assert not relaxation.ease(demand, capacity, drifted, state, work)
