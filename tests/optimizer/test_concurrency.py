"""Solves and kernels in several threads at once, and in a process that is forked after them."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

import sitewright as sw
from tests.kernels.calls import MAKING, READING, places

SCRIPT = """
import os
import numpy as np
import sitewright as sw
from sitewright.kernels import great_circle, reduced

def work():
    problem = sw.Problem.from_arrays(
        service_cost=[[1, 9, 5], [9, 1, 5], [4, 4, 2]], fixed_cost=[2, 2, 3], demand=[1, 1, 1], capacity=[2, 2, 2]
    )
    plan = sw.solve(problem, threads=2)
    km = great_circle(np.linspace(-60, 60, 600), np.zeros(600), np.zeros(900), np.linspace(0, 90, 900), threads=2)
    return plan.objective, plan.status.value, float(reduced(km, np.full(600, 5000.0), threads=2).value.sum())

before = work()
child = os.fork()
if child == 0:
    os._exit(0 if work() == before else 7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), work() == before, before[:2])
"""


def problem(seed: int) -> sw.Problem:
    rng = np.random.default_rng(seed)
    return sw.Problem.from_arrays(
        service_cost=rng.integers(1, 90, (25, 8)), fixed_cost=rng.integers(20, 90, 8), demand=np.ones(25)
    )


def test_two_solves_in_two_threads_give_what_one_after_the_other_gives() -> None:
    """Fails if two solves share state: the answers mix, or one waits for the other forever."""
    alone = [sw.solve(problem(seed), threads=1) for seed in (1, 2)]
    start = Barrier(2)

    def solve(seed: int) -> sw.Plan:
        start.wait(30)
        return sw.solve(problem(seed), threads=1)

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(solve, (1, 2), timeout=60))
    for one, other in zip(alone, together, strict=True):
        assert one.status == other.status and one.objective == other.objective
        assert list(one.open_sites) == list(other.open_sites)


def test_kernels_in_four_threads_give_what_one_thread_gives() -> None:
    """Fails if a kernel keeps scratch memory between calls, or its pool is not safe to start from a thread."""
    home, place, matrix = places(60, 1), places(20, 2), np.random.default_rng(3).uniform(0, 1000, (60, 20))
    calls = [lambda call=call: [call(home, place, threads=2)] for call in MAKING.values()]
    calls += [lambda call=call: call(matrix, threads=2) for call in READING.values()]
    right = [call() for call in calls]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda call: call(), calls * 4, timeout=60))
    for one, other in zip(found, right * 4, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_process_that_is_forked_after_a_solve_solves() -> None:
    """Fails if the child inherits a lock or a pool whose threads are gone, and hangs: web servers fork like this."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120)
    assert done.stdout.split("(")[0].split() == ["0", "True"], done.stderr
    assert "optimal" in done.stdout
