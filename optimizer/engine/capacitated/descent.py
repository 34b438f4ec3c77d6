r"""Local search over open sets: open, close and swap moves, priced by the duals of the transport.

With the prices u of a cheapest service of the open set S, whose cost is :math:`\sum_i u_i + \sum_{j \in S} \rho_j(u)`,
weak duality says that no set S' costs less than :math:`cost(S) + \sum_{S' \setminus S} \rho - \sum_{S \setminus S'}
\rho`. So only moves of which that is below the cost are tried, most promising first; see `transport`.
"""

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated import relaxation
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent, Mask, Served
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.engine.capacitated.transport import first_better

# Sites that a step opens at most, and moves between two looks at the clock: fewer where these serve more customers.
TRIED, CHUNK, SERVED = 120, 20, 60_000
# Shares from which a site that the averaged choice opens in part takes part in a search: few sites lead it to better
# plans than many, and more of them better those.
LIKELY, ANY = 0.1, 0.01


def descend(best: Incumbent, is_open: Mask, *within: Mask) -> None:
    """Search from an open set, over it and each of the sets of sites `within` in turn, and take what is found."""
    decided = best.instance.sites.state[: best.instance.n_sites]
    is_open = (is_open & (decided != 0)) | (decided == 1)
    served = None
    for k, part in enumerate(within):
        key = bytes([k]) + np.packbits(is_open).tobytes()
        if key in best.seen:
            break
        best.seen.add(key)
        served = best.serve(is_open, part & (decided != 0))
        if served is None:
            return
        locked = decided[served.column] == 1
        value = best.price(is_open, served.cost())
        keeps = best.keeps(is_open)
        while not best.stop():
            found = _step(best, served, value, locked, keeps)
            if found is None:
                break
            served, value, keeps = found
        is_open = is_open_of(best, served)
    if served is not None:
        best.take(is_open, served)


def _step(
    best: Incumbent, served: Served, value: float, locked: Mask, keeps: bool
) -> tuple[Served, float, bool] | None:
    """Return the first better neighbour found, as (service, cost, whether it keeps the rules)."""
    instance, column, is_open = best.instance, served.column, served.open
    rho = opening_costs(instance, served.prices())[column]
    outside = np.flatnonzero(~is_open)
    # What a site costs beyond what it saves at these prices is paid by what another one saves that closes. A fee saved
    # can make a move good that looks bad here: be generous, each is priced exactly.
    most = max(0.0, float(rho[is_open & ~locked].max(initial=0.0))) + float(best.fees.max(initial=0.0))
    outside = outside[rho[outside] < most]
    outside = outside[np.argsort(rho[outside], kind="stable")[:TRIED]]
    into = np.concatenate([[-1], outside])
    floor = 1e-9 * max(1.0, abs(value))
    fixed, chunk = instance.sites.fixed[column], max(1, min(CHUNK, SERVED // len(served.demand)))
    opened, trial, first, skip = served.copy(), served.copy(), 0, 0
    # What customers without demand cost, and fees, are left out: the true price is looked at where a move passes.
    limit = value - floor
    while first < len(into) and not best.stop():
        found, _, _, first, skip = first_better(
            served.state,
            opened.state,
            trial.state,
            trial.unit,
            trial.capacity,
            trial.demand,
            fixed,
            locked,
            into,
            first,
            skip,
            instance.need,
            limit,
            chunk,
        )
        if found:
            mask = is_open_of(best, trial)
            price = best.price(mask, trial.cost())
            if price < limit and (not keeps or best.keeps(mask)):
                return trial, price, keeps or best.keeps(mask)
    return None


def is_open_of(best: Incumbent, served: Served) -> Mask:
    """Return the open set of a service. Shape (sites,)."""
    mask = np.zeros(best.instance.n_sites, dtype=bool)
    mask[served.column[served.open]] = True
    return mask


def opening_costs(a: CapacitatedInstance, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each column costs at prices u alone. Shape (columns,)."""
    m, none = len(a.sites.price), np.zeros(a.n_prices)
    rho, state = np.empty(m), np.full(m, -1, np.int8)
    with a.workplaces.one() as work:
        relaxation.evaluate(
            a.problem,
            a.row_arrays,
            a.cut_arrays,
            np.minimum(u, a.near.top),
            none,
            state,
            work,
            rho,
            np.zeros(m),
        )
    return rho
