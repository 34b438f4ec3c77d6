"""Does a tree of decisions prove the bound? Recomputed leaf by leaf; no solver is believed.

Plans that cost more than the target are let go on the way. So what is proved is the least bound of all leaves, and no
more than the target.
"""

from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.verify.decisions import Decisions
from sitewright.optimizer.verify.node import Nodes

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem
    from sitewright.optimizer.proof import Proof

# Prices beyond this say nothing of money, and their sums may overflow.
HUGE_PRICE = 1e18


def proved_by_tree(problem: "Problem", proof: "Proof") -> tuple[float, list[str]]:
    """Return the bound that the tree proves, -inf if it is no proof, and what is wrong with it."""
    wrong = _malformed(problem, proof)
    if wrong:
        return -np.inf, wrong
    nodes = Nodes(problem)
    if np.shape(proof.row_prices) != (proof.nodes, nodes.n_prices):
        return -np.inf, [f"has row prices of shape {np.shape(proof.row_prices)}, there are {nodes.n_prices} rows"]
    inner = set(np.asarray(proof.parent).tolist())
    # What a node hands to its children: its decisions, and its bound. None where no plan is left.
    known: list[tuple[Decisions, float] | None] = []
    proved = float(proof.target)
    for k in range(proof.nodes):
        decisions = _decisions(nodes, proof, known, k)
        before = None if k == 0 else known[int(proof.parent[k])]
        if decisions is None:
            known.append(None)
            continue
        bound = nodes.bound(decisions, proof.customer_prices[k], proof.row_prices[k])
        value = bound.value if before is None else max(bound.value, before[1])
        settled = nodes.settle(decisions, bound, proof.target) if value < proof.target else None
        known.append(None if settled is None else (settled, value))
        if settled is not None and k not in inner:
            proved = min(proved, value)
    return proved, []


def _decisions(nodes: Nodes, proof: "Proof", known: list[tuple[Decisions, float] | None], k: int) -> Decisions | None:
    """Return what is decided in a node; None where no plan is left."""
    if k == 0:
        return nodes.counting.follow(nodes.counting.root)
    parent = known[int(proof.parent[k])]
    if parent is None:
        return None
    if proof.site[k] < 0:
        return parent[0]
    return nodes.counting.follow(parent[0].with_site(int(proof.site[k]), bool(proof.is_open[k])))


def _malformed(problem: "Problem", proof: "Proof") -> list[str]:
    """Return what keeps a proof from being read."""
    n_customers, n_sites = problem.data["service_cost"].shape
    n = len(proof.parent)
    shapes = np.shape(proof.site), np.shape(proof.is_open), np.shape(proof.customer_prices)[:1]
    if n == 0 or any(shape != (n,) for shape in shapes) or np.ndim(proof.row_prices) != 2:
        return [f"has arrays of shapes {shapes} for {n} nodes"]
    if np.shape(proof.customer_prices) != (n, n_customers):
        return [f"has prices of shape {np.shape(proof.customer_prices)}, there are {n_customers} customers"]
    prices = np.concatenate([proof.customer_prices, proof.row_prices], axis=1)
    if not (np.abs(prices) < HUGE_PRICE).all() or not (np.asarray(proof.row_prices) >= 0).all():
        return ["has a price that is infinite, no number, or negative on a row"]
    if not np.isfinite(proof.target):
        return [f"has the target {proof.target}, it must be a number"]
    parent, site = np.asarray(proof.parent), np.asarray(proof.site)
    if parent[0] != -1 or (parent[1:] < 0).any() or (parent >= np.arange(n)).any():
        return ["names a parent that does not come before its child"]
    if (site < -1).any() or (site >= n_sites).any():
        return [f"decides a site that is none of the {n_sites}"]
    children: dict[int, list[int]] = {}
    for k, p in enumerate(parent.tolist()):
        children.setdefault(p, []).append(k)
    for p, its in children.items():
        both = len(its) == 2 and site[its[0]] == site[its[1]] >= 0 and proof.is_open[its].sum() == 1
        if p >= 0 and not both and not (len(its) == 1 and site[its[0]] == -1):
            return [f"branches at node {p} otherwise than on one site, open and closed"]
    return []
