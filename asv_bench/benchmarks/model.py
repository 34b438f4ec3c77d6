"""Building the strong formulation and handing it over as wire bytes. Row-by-row building shows as a jump here."""

import numpy as np

import sitewright as sw
from sitewright.optimizer.model.build import build
from sitewright.optimizer.model.wire import model_bytes


class Build:
    params = ([(200, 50), (1000, 200)],)
    param_names = ("customers_sites",)

    def setup(self, size):
        rng = np.random.default_rng(1)
        n, m = size
        demand = rng.uniform(5, 35, n)
        self.problem = sw.Problem.from_arrays(
            service_cost=rng.random((n, m)) * demand[:, None],
            fixed_cost=rng.uniform(50, 100, m),
            demand=demand,
            capacity=np.full(m, 5 * demand.sum() / m),
        )

    def time_build_and_encode(self, size):
        model_bytes(build(self.problem))

    def peakmem_build_and_encode(self, size):
        model_bytes(build(self.problem))
