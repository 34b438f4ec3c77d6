"""A solved case, and plans that need no solve: a report only reads what a plan says."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import sitewright as sw
from sitewright.optimizer.cost import cost_split
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.finish import latency_by_segment
from sitewright.optimizer.report import report_html
from tests.optimizer.plans import plan_of


@dataclass(frozen=True)
class Reported:
    """A problem, its plan, and the page."""

    problem: sw.Problem
    plan: sw.Plan
    html: str


def plan_with(problem: sw.Problem, is_open: np.ndarray) -> sw.Plan:
    """Return the plan that serves everyone from the cheapest of these open sites, whatever the rules say."""
    cost = np.where(is_open, problem.data["service_cost"].values, np.inf)
    site = cost.argmin(axis=1)
    decision = Decision(is_open, np.arange(problem.n_customers), site, np.ones(problem.n_customers))
    split = cost_split(problem, decision)
    bound = 0.9 * sum(split.values())
    prices = np.zeros(problem.n_customers)
    latency = latency_by_segment(problem, decision)
    return plan_of(problem, decision, split=split, latency=latency, multipliers=prices, root_bound=0.0, bound=bound)


def scattered(customers: int, sites: int, opened: int) -> tuple[sw.Problem, sw.Plan]:
    """Return customers of two segments all over Europe and a plan with so many open sites."""
    rng = np.random.default_rng(7)
    lat, lon = rng.uniform(37, 60, customers), rng.uniform(-8, 30, customers)
    at = rng.uniform([38, -7], [59, 29], (sites, 2))
    ms = 4 + np.hypot(lat[:, None] - at[:, 0], lon[:, None] - at[:, 1])
    demand = rng.pareto(2.0, customers) * 0.01
    problem = sw.Problem.from_arrays(
        service_cost=demand[:, None] * ms * 1000,
        fixed_cost=np.full(sites, 1e5),
        demand=demand,
        latency=ms,
        segment=np.where(rng.random(customers) < 0.4, "retail", "wholesale"),
        customer_lat=lat,
        customer_lon=lon,
        site_lat=at[:, 0],
        site_lon=at[:, 1],
        jurisdiction=rng.choice(["DEU", "FRA", "POL"], sites),
        name="scattered",
    )
    return problem, plan_with(problem, np.arange(sites) < opened)


@pytest.fixture(scope="session")
def europe() -> Reported:
    problem = sw.load("europe-2015")
    plan = sw.solve(problem)
    return Reported(problem, plan, report_html(plan, problem))


@pytest.fixture(scope="session")
def crowd() -> Reported:
    """5000 customers."""
    problem, plan = scattered(5000, 300, 12)
    return Reported(problem, plan, report_html(plan, problem, check=False))


HOSTILE = "</script><script>hit()</script><img src=x onerror=hit()>\"'&amp;"


@pytest.fixture
def hostile() -> Reported:
    """Every name that a user's file can bring, written by somebody who means harm."""
    problem, _ = scattered(12, 4, 1)
    named = {dim: [f"{HOSTILE}{dim}{k}" for k in range(problem.data.sizes[dim])] for dim in ("customer", "site")}
    data = problem.data.assign_coords(named)
    data["segment"] = ("customer", [HOSTILE] * 6 + ["b"] * 6)
    data["jurisdiction"] = ("site", [HOSTILE] * 4)
    data["customer_name"], data["site_name"] = ("customer", named["customer"]), ("site", named["site"])
    data["country"] = ("customer", [HOSTILE] * 12)
    data.attrs |= {"title": HOSTILE, "story": HOSTILE, "attribution": HOSTILE}
    data["demand"].attrs |= {"evidence": "assumed", "source": HOSTILE}
    problem = sw.Problem(data, name=HOSTILE)
    plan = plan_with(problem, np.array([True, True, False, False]))
    return Reported(problem, plan, report_html(plan, problem))


@pytest.fixture
def write(tmp_path: Path):
    """Return a function that puts a page on disk."""

    def page(html: str) -> Path:
        file = tmp_path / "report.html"
        file.write_text(html, encoding="utf-8")
        return file

    return page
