"""All choices of sites of a tiny problem with their least costs, by the oracle alone."""

import itertools

import numpy as np

from tests import oracle


def all_choices(problem):
    """Return (cost, open sites) of every set that has a plan, cheapest first."""
    found = []
    for bits in itertools.product([False, True], repeat=problem.data.sizes["site"]):
        is_open = np.array(bits)
        if is_open.any() and oracle.site_rules_hold(problem, is_open):
            served = oracle.serve(problem, is_open)
            if served is not None:
                sites = tuple(problem.data["site"].values[is_open].tolist())
                found.append((float(served + oracle.site_costs(problem.data, is_open)), sites))
    return sorted(found)
