"""Bundled cases made impossible in ways that people ask about: the conflict names what was changed, and no more."""

from dataclasses import replace

import pytest

import sitewright as sw
from sitewright.optimizer.explain.without import without
from sitewright.optimizer.rules import (
    Budget,
    LatencyLimit,
    LegalExclusion,
    PartnerCount,
    SiteCount,
    SiteScope,
)


def instead(case, kind, rule):
    problem = sw.load(case)
    return replace(problem, rules=(*(r for r in problem.rules if not isinstance(r, kind)), rule))


# name -> (the problem, the rules in conflict, what its first sentence says)
IMPOSSIBLE = {
    "one site": (
        lambda: instead("europe-2015", SiteCount, SiteCount(at_most=1)),
        {"capacity", "site_count"},
        "hold at most 12 MW",
    ),
    "a small budget": (
        lambda: instead("southeast-asia-2015", Budget, Budget(18e6)),
        {"capacity", "budget"},
        "hold at most 14 MW",
    ),
    "no site in a country whose data stay there": (
        lambda: sw.load("southeast-asia-2015").with_rules(LegalExclusion(sites=SiteScope(jurisdictions=("IDN",)))),
        {"residency", "legal_exclusion"},
        "12 of 120 customers",
    ),
    "no partners, but one that is there": (
        lambda: instead("expansion-2015", PartnerCount, PartnerCount(0)),
        {"site_status", "partner_count"},
        "at least 1 partners are used, 0 may be",
    ),
    "nobody far away": (
        lambda: instead("europe-2015", LatencyLimit, LatencyLimit(20.0)),
        {"latency_limit"},
        "8 of 240 customers",
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_the_conflict_is_what_was_made_impossible(name):
    """Fails if the conflict names too much or too little, or without one of its rules there is still no plan."""
    make, rules, said = IMPOSSIBLE[name]
    problem = make()
    conflict = sw.explain(problem, patience=1.5).conflict
    assert {rule.name for rule in conflict.rules} == rules
    assert said in conflict.sentences[0]
    assert conflict.minimal
    for relaxation in conflict.relaxations:
        if relaxation.plan is not None:
            free = without(problem, [relaxation.rule])
            owners = [free] if relaxation.eased is None else [free, free.with_rules(relaxation.eased)]
            assert any(relaxation.plan.verify(owner).accepted for owner in owners)
