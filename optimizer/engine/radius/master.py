"""The small MIP of a covering problem: a column a site that is left, the rows of the site rules, a row a customer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.radius.cuts import Cut, cut_rows
from sitewright.optimizer.engine.radius.reduce import Reduced
from sitewright.optimizer.engine.radius.site_rows import SiteRows
from sitewright.optimizer.model.build import Model
from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.solver.answer import Answer
from sitewright.optimizer.solver.process import solve_model

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Solver:
    """How MIPs are solved here."""

    name: str
    threads: int
    seed: int
    stop: Callable[[], bool]
    left: Callable[[], float | None]

    def __call__(
        self, model: Model, *, gap: float = 0.0, hint: Floats | None = None, enough: float | None = None
    ) -> Answer:
        """Solve; with `enough`, until a solution is no dearer than that, or it is clear that none is."""
        decided = False

        def look(incumbent: float, bound: float) -> None:
            nonlocal decided
            decided = enough is not None and (incumbent <= enough + 1e-6 or bound > enough + 1e-6)

        return solve_model(
            model,
            solver=self.name if model.integer.any() else "highs",
            time_limit=self.left(),
            gap=gap,
            seed=self.seed,
            threads=self.threads,
            hint=hint,
            stop=lambda: decided or self.stop(),
            on_bounds=look,
        )


def cover_model(reduced: Reduced, rules: SiteRows, *, count: bool, integer: bool, cuts: Sequence[Cut] = ()) -> Model:
    """Return: open the fewest sites that cover every row. With `count`, under the rules on their number as well."""
    fillers = np.array([members[0] for members in reduced.fillers], dtype=np.int64)
    blocks = [rules.project(reduced.sites, fillers, count=count), cover_rows(reduced.mask), cut_rows(cuts)]
    n, k = len(reduced.sites), len(fillers)
    upper = np.ones(n + k + rules.n_partners)
    upper[n : n + k] = [len(members) for members in reduced.fillers]
    cost = np.ones(len(upper))
    cost[n + k :] = 0.0
    none = np.empty(0, dtype=np.int64)
    columns = Columns(len(upper), 0, none, none)
    return Model(columns, cost, upper, np.full(len(upper), integer), stack("cover", blocks))


def cover_rows(mask: Mask) -> Rows:
    """Return a row for each customer: at least one site that covers it. `mask` has shape (rows, sites)."""
    row, column = np.nonzero(mask)
    start = np.searchsorted(row, np.arange(len(mask) + 1))
    return Rows("cover", np.ones(len(mask)), np.full(len(mask), np.inf), start, column, np.ones(len(row)))
