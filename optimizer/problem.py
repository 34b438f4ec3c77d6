"""Problem: what is to be decided, as a checked xarray dataset plus rules. Knows no solver."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sitewright.optimizer import schema
from sitewright.optimizer.errors import Flaw, InvalidProblem

if TYPE_CHECKING:
    from sitewright.optimizer.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Problem:
    """Customers, sites, their costs, and the rules that a plan must keep.

    Attributes
    ----------
    data
        Dataset with dimensions ``customer`` and ``site`` (and ``partner``); `sitewright.optimizer.schema.VARIABLES`
        lists the variables, their units and their ranges. ``+inf`` in ``service_cost`` is a forbidden pair.
        Other variables are carried along untouched. Treat it as read-only.
    rules
        The rules that were asked for. Those that the data imply (capacity, status, partners, one option per metro)
        need not be named: `all_rules` holds both.
    name
        Shown in reports.

    Raises
    ------
    InvalidProblem
        With every flaw found.
    """

    data: xr.Dataset
    rules: "tuple[Rule, ...]" = ()
    name: str = "problem"

    def __post_init__(self) -> None:
        _check_kinds(self.data, tuple(self.rules))
        data = _with_service_cost(_normalised(self.data))
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "rules", tuple(self.rules))
        flaws = list(schema.check(data))
        if not flaws:
            flaws = [flaw for rule in self.all_rules for flaw in rule.flaws(self)]
        if flaws:
            raise InvalidProblem(flaws)

    @classmethod
    def from_arrays(
        cls,
        *,
        service_cost: ArrayLike,
        fixed_cost: ArrayLike,
        demand: ArrayLike | None = None,
        customers: Sequence[str] | None = None,
        sites: Sequence[str] | None = None,
        rules: "Iterable[Rule]" = (),
        name: str = "problem",
        **variables: ArrayLike | None,
    ) -> "Problem":
        """Build a problem from plain arrays.

        Parameters
        ----------
        service_cost
            Yearly cost of serving a customer's WHOLE demand from a site; +inf forbids the pair.
            Shape (customers, sites).
        fixed_cost
            Yearly cost of an open site. Shape (sites,).
        demand
            MW. Shape (customers,). One MW each if not given.
        customers, sites
            Labels; ``c0, c1, …`` and ``s0, s1, …`` if not given.
        rules
            See `sitewright.optimizer.rules`.
        variables
            Any other variable of `sitewright.optimizer.schema.VARIABLES` on customers and sites: ``capacity``,
            ``latency``, ``status``, ``segment``, …

        Raises
        ------
        InvalidProblem
            With every flaw found.
        """
        given: dict[str, Any] = {"service_cost": service_cost, "fixed_cost": fixed_cost}
        given |= {k: v for k, v in variables.items() if v is not None}
        cost = _array(service_cost, "service_cost")
        if cost.ndim != 2:
            fix = "give a matrix, customers x sites"
            raise InvalidProblem([Flaw("argument 'service_cost'", "have 2 dimensions", f"shape {cost.shape}", fix)])
        given["demand"] = np.ones(cost.shape[0]) if demand is None else demand
        labels = {
            "customer": [f"c{i}" for i in range(cost.shape[0])] if customers is None else list(customers),
            "site": [f"s{j}" for j in range(cost.shape[1])] if sites is None else list(sites),
        }
        flaws, arrays = [], {}
        for key, value in given.items():
            spec = schema.VARIABLES.get(key)
            if spec is None or "partner" in spec.dims:
                known = ", ".join(k for k, v in schema.VARIABLES.items() if "partner" not in v.dims)
                flaws.append(
                    Flaw(f"argument {key!r}", "be a variable of a problem", "an unknown name", f"use one of {known}")
                )
                continue
            array, shape = _array(value, key), tuple(len(labels[d]) for d in spec.dims)
            if array.shape != shape:
                fix = "transpose it: customers are rows" if array.shape == shape[::-1] else "give one value for each"
                flaws.append(Flaw(f"argument {key!r}", f"have shape {shape} = {spec.dims}", str(array.shape), fix))
                continue
            arrays[key] = (spec.dims, array)
        if flaws:
            raise InvalidProblem(flaws)
        return cls(xr.Dataset(arrays, coords=labels), tuple(rules), name)

    @property
    def n_customers(self) -> int:
        return int(self.data.sizes["customer"])

    @property
    def n_sites(self) -> int:
        return int(self.data.sizes["site"])

    @property
    def n_partners(self) -> int:
        return int(self.data.sizes.get("partner", 0))

    @cached_property
    def customers(self) -> NDArray[np.str_]:
        return self.data["customer"].values.astype(str)

    @cached_property
    def sites(self) -> NDArray[np.str_]:
        return self.data["site"].values.astype(str)

    @cached_property
    def partners(self) -> NDArray[np.str_]:
        return self.data["partner"].values.astype(str) if self.n_partners else np.empty(0, dtype=str)

    @cached_property
    def partner_of(self) -> NDArray[np.int64]:
        """Index of each site's partner in `partners`, -1 for an own build. Shape (sites,)."""
        names = self.text("site_partner")
        index = {p: k for k, p in enumerate(self.partners)}
        return np.array([index.get(str(n), -1) for n in names], dtype=np.int64)

    @cached_property
    def sizes(self) -> tuple[NDArray[np.int64], ...]:
        """Of each site that may open in several sizes, the numbers of its options. Shape (options,) each."""
        names, member = np.unique(self.text("size_of"), return_inverse=True)
        groups = (np.flatnonzero(member == k) for k, name in enumerate(names) if name)
        return tuple(group for group in groups if len(group) > 1)

    @cached_property
    def all_rules(self) -> "tuple[Rule, ...]":
        """The rules that the data imply, then those that were asked for."""
        from sitewright.optimizer.rules import implied

        return (*implied(self), *self.rules)

    def has(self, name: str) -> bool:
        return name in self.data

    def numbers(self, name: str, default: float = 0.0) -> NDArray[np.float64]:
        """Return a variable as float64, or `default` everywhere when the data lack it."""
        if name in self.data:
            return np.asarray(self.data[name].values, dtype=np.float64)
        return np.full([self.data.sizes.get(d, 0) for d in schema.VARIABLES[name].dims], default)

    def text(self, name: str, default: str = "") -> NDArray[np.str_]:
        """Return a text variable, or `default` everywhere when the data lack it."""
        if name in self.data:
            return self.data[name].values.astype(str)
        return np.full([self.data.sizes.get(d, 0) for d in schema.VARIABLES[name].dims], default, dtype=str)

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """Which customer may use which site, after all pair rules. Shape (customers, sites)."""
        allowed: NDArray[np.bool_] = np.isfinite(self.data["service_cost"].values)
        for rule in self.all_rules:
            forbids = rule.forbids(self)
            if forbids is not None:
                allowed &= ~forbids
        return allowed

    def _repr_html_(self) -> str:
        """What a notebook shows of a problem."""
        from sitewright.optimizer.report.notebook import problem_html

        return problem_html(self)

    def with_rules(self, *rules: "Rule") -> "Problem":
        """Return the same problem with more rules."""
        return replace(self, rules=(*self.rules, *rules))


