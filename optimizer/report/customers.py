"""Who is served from where, one row a customer: the table that says what the map shows."""

from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.report.names import customer_names


@dataclass(frozen=True)
class Link:
    """A site that serves a customer: its position in the problem, the share of the demand, the round trip in ms."""

    site: int
    share: float
    ms: float | None


@dataclass(frozen=True)
class Customer:
    """What a report says of one customer. `demand` is in MW; `links` begin with the largest share."""

    number: int
    label: str
    name: str
    country: str
    segment: str
    residency: str
    demand: float
    links: tuple[Link, ...]


def served_customers(plan: Plan, problem: Problem) -> list[Customer]:
    """Return the customers by falling demand."""
    d, names = plan.decision, customer_names(problem)
    country, segment, residency = (problem.text(k) for k in ("country", "segment", "residency"))
    ms = problem.data["latency"].values[d.customer, d.site].tolist() if problem.has("latency") else None
    links: list[list[Link]] = [[] for _ in range(problem.n_customers)]
    for k, (i, j, share) in enumerate(zip(d.customer.tolist(), d.site.tolist(), d.share.tolist(), strict=True)):
        links[i].append(Link(j, share, None if ms is None else float(ms[k])))
    return [
        Customer(
            number=i,
            label=str(plan.customers[i]),
            name=str(names[i]),
            country=str(country[i]),
            segment=str(segment[i]),
            residency=str(residency[i]),
            demand=float(plan.demand[i]),
            links=tuple(sorted(links[i], key=lambda link: -link.share)),
        )
        for i in np.argsort(-plan.demand, kind="stable").tolist()
    ]
