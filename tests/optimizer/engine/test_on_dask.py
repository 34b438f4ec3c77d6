"""The engine without capacities on matrices in row blocks: the same answers, a plain refusal where it has none."""

import numpy as np
import pytest
import xarray as xr
from distributed import Client, LocalCluster

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.objective import with_objective
from tests import oracle


def in_blocks(problem: sw.Problem, rows: int) -> sw.Problem:
    data = problem.data.copy()
    for name in ("service_cost", "latency"):
        if name in data:
            data[name] = data[name].chunk({"customer": rows, "site": -1})
    return sw.Problem(data, problem.rules, problem.name)


def with_pair_rules(seed: int) -> sw.Problem:
    rng = np.random.default_rng(seed)
    n, m = 12, 7
    cost = rng.integers(1, 40, (n, m)).astype(np.float32 if seed % 2 else np.float64)
    cost[rng.random((n, m)) < 0.05] = np.inf
    data = {
        "demand": ("customer", rng.integers(1, 5, n).astype(float)),
        "fixed_cost": ("site", rng.integers(5, 60, m).astype(float)),
        "service_cost": (("customer", "site"), cost),
        "latency": (("customer", "site"), rng.integers(5, 80, (n, m)).astype(np.float32)),
        "residency": ("customer", rng.choice(["", "eu"], n)),
        "regime": ("site", rng.choice(["EU", "OTHER"], m)),
    }
    coords = {"customer": [f"c{i}" for i in range(n)], "site": [f"s{j}" for j in range(m)]}
    who = sw.rules.CustomerScope(customers=("c0", "c11"))
    rules = (
        sw.rules.Residency(allowed={"eu": ("EU",)}),
        sw.rules.LatencyLimit(at_most_ms=70.0),
        sw.rules.LegalExclusion(customers=who, sites=sw.rules.SiteScope(sites=("s0",)), reason="law"),
        sw.rules.SiteCount(at_most=int(rng.integers(2, 6))),
    )
    return sw.Problem(xr.Dataset(data, coords=coords), rules, f"pairs-{seed}")


@pytest.mark.parametrize("objective", ["cost", "p-median"])
@pytest.mark.parametrize("seed", range(8))
def test_it_finds_what_brute_force_finds_in_memory(seed: int, objective: str) -> None:
    """Fails if a pair rule is lost on the way to the blocks, or a block's customers are mixed up."""
    whole = with_pair_rules(seed)
    problem = in_blocks(whole, 5)
    truth = oracle.best(with_objective(whole, objective, None, None))
    if truth is None:
        with pytest.raises(sw.Infeasible):
            sw.solve(problem, objective=objective, backend="dask")
        return
    plan = sw.solve(problem, objective=objective, backend="dask")
    assert plan.objective == pytest.approx(truth, rel=1e-6) and plan.status is sw.Status.OPTIMAL
    assert plan.backend == "dask"
    assert plan.verify(problem).accepted and plan.verify(whole).accepted
    if objective == "cost":
        assert plan.input_hash == sw.solve(whole).input_hash


@pytest.mark.parametrize("p", [6, 30])
def test_rows_that_are_not_at_hand_hide_no_better_plan(p: int) -> None:
    """Fails if the search, blind beyond the near ends, values a plan wrongly, or the bound forgets a pair."""
    whole = generate("euclidean_p_median", seed=4, n=200, p=p)
    plan = sw.solve(in_blocks(whole, 64), backend="dask")
    assert plan.status is sw.Status.OPTIMAL and plan.objective == sw.solve(whole).objective
    assert plan.verify(whole).accepted


def test_a_cluster_keeps_the_rows() -> None:
    """Fails if something that goes to a worker cannot be sent, such as a rule."""
    whole = with_pair_rules(3)
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster):
        problem = in_blocks(whole, 5)
        plan = sw.solve(problem, backend="dask")
        assert plan.verify(problem).accepted
    assert plan.objective == sw.solve(whole).objective


def test_a_bad_entry_is_told_with_its_customer() -> None:
    whole = with_pair_rules(1)
    whole.data["service_cost"][7, 2] = np.nan
    with pytest.raises(sw.InvalidProblem, match="customer c7, site s2"):
        in_blocks(whole, 5)


def test_what_it_cannot_do_is_refused() -> None:
    """Fails if a matrix is loaded behind the caller's back, or a rule over loads is not held."""
    whole = with_pair_rules(1)
    problem = in_blocks(whole, 5)
    with pytest.raises(sw.InvalidProblem, match="backend='dask'"):
        sw.solve(problem)
    with pytest.raises(sw.InvalidProblem, match="lie on Dask"):
        sw.solve(whole, backend="dask")
    with pytest.raises(sw.InvalidProblem, match="mean_latency"):
        sw.solve(problem, backend="dask", rules=[sw.rules.MeanLatency(at_most_ms=50.0)])
    with pytest.raises(sw.InvalidProblem, match="p-center"):
        sw.solve(problem, backend="dask", objective="p-center", p=2)
    with pytest.raises(sw.InvalidProblem, match="'cpu', 'cuda' or 'dask'"):
        sw.solve(whole, backend="gpu")
