"""Plans crossed, and the problem by the number of open sites, against enumeration and a MIP."""

import itertools

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.engine.capacitated import counting, crossing, engine
from sitewright.optimizer.engine.capacitated.bound import Point, raise_bound
from sitewright.optimizer.engine.capacitated.incumbent import Incumbent
from sitewright.optimizer.engine.capacitated.instance import CapacitatedInstance, capacitated
from sitewright.optimizer.engine.capacitated.root import first_prices
from sitewright.optimizer.engine.capacitated.strengthen import strengthen
from sitewright.optimizer.engine.capacitated.tree import Tree
from sitewright.optimizer.engine.uncapacitated import usable_cost
from sitewright.optimizer.engine.uncapacitated.prefix import build_prefix
from sitewright.optimizer.model.build import build
from sitewright.optimizer.rules.site_count import SiteCount
from sitewright.optimizer.solver.answer import Outcome
from sitewright.optimizer.solver.process import solve_model


def case(seed: int, customers: int = 30, sites: int = 14) -> tuple[sw.Problem, CapacitatedInstance, Incumbent]:
    problem = generate("cornuejols", seed=seed, customers=customers, sites=sites, r=3.0)
    a = capacitated(problem, usable_cost(problem), threads=1)
    nobody = np.full(a.n_sites, -1)
    best = Incumbent(a, 1e-9, keeps=lambda o: True, partner_of=nobody, report=lambda *x: None, stop=lambda: False)
    return problem, a, best


def root_of(a: CapacitatedInstance) -> Point:
    return Point(first_prices(a), np.zeros(a.n_prices), a.sites.state.copy())


def plans_of(a: CapacitatedInstance, best: Incumbent, rng: np.random.Generator, number: int) -> None:
    """Have an incumbent hold so many random plans."""
    while len(best.plans) < number:
        is_open = rng.random(a.n_sites) < 0.7
        served = best.serve(is_open)
        if served is not None:
            best.take(is_open, served)


@pytest.mark.parametrize("seed", range(6))
def test_a_crossing_finds_the_best_mixture(seed: int) -> None:
    """Fails if a site that the plans differ in is not free, another one is, or the small tree loses a mixture."""
    _, a, best = case(seed)
    rng = np.random.default_rng(seed)
    plans_of(a, best, rng, crossing.ENOUGH)
    # Of all, as if some had been drawn that differ in few sites only.
    few = [p for _cost, p in best.plans.values() if (p ^ best.open).sum() <= 9]
    best.plans = {bytes([k]): (np.inf, p) for k, p in enumerate(few * crossing.ENOUGH)}
    free = np.flatnonzero(np.any(few, axis=0) & ~np.all(few, axis=0))
    assert len(free)
    mixtures = []
    for choice in itertools.product([False, True], repeat=len(free)):
        is_open = best.open.copy()
        is_open[free] = choice
        served = best.serve(is_open)
        mixtures.append(np.inf if served is None else best.price(is_open, served.cost()))
    crossed = crossing.Crossing(a, best, root_of(a), threads=1, seed=seed)
    crossed.free = len(free)
    for _ in range(40):
        crossed.run(lambda: False)
    assert best.value == pytest.approx(min(mixtures), rel=1e-7)


def test_a_crossing_leaves_alone_what_was_decided() -> None:
    """Fails if a site that the root closed, or that must be open, is decided anew."""
    _, a, best = case(1)
    plans_of(a, best, np.random.default_rng(1), 12)
    root = root_of(a)
    closed = int(np.flatnonzero(~best.open)[0])
    kept = int(np.flatnonzero(best.open)[0])
    root.state[closed], root.state[kept] = 0, 1
    crossed = crossing.Crossing(a, best, root, threads=1, seed=0)
    for _ in range(20):
        crossed.run(lambda: False)
        assert not best.open[closed]
        assert best.open[kept]


