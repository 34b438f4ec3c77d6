"""An uncapacitated problem as bare arrays: costs, the number of open sites, and the rows of the other site rules."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright import kernels
from sitewright.kernels._backends import backend_for
from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.model.build import site_model
from sitewright.optimizer.model.columns import Rows
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SiteCount, SiteStatus


@dataclass(frozen=True)
class Plain:
    """As much of the site rules as the checker knows when it recomputes the bound of prices alone."""

    low: int  # least sites open
    high: int  # most sites open
    forced: NDArray[np.bool_]  # (sites,)

    @classmethod
    def of(cls, problem: Problem) -> "Plain":
        low, high, forced = 1, problem.n_sites, np.zeros(problem.n_sites, dtype=bool)
        for rule in problem.all_rules:
            if isinstance(rule, SiteStatus):
                forced |= rule.must_open(problem)
            elif isinstance(rule, SiteCount) and rule.within.mask(problem).all():
                low = max(low, rule.at_least)
                high = min(high, high if rule.at_most is None else rule.at_most)
        return cls(low, high, forced)


@dataclass(frozen=True, eq=False)
class Instance:
    """What the stages read. Columns are the sites, then the partners; see `relaxation` for states."""

    cost: NDArray[Any]  # (customers, sites), +inf forbids; float32 or float64
    price: NDArray[np.float64]  # (columns,): fixed costs, then partners' fees
    rows: Rows  # of the site rules, without those that `low`, `high` and `state` say; largest coefficient 1
    low: int  # least sites open
    high: int  # most sites open
    state: NDArray[np.int8]  # (columns,)
    plain: "Plain"
    step: float  # costs of plans differ by a multiple of it; 0 if unknown
    big: float  # dearer than any plan: the price of not being served

    @property
    def n_sites(self) -> int:
        return int(self.cost.shape[1])

    @property
    def fixed(self) -> NDArray[np.float64]:
        """Fixed costs. Shape (sites,)."""
        return self.price[: self.n_sites]

    @property
    def row_arrays(self) -> tuple[NDArray[Any], ...]:
        """The rows as the compiled loops take them."""
        rows = self.rows
        return rows.start, rows.column, rows.value, rows.lower, rows.upper

    @property
    def counted_only(self) -> bool:
        """Whether status and number of sites are all the site rules there are."""
        return not len(self.rows) and len(self.price) == self.n_sites


def instance_of(problem: Problem, cost: NDArray[Any], *, cover: bool = True) -> Instance:
    """Return the arrays of a problem. `cost` has +inf for pairs that a rule forbids, shape (customers, sites).

    `cover` keeps a row that asks the open sites to hold the whole demand, where capacities make it one.
    """
    m = problem.n_sites
    fixed = site_cost(problem)
    price = np.concatenate([fixed, problem.numbers("partner_fee")])
    model = site_model(problem, np.zeros(m), closed=np.zeros(m, dtype=bool), cover=cover)
    state = np.full(len(price), -1, np.int8)
    low, high, kept = 0, m, []
    rows = model.rows
    for r in range(len(rows)):
        part = slice(rows.start[r], rows.start[r + 1])
        column, value = rows.column[part], rows.value[part]
        if not len(column):
            continue
        scale = np.abs(value).max()
        value, lower, upper = value / scale, rows.lower[r] / scale, rows.upper[r] / scale
        if lower > value[value > 0].sum() + 1e-9 or upper < value[value < 0].sum() - 1e-9:
            kept.append((column, value, lower, upper))  # no choice keeps it: the loops will find no plan
        elif len(column) == 1:
            # value is 1 or -1.
            least, most = sorted((lower * value[0], upper * value[0]))
            decided = 1 if least > 1e-9 else 0 if most < 1 - 1e-9 else -1
            if decided >= 0 and state[column[0]] == 1 - decided:
                kept.append((column, value, lower, upper))  # against another rule: the loops will find no plan
            elif decided >= 0:
                state[column[0]] = decided
        elif len(column) == m and column[-1] == m - 1 and np.all(value == 1.0):
            low = max(low, int(np.ceil(max(lower, 0) - 1e-6)))
            high = min(high, int(np.floor(min(upper, m) + 1e-6)))
        elif value[value < 0].sum() < lower - 1e-9 or value[value > 0].sum() > upper + 1e-9:
            kept.append((column, value, lower, upper))
    start = np.concatenate([[0], np.cumsum([len(k[0]) for k in kept])]).astype(np.int64)
    column = np.concatenate([k[0] for k in kept]) if kept else np.empty(0, np.int64)
    value = np.concatenate([k[1] for k in kept]) if kept else np.empty(0)
    bounds = np.array([k[2:] for k in kept]).reshape(len(kept), 2)
    together = Rows("sites", bounds[:, 0].copy(), bounds[:, 1].copy(), start, column, value)
    found = kernels.survey(cost, backend=backend_for(cost))
    big = 2.0 * (found.largest.sum() + np.abs(price).sum()) + 1.0
    # If all costs are whole numbers, a bound above a value less 1 proves the value.
    step = 1.0 if found.whole and np.all(price == np.rint(price)) else 0.0
    sizes = together, max(low, 1), high, state
    return Instance(cost, price, *sizes, Plain.of(problem), step, float(big))
