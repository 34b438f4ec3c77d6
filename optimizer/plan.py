"""Plan: what is answered, with its proof. Knows no solver."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.progress import Progress
from sitewright.optimizer.proof import Proof

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem
    from sitewright.optimizer.verify import Report


class Status(Enum):
    """How good a plan is known to be."""

    OPTIMAL = "optimal"  # proved to the gap asked for
    FEASIBLE = "feasible"  # keeps all rules; a limit or an interrupt stopped the proof


@dataclass(frozen=True, eq=False)
class Certificate:
    """What proves the bound.

    Attributes
    ----------
    multipliers
        Price u_i of serving each customer, EUR/yr. Any u gives a valid lower bound, which the checker recomputes from
        the raw data (Lagrangian relaxation of "every customer is served"; Cornuejols, Fisher, Nemhauser 1977).
        For the objectives of a radius, weights of customers of which no choice of sites can cover enough; see
        `sitewright.optimizer.verify.cover_bound`. Shape (customers,).
    root_bound
        That bound as the engine saw it, in the unit of the objective: proved by recomputation.
    solver_bound
        The bound of the MIP solver, in the unit of the objective: the solver's word. -inf (+inf for coverage) if none
        was run.
    solver
        Which solver gave it, or "" if none was run.
    proof
        A tree of decisions that proves more by recomputation; None unless `sitewright.prove` was asked for it.
    """

    multipliers: NDArray[np.float64]
    root_bound: float
    solver_bound: float
    solver: str
    proof: Proof | None = None


@dataclass(frozen=True)
class Tie:
    """Another plan, no dearer than the model's own error can tell apart from the best."""

    closed: tuple[str, ...]
    opened: tuple[str, ...]
    extra_cost: float  # EUR/yr
    model_error: float  # EUR/yr

    @property
    def within_error(self) -> bool:
        return self.extra_cost <= self.model_error


@dataclass(frozen=True, eq=False)
class Plan:
    """Which sites open, who is served from where, what it costs, and how sure that is.

    Attributes
    ----------
    status
        `Status.OPTIMAL` only when ``gap <= gap_asked``.
    open_sites
        Labels, in the order of the problem.
    decision
        The same, with the assignment, as index arrays; `assignment` has it with labels.
    objective
        Recomputed from the data in float64, in `unit`: what the plan costs, its worst latency, the power it covers or
        the number of its sites.
    bound
        No plan costs less than this, has a lower worst latency, covers more, opens fewer sites.
    gap
        ``(objective - bound) / |objective|`` (``(bound - objective) / |objective|`` for coverage), never negative.
    cost_split
        EUR/yr by kind; adds up to `objective` where that is a cost, and says what the plan costs where it is not.
    latency
        Per segment ("all" first): demand-weighted mean, p50, p95 and worst round trip in ms; empty without data.
    ties
        Plans found that differ by one site and cost little more, cheapest first.
    stop_reason
        "proved", "time limit", "cancelled", …
    timings
        Seconds of wall clock by stage, and "cpu".
    versions, input_hash, seed, backend, threads
        What is needed to do it again.
    capacity_prices
        EUR/yr that one more MW would save at most at each full open site, with the same sites open.
        Empty where demand may not be shared, and under latency targets.
    events
        How bound and best plan came together, if whoever solved it kept that: the command line does.
    said_load
        MW of each open site as a file said it, for the checker alone; `load` is what the assignment gives.
    """

    status: Status
    problem_name: str
    open_sites: tuple[str, ...]
    partners: tuple[str, ...]
    decision: Decision
    objective: float
    bound: float
    gap: float
    gap_asked: float
    cost_split: Mapping[str, float]
    latency: Mapping[str, Mapping[str, float]]
    certificate: Certificate
    stop_reason: str
    timings: Mapping[str, float]
    versions: Mapping[str, str]
    input_hash: str
    seed: int
    threads: int
    backend: str
    solver: str
    customers: NDArray[np.str_] = field(repr=False)
    sites: NDArray[np.str_] = field(repr=False)
    demand: NDArray[np.float64] = field(repr=False)
    ties: tuple[Tie, ...] = ()
    objective_kind: str = "cost"
    p: int | None = None
    radius: float | None = None
    peak_mib: float = 0.0
    capacity_prices: Mapping[str, float] = field(default_factory=dict)
    said_load: Mapping[str, float] | None = None
    events: tuple[Progress, ...] = field(default=(), repr=False)

    @property
    def unit(self) -> str:
        """Unit of objective and bound; of a p-center without latency data, that of the service cost."""
        if self.objective_kind == "p-center" and self.latency:
            return "ms"
        return {"coverage": "MW", "set-cover": "sites"}.get(self.objective_kind, "EUR/yr")

    @property
    def share_covered(self) -> float | None:
        """Share of the demand within the radius, of a coverage plan."""
        total = float(self.demand.sum())
        return self.objective / total if self.objective_kind == "coverage" and total > 0 else None

    @cached_property
    def assignment(self) -> xr.Dataset:
        """Who is served from where: `share` of the demand and `load` in MW, over the dimension ``link``."""
        d = self.decision
        return xr.Dataset(
            {
                "customer": ("link", self.customers[d.customer]),
                "site": ("link", self.sites[d.site]),
                "share": ("link", d.share, {"units": "1", "long_name": "share of the customer's demand"}),
                "load": ("link", d.share * self.demand[d.customer], {"units": "MW", "long_name": "IT power served"}),
            }
        )

    @cached_property
    def load(self) -> xr.DataArray:
        """MW served from each open site."""
        load = self.decision.load(self.demand)[self.decision.open]
        return xr.DataArray(load, coords={"site": list(self.open_sites)}, dims="site", attrs={"units": "MW"})

    def _repr_html_(self) -> str:
        """What a notebook shows of a plan."""
        from sitewright.optimizer.report.notebook import plan_html

        return plan_html(self)

    def verify(self, problem: "Problem") -> "Report":
        """Check the plan against the problem by code that shares nothing with the solve."""
        from sitewright.optimizer.objective import with_objective
        from sitewright.optimizer.verify import verify

        return verify(with_objective(problem, self.objective_kind, self.p, self.radius), self)
