"""The report of one plan as one HTML file that loads nothing: style, script, data and pictures are all in it."""

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import sitewright
from sitewright.optimizer.objective import with_objective
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.progress import Progress
from sitewright.optimizer.report.against import against_section
from sitewright.optimizer.report.certainty import certainty
from sitewright.optimizer.report.charts import latency_curves
from sitewright.optimizer.report.convergence import convergence_section
from sitewright.optimizer.report.costs import cost_parts
from sitewright.optimizer.report.customers import served_customers
from sitewright.optimizer.report.data import script_data
from sitewright.optimizer.report.frontier import frontier_section
from sitewright.optimizer.report.latency import distributions
from sitewright.optimizer.report.limits import uses
from sitewright.optimizer.report.map.marks import SMALLEST
from sitewright.optimizer.report.map.scene import has_map, scene
from sitewright.optimizer.report.names import site_names
from sitewright.optimizer.report.numbers import count, figure, percent, short
from sitewright.optimizer.report.origin import origin
from sitewright.optimizer.report.outlines import CREDIT
from sitewright.optimizer.report.section import Section
from sitewright.optimizer.report.sites import open_sites
from sitewright.optimizer.report.sources import by_evidence, inputs, rules
from sitewright.optimizer.report.tiles import tiles
from sitewright.optimizer.report.verdict import source_of_latency, verdict
from sitewright.optimizer.report.why import why_section
from sitewright.optimizer.verify import verify

if TYPE_CHECKING:
    from sitewright.optimizer.explain.answer import Explanation
    from sitewright.optimizer.study.frontier import Frontier

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("palette", "page", "tables", "map", "charts", "print")
SCRIPTS = ("theme", "tables")
MAP_SCRIPTS = ("details", "view", "focus", "filters")


def report_html(
    plan: Plan,
    problem: Problem,
    *,
    case: str | None = None,
    check: bool = True,
    compare: Mapping[str, Plan] | None = None,
    frontier: "Frontier | None" = None,
    explanation: "Explanation | None" = None,
    events: Sequence[Progress] = (),
    more: Sequence[Section] = (),
) -> str:
    """Return the report of a plan of this problem.

    Parameters
    ----------
    case
        What a person would type for the problem on the command line; the problem's name if not given.
    check
        Have the independent checker recompute the plan, and say what it found.
    compare
        Other plans of the same customers and sites, by what they are called.
    frontier, explanation
        What `sitewright.frontier` and `sitewright.explain` say of this problem.
    events
        What ``solve(…, on_progress=events.append)`` collected; those that the plan keeps, if not given.
    more
        Sections of others; they stand before the assumptions.

    Raises
    ------
    InvalidProblem
        If another plan is of other customers or sites, or the explanation is of another plan.
    """
    found = verify(with_objective(problem, plan.objective_kind, plan.p, plan.radius), plan) if check else None
    sure = certainty(plan, problem, found)
    sites, customers, latency = open_sites(plan, problem), served_customers(plan, problem), distributions(plan, problem)
    costs, given, limits = cost_parts(plan, problem), inputs(problem), uses(plan, problem)
    map_ = scene(plan, problem) if has_map(problem) else None
    evidence = by_evidence(given)
    script = _script(map_ is not None)
    kinds = [str(s) for s in problem.text("status", "candidate")]
    context: dict[str, Any] = {
        "version": sitewright.__version__,
        "inf": math.inf,
        "style": Markup("\n".join(_read(f"style/{name}.css") for name in STYLES)),
        "script": Markup(script),
        "script_hash": f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        "title": problem.data.attrs.get("title", problem.name),
        "story": problem.data.attrs.get("story", ""),
        "attribution": problem.data.attrs.get("attribution", ""),
        "plan": plan,
        "verdict": verdict(plan, problem),
        "certainty": sure,
        "origin": origin(plan, problem, case),
        "tiles": tiles(plan, problem, costs, sites),
        "sites": sites,
        "index": {site.number: k for k, site in enumerate(sites)},
        "names": site_names(problem),
        "most_load": max((site.load for site in sites), default=0.0) or 1.0,
        "customers": customers,
        "has_partners": problem.has("site_partner"),
        "has_places": any(site.jurisdiction for site in sites),
        "has_countries": any(c.country for c in customers),
        "has_segments": any(c.segment for c in customers),
        "has_existing": any(site.status == "existing" for site in sites),
        "has_considered": map_ is not None and any(not group.forbidden for group in map_.places),
        "has_forbidden": "forbidden" in kinds and map_ is not None and any(group.forbidden for group in map_.places),
        "costs": costs,
        "cost_total": sum(part.value for part in costs),
        "cost_bar": [
            (max(0.0, part.share), f"s{min(k, 4)}", f"{part.name}: {percent(part.share)}")
            for k, part in enumerate(costs)
        ],
        "latency": latency,
        "latency_source": source_of_latency(problem),
        "latency_charts": latency_curves(latency) if latency else [],
        "gap_text": percent(plan.gap) if math.isfinite(plan.gap) else "unknown",
        "uses": limits,
        "inputs": given,
        "evidence": evidence,
        "evidence_bar": [(n / max(len(given), 1), name, f"{name}: {n}") for name, n in evidence.items()],
        "rules": rules(problem),
        "map": map_,
        "map_words": f"Map of {len(sites)} open sites and the {len(customers)} customers that they serve",
        "map_facts": _map_facts(plan, problem),
        "credit": CREDIT,
        "filters": _filters(problem, sites),
        "sizes": _sizes(map_.scale, float(plan.demand.max())) if map_ else [],
        "data": script_data(map_, sites, customers, problem) if map_ else {},
    }
    asked = []
    if compare:
        asked.append(against_section(plan, problem, compare))
    if frontier is not None:
        asked.append(frontier_section(frontier, plan, problem))
    context["explained"] = explanation is not None
    why = [] if explanation is None else [why_section(explanation, plan, problem)]
    steps = [convergence_section(events or plan.events, plan)] if events or plan.events else []
    ours = _sections(map_ is not None, bool(latency), bool(limits))
    context["sections"] = [*ours[:-1], *why, ours[-1], *steps, *asked, *more, *_LAST]
    return environment().get_template("page.html").render(context)


