"""What a proof rests on, against brute force: no row, count or price may lose a plan."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sitewright.optimizer.verify.decisions import Decisions
from sitewright.optimizer.verify.node import Nodes
from tests import oracle
from tests.strategies import problems


def worth(problem):
    """Return every open set that has a plan, with what it costs at least."""
    out = []
    for bits in itertools.product([False, True], repeat=problem.n_sites):
        is_open = np.array(bits)
        if is_open.any() and oracle.site_rules_hold(problem, is_open):
            value = oracle.serve(problem, is_open)
            if value is not None:
                out.append((is_open, value + oracle.site_costs(problem.data, is_open)))
    return out


def agree(decisions, is_open):
    return not (decisions.forced & ~is_open).any() and not (decisions.closed & is_open).any()


def draw_prices(data, nodes):
    some = st.integers(-8, 40).map(float)
    u = data.draw(st.lists(some, min_size=len(nodes.cost), max_size=len(nodes.cost)))
    rows = data.draw(st.lists(st.sampled_from([0.0, 0.0, 0.5, 3.0]), min_size=nodes.n_prices, max_size=nodes.n_prices))
    return np.array(u), np.array(rows)


def draw_decisions(data, nodes):
    """Return some sites decided at random, and what follows from it; None where nothing is left."""
    decisions = nodes.counting.follow(nodes.counting.root)
    for site in data.draw(st.sets(st.integers(0, nodes.cost.shape[1] - 1), max_size=2)):
        if decisions is not None and decisions.free[site]:
            decisions = nodes.counting.follow(decisions.with_site(site, data.draw(st.booleans())))
    return decisions


@settings(max_examples=60, deadline=None)
@given(problems())
def test_every_plan_keeps_every_row(problem):
    """A row of a site rule that a plan breaks would prove bounds that are too high."""
    nodes = Nodes(problem)
    for is_open, _ in worth(problem):
        names = np.array(nodes.counting.partner_of)[is_open]
        fees = nodes.counting.fee[np.unique(names[names >= 0])].sum()
        for row in nodes.rows:
            used = float(row.of_site[is_open].sum()) + (fees if row.with_fees else 0.0)
            assert used <= row.limit + 1e-9 * max(1.0, abs(row.limit)), row


@settings(max_examples=60, deadline=None)
@given(problems(), st.data())
def test_what_follows_from_decisions_loses_no_plan(problem, data):
    """A site decided wrongly would lose plans of a whole branch."""
    nodes = Nodes(problem)
    site, is_open = data.draw(st.integers(0, problem.n_sites - 1)), data.draw(st.booleans())
    start = nodes.counting.root.with_site(site, is_open)
    after = nodes.counting.follow(start)
    for chosen, _ in worth(problem):
        if agree(start, chosen):
            assert after is not None and agree(after, chosen)


@settings(max_examples=80, deadline=None)
@given(problems(), st.data())
def test_no_plan_under_the_decisions_costs_less_than_any_prices_say(problem, data):
    """A bound above a plan would be a false proof, whatever prices it was made of."""
    nodes = Nodes(problem)
    decisions = draw_decisions(data, nodes)
    if decisions is not None:
        bound = nodes.bound(decisions, *draw_prices(data, nodes)).value
        for is_open, cost in worth(problem):
            assert not agree(decisions, is_open) or bound <= cost + 1e-7 * max(1.0, abs(cost))


@settings(max_examples=80, deadline=None)
@given(problems(), st.data())
def test_prices_decide_no_site_against_a_plan_within_the_cutoff(problem, data):
    """A site that is settled wrongly would lose the best plan."""
    nodes = Nodes(problem)
    decisions = draw_decisions(data, nodes)
    plans = worth(problem)
    if decisions is None or not plans:
        return
    cutoff = data.draw(st.sampled_from([cost for _, cost in plans]))
    after = nodes.settle(decisions, nodes.bound(decisions, *draw_prices(data, nodes)), cutoff * (1 + 1e-9))
    for is_open, cost in plans:
        if cost <= cutoff and agree(decisions, is_open):
            assert after is not None and agree(after, is_open)


def test_a_decision_both_ways_leaves_nothing():
    """Such a branch is empty; without that, its bound would count."""
    nodes = Nodes(small())
    both = np.ones(3, dtype=bool)
    assert nodes.counting.follow(Decisions(both, both)) is None


def test_a_branch_without_sites_holds_no_plan():
    """Somebody must be served from somewhere: such a branch has no bound to look for."""
    nodes = Nodes(small())
    assert nodes.counting.follow(Decisions(np.zeros(3, dtype=bool), np.ones(3, dtype=bool))) is None


def small():
    import sitewright as sw

    cost = np.array([[1.0, 4.0, 9.0], [7.0, 2.0, 5.0], [8.0, 6.0, 1.0]])
    return sw.Problem.from_arrays(service_cost=cost, fixed_cost=[3.0, 3.0, 4.0], demand=[1.0, 1.0, 1.0])
