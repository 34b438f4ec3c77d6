r"""The MIP of an expansion: open, use, modules and serve in each period, tied from one period to the next.

.. math:: open_{j,t-1} \le open_{jt}, \quad modules_{j,t-1} \le modules_{jt} \le m \, open_{jt}, \quad
   \sum_i d_{it} \, serve_{ijt} \le q_j \, open_{jt} + e \, modules_{jt}
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.model.build import Model, build, tidy
from sitewright.optimizer.model.columns import Columns, Rows, row, stack
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.study.periods import Extension, Period

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ExpansionModel:
    """The model, and where each period's columns stand: those of its own model, then one of modules for each site."""

    model: Model
    parts: list[Columns]
    first: list[int]

    def period(self, values: NDArray[np.float64], t: int) -> tuple[Mask, NDArray[np.int64], NDArray[np.float64]]:
        """Return the open sites, the modules of each site, and the shares, of one period of a solution."""
        c, at = self.parts[t], self.first[t]
        modules = values[at + c.n_columns : at + c.n_columns + c.n_sites]
        return values[at : at + c.n_sites] > 0.5, np.rint(modules).astype(np.int64), values[at + c.serve]


def expansion_model(
    parts: list[Problem],
    periods: tuple[Period, ...],
    extension: Extension,
    *,
    weights: NDArray[np.float64],
    closed: Mask,
    existing: Mask,
) -> ExpansionModel:
    """Return the model of minimal cost.

    Parameters
    ----------
    parts
        The problem of each period.
    weights
        What a EUR of each period counts. Shape (periods,).
    closed
        Sites proved closed in each period. Shape (periods, sites).
    existing
        Sites that are open before the first period. Shape (sites,).
    """
    n = parts[0].n_sites
    blocks: list[Rows] = []
    costs, uppers, integers, columns, first = [], [], [], [], []
    at = 0
    for t, part in enumerate(parts):
        # Capacities grow with modules: what speaks of them has rows of its own below.
        written = [rule for rule in part.all_rules if rule.name not in ("capacity", "partner_commitment")]
        base = build(part, closed=closed[t], rules=written)
        c, limited = base.columns, np.isfinite(part.numbers("capacity", np.inf))
        columns.append(c)
        first.append(at)
        modules = at + c.n_columns + np.arange(n)
        costs.append(weights[t] * np.concatenate([base.cost, np.full(n, extension.cost)]))
        uppers.append(np.concatenate([base.upper, extension.at_most * base.upper[:n] * limited]))
        integers.append(np.concatenate([base.integer, np.ones(n, dtype=bool)]))
        blocks.append(replace(base.rows, column=base.rows.column + at))
        blocks += _limits(part, periods[t], extension, c, at, modules)
        before = (first[t - 1], first[t - 1] + columns[t - 1].n_columns) if t else None
        blocks += _steps(periods[t], n, at, modules, before, existing)
        at += c.n_columns + n
    none = np.empty(0, np.int64)
    whole = Columns(0, 0, none, none, n_further=at)
    arrays = np.concatenate(costs), np.concatenate(uppers), np.concatenate(integers)
    return ExpansionModel(Model(whole, *arrays, tidy(stack("expansion", blocks))), columns, first)


def _limits(
    part: Problem, period: Period, extension: Extension, c: Columns, at: int, modules: NDArray[np.int64]
) -> list[Rows]:
    """Return the rows of one period: what each site holds, and the budget."""
    made = []
    capacity, demand = part.numbers("capacity", np.inf), part.numbers("demand")
    by_site = np.argsort(c.pair_site, kind="stable")
    start = np.searchsorted(c.pair_site[by_site], np.arange(c.n_sites + 1))
    for j in np.flatnonzero(np.isfinite(capacity)):
        pairs = by_site[start[j] : start[j + 1]]
        column = np.concatenate([[at + j, modules[j]], at + c.serve[pairs]])
        value = np.concatenate([[-capacity[j], -extension.mw], demand[c.pair_customer[pairs]]])
        made.append(row("capacity", column, value, upper=0.0))
        made.append(row("modules", [modules[j], at + j], [1.0, -float(extension.at_most)], upper=0.0))
    held = np.concatenate([np.where(np.isfinite(capacity), capacity, demand.sum()), np.full(c.n_sites, extension.mw)])
    made.append(row("cover", [*(at + np.arange(c.n_sites)), *modules], held, lower=demand.sum() * (1 - 1e-9)))
    for p, least in enumerate(part.numbers("partner_commitment")):
        if least > 0:
            its = np.flatnonzero(part.partner_of == p)
            column = np.concatenate([at + its, modules[its], [at + c.use(p)]])
            value = np.concatenate([capacity[its], np.full(len(its), extension.mw), [-least]])
            made.append(row("partner_commitment", column, value, lower=0.0))
    if period.budget is not None:
        cost = np.concatenate([site_cost(part), part.numbers("partner_fee"), np.full(c.n_sites, extension.cost)])
        spent = np.concatenate([at + np.arange(c.first_pair), modules])
        made.append(row("period budget", spent, cost / max(period.budget, 1.0), upper=1.0 if period.budget else 0.0))
    return made


def _steps(
    period: Period,
    n: int,
    at: int,
    modules: NDArray[np.int64],
    before: tuple[int, int] | None,
    existing: Mask,
) -> list[Rows]:
    """Return the rows from one period to the next: sites and modules stay, and only so many are added."""
    made = []
    open_now = at + np.arange(n)
    if before is None:
        if period.opens is not None:
            made.append(row("opens", open_now[~existing], 1.0, upper=period.opens))
        if period.extensions is not None:
            made.append(row("extensions", modules, 1.0, upper=period.extensions))
        return made
    for now, then in ((open_now, before[0]), (modules, before[1])):
        pair = np.column_stack([then + np.arange(n), now]).ravel()
        none, zero = np.full(n, -np.inf), np.zeros(n)
        made.append(Rows("stay", none, zero, np.arange(0, 2 * n + 1, 2), pair, np.tile([1.0, -1.0], n)))
    for name, limit, now, then in (
        ("opens", period.opens, open_now, before[0]),
        ("extensions", period.extensions, modules, before[1]),
    ):
        if limit is not None:
            value = np.concatenate([np.ones(n), -np.ones(n)])
            made.append(row(name, [*now, *(then + np.arange(n))], value, upper=limit))
    return made
