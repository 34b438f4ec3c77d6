"""An explanation of a plan, read back from its JSON document."""

from math import inf
from pathlib import Path
from typing import Any

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.explain.answer import Explanation
from sitewright.optimizer.explain.binding import Binding
from sitewright.optimizer.explain.regret import Regret
from sitewright.optimizer.explain.stable import Stable
from sitewright.optimizer.io.document import read_document, same_problem, whole
from sitewright.optimizer.io.explanation_json import SCHEMA
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem


def read_explanation_json(file: Path, problem: Problem, plan: Plan) -> Explanation:
    """Read why this plan of this problem is what it is.

    Raises
    ------
    InvalidProblem
        If the file is no explanation, says why there is no plan, or speaks of another plan or other rules.
    """
    document, where = read_document(file, SCHEMA, "sitewright explain --json"), str(file)
    with whole(where, SCHEMA):
        same_problem(document, problem.name, where)
        found = document["plan"]
        if found is None or set(found["open_sites"]) != set(plan.open_sites):
            said = "why there is no plan" if found is None else f"one with {', '.join(found['open_sites'])}"
            fix = "explain the case that the plan was made from"
            raise InvalidProblem([Flaw(where, f"explain the plan with {', '.join(plan.open_sites)}", said, fix)])
        return Explanation(
            problem.name,
            None,
            plan,
            tuple(_binding(said, problem, where) for said in document["bindings"]),
            tuple(_regret(said) for said in document["regrets"]),
            tuple(_range(said) for said in document["ranges"]),
        )


def _number(value: float | None) -> float:
    return inf if value is None else float(value)


def _binding(said: dict[str, Any], problem: Problem, where: str) -> Binding:
    asked = said["rule"]["type"], said["rule"]["sentence"]
    rule = next((rule for rule in problem.all_rules if (rule.name, rule.sentence()) == asked), None)
    if rule is None:
        raise InvalidProblem([Flaw(where, "speak of rules of the case", repr(asked[1]), "explain the case again")])
    sites = tuple(map(str, said["open_sites_without_it"]))
    return Binding(rule, float(said["costs_at_least"]), _number(said["costs_at_most"]), sites)


def _regret(said: dict[str, Any]) -> Regret:
    sites = None if said["open_sites"] is None else tuple(map(str, said["open_sites"]))
    return Regret(
        said["kind"], said["name"], bool(said["used"]), _number(said["at_least"]), _number(said["at_most"]), sites
    )


def _range(said: dict[str, Any]) -> Stable:
    sign = 1 if said["direction"] == "rise" else -1
    low, high = _number(said["optimal_up_to"]), _number(said["not_optimal_from"])
    return Stable(said["variable"], said["name"], float(said["value"]), sign, low, high)
