"""The best plan so far, open sets served by transport, and the cut-off that follows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.capacitated import transport
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance

Mask = NDArray[np.bool_]

# Plans that are held, the best included.
HELD = 20


@dataclass(eq=False)
class Served:
    """An open set with its cheapest service. Columns of `state` are the sites `column`; see `transport`."""

    column: NDArray[np.int64]
    unit: NDArray[np.float64]
    capacity: NDArray[np.float64]
    state: tuple[NDArray[Any], ...]
    demand: NDArray[np.float64]
    idle: NDArray[np.int64]  # customers without demand

    @property
    def open(self) -> Mask:
        """Shape (columns,)."""
        flags: Mask = self.state[0] == 1
        return flags

    def copy(self) -> "Served":
        state = tuple(x.copy() for x in self.state)
        return Served(self.column, self.unit, self.capacity, state, self.demand, self.idle)

    def cost(self) -> float:
        """Return what serving costs, +inf if a customer without demand has no site."""
        value = float(transport.cost_of(self.unit, self.state))
        if len(self.idle):
            value += float(self.unit[self.idle][:, self.open].min(axis=1, initial=np.inf).sum())
        return value

    def prices(self) -> NDArray[np.float64]:
        u = np.empty(len(self.demand))
        transport.prices(self.unit, self.demand, self.state, u)
        u[self.idle] = self.unit[self.idle][:, self.open].min(axis=1, initial=np.inf)
        return u


class Incumbent:
    """Holds the best open set found. `keeps` says whether a set keeps the site rules, `report` hears of each better."""

    def __init__(
        self,
        instance: CapacitatedInstance,
        gap: float,
        *,
        keeps: Callable[[Mask], bool],
        partner_of: NDArray[np.int64],
        report: Callable[[Decision, float], None],
        stop: Callable[[], bool],
    ) -> None:
        self.instance, self.gap, self.stop = instance, gap, stop
        self.keeps, self.partner_of, self.report = keeps, partner_of, report
        self.value, self.open = np.inf, np.zeros(instance.n_sites, dtype=bool)
        self.fees = instance.sites.price[instance.n_sites :]
        self.seen: set[bytes] = set()
        # Costs and open sets of the cheapest plans served that keep the site rules.
        self.plans: dict[bytes, tuple[float, Mask]] = {}
        # Hears of every open set that is served, better or not.
        self.look: Callable[[Mask, Served, float], None] | None = None
        # Dearest customers last find no room: those with most to lose go first.
        spread = np.where(np.isfinite(instance.unit), instance.unit, np.nan)
        self._order = np.argsort(-np.ptp(np.nan_to_num(spread), axis=1) * instance.demand, kind="stable")
        self._order = self._order[instance.demand[self._order] > 0]

    @property
    def cutoff(self) -> float:
        """No plan that costs more than this is looked for."""
        if not np.isfinite(self.value):
            return self.instance.sites.big
        # 5e-10 is far above what rounding does to a bound.
        return self.value - max(self.gap / 2, 5e-10) * max(1.0, abs(self.value))

    def serve(self, is_open: Mask, within: Mask | None = None) -> Served | None:
        """Return the cheapest service of an open set, in columns of its sites and those `within`; None if none."""
        a = self.instance
        if not is_open.any() or a.capacity[is_open].sum() < a.need:
            return None
        column = np.flatnonzero(is_open if within is None else is_open | within)
        unit = np.ascontiguousarray(a.unit[:, column])
        state = transport.begin(len(a.demand), len(column))
        state[0][:] = is_open[column]
        served = Served(column, unit, a.capacity[column], state, a.demand, np.flatnonzero(a.demand <= 0))
        if not transport.serve(self._order, unit, served.capacity, a.demand, state):
            return None
        return served if np.isfinite(served.cost()) else None

    def price(self, is_open: Mask, service: float) -> float:
        """Return the cost of an open set whose service costs so much."""
        used = np.unique(self.partner_of[is_open])
        fee = float(self.fees[used[used >= 0]].sum())
        return service + float(self.instance.sites.fixed[is_open].sum()) + fee

    def take(self, is_open: Mask, served: Served | None = None) -> bool:
        """Take an open set if it keeps the rules and is better."""
        state = self.instance.sites.state[: self.instance.n_sites]
        if is_open[state == 0].any() or not is_open[state == 1].all():
            return False
        served = self.serve(is_open) if served is None else served
        if served is None:
            return False
        value = self.price(is_open, served.cost())
        if self.look is not None:
            self.look(is_open, served, value)
        if not self.keeps(is_open):
            return False
        self._hold(is_open, value)
        if not value < self.value - 1e-12 * abs(value):
            return False
        self.value, self.open = value, is_open.copy()
        self.report(decision_of(is_open, served), value)
        return True

    def _hold(self, is_open: Mask, value: float) -> None:
        """Hold on to an open set while it is among the cheapest."""
        self.plans[np.packbits(is_open).tobytes()] = value, is_open.copy()
        if len(self.plans) > HELD:
            del self.plans[max(self.plans, key=lambda key: self.plans[key][0])]


def decision_of(is_open: Mask, served: Served) -> Decision:
    """Return who is served from where, in order of customer, then site."""
    mw = served.state[1].T
    share = mw / np.where(served.demand > 0, served.demand, 1.0)[:, None]
    if len(served.idle):
        cost = np.where(served.open, served.unit[served.idle], np.inf)
        share[served.idle, np.argmin(cost, axis=1)] = 1.0
    share = np.where(share > transport.DUST, share, 0.0)
    share /= share.sum(axis=1, keepdims=True)
    customer, k = np.nonzero(share)
    return Decision(is_open.copy(), customer, served.column[k], np.minimum(share[customer, k], 1.0))
