"""Exchanges of sites against the cost of every one of them, by SciPy."""

import numpy as np
import pytest

from sitewright.optimizer.engine.capacitated import transport
from tests.optimizer.engine.test_capacitated import cheapest


def served(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """Return costs, demands and capacities that the first half of the sites can serve, and do."""
    rng = np.random.default_rng(seed)
    while True:
        n, m = int(rng.integers(4, 12)), int(rng.integers(4, 8))
        unit = np.where(rng.random((n, m)) < 0.05, np.inf, 10 * rng.random((n, m)))
        demand = rng.integers(1, 6, n).astype(float)
        capacity = np.ceil(rng.random(m) * demand.sum() * 0.8) + 1.0
        source = transport.begin(n, m)
        source[0][: m // 2 + 1] = 1
        enough = capacity[source[0] == 1].sum() >= demand.sum()
        if enough and transport.serve(np.arange(n), unit, capacity, demand, source):
            return rng, unit, demand, capacity, source


@pytest.mark.parametrize("most", [1, 1000])
@pytest.mark.parametrize("seed", range(25))
def test_all_exchanges_below_the_limit_are_found_and_no_others(seed: int, most: int) -> None:
    """Fails if prices rule out an exchange that pays, a closing ends too early, or a search resumed leaves one out."""
    rng, unit, demand, capacity, source = served(seed)
    (n, m), need = unit.shape, float(demand.sum())
    fixed = 20 * rng.random(m)
    locked = rng.random(m) < 0.2
    is_open = source[0] == 1
    limit = transport.cost_of(unit, source) + fixed[is_open].sum() + rng.choice([-1e-9, 5.0])
    closing, opening = np.flatnonzero(is_open & ~locked), np.flatnonzero(~is_open)
    exact = {}
    for k in (-1, *opening):
        for j in (-1, *closing):
            after = is_open.copy()
            after[[x for x in (k,) if x >= 0]] = True
            after[[x for x in (j,) if x >= 0]] = False
            service = cheapest(unit, np.where(after, capacity, 0.0), demand) if (k, j) != (-1, -1) else None
            if service is not None:
                exact[int(k), int(j)] = service, service + fixed[after].sum()
    opened, trial = transport.begin(n, m), transport.begin(n, m)
    into, first, skip, seen = np.concatenate([[-1], opening]), 0, 0, {}
    while first < len(into):
        found, k, j, first, skip = transport.first_better(
            source, opened, trial, unit, capacity, demand, fixed, locked, into, first, skip, need, limit, most
        )
        if found:
            assert (k, j) not in seen
            seen[k, j] = transport.cost_of(unit, trial)
            assert np.all(trial[2] <= capacity * (1 + 1e-9))
            after = is_open.copy()
            after[[x for x in (k,) if x >= 0]] = True
            after[[x for x in (j,) if x >= 0]] = False
            assert np.array_equal(trial[0] == 1, after)
    assert {pair for pair, (_, total) in exact.items() if total < limit - 1e-7} <= set(seen)
    for pair, service in seen.items():
        assert service == pytest.approx(exact[pair][0], abs=1e-6)
        assert exact[pair][1] < limit + 1e-7
