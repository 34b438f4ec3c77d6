"""What a plan costs a year, by kind, in the words of people."""

from dataclasses import dataclass

from sitewright.optimizer.cost import cost_split
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem

# What each kind of cost is for.
WORDS = {
    "fixed": ("Sites", "building or rent, staff and upkeep of the open sites"),
    "partner": ("Partners", "fees for each partner and each of its sites"),
    "energy": ("Energy", "power for the load, cooling included"),
    "network": ("Network", "transit at the sites and backbone to the customers"),
    "penalty": ("Lost to latency", "what round trips above the free part lose"),
    "service": ("Service", "serving the customers from their sites"),
}


@dataclass(frozen=True)
class Part:
    """One kind of cost: EUR/yr, and its share of the whole."""

    kind: str
    name: str
    what: str
    value: float
    share: float


def cost_parts(plan: Plan, problem: Problem) -> list[Part]:
    """Return the parts in the order of the model; of a p-median, too, whose objective leaves costs out."""
    split = cost_split(problem, plan.decision) if plan.objective_kind == "p-median" else plan.cost_split
    whole = sum(split.values()) or 1.0
    words = {kind: WORDS.get(kind, (kind.capitalize(), "")) for kind in split}
    return [Part(kind, *words[kind], value, value / whole) for kind, value in split.items()]
