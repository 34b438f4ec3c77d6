"""Why these sites: what each rule costs, and the regret of every site and partner."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.names import distinct_names
from sitewright.optimizer.report.numbers import short
from sitewright.optimizer.report.section import Section
from sitewright.optimizer.report.verdict import change

if TYPE_CHECKING:
    from sitewright.optimizer.explain.answer import Explanation
    from sitewright.optimizer.explain.regret import Regret
    from sitewright.optimizer.explain.stable import Stable

# Sites that the plan does without and that are shown at once; the others unfold.
SHOWN = 8


@dataclass(frozen=True)
class Price:
    """What something costs: between `low` and `high` EUR/yr. `what` says what the best plan changes then."""

    name: str
    low: float
    high: float
    what: str
    detail: str = ""

    @property
    def text(self) -> str:
        if math.isinf(self.low):
            return "no plan"
        if math.isinf(self.high):
            return f"{short(self.low)} or more"
        if self.high - self.low <= 1e-5 * abs(self.high):
            return f"{self.high:,.0f}"
        ends = dict.fromkeys([short(self.low), short(self.high)])
        return " to ".join(ends)


@dataclass(frozen=True)
class Why:
    """The tables of the section; `scale` is the widest bar, EUR/yr."""

    rules: tuple[Price, ...]
    idle: tuple[str, ...]
    used: tuple[Price, ...]
    rest: tuple[Price, ...]
    energy: tuple[tuple[str, str, str], ...]
    scale: float
    sentence: str
    shown: int = SHOWN

    def part(self, price: Price) -> float:
        """Return the length of a bar, from 0 to 1."""
        return min(1.0, price.low / self.scale) if math.isfinite(price.low) else 0.0


def why_section(explanation: "Explanation", plan: Plan, problem: Problem) -> Section:
    """Return the section of an explanation of this plan.

    Raises
    ------
    InvalidProblem
        If it explains another plan, or why there is none.
    """
    found = explanation.plan
    if found is None or found.open_sites != plan.open_sites:
        said = "why there is no plan" if found is None else f"one with {', '.join(found.open_sites)}"
        fix = "explain the case that the plan was made from"
        raise InvalidProblem([Flaw("the explanation", "be of the plan of the report", said, fix)])
    rules = [Price(b.rule.sentence(), b.low, b.high, _moves(plan, b.open_sites, problem)) for b in explanation.bindings]
    pairs = list(zip(explanation.regrets, explanation.ranges, strict=False))
    used = tuple(_regret(r, s, plan, problem) for r, s in pairs if r.used)
    rest = tuple(_regret(r, s, plan, problem) for r, s in pairs if not r.used)
    binding = [price for price, b in zip(rules, explanation.bindings, strict=True) if b.binds is not False]
    idle = [price.name for price, b in zip(rules, explanation.bindings, strict=True) if b.binds is False]
    finite = [price.low for price in (*used, *rest[:SHOWN]) if math.isfinite(price.low)]
    energy = _energy(explanation.ranges[len(pairs) :], {r.name for r in explanation.regrets if r.used}, problem)
    why = Why(
        tuple(binding), tuple(idle), used, rest, tuple(energy), max([*finite, 1e-9]), _sentence(binding, used, rest)
    )
    return Section("why", "Why these sites", "Why", template="sections/why.html", data=why)


def _sentence(binding: list[Price], used: tuple[Price, ...], rest: tuple[Price, ...]) -> str:
    n = sum(price.low > 0 for price in binding)
    said = [
        "No rule costs anything" if not binding else f"{n or 'No'} rule{'s cost' if n != 1 else ' costs'} something"
    ]
    if used:
        said.append(_weakest("the site or partner that is easiest to do without is", used))
    if rest:
        said.append(_weakest("the nearest that was left out is", rest))
    return "; ".join(filter(None, said)) + "."


def _weakest(lead: str, prices: tuple[Price, ...]) -> str:
    least = min(prices, key=lambda price: price.low)
    return f"{lead} {least.name}, for {short(least.low)} EUR a year" if math.isfinite(least.low) else ""


def _moves(plan: Plan, sites: tuple[str, ...] | None, problem: Problem) -> str:
    """Say what another choice of sites changes."""
    if sites is None:
        return ""
    opened = tuple(s for s in sites if s not in plan.open_sites)
    closed = tuple(s for s in plan.open_sites if s not in sites)
    return change(closed, opened, problem) if opened or closed else "the same sites"


def _regret(regret: "Regret", stable: "Stable", plan: Plan, problem: Problem) -> Price:
    name = distinct_names(problem)[regret.name] if regret.kind == "site" else f"Partner {regret.name}"
    detail = ""
    if math.isinf(regret.low):
        what = f"no plan has it {'out' if regret.used else 'in'}"
    else:
        what = _moves(plan, regret.open_sites, problem)
        sign, move = ("+", "rise") if stable.sign > 0 else ("−", "fall")
        detail = f"no {move} matters" if math.isinf(stable.low) else f"{sign}{stable.low:,.0f}"
    return Price(name, regret.low, regret.high, what, detail)


def _energy(ranges: "tuple[Stable, ...]", used: set[str], problem: Problem) -> Iterator[tuple[str, str, str]]:
    """Yield each open site, and how far its energy price may rise and fall, in words."""
    names = distinct_names(problem)
    for site in dict.fromkeys(s.name for s in ranges if s.name in used):
        mine = {s.sign: s for s in ranges if s.name == site}
        yield names[site], _far(mine.get(1)), _far(mine.get(-1))


def _far(stable: "Stable | None") -> str:
    if stable is None or math.isinf(stable.low):
        return "without limit"
    return f"{stable.low:,.0f}" + (f" ({100 * stable.low / stable.value:.2g} %)" if stable.value > 0 else "")
