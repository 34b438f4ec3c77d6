"""How sure a plan is: which part of its bound was recomputed, which is a solver's word, and what ties with it."""

from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.numbers import percent, short
from sitewright.optimizer.report.verdict import change
from sitewright.optimizer.verify import Report


@dataclass(frozen=True)
class TieRow:
    """Another plan: what differs, what it costs more, and by how much the comparison may be off (EUR/yr)."""

    change: str
    extra_cost: float
    model_error: float
    within_error: bool


@dataclass(frozen=True)
class Certainty:
    """What stands behind the bound.

    Attributes
    ----------
    objective, bound, recomputed
        In `unit`. `recomputed` is the checker's own bound if it ran, else the engine's word of what can be recomputed;
        both may be infinite.
    recomputed_share, word_share, open_share
        How the way to the objective is made up: recomputed from the raw data, the solver's word, and not known. They
        add up to 1; None where the objective is measured from above (coverage) or a bound is missing.
    solver
        Whose word, or "".
    checked
        Whether the independent checker accepts the plan; None if it was not asked.
    findings
        What it found wrong.
    sentence
        What is proved, in its words.
    """

    objective: float
    bound: float
    recomputed: float
    unit: str
    recomputed_share: float | None
    word_share: float | None
    open_share: float | None
    solver: str
    checked: bool | None
    findings: tuple[str, ...]
    sentence: str
    ties: tuple[TieRow, ...]


def certainty(plan: Plan, problem: Problem, check: Report | None) -> Certainty:
    """Return how sure the plan is; `check` is what the checker said, if it ran."""
    recomputed = plan.certificate.root_bound if check is None else check.proved_bound
    parts: tuple[float | None, ...] = (None, None, None)
    if plan.objective_kind != "coverage" and plan.objective > 0 and np.isfinite([recomputed, plan.bound]).all():
        sure = min(max(recomputed, 0.0), plan.objective) / plan.objective
        told = min(max(plan.bound, 0.0), plan.objective) / plan.objective
        parts = (min(sure, told), max(0.0, told - sure), 1.0 - told)
    return Certainty(
        objective=plan.objective,
        bound=plan.bound,
        recomputed=recomputed,
        unit=plan.unit,
        recomputed_share=parts[0],
        word_share=parts[1],
        open_share=parts[2],
        solver=plan.certificate.solver,
        checked=None if check is None else check.accepted,
        findings=() if check is None else tuple(str(finding) for finding in check.findings),
        sentence=_sentence(plan, check),
        ties=tuple(
            TieRow(change(t.closed, t.opened, problem), t.extra_cost, t.model_error, t.within_error) for t in plan.ties
        ),
    )


def _sentence(plan: Plan, check: Report | None) -> str:
    if check is not None:
        said = check.what_is_proved
        return said[:1].upper() + said[1:] + "."
    if not np.isfinite(plan.bound):
        return "There is no bound yet."
    return f"The plan's bound is {short(plan.bound)} {plan.unit}, {percent(plan.gap)} away; it was not checked here."
