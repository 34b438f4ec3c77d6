"""Rules with too many rows to write down: solve with those that are known, look what the plan breaks, add it, repeat.

Every round's bound holds for the whole problem, since rows are only missing. The first plan that breaks nothing is as
good as its own bound says (Benders, Numerische Mathematik 4, 1962). After the first round, `repair` looks for plans and
a bound by choices of sites, where plans cost money; that ends most solves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.repair import choose
from sitewright.optimizer.engine.state import State
from sitewright.optimizer.errors import Infeasible, LimitReached, SolverFailed
from sitewright.optimizer.fingerprint import input_hash
from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.plan import Certificate, Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import OnProgress, Progress
from sitewright.optimizer.rules.base import Kind, Rule

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Known(Rule):
    """As much of a lazy rule as is written down so far: rows over the sites alone."""

    name: ClassVar[str] = "known"
    kind: ClassVar[Kind] = "site"

    says: str
    block: Rows

    def sentence(self) -> str:
        return self.says

    def rows(self, problem: Problem, columns: Columns) -> Iterator[Rows]:
        if len(self.block):
            yield self.block

    def broken(self, problem: Problem, decision: Decision) -> Iterator[str]:
        if _held_back(self.block, decision.open):
            yield self.says


def solve_with_cuts(
    problem: Problem,
    state: State,
    solve: Callable[[Problem, State], Plan],
    finish: Callable[[Decision, Certificate], Plan] | None,
) -> Plan:
    """Return the plan of a problem with lazy rules.

    Parameters
    ----------
    solve
        Solves a problem without any, at a state of its own.
    finish
        Makes the plan of a decision of the whole problem; None where plans cost something else than money.

    Raises
    ------
    Infeasible
        If it is proved that no plan keeps all rules.
    LimitReached
        If a limit or a cancel came before any plan that keeps all rules.
    """
    lazy = [rule for rule in problem.rules if rule.lazy]
    rest = tuple(rule for rule in problem.rules if not rule.lazy)
    none = np.empty(0, dtype=np.int64)
    columns = Columns(problem.n_sites, problem.n_partners, none, none)
    blocks = [list(rule.rows(problem, columns)) for rule in lazy]
    seen = np.zeros(problem.n_sites, dtype=bool)
    sign = -1.0 if state.maximise else 1.0
    certificate: Certificate | None = None

    def separate(is_open: Mask) -> list[Rows]:
        nonlocal seen
        new = [list(rule.cuts(problem, is_open, seen)) for rule in lazy]
        if any(new) and not any(_held_back(stack("new", block), is_open) for block in new):
            raise SolverFailed("a rule is broken by less than its rows can tell; loosen its limit a little")
        for old, more in zip(blocks, new, strict=True):
            old += more
        seen = seen | is_open if any(new) else seen
        return [block for part in new for block in part]

    def best(bound: float) -> Plan | None:
        """Return the best plan that breaks nothing, if one was found."""
        if state.decision is None or finish is None or certificate is None:
            return None
        return finish(state.decision, replace(certificate, solver_bound=bound, solver="highs"))

    while True:
        known = [Known(rule.sentence(), stack(rule.name, b)) for rule, b in zip(lazy, blocks, strict=True)]
        relaxed = replace(problem, rules=(*rest, *known))
        inner = State(state.left, state.gap, state.cancel, _bounds_of(state), maximise=state.maximise)
        try:
            plan = solve(relaxed, inner)
        except LimitReached as error:
            state.raise_bound(sign * error.bound)
            if (found := best(state.bound)) is not None:
                return found
            raise LimitReached(error.stop_reason, bound=sign * state.bound) from None
        finally:
            for stage, seconds in inner.timings.items():
                state.timings[stage] = state.timings.get(stage, 0.0) + seconds
        state.raise_bound(sign * plan.bound)
        if not separate(plan.decision.open):
            if finish is not None:
                state.improve(plan.decision, plan.objective)
            if state.decision is not None and state.incumbent < plan.objective and (found := best(state.bound)):
                return found
            wall = {"wall": state.elapsed, "cpu": plan.timings["cpu"]}
            return replace(plan, input_hash=input_hash(problem), timings=state.timings | wall)
        if certificate is None and finish is not None and not state.stop():
            certificate = plan.certificate
            state.raise_bound(min(choose(relaxed, plan, state, separate), state.incumbent))
            if state.decision is None and state.bound == np.inf:
                rules = "; ".join(rule.sentence() for rule in lazy)
                raise Infeasible([f"no choice of sites keeps all rules, among them: {rules}"], proof="highs")
            if state.proved and (found := best(state.bound)):
                return found
        if state.stop():
            if (found := best(state.bound)) is not None:
                return found
            raise LimitReached(state.reason, bound=sign * state.bound)


def _held_back(block: Rows, is_open: Mask) -> bool:
    """Return whether an open set breaks one of the rows."""
    row_of = np.repeat(np.arange(len(block)), np.diff(block.start))
    held = np.bincount(row_of, block.value * is_open[block.column], minlength=len(block))
    return bool(np.any(held < block.lower - 1e-9) or np.any(held > block.upper + 1e-9))


def _bounds_of(state: State) -> OnProgress:
    """Let a round report its bound alone: its plans may break what is not written down yet."""
    sign = -1.0 if state.maximise else 1.0

    def report(event: Progress) -> None:
        state.stage = event.stage
        state.raise_bound(sign * event.bound)
        state.say()

    return report
