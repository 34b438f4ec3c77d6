r"""Mean of sites: the demand-weighted mean of a number of the sites that serve the scope stays within a limit.

.. math:: \sum_{i \in C} \sum_j demand_i \, value_j \, serve_{ij} \le at\_most \sum_{i \in C} demand_i

The value of a site is its hazard, its hours without grid power, or its carbon: of the local grid, times the PUE where
the data have one, so that it is counted for a kWh of IT energy. Where a value is not known, the mean would not be:
such a site serves nobody of the scope who has demand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.model.columns import Columns, Rows, row
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule
from sitewright.optimizer.rules.scope import CustomerScope

SiteValue = Literal["carbon", "hazard", "saidi_h"]
WORDS = {"carbon": "carbon", "hazard": "hazard", "saidi_h": "time without grid power"}
UNITS = {"carbon": "g/kWh", "hazard": "points", "saidi_h": "h/yr"}


def site_values(problem: Problem, of: SiteValue) -> NDArray[np.float64]:
    """Return what each site counts, in `UNITS`; NaN where it is not known. Shape (sites,)."""
    value = problem.numbers(of, np.nan)
    return value * problem.numbers("pue", 1.0) if of == "carbon" else value


@dataclass(frozen=True)
class MeanOfSites(Rule):
    """Demand-weighted mean over the scope `of` carbon (g CO2 for a kWh of IT energy), hazard (0-10), saidi_h (h/yr)."""

    name: ClassVar[str] = "mean_of_sites"
    kind: ClassVar[Kind] = "load"
    holds_in_emergency: ClassVar[bool] = False

    of: SiteValue
    at_most: float
    customers: CustomerScope = CustomerScope()

    @property
    def unit(self) -> str:
        return UNITS[self.of]

    @property
    def word(self) -> str:
        return WORDS[self.of]

    def sentence(self) -> str:
        return f"mean {self.word} of {self.customers} at most {self.at_most:g} {self.unit}"

    def flaws(self, problem: Problem) -> Iterator[Flaw]:
        yield from self.customers.flaws(problem, self.name)
        if self.of not in UNITS:
            yield Flaw(f"rule {self.name!r}, of", f"be one of {', '.join(UNITS)}", repr(self.of), "use one of them")
        elif not problem.has(self.of):
            yield Flaw(f"rule {self.name!r}", f"have the variable {self.of!r}", "none", f"add {self.of!r} to the data")
        if not 0 < self.at_most < np.inf:
            where = f"rule {self.name!r}, at_most"
            yield Flaw(where, "be a positive number", str(self.at_most), "give the limit of the mean")

    def mean(self, problem: Problem, decision: Decision) -> float | None:
        """Return the mean that a decision has; None where it serves nobody of the scope."""
        served = problem.numbers("demand")[decision.customer] * decision.share
        inside = self.customers.mask(problem)[decision.customer] & (served > 0)
        if not inside.any():
            return None
        value, mw = site_values(problem, self.of)[decision.site[inside]], served[inside]
        return float(mw @ value / mw.sum())

    def forbids(self, problem: Problem) -> NDArray[np.bool_]:
        counts = self.customers.mask(problem) & (problem.numbers("demand") > 0)
        return counts[:, None] & np.isnan(site_values(problem, self.of))[None, :]

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        weight = np.where(self.customers.mask(problem), problem.numbers("demand"), 0.0)
        total = weight.sum()
        if total > 0:
            # In the unit of the limit, not that times MW: a row of plain size is what solver tolerances are made for.
            each = site_values(problem, self.of)[columns.pair_site]
            value = weight[columns.pair_customer] / total
            pairs = np.flatnonzero((value > 0) & np.isfinite(each))
            yield row(self.name, columns.serve[pairs], value[pairs] * each[pairs], upper=self.at_most)

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        mean = self.mean(problem, decision)
        if mean is not None and not mean <= self.at_most * (1 + TOLERANCE):
            said = f"{mean:.4g} {self.unit}" if np.isfinite(mean) else "not known"
            yield f"mean {self.word} of {self.customers} is {said}, limit {self.at_most:g} {self.unit}"
