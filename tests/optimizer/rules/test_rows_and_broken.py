"""What a rule hands to the solver, what it tells a person, what the checker and the oracle say: all the same."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sitewright.optimizer.model.columns import Columns
from sitewright.optimizer.rules.service import Service
from sitewright.optimizer.verify import CHECKS
from sitewright.optimizer.verify.facts import Facts
from tests import oracle
from tests.optimizer.plans import Only
from tests.strategies import decisions, problems_with_decisions

SLACK = 1e-6


@settings(max_examples=400, deadline=None)
@given(problems_with_decisions())
def test_each_rule_breaks_exactly_when_its_rows_do(drawn):
    """Rule by rule: a row that is too loose admits bad plans, one too tight loses good ones."""
    problem, decision = drawn
    facts = Facts.of(problem, Only(decision))
    served = not list(Service().broken(problem, decision))
    for rule in problem.all_rules:
        if rule.kind == "load" and rule.name != "service" and not served:
            continue  # rows of load rules take it that all demand is served, by open sites: the service rule's rows
        said = list(rule.broken(problem, decision))
        assert bool(said) != _solver_admits(rule, problem, decision), rule
        assert bool(said) == bool(list(CHECKS[rule.name](facts, rule))), rule


@settings(max_examples=400, deadline=None)
@given(problems_with_decisions())
def test_all_rules_together_agree_with_the_oracle(drawn):
    """Over the whole rule set: rows, sentences, checker and brute force accept the same decisions."""
    problem, decision = drawn
    facts = Facts.of(problem, Only(decision))
    by_rows = all(_solver_admits(rule, problem, decision) for rule in problem.all_rules)
    by_sentence = not any(True for rule in problem.all_rules for _ in rule.broken(problem, decision))
    by_checker = not any(True for rule in facts.rules for _ in CHECKS[rule.name](facts, rule))
    assert by_rows == by_sentence == by_checker == oracle.keeps_all_rules(problem, decision)


@settings(max_examples=200, deadline=None)
@given(problems_with_decisions(), st.data())
def test_cuts_are_broken_where_they_are_made_and_kept_by_every_plan_under_the_rule(drawn, data):
    """A cut that holds nothing back would be made for ever; one that a good plan breaks would lose it."""
    problem, decision = drawn
    other = data.draw(decisions(problem))
    none = np.empty(0, dtype=np.int64)
    columns = Columns(problem.n_sites, problem.n_partners, none, none)
    for rule in (rule for rule in problem.all_rules if rule.lazy):
        cuts = list(rule.cuts(problem, decision.open, other.open))
        assert bool(cuts) == any(True for _ in rule.broken(problem, decision))
        assert not cuts or not all(_holds(block, decision.open) for block in cuts)
        if not any(True for _ in rule.broken(problem, other)):
            assert all(_holds(block, other.open) for block in (*rule.rows(problem, columns), *cuts))


def _holds(block, is_open):
    row_of = np.repeat(np.arange(len(block)), np.diff(block.start))
    value = np.bincount(row_of, block.value * is_open[block.column], minlength=len(block))
    return np.all(value >= block.lower - 1e-9) and np.all(value <= block.upper + 1e-9)


def _solver_admits(rule, problem, decision):
    """Return whether the point of a decision keeps the rule's rows, forbidden pairs and whole shares."""
    n, m = problem.n_customers, problem.n_sites
    customer, site = np.divmod(np.arange(n * m), m)
    columns = Columns(m, problem.n_partners, customer, site)
    x = np.zeros(columns.n_columns)
    x[:m] = decision.open
    for p in problem.partner_of[decision.open]:
        if p >= 0:
            x[columns.use(p)] = 1.0
    shares = x[columns.first_pair :].reshape(n, m)
    shares[decision.customer, decision.site] = decision.share
    forbids = rule.forbids(problem)
    if forbids is not None and np.any(shares[forbids] > 0):
        return False
    # That the matrix forbids a pair is no row: the column is left out. The service rule speaks of it.
    if rule.name == "service" and np.any(shares[np.isinf(problem.data["service_cost"].values)] > 0):
        return False
    single = rule.single_source(problem)
    if single is not None and np.any((shares > 0).sum(axis=1)[single] > 1):
        return False
    for block in rule.rows(problem, columns):
        assert block.rule == rule.name
        assert np.isfinite(block.value).all()
        row_of = np.repeat(np.arange(len(block)), np.diff(block.start))
        value = np.bincount(row_of, block.value * x[block.column], minlength=len(block))
        slack = SLACK * np.maximum(1.0, np.bincount(row_of, np.abs(block.value), minlength=len(block)))
        if np.any(value < block.lower - slack) or np.any(value > block.upper + slack):
            return False
    return not any(True for _ in rule.cuts(problem, decision.open, np.zeros(m, dtype=bool)))
