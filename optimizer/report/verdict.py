"""The verdict: what to do, what it brings, how sure it is, in a sentence each; for terminal, notebook and report."""

from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.plan import Plan, Status
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.names import distinct_names, listed, operators, site_names
from sitewright.optimizer.report.numbers import count, percent, short


@dataclass(frozen=True)
class Verdict:
    """Sentences without their full stop.

    Attributes
    ----------
    what
        ``Open København and Oslo, all own builds``.
    brings
        ``41.2 M EUR a year, mean latency 28.3 ms (modelled)``.
    certainty
        ``Proved optimal: no plan that keeps the rules costs less (to 0.000035 %)``.
    ties
        ``Tangerang instead of Jakarta is a tie: …``, or nothing.
    proved
        Whether the gap asked for was reached.
    """

    what: str
    brings: str
    certainty: str
    ties: str
    proved: bool

    def __str__(self) -> str:
        return ". ".join(filter(None, (f"{self.what}: {self.brings}", self.certainty, self.ties))) + "."


def verdict(plan: Plan, problem: Problem) -> Verdict:
    """Return the verdict on a plan of this problem."""
    proved = plan.status is Status.OPTIMAL
    return Verdict(_what(plan, problem), _brings(plan, problem), certainty(plan), _ties(plan, problem), proved)


def _what(plan: Plan, problem: Problem) -> str:
    names, who, is_open = site_names(problem), operators(problem), plan.decision.open
    existing = problem.text("status", "candidate") == "existing"
    new = np.flatnonzero(is_open & ~existing)
    kept, closed = int((is_open & existing).sum()), names[existing & ~is_open].tolist()
    by = {operator: names[new[who[new] == operator]].tolist() for operator in dict.fromkeys(who[new].tolist())}
    if not problem.has("site_partner"):
        said = listed(names[new].tolist())  # there is nothing to tell apart
    elif len(by) == 1:
        ((operator, built),) = by.items()
        said = f"{listed(built)}, {_as(operator, len(built))}"
    else:
        said = listed([f"{listed(built)} ({_as(operator, len(built), '')})" for operator, built in by.items()])
    parts = [f"Open {said}"] if len(new) else []
    if kept:
        parts.append(f"keep {count(kept, 'existing site')}")
    if closed:
        parts.append(f"close {listed(closed)}")
    return "; ".join(parts)[:1].upper() + "; ".join(parts)[1:]


def _as(operator: str, n: int, article: str = "as ") -> str:
    """Return ``as an own build``, ``own builds`` or ``with carrier``."""
    if operator != "own build":
        return operator
    return article + ("own builds" if n > 1 else "an own build" if article else "own build")


def _brings(plan: Plan, problem: Problem) -> str:
    where = source_of_latency(problem)
    ms = plan.latency.get("all")
    mean = f"mean latency {short(ms['mean'])} ms{where}" if ms else ""
    cost = f"{short(sum(plan.cost_split.values()))} EUR a year"
    if plan.objective_kind == "p-median":
        return mean or f"{short(plan.objective)} EUR a year of serving"
    if plan.objective_kind == "p-center":
        return f"worst latency {short(plan.objective)} ms{where}" if ms else f"worst distance {short(plan.objective)}"
    radius = f"{plan.radius:g}{' ms' if ms else ''}" if plan.radius is not None else ""
    if plan.objective_kind == "coverage":
        share = f" ({percent(plan.share_covered)} of the demand)" if plan.share_covered is not None else ""
        return f"{short(plan.objective)} MW{share} within {radius}{where}"
    if plan.objective_kind == "set-cover":
        return f"{count(round(plan.objective), 'site')} with everyone within {radius}{where}"
    return ", ".join(filter(None, (cost, mean)))


# What no plan that keeps the rules does better, and what an unproved one might.
_BETTER = {
    "p-center": ("has everyone nearer", "nearer"),
    "p-median": ("has less latency", "less"),
    "coverage": ("covers more", "more"),
    "set-cover": ("opens fewer", "fewer"),
}


def certainty(plan: Plan) -> str:
    """Say how sure the plan is."""
    no_plan, less = _BETTER.get(plan.objective_kind, ("costs less", "cheaper"))
    if plan.status is Status.OPTIMAL:
        within = f" (to {percent(plan.gap)})" if plan.gap >= 5e-9 else ""
        return f"Proved optimal: no plan that keeps the rules {no_plan}{within}"
    if not np.isfinite(plan.gap):
        return f"Not proved optimal ({plan.stop_reason}): nothing is known yet of how much better a plan can be"
    return f"Not proved optimal ({plan.stop_reason}): another plan may be up to {percent(plan.gap)} {less}"


def _ties(plan: Plan, problem: Problem) -> str:
    ties = [t for t in plan.ties if t.within_error]
    if not ties:
        return ""
    said = f"{change(ties[0].closed, ties[0].opened, problem)} is a tie within the latency model's error"
    more = f", and so {'are' if len(ties) > 2 else 'is'} {len(ties) - 1} more" if len(ties) > 1 else ""
    return said + more + ": other grounds may decide"


def change(closed: tuple[str, ...], opened: tuple[str, ...], problem: Problem) -> str:
    """Return ``Tangerang instead of Jakarta``; with who operates them where two sites of a swap have one name."""
    name = dict(zip(problem.sites.tolist(), site_names(problem).tolist(), strict=True))
    if len({name[label] for label in (*closed, *opened)}) < len(closed) + len(opened):
        name = distinct_names(problem)
    new, old = (", ".join(name[label] for label in labels) for labels in (opened, closed))
    return f"{new} instead of {old}" if new and old else f"{new} as well" if new else f"leaving out {old}"


def source_of_latency(problem: Problem) -> str:
    """Say where the round trips come from, as far as the data know: `` (modelled)``."""
    if "latency_source" not in problem.data:
        return ""
    measured = problem.data["latency_source"].values.astype(str) == "measured"
    return " (measured)" if measured.all() else " (partly measured)" if measured.any() else " (modelled)"
