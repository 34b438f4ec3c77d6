"""What stands on the map: customers, links, and the places that were not chosen.

Dots are lines of no length with round ends and a width in pixels: a path holds any number of them, and they keep their
size under zoom. So 5000 customers are some hundred paths, not 5000 elements.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem

Units = NDArray[np.int64]

# Diameter of a customer's dot in pixels: its area is in proportion to the demand, up to a smallest one.
SMALLEST, LARGEST, STEP = 3.0, 26.0, 0.5
# All dots together cover at most so many square pixels: a fifteenth of a map on a usual screen.
INKED = 30_000.0


@dataclass(frozen=True)
class Links:
    """Lines from customers of one segment to one site (position in the problem)."""

    site: int
    segment: str
    path: str


@dataclass(frozen=True)
class Dots:
    """Customers of one segment and one size (pixels), served mostly from one site: their numbers and the path."""

    site: int
    segment: str
    size: float
    path: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Places:
    """Places without an open site that share a jurisdiction and the partners on offer ("" is an own build).

    `members` holds, for each place, the positions of its site options. `forbidden` tells of places where no option
    was allowed to open.
    """

    jurisdiction: str
    partners: tuple[str, ...]
    forbidden: bool
    path: str
    members: tuple[tuple[int, ...], ...]


def joined(points: Iterable[tuple[int, int]]) -> str:
    """Return a path of dots."""
    return "".join(f"M{x} {y}h0" for x, y in points)


def links(plan: Plan, problem: Problem, customers: Units, sites: Units) -> Iterator[Links]:
    """Yield the lines, by site and segment."""
    d, segment = plan.decision, problem.text("segment")
    paths: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for i, j in zip(d.customer.tolist(), d.site.tolist(), strict=True):
        (x, y), (to_x, to_y) = customers[i].tolist(), sites[j].tolist()
        if (x, y) != (to_x, to_y):
            paths[j, str(segment[i])].append(f"M{x} {y}L{to_x} {to_y}")
    for (j, name), path in sorted(paths.items()):
        yield Links(j, name, "".join(path))


def customer_dots(plan: Plan, problem: Problem, customers: Units) -> tuple[tuple[Dots, ...], float]:
    """Return the dots, large ones first so that small ones lie on top, and the pixels for one square root of a MW."""
    d, segment, demand = plan.decision, problem.text("segment"), plan.demand
    main = np.full(problem.n_customers, -1)
    order = np.argsort(d.share, kind="stable")
    main[d.customer[order]] = d.site[order]  # the largest share comes last
    most, total = float(demand.max()), float(demand.sum())
    # Many customers of one size need smaller dots, or the map is one blot.
    scale = min(LARGEST / np.sqrt(most), np.sqrt(INKED / (np.pi / 4 * total))) if most > 0 else 0.0
    sizes = np.maximum(SMALLEST, np.round(scale * np.sqrt(demand) / STEP) * STEP)
    groups: defaultdict[tuple[float, int, str], list[int]] = defaultdict(list)
    for i in range(problem.n_customers):
        groups[-float(sizes[i]), int(main[i]), str(segment[i])].append(i)
    dots = tuple(
        Dots(j, name, -size, joined(map(tuple, customers[members].tolist())), tuple(members))
        for (size, j, name), members in sorted(groups.items())
    )
    return dots, float(scale)


def other_places(plan: Plan, problem: Problem, sites: Units) -> Iterator[Places]:
    """Yield the places without an open site, by jurisdiction, partners on offer and whether all is forbidden there."""
    status, partner = problem.text("status", "candidate"), problem.text("site_partner")
    jurisdiction = problem.text("jurisdiction")
    options: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for j, (x, y) in enumerate(sites.tolist()):
        options[x, y].append(j)
    groups: defaultdict[tuple[bool, str, tuple[str, ...]], list[tuple[tuple[int, int], tuple[int, ...]]]]
    groups = defaultdict(list)
    for point, members in options.items():
        if not plan.decision.open[members].any():
            offer = tuple(sorted({str(partner[j]) for j in members}))
            closed = bool((status[members] == "forbidden").all())
            groups[closed, str(jurisdiction[members[0]]), offer].append((point, tuple(members)))
    for (closed, place, offer), found in sorted(groups.items()):
        path = joined(point for point, _ in found)
        yield Places(place, offer, closed, path, tuple(members for _, members in found))