def _check_kinds(data: object, rules: tuple[object, ...]) -> None:
    """Raise InvalidProblem where something is not even of the right kind."""
    from sitewright.optimizer.rules.base import Rule

    flaws = []
    if not isinstance(data, xr.Dataset):
        fix = "give a Dataset, or call Problem.from_arrays or sitewright.load"
        flaws.append(Flaw("argument 'data'", "be an xarray.Dataset", type(data).__name__, fix))
    for rule in rules:
        if not isinstance(rule, Rule):
            fix = "make one of sitewright.rules, such as SiteCount(at_most=3)"
            flaws.append(Flaw("argument 'rules'", "hold rules", repr(rule), fix))
    if flaws:
        raise InvalidProblem(flaws)


def _array(value: Any, name: str) -> Any:
    if hasattr(value, "__dask_graph__"):
        return value
    try:
        return np.asarray(value)
    except ValueError:  # rows of different lengths
        fix = "give as many values in each row"
        raise InvalidProblem([Flaw(f"argument {name!r}", "be an array", "rows of unequal length", fix)]) from None


def _normalised(data: xr.Dataset) -> xr.Dataset:
    """Give every known variable its units and long_name, where they are missing, and labels that are text."""
    data = data.copy()
    for dim in ("customer", "site", "partner"):
        if dim in data.coords:
            data = data.assign_coords({dim: data[dim].values.astype(str)})
    for name in map(str, data.data_vars):
        v = schema.VARIABLES.get(name)
        if v is not None:
            attrs = {"long_name": v.long_name} | ({} if v.is_text else {"units": v.units})
            data[name].attrs = attrs | data[name].attrs
    return data


def _with_service_cost(data: xr.Dataset) -> xr.Dataset:
    """Compute service_cost by the cost kernel where the data hold what it needs."""
    needed = ("demand", "latency", *schema.COST_COMPONENTS)
    if (
        "service_cost" in data
        or not all(n in data for n in needed)
        or list(schema.check(data.assign(_without_cost(data))))
    ):
        return data
    from sitewright.kernels import cost

    matrix = cost(
        latency=data["latency"].values,
        demand=data["demand"].values,
        energy_price=data["energy_price"].values,
        network_price=data["network_price"].values,
        haul_price=float(data["haul_price"]),
        penalty_rate=data["penalty_rate"].values,
        penalty_free=data["penalty_free"].values,
    )
    return data.assign(service_cost=(("customer", "site"), matrix, _attrs("service_cost")))


def _without_cost(data: xr.Dataset) -> dict[str, Any]:
    shape = (data.sizes.get("customer", 0), data.sizes.get("site", 0))
    return {"service_cost": (("customer", "site"), np.zeros(shape))}


def _attrs(name: str) -> dict[str, str]:
    return {"units": schema.VARIABLES[name].units, "long_name": schema.VARIABLES[name].long_name}
