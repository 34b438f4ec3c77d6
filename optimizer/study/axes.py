"""What a frontier can be against: its unit, the rule that limits it, and what a plan has of it."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import LatencyShare, MeanLatency, MeanOfSites, SiteCount
from sitewright.optimizer.rules.base import Rule
from sitewright.optimizer.rules.mean_of_sites import UNITS, SiteValue, site_values

Against = Literal["mean-latency", "p50-latency", "p90-latency", "p95-latency", "p99-latency", "carbon", "risk", "sites"]
AGAINST: tuple[str, ...] = get_args(Against)
# Axes that are a mean over the sites that serve.
OF_SITES: dict[str, SiteValue] = {"carbon": "carbon", "risk": "hazard"}


@dataclass(frozen=True)
class Axis:
    """One of `AGAINST`."""

    against: str

    @property
    def unit(self) -> str:
        if self.against == "sites":
            return "sites"
        return UNITS[OF_SITES[self.against]] if self.against in OF_SITES else "ms"

    @property
    def variable(self) -> str | None:
        """What the data must hold; None for what they always do."""
        return None if self.against == "sites" else OF_SITES.get(self.against, "latency")

    def rule(self, limit: float) -> Rule:
        """Return the rule that keeps the axis within a limit."""
        if self.against == "sites":
            return SiteCount(at_least=int(limit), at_most=int(limit))
        if self.against in OF_SITES:
            return MeanOfSites(OF_SITES[self.against], limit)
        if self.against == "mean-latency":
            return MeanLatency(limit)
        return LatencyShare(within_ms=limit, at_least=self._share)

    def pairs(self, problem: Problem) -> NDArray[np.float64]:
        """Return what serving a customer's whole demand from a site adds: MW times the unit. Shape (customers, sites).

        inf where the site's value is not known, or there is no way.
        """
        demand = problem.numbers("demand")[:, None]
        if self.against in OF_SITES:
            each = np.broadcast_to(self._values(problem), (problem.n_customers, problem.n_sites))
        else:
            each = self._values(problem)
        with np.errstate(invalid="ignore"):
            return np.where(demand > 0, demand * each, 0.0)

    def largest(self, problem: Problem) -> float | None:
        """Return the largest value that is known and finite, None without: no plan that has a value has more."""
        values = self._values(problem)
        known = values[np.isfinite(values)]
        return float(known.max()) if known.size else None

    def reached(self, problem: Problem, d: Decision) -> float:
        """Return what a decision has; NaN where it is not known, since a site's value is not."""
        if self.against == "sites":
            return float(d.open.sum())
        if self.against in OF_SITES:
            mean = MeanOfSites(OF_SITES[self.against], 1.0).mean(problem, d)
            return 0.0 if mean is None else mean
        ms, mw = problem.numbers("latency")[d.customer, d.site], problem.numbers("demand")[d.customer] * d.share
        ms, mw = ms[mw > 0], mw[mw > 0]
        if self.against == "mean-latency":
            return float(mw @ ms / mw.sum())
        order = np.argsort(ms, kind="stable")
        below = np.cumsum(mw[order]) / mw.sum()
        return float(ms[order][min(int(np.searchsorted(below, self._share - 1e-9)), len(ms) - 1)])

    def _values(self, problem: Problem) -> NDArray[np.float64]:
        if self.against not in OF_SITES:
            return problem.numbers("latency")
        values = site_values(problem, OF_SITES[self.against])
        return np.where(np.isnan(values), np.inf, values)

    @property
    def _share(self) -> float:
        return int(self.against[1:3]) / 100
