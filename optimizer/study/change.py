"""One change of a problem, as a person says it: this site open, that one closed, another partner, another price."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sitewright.optimizer import schema
from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import SiteCount
from sitewright.optimizer.rules.scope import SiteScope
from sitewright.optimizer.schema import COST_COMPONENTS

# What makes up the service cost where the data hold its components; a change of one makes the cost anew.
SERVICE = ("demand", "latency", *COST_COMPONENTS)


@dataclass(frozen=True)
class Price:
    """Another value of one of the data's numbers.

    Attributes
    ----------
    variable
        A variable of `sitewright.optimizer.schema.VARIABLES` on sites, partners or customers, or the haul price.
    value
        The new value in the variable's unit; with `factor`, what the old one is multiplied by.
    label
        The site, partner or customer; also a metro, jurisdiction or partner of sites. "" is all of them.
    """

    variable: str
    value: float
    label: str = ""
    factor: bool = False

    def __str__(self) -> str:
        where = f" of {self.label}" if self.label else ""
        return f"{self.variable}{where} {'times' if self.factor else 'is'} {self.value:g}"


def changed(
    problem: Problem,
    *,
    opens: Sequence[str] = (),
    closes: Sequence[str] = (),
    partners: Sequence[str] = (),
    no_partners: Sequence[str] = (),
    prices: Sequence[Price] = (),
) -> Problem:
    """Return the problem with these sites open and closed, these partners used and not used, and other numbers.

    Raises
    ------
    InvalidProblem
        If a label, a variable or a number is wrong.
    """
    rules = []
    if opens:
        rules.append(SiteCount(at_least=len(set(opens)), within=SiteScope(sites=tuple(dict.fromkeys(opens)))))
    if closes:
        rules.append(SiteCount(at_most=0, within=SiteScope(sites=tuple(dict.fromkeys(closes)))))
    rules += [SiteCount(at_least=1, within=SiteScope(partners=(name,))) for name in partners]
    if no_partners:
        rules.append(SiteCount(at_most=0, within=SiteScope(partners=tuple(no_partners))))
    for price in prices:
        problem = _priced(problem, price)
    return problem.with_rules(*rules)


def _priced(problem: Problem, price: Price) -> Problem:
    data, where = problem.data, f"price {price.variable!r}"
    spec = schema.VARIABLES.get(price.variable)
    if spec is None or spec.is_text or len(spec.dims) > 1 or not problem.has(price.variable):
        known = [n for n, v in schema.VARIABLES.items() if not v.is_text and len(v.dims) < 2 and problem.has(n)]
        fix = f"use one of {', '.join(known)}"
        raise InvalidProblem([Flaw(where, "be a number of the data", "another name", fix)])
    made = price.variable in SERVICE and price.variable != "demand"
    if price.variable in SERVICE and not all(problem.has(name) for name in SERVICE):
        fix = "change service_cost itself"
        raise InvalidProblem([Flaw(where, "come with all that service_cost is made of", "not all of it", fix)])
    values = np.array(data[price.variable].values, dtype=np.float64)
    inside = _inside(problem, spec.dims, price.label, where)
    values[inside] = values[inside] * price.value if price.factor else price.value
    data = data.assign({price.variable: (data[price.variable].dims, values, data[price.variable].attrs)})
    if made or price.variable == "demand":
        data = data.drop_vars("service_cost")
    return Problem(data, problem.rules, problem.name)


def _inside(
    problem: Problem, dims: tuple[str, ...], label: str, where: str
) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    if not dims:
        return np.array(True)
    labels = [problem.data[dims[0]].values.astype(str)]
    if dims[0] == "site":
        labels += [problem.text(name) for name in ("metro", "jurisdiction", "site_partner")]
    if dims[0] == "customer":
        labels += [problem.text(name) for name in ("segment", "country", "residency")]
    if not label:
        return np.ones(len(labels[0]), dtype=bool)
    for names in labels:
        if (names == label).any():
            return np.asarray(names == label)
    fix = f"name a {dims[0]}, or what {dims[0]}s have in common"
    raise InvalidProblem([Flaw(where, f"speak of a {dims[0]} of the data", repr(label), fix)])
