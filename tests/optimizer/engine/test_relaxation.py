"""The continuous knapsacks of all sites against filling by ratio, whatever prices came before."""

import numpy as np
import pytest

from sitewright.optimizer.engine.capacitated import relaxation
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


@pytest.mark.parametrize("seed", range(40))
def test_every_site_gains_what_filling_by_ratio_gains(seed: int) -> None:
    """Fails if a price of a MW is not the best, or pairs are not gathered anew where prices leave what was gathered."""
    rng, cost, demand, capacity = drawn(seed)
    n, m = cost.shape
    near = build_prefix(cost, np.ones(m, dtype=bool), rank=m)
    state = rng.choice(np.array([-1, -1, 0, 1], np.int8), m)
    with Workplaces(near).one() as work:
        for _ in range(6):
            u = rng.integers(0, 14, n) * rng.choice([0.2, 1.0, 1.7])
            rho, g = np.zeros(m), np.zeros(n)
            relaxation.knapsacks(near.arrays, demand, capacity, u, state, work, rho)
            for j in range(m):
                value = 0.0 if state[j] == 0 else filled(cost[:, j], demand, capacity[j], u)
                assert -rho[j] == pytest.approx(value, abs=1e-9)
                if state[j] != 0:
                    g[:] = 0.0
                    relaxation.leave(j, 1.0, demand, capacity, u, work, g)
                    served = -g
                    assert np.all((served >= 0) & (served <= 1 + 1e-9))
                    assert served @ demand <= capacity[j] + 1e-6
                    some = served > 0
                    assert served[some] @ (u - cost[:, j])[some] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_prices_that_drifted_up_together_come_down_at_no_loss(seed: int) -> None:
    """Fails if lower prices bound less, or stay where every site is full at any price."""
    rng = np.random.default_rng(seed)
    n, m = 30, 6
    cost, demand = rng.integers(5, 30, (n, m)).astype(float), rng.integers(1, 5, n).astype(float)
    capacity = np.full(m, np.ceil(0.3 * demand.sum()))
    near = build_prefix(cost, np.ones(m, dtype=bool), rank=m)
    rows = np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0)
    price, state, none = rng.integers(10, 40, m).astype(float), np.full(m, -1, np.int8), np.empty(0)
    need = demand.sum() * (1 - 1e-9)

    def bound(u: np.ndarray) -> float:
        given = (near.arrays, demand, capacity, capacity, need, rows, price, u, none, state)
        value, _ = relaxation.evaluate(*given, work, np.empty(m), np.zeros(m))
        return float(value)

    with Workplaces(near).one() as work:
        u = 25.0 + 10.0 * rng.random(n)
        drifted = u + 50.0 * demand
        high = bound(drifted)
        assert relaxation.ease(demand, capacity, drifted, state, work)
        assert bound(drifted) >= high - 1e-6 * abs(high)
        assert np.all(drifted < u + 25.0 * demand)
        bound(drifted)
        assert not relaxation.ease(demand, capacity, drifted, state, work)
