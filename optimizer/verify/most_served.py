"""How much demand a few sites can serve at most, by pushing it from full sites to emptier ones.

Each site carries a label, a lower bound on how many customers must move along a chain until one reaches a site with
room (Goldberg, Tarjan, Journal of the ACM 35, 1988). Written apart from the optimizer's flow on purpose.
"""

import numpy as np
from numpy.typing import NDArray


def most_served(reach: NDArray[np.bool_], demand: NDArray[np.float64], capacity: NDArray[np.float64]) -> float:
    """Return the MW that can be served.

    Parameters
    ----------
    reach
        Which customer may use which site. Shape (customers, sites).
    demand
        MW, may be split. Shape (customers,).
    capacity
        MW, may be infinite. Shape (sites,).
    """
    n_sites = reach.shape[1]
    if n_sites == 0:
        return 0.0
    alike: dict[bytes, list[int]] = {}
    for i, row in enumerate(reach):
        alike.setdefault(row.tobytes(), []).append(i)
    reach = np.array([reach[members[0]] for members in alike.values()])
    waiting = np.array([float(demand[members].sum()) for members in alike.values()])
    dust = 1e-12 * max(1.0, float(waiting.sum()))
    sent, load, label = np.zeros(reach.shape), np.zeros(n_sites), np.zeros(n_sites, dtype=np.int64)
    lost = 0.0
    while len(todo := np.flatnonzero(waiting > dust)):
        k = int(todo[0])
        near = np.flatnonzero(reach[k])
        amount, waiting[k] = waiting[k], 0.0
        if not len(near) or label[near].min() >= n_sites:
            lost += amount
            continue
        s = int(near[np.argmin(label[near])])
        sent[k, s] += amount
        load[s] += amount
        while (over := load[s] - capacity[s]) > dust:
            elsewhere = np.where(reach, label, n_sites)
            elsewhere[:, s] = n_sites
            way = np.where(sent[:, s] > 0, elsewhere.min(axis=1), n_sites + 1)
            k = int(np.argmin(way))
            label[s] = max(label[s], min(n_sites, int(way[k]) + 1))
            back = min(over, sent[k, s])
            sent[k, s] -= back
            load[s] -= back
            waiting[k] += back
    return float(demand.sum()) - lost
