"""The choice of sites alone, as a MIP: open sites and used partners under every site rule, and rows on top."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.model.build import Model, tidy
from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.problem import Problem


def choice_columns(problem: Problem, more: int = 0) -> Columns:
    """Return the columns of `choice_model`; `more` of them stand behind those of the partners."""
    none = np.zeros(more, dtype=np.int64)
    return Columns(problem.n_sites, problem.n_partners, none, none)


def site_rows(problem: Problem) -> Rows:
    """Return the rows of every site rule over `choice_columns`."""
    columns = choice_columns(problem)
    blocks = [block for rule in problem.all_rules if rule.kind == "site" for block in rule.rows(problem, columns)]
    return tidy(stack("sites", blocks))


def choice_model(
    problem: Problem,
    cost: NDArray[np.float64],
    rows: Iterable[Rows] = (),
    *,
    more: NDArray[np.float64] | None = None,
    of_rules: Rows | None = None,
) -> Model:
    """Return the model.

    Parameters
    ----------
    cost
        Of each open site, then of each used partner, then of each further column. Any sign.
        Shape (sites + partners + more,).
    rows
        Further rows over the same columns.
    more
        Further columns are continuous, from 0 to these. Shape (more,).
    of_rules
        What `site_rows` returned, where it is at hand.
    """
    more = np.empty(0) if more is None else more
    columns = choice_columns(problem, len(more))
    upper = np.concatenate([np.ones(columns.first_pair), more])
    integer = np.arange(columns.n_columns) < columns.first_pair
    of_rules = site_rows(problem) if of_rules is None else of_rules
    return Model(columns, cost, upper, integer, tidy(stack("sites", [of_rules, *rows])))
