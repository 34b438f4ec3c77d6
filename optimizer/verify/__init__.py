"""The independent checker: NumPy only, and nothing of what it checks (no engine, model, kernels, nor the rules' code).

It reads the raw data, the rules' names and parameters, and the plan; every formula here is written a second time.

    form         can the plan be read at all?
    consistency  does it say the same thing everywhere?
    pair_rules, site_rules, load_rules, resilience_rules   what it breaks
    costs, latency                       what it costs, how far it serves
    certificate  what its bound rests on: bound, site_choice; proof: node, decisions, site_rows, pair_rows
    radius       objective and certificate of p-center, coverage and set cover: cover_bound, site_choice
"""

from typing import TYPE_CHECKING

from sitewright.optimizer.verify.bound import lagrangian_bound
from sitewright.optimizer.verify.certificate import check_certificate
from sitewright.optimizer.verify.consistency import check_consistency
from sitewright.optimizer.verify.costs import recompute_costs
from sitewright.optimizer.verify.facts import Facts
from sitewright.optimizer.verify.form import check_form
from sitewright.optimizer.verify.load_rules import LOAD_RULES
from sitewright.optimizer.verify.pair_rules import PAIR_RULES
from sitewright.optimizer.verify.radius import (
    OF_RADIUS,
    beyond_radius,
    check_radius_certificate,
    recompute_radius,
)
from sitewright.optimizer.verify.report import Finding, Report
from sitewright.optimizer.verify.resilience_rules import RESILIENCE_RULES
from sitewright.optimizer.verify.site_rules import SITE_RULES

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan
    from sitewright.optimizer.problem import Problem

__all__ = ["Finding", "Report", "lagrangian_bound", "verify"]

CHECKS = {**PAIR_RULES, **SITE_RULES, **LOAD_RULES, **RESILIENCE_RULES}


def verify(problem: "Problem", plan: "Plan") -> Report:
    """Check a plan against its problem.

    Recomputes feasibility rule by rule, the cost and its split, and the part of the bound that the certificate's
    multipliers prove. A finding names the rule that is broken, or the part of the plan that is wrong.
    """
    unreadable = tuple(check_form(plan, problem))
    if unreadable:
        nothing = float("inf" if plan.objective_kind == "coverage" else "-inf")
        solver, kind = plan.certificate.solver, plan.objective_kind
        return Report(False, unreadable, float("nan"), {}, nothing, plan.bound, solver, kind)
    facts = Facts.of(problem, plan)
    findings = list(check_consistency(facts, plan, problem))
    for rule in facts.rules:
        check = CHECKS.get(rule.name)
        if check is None:
            findings.append(Finding(rule.name, "the checker does not know this rule, so the plan cannot be accepted"))
        else:
            findings += [Finding(rule.name, sentence) for sentence in check(facts, rule)]
    of_radius = plan.objective_kind in OF_RADIUS
    split = recompute_costs(facts)
    cost = sum(split.values())
    objective = recompute_radius(facts, plan) if of_radius else cost
    slack = 1e-9 * max(1.0, abs(objective))
    if not abs(plan.objective - objective) <= slack:
        findings.append(Finding("objective", f"the plan says {plan.objective:.10g}, the data give {objective:.10g}"))
    for kind in sorted({*split, *plan.cost_split}):
        said, found = plan.cost_split.get(kind, 0.0), split.get(kind, 0.0)
        if not abs(said - found) <= 1e-9 * max(1.0, abs(cost)):
            findings.append(Finding(f"cost split, {kind}", f"the plan says {said:.10g}, the data give {found:.10g}"))
    if of_radius:
        findings += [Finding("radius", sentence) for sentence in beyond_radius(facts, plan)]
    proved, wrong = (check_radius_certificate if of_radius else check_certificate)(problem, plan, objective)
    findings += wrong
    solver, kind = plan.certificate.solver, plan.objective_kind
    nodes = 0 if plan.certificate.proof is None else plan.certificate.proof.nodes
    return Report(not findings, tuple(findings), objective, split, proved, plan.bound, solver, kind, nodes)
