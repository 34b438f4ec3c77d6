"""Exchanges of sites against the cost of every one of them, by SciPy."""

import numpy as np
import pytest

from sitewright.optimizer.engine.capacitated import transport
from tests.optimizer.engine.test_capacitated import cheapest


@pytest.mark.parametrize("most", [1, 1000])
@pytest.mark.parametrize("seed", range(25))
def test_all_exchanges_below_the_limit_are_found_and_no_others(seed: int, most: int) -> None:
    """Fails if prices rule out an exchange that pays, a closing ends too early, or a search resumed leaves one out."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(4, 12)), int(rng.integers(4, 8))
    unit = np.where(rng.random((n, m)) < 0.05, np.inf, 10 * rng.random((n, m)))
    demand, fixed = rng.integers(1, 6, n).astype(float), 20 * rng.random(m)
    capacity = np.ceil(rng.random(m) * demand.sum() * 0.8) + 1.0
    source = transport.begin(n, m)
    source[0][: m // 2 + 1] = 1
    need = float(demand.sum())
    if capacity[source[0] == 1].sum() < need or not transport.serve(np.arange(n), unit, capacity, demand, source):
        pytest.skip("the first sites do not serve them")
    locked = rng.random(m) < 0.2
    is_open = source[0] == 1
    limit = transport.cost_of(unit, source) + fixed[is_open].sum() + rng.choice([-1e-9, 5.0])
    closing, opening = np.flatnonzero(is_open & ~locked), np.flatnonzero(~is_open)
    expected = {}
    for k in (-1, *opening):
        for j in (-1, *closing):
            after = is_open.copy()
            if k >= 0:
                after[k] = True
            if j >= 0:
                after[j] = False
            service = cheapest(unit, np.where(after, capacity, 0.0), demand) if (k, j) != (-1, -1) else None
            if service is not None and service + fixed[after].sum() < limit - 1e-7:
                expected[int(k), int(j)] = service
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
    near = {pair for pair in set(seen) ^ set(expected) if pair in expected}
    assert not near
    for pair, service in expected.items():
        assert seen[pair] == pytest.approx(service, abs=1e-6)
