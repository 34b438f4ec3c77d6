"""Why there is no plan, and what would have to give way: what `explain` answers for an infeasible problem."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sitewright.optimizer.rules.base import Rule

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan


@dataclass(frozen=True, eq=False)
class Relaxation:
    """One rule that gives way while all others are kept.

    Attributes
    ----------
    rule
        The rule of the conflict.
    change
        What to change, in words, with the value that the plan needs.
    eased
        The rule at that value; None where it can only be given up.
    plan
        The cheapest plan without the rule; it keeps `eased` and all other rules, so it is the cheapest under `eased`
        too. With `least`, the cheapest plan under `eased`. None if there is no plan, or a limit came first.
    decided
        Whether it is known that there is a plan, or that there is none.
    least
        Whether `eased` is the least change of its limit: proved, no smaller one admits a plan.
    """

    rule: Rule
    change: str
    eased: Rule | None
    plan: "Plan | None"
    decided: bool
    least: bool = False


@dataclass(frozen=True, eq=False)
class Conflict:
    """Rules that no plan can keep together.

    Attributes
    ----------
    rules
        The rules in conflict; none if the data alone admit no plan.
    sentences
        What is wrong, with numbers.
    proof
        Who proved that they are: "counting", "sites" (a MIP over the open sites alone), or a solver.
    minimal
        Proved: without any one of them, the others can be kept.
    smallest
        Proved: no smaller set of rules is in conflict.
    relaxations
        The cheapest for each rule, and those that change least where these are others; cheapest first.
    """

    problem_name: str
    rules: tuple[Rule, ...]
    sentences: tuple[str, ...]
    proof: str
    minimal: bool
    smallest: bool
    relaxations: tuple[Relaxation, ...]
