"""The problem of serving from sites that are given: pair rules and rules on loads, and nothing on which sites open."""

from dataclasses import replace

from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.base import Rule
from sitewright.optimizer.schema import VARIABLES

_OF_SITES = {"status", "metro", "size_of", "site_partner"} | {
    name for name, v in VARIABLES.items() if "partner" in v.dims
}


def serving_problem(problem: Problem, rules: tuple[Rule, ...] | None = None) -> Problem:
    """Return the problem without its site rules, or with `rules` alone."""
    data = problem.data.drop_vars([name for name in _OF_SITES if name in problem.data])
    kept = tuple(rule for rule in problem.rules if rule.kind != "site") if rules is None else rules
    return replace(problem, data=data, rules=kept)
