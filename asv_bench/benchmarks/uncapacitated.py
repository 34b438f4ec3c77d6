"""The exact engine without capacities, from memory and from row blocks; its passes by themselves."""

import numpy as np

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.engine.uncapacitated.bound import Point, raise_bound
from sitewright.optimizer.engine.uncapacitated.instance import instance_of
from sitewright.optimizer.engine.uncapacitated.prefix import build_prefix


class Solve:
    params = ("ufl", "p-median", "p-median on Dask")
    param_names = ("problem",)

    def setup(self, problem):
        made = generate("euclidean_ufl", seed=1, n=300) if problem == "ufl" else None
        self.problem = made or generate("euclidean_p_median", seed=1, n=300, p=20)
        self.more = {"threads": 1}
        if problem.endswith("Dask"):
            data = self.problem.data.copy()
            data["service_cost"] = data["service_cost"].chunk({"customer": 100, "site": -1})
            self.problem, self.more = sw.Problem(data, self.problem.rules), {"threads": 1, "backend": "dask"}
        self.time_solve(problem)  # compiles

    def time_solve(self, problem):
        sw.solve(self.problem, **self.more)

    def peakmem_solve(self, problem):
        sw.solve(self.problem, **self.more)

    def track_proved_share(self, problem):
        """How much of the bound needs no solver's word, as a share of the plan's value."""
        plan = sw.solve(self.problem, **self.more)
        return plan.certificate.root_bound / plan.objective


class Passes:
    """The near ends of 2000 rows, and steps of the volume algorithm over them."""

    def setup(self):
        problem = generate("euclidean_p_median", seed=1, n=2000, p=50)
        self.instance = instance_of(problem, problem.data["service_cost"].values)
        self.live = np.ones(2000, dtype=bool)
        self.prefix = build_prefix(self.instance.cost, self.live, rank=160)
        self.time_steps()

    def time_near_ends(self):
        build_prefix(self.instance.cost, self.live, rank=160)

    def time_steps(self):
        start = self.instance.cost.min(axis=1) + 1.0
        point = Point(start, np.zeros(len(self.instance.rows)), self.instance.state.copy())
        raise_bound(self.instance, self.prefix, point, steps=20, cutoff=np.inf, target=1e7)
