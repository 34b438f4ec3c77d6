"""Does the certificate prove what it claims?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.errors import InvalidProblem
from sitewright.optimizer.verify.bound import lagrangian_bound
from sitewright.optimizer.verify.facts import SLACK
from sitewright.optimizer.verify.proof import proved_by_tree
from sitewright.optimizer.verify.report import Finding

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan
    from sitewright.optimizer.problem import Problem


def check_certificate(problem: "Problem", plan: "Plan", objective: float) -> tuple[float, list[Finding]]:
    """Return the bound that multipliers and proof give, -inf without any, and what is wrong with the claims.

    `objective` is the cost of the plan as the checker found it, EUR/yr.
    """
    try:
        proved = lagrangian_bound(problem, plan.certificate.multipliers)
    except InvalidProblem as error:
        return float("-inf"), [Finding("certificate", str(error))]
    findings = [Finding("certificate", sentence) for sentence in _wrong(plan, proved, objective)]
    proof = plan.certificate.proof
    if proof is not None:
        tree, wrong = proved_by_tree(problem, proof)
        findings += [Finding("proof", sentence) for sentence in [*wrong, *_wrong_proof(proof.bound, tree, objective)]]
        proved = max(proved, tree)
    return proved, findings


def _wrong_proof(claimed: float, proved: float, objective: float) -> Iterator[str]:
    if not claimed <= proved + 1e-9 * max(1.0, abs(proved)):
        yield f"claims a bound of {claimed:.10g}, its leaves prove {proved:.10g}"
    if proved > objective + 2 * SLACK * max(1.0, abs(objective)):
        yield f"proves {proved:.10g}, above the plan's own cost {objective:.10g}"


def _wrong(plan: "Plan", proved: float, objective: float) -> Iterator[str]:
    claimed = plan.certificate
    if not claimed.root_bound <= proved + 1e-7 * max(1.0, abs(proved)):
        yield f"claims a root bound of {claimed.root_bound:.10g}, the multipliers prove {proved:.10g}"
    # A plan may use the slack of its limits, and so be cheaper by about as much.
    top = objective + 2 * SLACK * max(1.0, abs(objective))
    if proved > top:
        yield f"proves {proved:.10g}, above the plan's own cost {objective:.10g}"
    if not plan.bound <= top:
        yield f"the plan claims a bound of {plan.bound:.10g}, above its own cost {objective:.10g}"
    vouched = max(proved, claimed.root_bound)
    if claimed.solver_bound != -np.inf:
        if not claimed.solver_bound <= top:
            yield f"the solver's bound {claimed.solver_bound:.10g} lies above the plan's own cost {objective:.10g}"
        if claimed.solver:
            vouched = max(vouched, claimed.solver_bound)
        else:
            yield f"a bound of {claimed.solver_bound:.10g} is claimed on the word of a solver that is not named"
    if not plan.bound <= vouched + 1e-7 * max(1.0, abs(vouched)):
        yield f"the plan claims a bound of {plan.bound:.10g}, its certificate vouches for {vouched:.10g}"
