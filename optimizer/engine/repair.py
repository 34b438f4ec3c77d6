"""A plan under rules whose rows are not all written down: choices of sites, each asked what it breaks before it counts.

Rounds of `cutting` have no plan until the last one ends. Here every choice that breaks nothing is a plan at once, and
the bound rises beside it; what a choice breaks becomes rows for all that follow.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.state import State
from sitewright.optimizer.model.columns import Rows
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem

Mask = NDArray[np.bool_]

# Pairs up to which the choices may take all the time that is left; of larger problems they get a share of it.
PAIRS, SHARE = 500_000, 0.3


def choose(relaxed: Problem, plan: Plan, state: State, separate: Callable[[Mask], list[Rows]]) -> float:
    """Look for the cheapest plan that breaks nothing, starting from one that does; return the bound proved.

    `separate` returns the rows that an open set breaks, none if it breaks nothing. Plans found go into the state.
    """
    # Here, since what the choices are made of asks the engine, too.
    from sitewright.optimizer.study.choices import Choices

    large = relaxed.n_customers * relaxed.n_sites > PAIRS
    limit = None if state.time_limit is None else state.elapsed + (SHARE if large else 1.0) * (state.left or 0.0)
    state.enter("choices")

    def stop() -> bool:
        return state.stop() or (limit is not None and state.elapsed >= limit)

    broken: dict[bytes, list[Rows]] = {}

    def breaks(is_open: Mask) -> list[Rows]:
        key = is_open.tobytes()
        if key not in broken:
            broken[key] = separate(is_open)
        return broken[key]

    def say(high: float, low: float) -> None:
        for choice in choices.known:
            if choice.cost < state.incumbent and not breaks(choice.open):
                state.improve(choice.decision, choice.cost)
        state.raise_bound(min(low, state.incumbent))

    choices = Choices(relaxed, plan, state.gap / 2, stop, say)
    least = choices.least(admits=lambda is_open: not breaks(is_open), separate=breaks, guesses=_more(plan))
    say(least.high, least.low)
    return least.low


def _more(plan: Plan) -> list[Mask]:
    """Return the plan's sites with each other one added: what a loss leaves must hold more."""
    base = plan.decision.open
    return [base | (np.arange(len(base)) == j) for j in np.flatnonzero(~base)]
