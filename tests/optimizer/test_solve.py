"""The whole solve against brute force, its stops, and its arguments."""

import threading
import time

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from tests.brute_force import solve_as_brute_force


@pytest.mark.parametrize("seed", range(24))
def test_solve_equals_brute_force_with_every_rule(seed):
    """Proves: least cost and infeasibility are right. Sensitivity: breaks if any stage cuts a plan off."""
    problem = generate("ruled", seed=seed)
    solve_as_brute_force(problem)


@pytest.mark.parametrize("single_source", [False, True])
def test_scip_agrees_with_highs(single_source):
    """Two solvers share neither code nor options: a wrong hand-over of rows shows as a difference."""
    problem = generate("cornuejols", seed=3, customers=15, sites=6, r=3.0, single_source=single_source)
    values = [sw.solve(problem, solver=s).objective for s in ("highs", "scip")]
    assert values[0] == pytest.approx(values[1], rel=1e-6)


def test_cp_sat_is_refused_with_split_demand():
    """CP-SAT discretises continuous shares and has returned a wrong optimum."""
    problem = generate("cornuejols", seed=3, customers=15, sites=6, r=3.0)
    with pytest.raises(sw.InvalidProblem, match="cp-sat"):
        sw.solve(problem, solver="cp-sat")


def test_a_p_median_opens_exactly_p_sites():
    problem = generate("euclidean_p_median", seed=1, n=30, p=4)
    plan = sw.solve(problem)
    assert len(plan.open_sites) == 4
    assert plan.objective == sw.solve(problem, objective="p-median", p=4).objective


def test_cancel_returns_the_best_plan_within_a_second():
    """An interrupted solve must not lose its plan, and must not keep the caller waiting."""
    problem = generate("cornuejols", seed=5, customers=300, sites=300, r=10.0)
    token, asked, started = sw.CancelToken(), [], []

    def cancel():
        asked.append(time.monotonic())
        token.cancel()

    def watch(event):
        if event.stage == "tree" and not started:
            started.append(True)
            threading.Timer(0.3, cancel).start()

    plan = sw.solve(problem, cancel=token, on_progress=watch, gap=1e-9)
    assert time.monotonic() - asked[-1] < 1.5
    assert plan.status is sw.Status.FEASIBLE and plan.stop_reason == "cancelled"
    assert plan.bound <= plan.objective
    assert plan.verify(problem).accepted


def test_a_time_limit_returns_a_plan_with_a_true_gap():
    problem = generate("cornuejols", seed=6, customers=150, sites=60, r=5.0)
    plan = sw.solve(problem, time_limit=3.0, gap=1e-9)
    assert plan.stop_reason in ("time limit", "proved")
    assert 0 <= plan.gap < 0.2


def test_two_solves_in_two_threads_do_not_disturb_each_other():
    """A service solves in worker threads: nothing global may be shared."""
    problems = [generate("cornuejols", seed=s, customers=20, sites=8) for s in (1, 2)]
    alone = [sw.solve(p).objective for p in problems]
    together = [0.0, 0.0]

    def work(k):
        together[k] = sw.solve(problems[k]).objective

    threads = [threading.Thread(target=work, args=(k,)) for k in (0, 1)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert together == alone


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("p", {"p": 0}),
        ("p", {"p": 99}),
        ("p", {"p": True}),
        ("gap", {"gap": "0.1"}),
        ("time_limit", {"time_limit": "10"}),
        ("threads", {"threads": 1.5}),
        ("seed", {"seed": None}),
        ("solver", {"solver": "cp-sat"}),
        ("rules", {"rules": ["site_count"]}),
        ("gap", {"gap": -1.0}),
        ("time_limit", {"time_limit": float("nan")}),
        ("threads", {"threads": 0}),
        ("seed", {"seed": -1}),
        ("solver", {"solver": "cplex"}),
        ("objective", {"objective": "profit"}),
    ],
)
def test_a_wrong_argument_is_named(field, arguments):
    with pytest.raises(sw.InvalidProblem, match=field):
        sw.solve(generate("euclidean_ufl", seed=1, n=10), **arguments)


@pytest.mark.parametrize(
    "make",
    [
        lambda: sw.solve("europe-2015"),  # type: ignore[arg-type]
        lambda: sw.Problem({}),  # type: ignore[arg-type]
        lambda: sw.Problem.from_arrays(service_cost=[[1, 2], [3]], fixed_cost=[1, 1]),
        lambda: sw.Problem.from_arrays(service_cost=[[1, 2]], fixed_cost=[1, 1], rules=[sw.rules.SiteCount]),
    ],
)
def test_what_is_of_the_wrong_kind_is_named(make):
    """A service must be able to tell its user's mistake from a bug of ours."""
    with pytest.raises(sw.InvalidProblem, match=r"argument '.*Fix: "):
        make()


@pytest.mark.parametrize("kind", ["int64", "int32", "float32", "bool"])
@pytest.mark.parametrize("capacity", [None, [9, 9]])
def test_costs_of_any_kind_of_number_are_solved(kind, capacity):
    """Users give whole euros: integers went into kernels that know floating point alone."""
    problem = sw.Problem.from_arrays(
        service_cost=np.array([[1, 0], [0, 1]], dtype=kind), fixed_cost=[3, 4], capacity=capacity
    )
    plan = sw.solve(problem)
    assert plan.open_sites == ("s0",) and plan.objective == 4.0
    assert plan.verify(problem).accepted


def test_a_customer_without_demand_does_not_count_in_latency():
    """0 MW over an infinite round trip made the mean no number, and a warning of it."""
    problem = sw.Problem.from_arrays(
        service_cost=[[1.0], [1.0]], fixed_cost=[1.0], demand=[0.0, 2.0], latency=[[np.inf], [7.0]]
    )
    assert sw.solve(problem).latency["all"] == {"mean": 7.0, "p50": 7.0, "p95": 7.0, "worst": 7.0}


def test_counting_proves_a_shortage_in_numbers():
    problem = sw.Problem.from_arrays(service_cost=[[1.0, 1.0]], fixed_cost=[1, 1], demand=[9.0], capacity=[2.0, 4.0])
    with pytest.raises(sw.Infeasible, match="9 MW") as caught:
        sw.solve(problem)
    assert caught.value.proof == "counting"


def test_progress_bounds_never_cross():
    seen = []
    sw.solve(generate("cornuejols", seed=2, customers=30, sites=12), on_progress=seen.append)
    assert all(e.bound <= e.incumbent * (1 + 1e-9) for e in seen)
    assert np.all(np.diff([e.elapsed for e in seen]) >= 0)
