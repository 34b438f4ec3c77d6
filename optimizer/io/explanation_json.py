"""An explanation as a versioned JSON document."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from sitewright.optimizer.explain.answer import Explanation
from sitewright.optimizer.explain.conflict_answer import Conflict, Relaxation
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.rules.base import Rule

SCHEMA = "sitewright-explanation/1"


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation as plain JSON types. Money in EUR/yr; no number where nothing is known."""
    conflict = explanation.conflict
    return {
        "schema": SCHEMA,
        "problem": explanation.problem_name,
        "feasible": conflict is None,
        "conflict": None if conflict is None else conflict_document(conflict),
        "plan": brief_plan(explanation.plan),
        "bindings": [
            {
                "rule": rule_document(b.rule),
                "binds": b.binds,
                "costs_at_least": b.low,
                "costs_at_most": _finite(b.high),
                "open_sites_without_it": list(b.open_sites),
            }
            for b in explanation.bindings
        ],
        "regrets": [
            {
                "kind": r.kind,
                "name": r.name,
                "used": r.used,
                "at_least": _finite(r.low),
                "at_most": _finite(r.high),
                "open_sites": None if r.open_sites is None else list(r.open_sites),
            }
            for r in explanation.regrets
        ],
        "ranges": [
            {
                "variable": s.variable,
                "name": s.name,
                "value": s.value,
                "direction": "rise" if s.sign > 0 else "fall",
                "optimal_up_to": _finite(s.low),
                "not_optimal_from": _finite(s.high),
            }
            for s in explanation.ranges
        ],
    }


def _finite(value: float) -> float | None:
    """Return the value; null stands for "no limit", or "no plan has it so"."""
    return value if isfinite(value) else None


def rule_document(rule: Rule) -> dict[str, Any]:
    return {"type": rule.name, "sentence": rule.sentence(), "parameters": asdict(rule)}


def brief_plan(plan: Plan | None) -> dict[str, Any] | None:
    """Return what a plan among many is told by."""
    if plan is None:
        return None
    return {
        "status": plan.status.value,
        "open_sites": list(plan.open_sites),
        "objective": plan.objective,
        "bound": plan.bound,
        "stop_reason": plan.stop_reason,
    }


def conflict_document(conflict: Conflict) -> dict[str, Any]:
    return {
        "rules": [rule_document(rule) for rule in conflict.rules],
        "sentences": list(conflict.sentences),
        "proof": conflict.proof,
        "minimal": conflict.minimal,
        "smallest": conflict.smallest,
        "relaxations": [_relaxation(r) for r in conflict.relaxations],
    }


def _relaxation(relaxation: Relaxation) -> dict[str, Any]:
    return {
        "rule": relaxation.rule.name,
        "change": relaxation.change,
        "eased": None if relaxation.eased is None else rule_document(relaxation.eased),
        "least": relaxation.least,
        "decided": relaxation.decided,
        "plan": brief_plan(relaxation.plan),
    }
