"""The MIP of a problem, built in bulk: columns and costs here, rows from the rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.cost import site_cost
from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.problem import Problem

if TYPE_CHECKING:
    from sitewright.optimizer.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Model:
    """minimise ``cost x + offset`` over ``0 <= x <= upper``, some x integer, and the rows."""

    columns: Columns
    cost: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    rows: Rows
    offset: float = 0.0

    def fixed(self, is_open: NDArray[np.bool_]) -> "Model":
        """Return the model with the open sites decided: what is left is the assignment."""
        upper, offset = self.upper.copy(), self.offset
        upper[: len(is_open)] = is_open
        n = self.columns.n_sites
        rows = stack("fixed", [self.rows, _at_least_one(np.flatnonzero(is_open))])
        closed = ~is_open[self.columns.pair_site]
        upper[self.columns.serve[closed]] = 0.0
        integer = self.integer.copy()
        integer[:n] = False
        return replace(self, upper=upper, offset=offset, rows=rows, integer=integer)

    @property
    def nonzeros(self) -> int:
        return len(self.rows.value)


def live_columns(problem: Problem, live: NDArray[np.bool_]) -> Columns:
    """Return the columns for the live pairs. `live` has shape (customers, sites)."""
    customer, site = np.nonzero(live)
    return Columns(problem.n_sites, problem.n_partners, customer, site)


def build(
    problem: Problem,
    *,
    live: NDArray[np.bool_] | None = None,
    closed: NDArray[np.bool_] | None = None,
    cuts: Sequence[Rows] = (),
    rules: "Sequence[Rule] | None" = None,
) -> Model:
    """Build the strong formulation.

    Parameters
    ----------
    live
        Pairs that may be used; those that the pair rules allow if not given. Shape (customers, sites).
    closed
        Sites proved closed. Shape (sites,).
    cuts
        Further rows that hold for every plan of interest.
    rules
        Those whose rows are written; all of the problem's if not given.
    """
    live = problem.allowed if live is None else live
    if closed is not None:
        live = live & ~closed
    columns = live_columns(problem, live)
    pairs = problem.data["service_cost"].values[columns.pair_customer, columns.pair_site].astype(np.float64)
    cost = np.concatenate([site_cost(problem), problem.numbers("partner_fee"), pairs])
    upper = np.ones(columns.n_columns)
    if closed is not None:
        upper[: columns.n_sites][closed] = 0.0
    integer = np.zeros(columns.n_columns, dtype=bool)
    integer[: columns.first_pair] = True
    for rule in problem.all_rules:
        single = rule.single_source(problem)
        if single is not None:
            integer[columns.first_pair :] |= single[columns.pair_customer]
    written = problem.all_rules if rules is None else rules
    blocks = [block for rule in written for block in rule.rows(problem, columns)]
    return Model(columns, cost, upper, integer, tidy(stack("all", [*blocks, *cuts])))


def site_model(problem: Problem, cost: NDArray[np.float64], *, closed: NDArray[np.bool_], cover: bool = True) -> Model:
    """Return the master over sites and partners alone: every site rule, and with `cover` capacity for all demand.

    `cost` is that of opening each site, shape (sites,); partner fees come on top.
    """
    none = np.empty(0, dtype=np.int64)
    columns = Columns(problem.n_sites, problem.n_partners, none, none)
    upper = np.ones(columns.n_columns)
    upper[: columns.n_sites][closed] = 0.0
    rules = [rule for rule in problem.all_rules if rule.kind == "site"]
    blocks = [block for rule in rules for block in rule.rows(problem, columns)]
    capacity = problem.numbers("capacity", np.inf)
    total = problem.numbers("demand").sum()
    # A site need never count for more than the whole demand; this also makes an infinite capacity a number.
    held = np.minimum(capacity, total)
    if cover:
        blocks.append(_row(np.arange(columns.n_sites), held, lower=total))
    full = np.concatenate([cost, problem.numbers("partner_fee")])
    return Model(columns, full, upper, np.ones(columns.n_columns, dtype=bool), tidy(stack("sites", blocks)))


def _row(column: NDArray[np.int64], value: NDArray[np.float64], *, lower: float) -> Rows:
    # A hair of slack: the sum of rounded capacities may fall short of the sum of rounded demands by an ulp.
    slack = 1e-9 * max(1.0, abs(lower))
    return Rows("all", np.array([lower - slack]), np.array([np.inf]), np.array([0, len(column)]), column, value)


def _at_least_one(columns: NDArray[np.int64]) -> Rows:
    n = len(columns)
    return Rows("fixed", np.ones(n), np.full(n, np.inf), np.arange(n + 1), columns, np.ones(n))


def tidy(rows: Rows) -> Rows:
    """Return the rows with each row's columns in order and no zeros: MathOpt asks for both."""
    row_of = np.repeat(np.arange(len(rows)), np.diff(rows.start))
    key = row_of * (int(rows.column.max(initial=0)) + 1) + rows.column
    column, value = rows.column, rows.value
    if np.any(key[1:] <= key[:-1]):
        order = np.argsort(key, kind="stable")
        row_of, column, value = row_of[order], column[order], value[order]
    keep = value != 0
    if not keep.all():
        row_of, column, value = row_of[keep], column[keep], value[keep]
    start = np.searchsorted(row_of, np.arange(len(rows) + 1))
    return Rows(rows.rule, rows.lower, rows.upper, start, column, value)
