"""Flow covers against every set of sites that may open, and the bound with them against the best plan."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sitewright as sw
from sitewright.instances.generators import generate
from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.cuts import Cuts
from sitewright.optimizer.engine.capacitated.flow_cover import flow_covers
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance, capacitated
from sitewright.optimizer.engine.capacitated.root import climb, first_prices
from sitewright.optimizer.engine.capacitated.strengthen import strengthen
from sitewright.optimizer.engine.uncapacitated import usable_cost


def most_of(cuts: Cuts, k: int, demand: np.ndarray, capacity: np.ndarray) -> float:
    """Return the most that the left side of a cut comes to: customers may be served by any open site of it."""
    need, sites = float(demand[cuts.customers[k]].sum()), np.flatnonzero(cuts.sites[k])
    best = -np.inf
    for n in range(len(sites) + 1):
        for some in itertools.combinations(sites, n):
            is_open = list(some)
            served = min(float(np.minimum(capacity[is_open], need).sum()), need)
            best = max(best, served + float(cuts.value[k, is_open].sum()))
    return best


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_no_plan_misses_a_flow_cover(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 15)), int(rng.integers(2, 8))
    demand, capacity = rng.integers(0, 9, n).astype(float), rng.integers(1, 30, m).astype(float)
    x = rng.random((m, n)) * (rng.random((m, n)) < 0.5)
    x = (x / np.maximum(x.sum(axis=0), 1e-9)).astype(np.float32)
    y = np.clip(np.maximum(x.max(axis=1), (x @ demand) / capacity) * rng.uniform(0.8, 1.2, m), 0.0, 1.0)
    cuts = flow_covers(x, y, demand, capacity)
    for k in range(len(cuts)):
        assert most_of(cuts, k, demand, capacity) <= cuts.most[k] + 1e-6 * max(1.0, abs(cuts.most[k]))


def test_two_half_open_sites_are_cut_off() -> None:
    """Fails if the cover of the textbook is not found: 12 MW from two sites of 10 MW, open for 0.6 each."""
    demand, capacity = np.full(6, 2.0), np.array([10.0, 10.0])
    x, y = np.full((2, 6), 0.5, np.float32), np.array([0.6, 0.6])
    cuts = flow_covers(x, y, demand, capacity)
    assert len(cuts) == 1
    left = float(cuts.customers[0] @ (x.sum(axis=0) * demand)) + float(cuts.value[0] @ y)
    # An excess of 8: 12 + 2 (1 - 0.6) + 2 (1 - 0.6) > 12.
    assert left - cuts.most[0] == pytest.approx(1.6, abs=1e-5)


def root_of(problem: sw.Problem) -> tuple[CapacitatedInstance, Incumbent, Point]:
    a = capacitated(problem, usable_cost(problem), threads=1)
    best = Incumbent(
        a,
        1e-6,
        keeps=lambda is_open: True,
        partner_of=problem.partner_of,
        report=lambda decision, value: None,
        stop=lambda: False,
    )
    point = Point(first_prices(a), np.zeros(len(a.rows)), a.sites.state.copy())
    climb(a, best, point, seed=0, report=lambda value: None, stop=lambda: False)
    return a, best, point


@pytest.mark.parametrize("seed", range(6))
def test_cuts_close_a_part_of_the_gap_and_no_more(seed: int) -> None:
    """Fails if cuts do not reach the prices, or the bound with them passes the best plan."""
    problem = generate("cornuejols", customers=100, sites=100, r=[5.0, 8.0][seed % 2], seed=seed)
    optimum = sw.solve(problem, gap=1e-7, ties=False).objective
    a, best, point = root_of(problem)
    plain = point.value
    cut = strengthen(a, best, point, seed=0, report=lambda value: None, stop=lambda: False)
    assert plain < point.value <= optimum * (1 + 1e-7)
    assert len(point.lam) == cut.n_prices
    assert len(cut.cuts) == 0 or point.value - plain > 0.2 * (optimum - plain)


def test_cuts_are_kept_where_they_close_much() -> None:
    """Fails if cuts do not reach the tree: they close 0.14 of 0.39 %."""
    problem = generate("cornuejols", customers=200, sites=200, r=5.0, seed=0)
    a, best, point = root_of(problem)
    assert len(strengthen(a, best, point, seed=0, report=lambda value: None, stop=lambda: False).cuts) > 0


def test_a_stop_between_rounds_keeps_the_bound() -> None:
    """Fails if a stop while cuts are looked for leaves prices that the instance does not know."""
    problem = generate("cornuejols", customers=100, sites=100, r=5.0, seed=0)
    a, best, point = root_of(problem)
    rounds = iter(range(100))
    cut = strengthen(a, best, point, seed=0, report=lambda value: None, stop=lambda: next(rounds) > 12)
    assert len(point.lam) == cut.n_prices == a.n_prices
