r"""Load rules as rows :math:`\sum_{ij} a_{ij} x_{ij} \le b` over the shares that are served: a price may stand on each.

latency share
    :math:`-\sum_{i \in C} \sum_{j : l_{ij} \le within} d_i x_{ij} \le -at\_least \sum_{i \in C} d_i`
means
    :math:`\sum_{i \in C} \sum_j d_i (v_{ij} - at\_most) x_{ij} \le 0`, of latency or of a number of the sites

Rules that are not here (minimum use, scrubbing, one site for each customer, resilience) are left out: that can only
lower a bound. Units are MW and MW ms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.facts import SLACK, Facts, not_longer

Floats = NDArray[np.float64]
Sites = slice | NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PairRow:
    """Sum of `of_pair` over what is served is at most `limit`; `of_pair` gives the columns of some sites."""

    rule: str
    of_pair: Callable[[Sites], Floats]
    limit: float


def pair_rows(facts: Facts) -> list[PairRow]:
    """Return all rows; the order is that of the rules, so that prices can be told by their place."""
    return [row for rule in facts.rules if rule.name in _READERS for row in _READERS[rule.name](facts, rule)]


def _weight(facts: Facts, rule: Any) -> Floats:
    return np.where(facts.customers_in(rule.customers), facts.demand, 0.0)


def _share(facts: Facts, rule: Any) -> list[PairRow]:
    weight = _weight(facts, rule)

    def of_pair(sites: Sites) -> Floats:
        near = not_longer(np.asarray(facts.data["latency"][:, sites].values), rule.within_ms)
        return np.where(near, -weight[:, None], 0.0)

    total = fsum(weight.tolist())
    return [PairRow(rule.name, of_pair, -(rule.at_least - 2 * SLACK) * total)] if total > 0 else []


def _mean(facts: Facts, rule: Any) -> list[PairRow]:
    weight, limit = _weight(facts, rule), rule.at_most_ms * (1 + 2 * SLACK)

    def of_pair(sites: Sites) -> Floats:
        latency = np.asarray(facts.data["latency"][:, sites].values).astype(np.float64)
        # Pairs without a latency are none that a plan may use.
        return weight[:, None] * np.where(np.isfinite(latency), latency - limit, 0.0)

    return [PairRow(rule.name, of_pair, 0.0)]


def _mean_of_sites(facts: Facts, rule: Any) -> list[PairRow]:
    weight, value = _weight(facts, rule), facts.values(rule.of, "site", np.nan)
    if rule.of == "carbon":
        value = value * facts.values("pue", "site", 1.0)  # of the grid, for a kWh of IT energy
    more = np.where(np.isnan(value), 0.0, value - rule.at_most * (1 + 2 * SLACK))
    return [PairRow(rule.name, lambda sites: weight[:, None] * more[sites], 0.0)]


_READERS = {"latency_share": _share, "mean_latency": _mean, "mean_of_sites": _mean_of_sites}
