"""What the bound could not decide, as a MIP over the free columns and the live pairs."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.uncapacitated.bound import Point
from sitewright.optimizer.engine.uncapacitated.incumbent import Incumbent
from sitewright.optimizer.engine.uncapacitated.instance import Instance
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix
from sitewright.optimizer.model.build import Model
from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model


def close_by_mip(
    instance: Instance,
    point: Point,
    live: Prefix,
    incumbent: Incumbent,
    *,
    solver: str,
    time_limit: float | None,
    seed: int,
    threads: int,
    stop: Callable[[], bool],
    on_bounds: Callable[[float, float], None],
) -> float:
    """Solve the residual MIP and take its plan; return the bound it proves for plans below the cut-off."""
    model, sites = _model(instance, point, live)
    partners = np.flatnonzero(point.state[instance.n_sites :] == -1)
    hint = _hint(model, sites, partners, incumbent)
    answer = solve_model(
        model,
        solver=solver,
        time_limit=time_limit,
        gap=min(incumbent.gap / 4, 1e-7),
        seed=seed,
        threads=threads,
        hint=hint,
        stop=stop,
        on_bounds=on_bounds,
    )
    if answer.outcome is Outcome.INFEASIBLE:
        return np.inf
    if answer.values is not None:
        is_open = point.state[: instance.n_sites] == 1
        is_open[sites[answer.values[: len(sites)] > 0.5]] = True
        incumbent.take(is_open)
    return float(answer.bound)


def _model(instance: Instance, point: Point, live: Prefix) -> tuple[Model, NDArray[np.int64]]:
    """Return the model over the free columns and the pairs of customers that have a choice, and its sites' numbers."""
    m, state, n = instance.n_sites, point.state, len(point.u)
    free = np.flatnonzero(state == -1)
    sites = free[free < m]
    place = np.full(len(state), -1)
    place[free] = np.arange(len(free))
    choices = np.diff(live.start)
    customer, site, cost = np.repeat(np.arange(n), choices), live.site, live.cost.astype(np.float64)
    decided = (choices[customer] == 1) & (state[site] == 1)
    offset = float(instance.price[state == 1].sum() + cost[decided].sum())
    customer, site, cost = (x[~decided] for x in (customer, site, cost))
    who, row = np.unique(customer, return_inverse=True)
    columns = Columns(len(sites), len(free) - len(sites), row, place[site])
    k = np.arange(len(customer)) + columns.first_pair
    ones = np.ones(len(who))
    serve = Rows("service", ones, ones, np.searchsorted(row, np.arange(len(who) + 1)), k, np.ones(len(k)))
    tied = state[site] == -1
    q = int(tied.sum())
    column = np.column_stack([place[site[tied]], k[tied]]).ravel()
    link = Rows("link", np.full(q, -np.inf), np.zeros(q), 2 * np.arange(q + 1), column, np.tile([-1.0, 1.0], q))
    blocks = [serve, link, *_site_rows(instance, state, place)]
    integer = np.arange(columns.n_columns) < columns.first_pair
    price = np.concatenate([instance.price[free], cost])
    return Model(columns, price, np.ones(columns.n_columns), integer, stack("all", blocks), offset=offset), sites


def _site_rows(instance: Instance, state: NDArray[np.int8], place: NDArray[np.int64]) -> list[Rows]:
    """Return the site rules over the free columns."""
    m, rows = instance.n_sites, instance.rows
    is_free = state[rows.column] == -1
    of_row = np.repeat(np.arange(len(rows)), np.diff(rows.start))
    paid = np.bincount(of_row, rows.value * (state[rows.column] == 1), minlength=len(rows))
    start = np.searchsorted(of_row[is_free], np.arange(len(rows) + 1))
    order = np.lexsort((place[rows.column[is_free]], of_row[is_free]))
    blocks = []
    if len(rows):
        left = rows.column[is_free][order], rows.value[is_free][order]
        blocks.append(Rows("sites", rows.lower - paid, rows.upper - paid, start, place[left[0]], left[1]))
    free = np.flatnonzero(state[:m] == -1)
    count = int((state[:m] == 1).sum())
    if instance.low > count or instance.high < count + len(free):
        ends = np.array([instance.low - count], float), np.array([instance.high - count], float)
        blocks.append(Rows("count", *ends, np.array([0, len(free)]), place[free], np.ones(len(free))))
    return blocks


def _hint(
    model: Model, sites: NDArray[np.int64], partners: NDArray[np.int64], incumbent: Incumbent
) -> NDArray[np.float64] | None:
    if not np.isfinite(incumbent.value):
        return None
    columns = model.columns
    is_open = incumbent.open[sites]
    hint = np.zeros(columns.n_columns)
    hint[: len(sites)] = is_open
    hint[len(sites) : columns.first_pair] = np.isin(partners, incumbent.partner_of[incumbent.open])
    # The first pair of a customer, by cost, whose site is open.
    usable = np.concatenate([is_open, [True]])[columns.pair_site]
    customer = columns.pair_customer[usable]
    first = np.flatnonzero(usable)[np.unique(customer, return_index=True)[1]]
    hint[columns.first_pair + first] = 1.0
    return hint
