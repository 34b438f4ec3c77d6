r"""Local search over open sets: open, close and swap moves, priced by the duals of the transport.

With the prices u of a cheapest service of the open set S, whose cost is :math:`\sum_i u_i + \sum_{j \in S} \rho_j(u)`,
weak duality says that no set S' costs less than :math:`cost(S) + \sum_{S' \setminus S} \rho - \sum_{S \setminus S'}
\rho`. So only moves of which that is below the cost are tried, most promising first; each is then served exactly.
"""

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated import relaxation, transport
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent, Mask, Served
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance

# Moves tried before a search gives up, and between two looks at the clock: fewer where these serve more customers.
TRIED, CHUNK, SERVED = 120, 20, 60_000


def descend(best: Incumbent, is_open: Mask, within: Mask) -> None:
    """Search from an open set, over it and the sites `within`, and take what is found."""
    instance = best.instance
    decided = instance.sites.state[: instance.n_sites]
    is_open = (is_open & (decided != 0)) | (decided == 1)
    key = np.packbits(is_open).tobytes()
    if key in best.seen:
        return
    best.seen.add(key)
    served = best.serve(is_open, within & (decided != 0))
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
    best.take(is_open_of(best, served), served)


def _step(
    best: Incumbent, served: Served, value: float, locked: Mask, keeps: bool
) -> tuple[Served, float, bool] | None:
    """Return the first better neighbour found, as (service, cost, whether it keeps the rules)."""
    instance, column, is_open = best.instance, served.column, served.open
    rho = opening_costs(instance, served.prices())[column]
    inside = np.flatnonzero(is_open & ~locked)
    outside = np.flatnonzero(~is_open)
    hopes = [
        (rho[inside], inside, np.full(len(inside), -1)),
        (-rho[outside], np.full(len(outside), -1), outside),
        (
            (rho[inside][:, None] - rho[outside][None]).ravel(),
            np.repeat(inside, len(outside)),
            np.tile(outside, len(inside)),
        ),
    ]
    gain, out, into = (np.concatenate([h[k] for h in hopes]) for k in range(3))
    floor = 1e-9 * max(1.0, abs(value))
    hold = instance.capacity[column]
    room = hold[is_open].sum() - np.where(out >= 0, hold[out], 0.0) + np.where(into >= 0, hold[into], 0.0)
    # A fee saved can make a move good that looks bad here: be generous, each is priced exactly.
    worth = np.flatnonzero((gain > floor - float(best.fees.max(initial=0.0))) & (room >= instance.need))
    worth = worth[np.argsort(-gain[worth], kind="stable")[:TRIED]]
    out, into = out[worth], into[worth]
    fixed = instance.sites.fixed[column]
    # What customers without demand cost, and fees, are left out here: the true price is looked at where a move passes.
    paid = fixed[is_open].sum() - np.where(out >= 0, fixed[out], 0.0) + np.where(into >= 0, fixed[into], 0.0)
    trial = served.copy()
    first, chunk = 0, max(1, min(CHUNK, SERVED // len(served.demand)))
    while first < len(out) and not best.stop():
        part = slice(first, first + chunk)
        arrays = trial.unit, trial.capacity, trial.demand
        k = transport.first_better(served.state, trial.state, *arrays, out[part], into[part], paid[part], value - floor)
        first = first + chunk if k < 0 else first + k + 1
        if k >= 0:
            mask = is_open_of(best, trial)
            price = best.price(mask, trial.cost())
            if price < value - floor and (not keeps or best.keeps(mask)):
                return trial, price, keeps or best.keeps(mask)
    return None


def is_open_of(best: Incumbent, served: Served) -> Mask:
    """Return the open set of a service. Shape (sites,)."""
    mask = np.zeros(best.instance.n_sites, dtype=bool)
    mask[served.column[served.open]] = True
    return mask


def opening_costs(a: CapacitatedInstance, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each column costs at prices u alone. Shape (columns,)."""
    m, none = len(a.sites.price), np.zeros(len(a.rows))
    rho, state = np.empty(m), np.full(m, -1, np.int8)
    with a.workplaces.one() as work:
        relaxation.evaluate(
            a.near.arrays,
            a.demand,
            a.capacity,
            a.capacity,
            a.need,
            a.row_arrays,
            a.sites.price,
            np.minimum(u, a.near.top),
            none,
            state,
            work,
            rho,
            np.zeros(m),
        )
    return rho
