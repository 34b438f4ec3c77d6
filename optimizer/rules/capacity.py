r"""Capacity: the load of a site stays within what it can hold.

.. math:: \sum_i demand_i \, serve_{ij} \le capacity_j \, open_j
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sitewright.optimizer.decision import TOLERANCE, Decision
from sitewright.optimizer.model.columns import Columns, Rows
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Kind, Rule


@dataclass(frozen=True)
class Capacity(Rule):
    """Implied by the variable `capacity`; an infinite capacity is no limit."""

    name: ClassVar[str] = "capacity"
    kind: ClassVar[Kind] = "load"

    def binds_loads(self, problem: Problem) -> bool:
        return problem.has("capacity") and bool(np.isfinite(problem.numbers("capacity")).any())

    def sentence(self) -> str:
        return "no site holds more than its capacity"

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        capacity, demand = problem.numbers("capacity"), problem.numbers("demand")
        limited = np.flatnonzero(np.isfinite(capacity))
        by_site = np.argsort(columns.pair_site, kind="stable")
        first = np.searchsorted(columns.pair_site[by_site], np.arange(problem.n_sites + 1))
        parts: list[Any] = []
        values: list[Any] = []
        count = []
        for j in limited:
            pairs = by_site[first[j] : first[j + 1]]
            parts += [[j], columns.first_pair + pairs]
            values += [[-capacity[j]], demand[columns.pair_customer[pairs]]]
            count.append(1 + len(pairs))
        if len(limited):
            start = np.concatenate([[0], np.cumsum(count)])
            none, zero = np.full(len(limited), -np.inf), np.zeros(len(limited))
            yield Rows(self.name, none, zero, start, np.concatenate(parts), np.concatenate(values))

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        capacity, load = problem.numbers("capacity"), decision.load(problem.numbers("demand"))
        for j in np.flatnonzero(load > capacity * (1 + TOLERANCE) + TOLERANCE):
            yield f"site {problem.sites[j]} holds {load[j]:.6g} MW, its capacity is {capacity[j]:.6g} MW"
