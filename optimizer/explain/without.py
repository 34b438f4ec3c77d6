"""A problem without some of its rules, whether they were asked for or are implied by the data."""

from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

import numpy as np
import xarray as xr

from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import (
    IMPLIED,
    Capacity,
    MinimumUse,
    OneOptionPerMetro,
    OneSizePerSite,
    PartnerMetros,
    PartnerUse,
    Service,
)
from sitewright.optimizer.rules.base import Rule
from sitewright.optimizer.rules.scope import SiteScope
from sitewright.optimizer.rules.site_count import SiteCount

# What makes a plan a plan: without these there is no question left.
KEPT = (Service, PartnerUse, OneSizePerSite)


def removable(problem: Problem) -> tuple[Rule, ...]:
    """Return the rules that a problem can do without, in its order."""
    return tuple(rule for rule in problem.all_rules if not isinstance(rule, KEPT))


def without(problem: Problem, drop: Collection[Rule]) -> Problem:
    """Return the problem without the rules in `drop`, which are told by identity.

    A rule that the data imply goes with what implies it: capacities are lifted to the whole demand (so that one site
    could hold all of it), statuses become "candidate", what partners ask for is dropped. Other rules keep their
    meaning: where they speak of metros or statuses, they name the sites from then on.
    """
    gone = {id(rule) for rule in drop}
    rules: list[Rule] = [rule for rule in problem.rules if id(rule) not in gone]
    data = problem.data
    variable_of = {kind: variable for variable, kind in IMPLIED}
    dropped = {type(rule) for rule in drop if type(rule) in variable_of}
    names = {variable_of[kind] for kind in dropped}
    if names & {"metro", "status"}:
        rules = [named for rule in rules if (named := _by_name(problem, rule)) is not None]
    if OneOptionPerMetro in dropped and problem.has("partner_metros") and PartnerMetros not in dropped:
        outside = PartnerMetros().outside(problem)
        if outside.any():
            # Who operates where is told by metro, which goes: say the same by name.
            rules.append(SiteCount(at_most=0, within=SiteScope(sites=tuple(problem.sites[outside].tolist()))))
        names.add("partner_metros")
    if Capacity in dropped:
        names.discard("capacity")
        rules = [part for rule in rules for part in _in_mw(problem, rule)]
        data = data.assign(capacity=_lifted(problem))
    return Problem(data.drop_vars(names & set(map(str, data.data_vars))), tuple(rules), problem.name)


def _lifted(problem: Problem) -> xr.DataArray:
    capacity = problem.data["capacity"]
    whole = float(problem.numbers("demand").sum())
    return capacity.copy(data=np.maximum(problem.numbers("capacity"), whole))


def _in_mw(problem: Problem, rule: Rule) -> list[Rule]:
    """Return what a rule asks of each site in MW where it asks a share of its capacity, which is lifted."""
    if not isinstance(rule, MinimumUse) or rule.share == 0:
        return [rule]
    named = zip(problem.sites.tolist(), rule.least(problem).tolist(), strict=True)
    return [MinimumUse(mw=least, within=SiteScope(sites=(site,))) for site, least in named if least > 0]


def _by_name(problem: Problem, rule: Rule) -> Rule | None:
    """Return the rule with its scopes of sites as lists of sites, None if it speaks of no site at all."""
    named: dict[str, Any] = {}
    for field in fields(rule):
        scope = getattr(rule, field.name)
        if isinstance(scope, SiteScope) and (scope.metros or scope.status):
            inside = scope.mask(problem)
            if not inside.any():
                return None
            named[field.name] = SiteScope(sites=tuple(problem.sites[inside].tolist()))
    return replace(rule, **named) if named else rule