@pytest.mark.parametrize("seed", range(4))
def test_each_number_of_sites_is_bounded_by_its_optimum(seed: int) -> None:
    """Fails if a number is left out, is in two parts, or is ruled out or bounded above what it costs."""
    problem, a, best = case(seed)
    rng = np.random.default_rng(seed)
    plans_of(a, best, rng, 8)
    numbers = counting.numbers(a, int(best.open.sum()))
    covered = sorted(k for low, high in numbers for k in range(low, high + 1))
    assert covered == list(range(a.sites.low, min(a.sites.high, a.n_sites) + 1))
    root = root_of(a)
    raise_bound(a, root, steps=300, cutoff=np.inf, target=best.value, factor=1.0)
    for low, high in numbers:
        part, point = counting.part_of(a, root, low, high)
        may = counting.may_be_better(part, best, point, lambda: False)
        rule = SiteCount(at_least=low, at_most=high)
        answer = solve_model(build(sw.Problem(problem.data, (*problem.rules, rule), "part")), gap=1e-9)
        if answer.outcome is Outcome.INFEASIBLE:
            # So few sites hold too little: any bound is one.
            continue
        assert answer.outcome is Outcome.OPTIMAL
        if not may:
            assert answer.bound > best.cutoff * (1 - 1e-9)
        else:
            assert point.value <= answer.bound * (1 + 1e-9)


def test_the_problem_is_parted_where_that_pays() -> None:
    """Fails if the first branching is never made, or is made before there is a plan."""
    problem, a, best = case(3, customers=60, sites=30)
    root = root_of(a)
    raise_bound(a, root, steps=600, cutoff=np.inf, target=1e9, factor=1.0)
    assert counting.by_number(a, best, root, stop=lambda: False) == [(a, root)]
    plan = sw.solve(problem, gap=1e-9)
    best.take(plan.decision.open)
    parts = counting.by_number(a, best, root, stop=lambda: False)
    assert parts and all(part is not a for part, _ in parts)
    assert all(point.value >= root.value for _, point in parts)


def test_the_prices_of_cuts_stay_with_their_cuts() -> None:
    """Fails if the price of the number of sites takes the place of a cut's."""
    problem, a, best = case(3, customers=60, sites=30)
    root = root_of(a)
    raise_bound(a, root, steps=600, cutoff=np.inf, target=1e9, factor=1.0)
    best.take(sw.solve(problem, gap=1e-9).decision.open)
    cut = strengthen(a, best, root, seed=0, report=lambda x: None, stop=lambda: False)
    assert (root.lam > 0).any()
    part, point = counting.part_of(cut, root, cut.sites.low, cut.n_sites)
    point.value = root.value = -np.inf
    for instance, at in ((cut, root), (part, point)):
        at.y = None
        raise_bound(instance, at, steps=1, cutoff=np.inf, target=best.value)
    assert point.value == pytest.approx(root.value, rel=1e-12)


def test_a_proof_that_ended_is_not_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A better plan that the last nodes found made the tree begin anew: stopped then, the proof was lost."""
    ended, run, by_number = [], Tree.run, engine.by_number

    def watched(self, *, dive=True, **kwargs):
        run(self, dive=dive, **kwargs)
        ended[-1] |= dive and not self.open

    def parted(*args, **kwargs):
        assert not ended[-1]
        return by_number(*args, **kwargs)

    monkeypatch.setattr(Tree, "run", watched)
    monkeypatch.setattr(engine, "by_number", parted)
    for seed in range(20, 26):
        ended.append(False)
        sw.solve(generate("cornuejols", customers=50, sites=30, r=5.0, seed=seed), ties=False)
    assert any(ended)


def test_the_pairs_of_some_sites_are_those_read_anew() -> None:
    """Fails if a row loses a pair, keeps one of another site, or is out of order."""
    rng = np.random.default_rng(0)
    cost, live = rng.random((40, 12)), rng.random(12) < 0.5
    cost[rng.random(cost.shape) < 0.3] = np.inf
    few = build_prefix(cost, np.ones(12, bool), rank=12, threads=1).among(live)
    again = build_prefix(cost, live, rank=12, threads=1)
    assert np.array_equal(few.start, again.start)
    assert np.array_equal(few.cost, again.cost)
    assert np.array_equal(few.scale, again.scale)
    assert [sorted(few.site[a:b]) for a, b in itertools.pairwise(few.start)] == [
        sorted(again.site[a:b]) for a, b in itertools.pairwise(again.start)
    ]
