"""The objectives of a radius on random points in the plane; the swaps and the reduction by themselves."""

import numpy as np

import sitewright as sw
from sitewright.kernels import cover
from sitewright.optimizer.engine.radius.reduce import reduce_cover
from sitewright.optimizer.engine.radius.swap import find_cover
from sitewright.optimizer.engine.radius.tree import few_cover


def distances(n, seed):
    points = np.random.default_rng(seed).random((n, 2)) * 1000
    return np.hypot(*(points[:, None] - points).transpose(2, 0, 1))


class Solve:
    params = (["p-center", "coverage", "set-cover"], [150, 600])
    param_names = ("objective", "n")

    def setup(self, objective, n):
        far = distances(n, 1)
        self.problem = sw.Problem.from_arrays(service_cost=far, fixed_cost=np.zeros(n))
        self.more = {"objective": objective, "time_limit": 60.0}
        self.more |= {"p": n // 20} if objective != "set-cover" else {}
        self.more |= {"radius": 120.0} if objective != "p-center" else {}
        self.time_solve(objective, n)  # compiles, and starts the solver's process

    def time_solve(self, objective, n):
        sw.solve(self.problem, **self.more)

    def track_proved_share(self, objective, n):
        """How much of the bound needs no solver's word, as a share of the plan's value."""
        plan = sw.solve(self.problem, **self.more)
        return min(plan.certificate.root_bound / plan.objective, plan.objective / plan.certificate.root_bound)


class Tree:
    """The proof that one site fewer than it takes cannot cover 300 points."""

    def setup(self):
        far = distances(300, 3)
        self.mask = far <= 150.0
        self.few = 1
        while not few_cover(self.mask, self.few + 1, stop=lambda: False)[1].size:
            self.few += 1

    def time_proof(self):
        few_cover(self.mask, self.few, stop=lambda: False)


class Cover:
    params = (500, 2000)
    param_names = ("n",)

    def setup(self, n):
        self.n, self.bits = n, cover(distances(n, 2), 100.0).bits
        self.none, self.alike = np.zeros(n, dtype=bool), np.zeros(n, dtype=np.int64)
        self.mask = reduce_cover(self.bits, n, self.alike, self.none).mask
        find_cover(self.mask, 2, work=1.0, seed=0)

    def time_reduce(self, n):
        reduce_cover(self.bits, n, self.alike, self.none)

    def time_swaps(self, n):
        find_cover(self.mask, 20, work=1e8, seed=0)
