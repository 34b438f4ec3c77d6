"""The raw data and the plan as plain arrays, read without the problem's own helpers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.implied import rules_of

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan
    from sitewright.optimizer.problem import Problem

SLACK = 1e-6  # relative slack within which a limit counts as kept


@dataclass(frozen=True, eq=False)
class Facts:
    """Data of the problem, and what the plan does. i customer, j site, share of each link."""

    data: Any  # xarray.Dataset
    rules: tuple[Any, ...]  # names and fields only are read
    open: NDArray[np.bool_]
    i: NDArray[np.int64]
    j: NDArray[np.int64]
    share: NDArray[np.float64]

    @classmethod
    def of(cls, problem: "Problem", plan: "Plan | None" = None) -> "Facts":
        """Return the facts of a plan, or of the data alone: then nothing is open and nobody is served."""
        rules = tuple(rules_of(problem))
        none = np.empty(0, dtype=np.int64)
        if plan is None:
            return cls(problem.data, rules, np.zeros(problem.data.sizes["site"], bool), none, none, np.empty(0))
        decision = plan.decision
        return cls(
            data=problem.data,
            rules=rules,
            open=np.asarray(decision.open, dtype=bool),
            i=np.asarray(decision.customer, dtype=np.int64),
            j=np.asarray(decision.site, dtype=np.int64),
            share=np.asarray(decision.share, dtype=np.float64),
        )

    @cached_property
    def customers(self) -> list[str]:
        return [str(x) for x in self.data["customer"].values]

    @cached_property
    def sites(self) -> list[str]:
        return [str(x) for x in self.data["site"].values]

    @cached_property
    def demand(self) -> NDArray[np.float64]:
        return np.asarray(self.data["demand"].values, dtype=np.float64)

    @cached_property
    def cost(self) -> NDArray[np.floating[Any]]:
        """Service cost in its own precision: the matrix may be large. Shape (customers, sites)."""
        return np.asarray(self.data["service_cost"].values)

    def columns(self, name: str, block: slice) -> NDArray[Any]:
        """Return some columns of a matrix, which may lie on Dask. Shape (customers, sites of the block)."""
        return np.asarray(self.data[name][:, block].values)

    @cached_property
    def link_cost(self) -> NDArray[np.float64]:
        """Cost of each link, were it the customer's whole demand, EUR/yr."""
        return self._links("service_cost").astype(np.float64)

    @cached_property
    def mw(self) -> NDArray[np.float64]:
        """Power served over each link, MW."""
        return self.demand[self.i] * self.share

    @cached_property
    def latency(self) -> NDArray[np.float64]:
        """Round trip of each link, ms."""
        return self._link_latency.astype(np.float64)

    @cached_property
    def _link_latency(self) -> NDArray[Any]:
        return self._links("latency")

    def _links(self, name: str) -> NDArray[Any]:
        matrix = self.data[name].data
        found: NDArray[Any] = (
            matrix.vindex[self.i, self.j].compute() if hasattr(matrix, "vindex") else matrix[self.i, self.j]
        )
        return np.asarray(found)

    def within(self, limit_ms: float) -> NDArray[np.bool_]:
        """Return which links are no longer than a limit, read in the precision of the data."""
        return not_longer(self._link_latency, limit_ms)

    @cached_property
    def partner_names(self) -> list[str]:
        return [str(x) for x in self.data["partner"].values] if "partner" in self.data.sizes else []

    def by_partner(self, name: str, default: float = 0.0) -> Mapping[str, float]:
        """Return a number of each partner, by its name."""
        return dict(zip(self.partner_names, self.values(name, "partner", default).tolist(), strict=True))

    def partner_lists(self, name: str) -> Mapping[str, list[str]]:
        """Return the labels that a partner's text lists, separated by |; none for an empty text."""
        texts = self.words(name, "partner")
        pairs = zip(self.partner_names, texts, strict=True)
        return {partner: [part for part in text.split("|") if part] for partner, text in pairs}

    def words(self, name: str, dim: str) -> list[str]:
        """Return a text variable, empty where the data lack it."""
        if name in self.data:
            return [str(x) for x in self.data[name].values]
        return [""] * int(self.data.sizes.get(dim, 0))

    def values(self, name: str, dim: str, default: float = 0.0) -> NDArray[np.float64]:
        """Return a number variable, `default` where the data lack it."""
        if name in self.data:
            return np.asarray(self.data[name].values, dtype=np.float64)
        return np.full(int(self.data.sizes.get(dim, 0)), default)

    def sites_in(self, scope: Any) -> NDArray[np.bool_]:
        """Return which sites a rule's scope speaks of."""
        fields = {
            "sites": self.sites,
            "metros": self.words("metro", "site"),
            "jurisdictions": self.words("jurisdiction", "site"),
            "regimes": self.words("regime", "site"),
            "regions": self.words("region", "site"),
            "partners": self.words("site_partner", "site"),
            "status": [s or "candidate" for s in self.words("status", "site")],
        }
        return _within(scope, fields, len(self.sites))

    def customers_in(self, scope: Any) -> NDArray[np.bool_]:
        """Return which customers a rule's scope speaks of."""
        fields = {
            "customers": self.customers,
            "segments": self.words("segment", "customer"),
            "residency": self.words("residency", "customer"),
            "countries": self.words("country", "customer"),
        }
        return _within(scope, fields, len(self.customers))


def not_longer(ms: NDArray[Any], limit_ms: float) -> NDArray[np.bool_]:
    """Return where ``ms <= limit_ms``; in float32 data a limit of 20.1 is the float32 next to it."""
    limit = ms.dtype.type(limit_ms) if ms.dtype.kind == "f" else limit_ms
    return np.asarray(ms <= limit)


def _within(scope: Any, fields: dict[str, list[str]], n: int) -> NDArray[np.bool_]:
    mask = np.ones(n, dtype=bool)
    for field, labels in fields.items():
        wanted = set(getattr(scope, field))
        if wanted:
            mask &= np.array([label in wanted for label in labels], dtype=bool)
    return mask
