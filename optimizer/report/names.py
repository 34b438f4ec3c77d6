"""What sites and customers are called to people: the place's name where the case has one, else the label."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.problem import Problem


def site_names(problem: Problem) -> NDArray[np.str_]:
    """Return ``København`` for a site named so, its label otherwise. Shape (sites,)."""
    return _names(problem, "site_name", problem.sites)


def distinct_names(problem: Problem) -> dict[str, str]:
    """Return, by label, names that tell all sites apart: ``København (own build)`` where a name has several."""
    names, who = site_names(problem).tolist(), operators(problem).tolist()
    times = Counter(names)
    said = [name if times[name] == 1 else f"{name} ({by})" for name, by in zip(names, who, strict=True)]
    times = Counter(said)
    labels = problem.sites.tolist()
    return {label: one if times[one] == 1 else label for label, one in zip(labels, said, strict=True)}


def customer_names(problem: Problem) -> NDArray[np.str_]:
    """Return the customers' names, their labels otherwise. Shape (customers,)."""
    return _names(problem, "customer_name", problem.customers)


def operators(problem: Problem) -> NDArray[np.str_]:
    """Return who operates each site: ``own build``, or the partner's name. Shape (sites,)."""
    label = problem.text("site_partner")
    given = _names(problem, "partner_name", problem.partners)
    known = dict(zip(problem.partners.tolist(), given.tolist(), strict=True))
    return np.array([f"with {known.get(p, p)}" if p else "own build" for p in label.tolist()], dtype=str)


def _names(problem: Problem, variable: str, labels: NDArray[np.str_]) -> NDArray[np.str_]:
    if not problem.has(variable):
        return labels
    names = problem.data[variable].values.astype(str)
    return np.where(names == "", labels, names)


def listed(words: list[str], most: int = 6) -> str:
    """Return ``a, b and c``, and no more than `most` of them by name."""
    if len(words) > most + 1:
        words = [*words[:most], f"{len(words) - most} more"]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
