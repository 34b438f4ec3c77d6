"""The engine without capacities with its passes on a card: what it finds in memory, to the last bit, or a refusal."""

import subprocess
import sys

import numpy as np
import pytest
from numba import cuda

import sitewright as sw
from sitewright.instances import generate
from sitewright.kernels import _card, upload
from sitewright.kernels._backends import why_no_cuda
from sitewright.optimizer.cli import run
from sitewright.optimizer.engine.uncapacitated.matrix import sample
from sitewright.optimizer.engine.uncapacitated.prefix import build_prefix
from sitewright.optimizer.errors import TooLarge
from tests.optimizer.engine.test_on_dask import in_blocks, with_pair_rules

needs_cuda = pytest.mark.skipif(bool(why_no_cuda()), reason="no card, and NUMBA_ENABLE_CUDASIM is not set")


def same(problem: sw.Problem, objective: str = "cost") -> sw.Plan | None:
    """Solve a problem both ways, hold one to the other, and return the plan; None if there is none."""
    try:
        here = sw.solve(problem, objective=objective, threads=1)
    except sw.Infeasible:
        with pytest.raises(sw.Infeasible):
            sw.solve(problem, objective=objective, backend="cuda", threads=1)
        return None
    there = sw.solve(problem, objective=objective, backend="cuda", threads=1)
    assert there.backend == "cuda" and here.backend == "cpu"
    assert there.open_sites == here.open_sites and there.status is here.status
    assert np.array_equal(there.decision.site, here.decision.site)
    assert (there.objective, there.bound, there.certificate.root_bound) == (
        here.objective,
        here.bound,
        here.certificate.root_bound,
    )
    assert np.array_equal(there.certificate.multipliers, here.certificate.multipliers)
    assert there.verify(problem).accepted
    return there


@needs_cuda
@pytest.mark.parametrize("seed", range(4))
def test_it_finds_what_is_found_in_memory(seed: int) -> None:
    """Fails if a pair rule, +inf or a tie is lost on the way to the card, in either type."""
    same(with_pair_rules(seed), "cost" if seed < 2 else "p-median")


@needs_cuda
def test_ends_that_are_short_of_the_rows_hide_no_better_plan() -> None:
    """Fails if what the card says of the pairs beyond the near ends is not what memory says."""
    plan = same(generate("euclidean_p_median", seed=4, n=30, p=10))
    assert plan is not None and plan.status is sw.Status.OPTIMAL


@needs_cuda
def test_customers_alike_are_served_on_the_card_too() -> None:
    """Fails if the merged rows and those of all customers are mixed up there."""
    whole = with_pair_rules(1)
    rows = np.repeat(np.arange(4), 3)
    cost = whole.data["service_cost"].values[rows] * np.array([1.0, 2.0, 4.0], np.float32)[np.arange(12) % 3, None]
    plan = same(sw.Problem.from_arrays(service_cost=cost, fixed_cost=whole.data["fixed_cost"].values))
    assert plan is not None


@needs_cuda
def test_a_customer_without_a_site_has_no_plan_there_either() -> None:
    """Fails if a row of all +inf is taken for one that is served for nothing."""
    cost = np.array([[1.0, 2.0], [np.inf, np.inf]])
    assert same(sw.Problem.from_arrays(service_cost=cost, fixed_cost=np.ones(2))) is None


@needs_cuda
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_near_ends_and_samples_are_those_of_memory(dtype: str) -> None:
    """Fails if rows come down in another order, or each row but the first is another one."""
    matrix = generate("euclidean_p_median", seed=1, n=13, p=3).data["service_cost"].values.astype(dtype)
    live = np.arange(13) % 4 > 0
    there = upload(matrix)
    for options in ({"rank": 4}, {"top": np.median(matrix, axis=1).astype(np.float64)}):
        one, other = build_prefix(matrix, live, **options), build_prefix(there, live, **options)
        for a, b in zip((*one.arrays, one.top, one.scale), (*other.arrays, other.top, other.scale), strict=True):
            assert a.dtype == b.dtype and np.array_equal(a, b)
    assert np.array_equal(sample(there, 5), sample(matrix, 5))


@needs_cuda
def test_a_matrix_goes_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a pass takes the matrix across the bus again, or brings it back."""
    problem, moved = with_pair_rules(1), []
    size = problem.n_customers * problem.n_sites
    to_device, array = cuda.to_device, type(upload(np.ones((1, 1))))
    copy_to_host = array.copy_to_host

    def up(values, *rest, **options):
        moved.append(np.size(values) >= size)
        return to_device(values, *rest, **options)

    def down(self, *rest, **options):
        moved.append(self.size >= size and self.dtype != np.int32)
        return copy_to_host(self, *rest, **options)

    monkeypatch.setattr(cuda, "to_device", up)
    monkeypatch.setattr(array, "copy_to_host", down)
    monkeypatch.setattr("sitewright.optimizer.engine.uncapacitated.root.sample", lambda cost, rows: sample(cost, 3))
    # So few near ends that they are not the whole matrix.
    monkeypatch.setattr(
        "sitewright.optimizer.engine.uncapacitated.build_prefix",
        lambda cost, live, rank, **more: build_prefix(cost, live, rank=2, **more),
    )
    sw.solve(problem, backend="cuda", threads=1)
    assert sum(moved) == 1 and len(moved) > 10


@needs_cuda
def test_what_does_not_fit_is_refused_with_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the driver runs out of memory in the middle."""
    monkeypatch.setattr(_card, "free", lambda: 100.0)
    with pytest.raises(TooLarge, match=r"12 x 7 float64 needs 672 bytes, but there are 100 bytes.*backend='cpu'"):
        sw.solve(with_pair_rules(0), backend="cuda")


@needs_cuda
def test_the_command_line_asks_for_it(tmp_path, capsys) -> None:
    """Fails if the option is not passed on."""
    file = tmp_path / "small.csv"
    file.write_text("customer,demand,a,b\nfixed_cost,,2,2\nx,1,1,9\ny,1,9,1\n")
    assert run(["solve", str(file), "--json", "-q", "--backend", "cuda"]) == 0
    assert '"backend": "cuda"' in capsys.readouterr().out


def test_what_it_cannot_do_is_refused() -> None:
    """Fails if the CPU silently solves it, or a matrix on Dask is loaded behind the caller's back."""
    whole = with_pair_rules(1)
    with pytest.raises(sw.InvalidProblem, match="lie on Dask"):
        sw.solve(in_blocks(whole, 5), backend="cuda")
    with pytest.raises(sw.InvalidProblem, match=r"backend 'cuda' solves.*mean_latency.*pass backend='cpu'"):
        sw.solve(whole, backend="cuda", rules=[sw.rules.MeanLatency(at_most_ms=50.0)])
    with pytest.raises(sw.InvalidProblem, match="p-center"):
        sw.solve(whole, backend="cuda", objective="p-center", p=2)


def test_without_a_card_it_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the CPU silently does the work."""
    monkeypatch.setattr("numba.cuda.is_available", lambda: False)
    with pytest.raises(sw.InvalidProblem, match=r"no CUDA card.*sitewright\[cuda\].*backend='cpu'"):
        sw.solve(with_pair_rules(1), backend="cuda")


def test_a_solve_in_memory_loads_nothing_of_cuda() -> None:
    """Fails if those without a card pay for it, or cannot import what they do not use."""
    code = """
import sys, numpy as np, sitewright as sw
sw.solve(sw.Problem.from_arrays(service_cost=np.eye(3), fixed_cost=np.ones(3)))
print([m for m in sys.modules if m.startswith("sitewright") and m.endswith((".cuda", "._card"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
