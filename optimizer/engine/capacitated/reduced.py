r"""Reduced costs of sites and of pairs at a point of the Lagrangian.

With the price :math:`w_j` of a MW at each full site and :math:`\pi` of a MW held, the bound splits into

.. math:: L = \sum_i u_i + \pi D + \sum_j \min\Big(0, \hat\rho_j\Big), \qquad
   \hat\rho_j = f_j - w_j q_j - \pi q_j + \sum_i \min(0, r_{ij}), \quad r_{ij} = c_{ij} - u_i + w_j d_i.

A plan that serves all of customer i from j opens j, which costs :math:`\max(0, \hat\rho_j)`, pays
:math:`\max(0, r_{ij})`, and loses what i gains at the other sites that L opens: of each at least
:math:`\min(-\hat\rho_k, -r_{ik})`, since :math:`\min(0, a + b) - \min(0, a) \ge \min(-a, b)` for a <= 0 <= b.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.capacitated import relaxation
from sitewright.optimizer.engine.capacitated.bound import Point
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance
from sitewright.optimizer.model.columns import Rows, row


@dataclass(frozen=True, eq=False)
class Reduced:
    """By how much the bound rises at least."""

    bound: float
    state: NDArray[np.int8]  # (sites,): what is decided; see `relaxation`
    site: NDArray[np.float64]  # (sites,): if it opens; where below zero, if it stays closed
    pair: NDArray[np.float64]  # (customers, sites): if the site serves the whole customer; +inf where forbidden
    flat: NDArray[np.float64]  # (columns,): cost of each column with no price on the capacity held
    offset: float  # what comes on top of the costs `flat` of the columns that are taken


def reduced_costs(a: CapacitatedInstance, point: Point) -> Reduced:
    """Return the reduced costs at a point's prices, with decided what the point has decided."""
    m, columns = a.n_sites, len(a.sites.price)
    rho, pick = np.empty(columns), np.zeros(columns)
    with a.workplaces.one() as work:
        value, pi = relaxation.evaluate(
            a.problem,
            a.row_arrays,
            a.cut_arrays,
            point.u,
            point.lam,
            point.state,
            work,
            rho,
            pick,
        )
        price, mw = work[7:9]
        full = np.where(mw > a.capacity, price, 0.0)
    site = rho[:m] - pi * a.capacity
    cost = np.where(np.isfinite(a.unit), a.unit * np.where(a.demand > 0, a.demand, 1.0)[:, None], np.inf)
    net = cost - point.u[:, None] + full[None] * a.demand[:, None]
    lost = np.minimum(np.maximum(-site, 0.0)[None], np.maximum(-net, 0.0))
    others = lost.sum(axis=1)[:, None] - lost
    # A site that is open in any case costs no more if it serves.
    opening = np.where(point.state[:m] == 1, 0.0, np.maximum(site, 0.0))
    pair = opening[None] + np.maximum(net, 0.0) + others
    if np.any(point.lam):
        rho = rho - row_prices(a, point.lam)
    return Reduced(float(value), point.state[:m].copy(), site, pair, rho, float(point.u.sum()))


def row_prices(a: CapacitatedInstance, lam: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the prices of the rows add to each column."""
    rows = a.rows
    of_row = np.repeat(np.arange(len(rows)), np.diff(rows.start))
    out: NDArray[np.float64] = np.zeros(len(a.sites.price))
    np.add.at(out, rows.column, lam[of_row] * rows.value)
    return out


def kept_rows(a: CapacitatedInstance, costs: Reduced, incumbent: float) -> list[Rows]:
    """Return rows over sites that every plan worth finding keeps: enough capacity, and a bound below the best."""
    cuts = [row("cover", np.arange(a.n_sites), a.capacity, lower=a.need)]
    if np.isfinite(incumbent) and np.isfinite(costs.flat).all():
        slack = 1e-7 * max(1.0, abs(incumbent))
        cuts.append(row("cutoff", np.arange(len(costs.flat)), costs.flat, upper=incumbent - costs.offset + slack))
    return cuts