def _sections(has_map_: bool, has_latency: bool, has_limits: bool) -> list[Section]:
    where = Section("map", "Where, and who is served from there", "Map", template="sections/map.html")
    out = [where] if has_map_ else []
    out.append(Section("sites", "The open sites", "Sites", template="sections/sites.html"))
    out.append(Section("costs", "What it costs", "Cost", template="sections/costs.html"))
    if has_latency:
        out.append(Section("latency", "How far the customers are", "Latency", template="sections/latency.html"))
    out.append(Section("load", "How full the sites are", "Load", template="sections/load.html"))
    if has_limits:
        out.append(Section("limits", "What holds it back", "Limits", template="sections/limits.html"))
    out.append(Section("certainty", "How sure this is", "Certainty", template="sections/certainty.html"))
    return out


_LAST = (
    Section("assumptions", "What was assumed", "Assumptions", template="sections/assumptions.html"),
    Section("customers", "Every customer", "Customers", template="sections/customers.html"),
    Section("again", "How to do it again", "Do it again", template="sections/again.html"),
)


@dataclass(frozen=True)
class Filter:
    """One choice above the map: its key in the script, and the values with their words."""

    key: str
    name: str
    choices: tuple[tuple[str, str], ...]


def _filters(problem: Problem, sites: list[Any]) -> list[Filter]:
    """Return those filters that tell anything apart."""
    segments = sorted({str(s) for s in problem.text("segment")} - {""})
    places = sorted({site.jurisdiction for site in sites} | {str(p) for p in problem.text("jurisdiction")} - {""})
    partners = sorted({str(p) for p in problem.text("site_partner")})
    found = (
        Filter("segment", "Segment", tuple((s, s) for s in segments)),
        Filter("place", "Country", tuple((p, p) for p in places if p)),
        Filter("partner", "Operator", tuple((p or "own", p or "own build") for p in partners)),
    )
    return [one for one in found if len(one.choices) > 1]


def _map_facts(plan: Plan, problem: Problem) -> list[tuple[str, str]]:
    """Return what the map shows, by number."""
    metros = len(set(problem.text("metro").tolist()) - {""})
    options = f"{problem.n_sites:,}" + (f" in {count(metros, 'metro')}" if 0 < metros < problem.n_sites else "")
    return [
        ("customers", f"{problem.n_customers:,}"),
        ("demand", f"{plan.demand.sum():,.2f} MW"),
        ("site options", options),
        ("open", f"{len(plan.open_sites):,}"),
    ]


def _sizes(scale: float, most: float) -> list[tuple[str, float]]:
    """Return three demands for the legend (words of MW) and the diameter of their dots, px."""
    top = 10.0 ** math.floor(math.log10(most)) if most > 0 else 1.0
    top *= next(m for m in (5, 2, 1) if m * top <= most * 1.0001) if most > 0 else 1.0
    return [(short(mw), max(SMALLEST, scale * math.sqrt(mw))) for mw in (top / 20, top / 4, top)]


def _script(has_map_: bool) -> str:
    parts = "\n".join(_read(f"script/{name}.js") for name in (*SCRIPTS, *(MAP_SCRIPTS if has_map_ else ())))
    return f'(() => {{\n"use strict";\n{parts}}})();'


@cache
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Return the templates; what they are given is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"figure": figure, "percent": percent, "share": _share, "short": short}
    return made


def _share(value: float) -> str:
    """Return a share with one decimal: 100.0 % is full, 99.9 % is not."""
    return f"{100 * value:.1f} %"
