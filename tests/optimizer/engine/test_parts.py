"""Plans bettered by their parts, and put together from bundles, against all that there are."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import sitewright as sw
from sitewright.optimizer.decision import Decision
from sitewright.optimizer.engine.capacitated import parts, polish, single
from sitewright.optimizer.engine.capacitated.bundles import Bundles
from sitewright.optimizer.engine.capacitated.exchanges import Exchanges
from sitewright.optimizer.engine.capacitated.instance import capacitated
from sitewright.optimizer.engine.capacitated.parts import Parts
from sitewright.optimizer.engine.capacitated.root import first_prices
from sitewright.optimizer.engine.uncapacitated import usable_cost
from sitewright.optimizer.model.build import Model
from sitewright.optimizer.solver.process import solve_model
from tests.brute_force import solve_as_brute_force
from tests.optimizer.engine.test_single_sourced import plans, whole

Sites = NDArray[np.int64]


def parts_of(
    problem: sw.Problem,
    told: list[Sites] | None = None,
    stop: Callable[[], bool] = lambda: False,
    threads: int = 1,
) -> Parts:
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    tell = (lambda site: None) if told is None else (lambda site: told.append(site.copy()))
    return Parts(a, cost, first_prices(a), keeps=lambda is_open: True, tell=tell, seed=0, threads=threads, stop=stop)


def opened(problem: sw.Problem, site: Sites) -> NDArray[np.bool_]:
    return np.bincount(site, minlength=problem.n_sites) > 0


def value_of(problem: sw.Problem, is_open: NDArray[np.bool_], site: Sites) -> float:
    """Return what a plan costs, +inf if it does not fit."""
    load = np.bincount(site, problem.numbers("demand"), minlength=problem.n_sites)
    if np.any(load > problem.numbers("capacity") + 1e-9) or not is_open[site].all():
        return np.inf
    service = problem.data["service_cost"].values[np.arange(len(site)), site].sum()
    return float(service + problem.numbers("fixed_cost")[is_open].sum())


@pytest.mark.parametrize("seed", range(16))
def test_a_part_that_is_the_whole_becomes_the_best_plan(seed: int) -> None:
    """Fails if a part has other costs, capacities or candidates than the plan has there, or its cut-off is too low."""
    problem = whole(seed)
    every = plans(problem)
    begin = np.array(every[-1][1])
    is_open, site = parts_of(problem).improve(opened(problem, begin), begin, size=6)
    assert value_of(problem, is_open, site) == pytest.approx(every[0][0], rel=1e-9)


def larger(seed: int) -> tuple[sw.Problem, Sites]:
    """Return 24 customers at 14 sites, and a plan that fills them one after another."""
    problem = whole(seed, n=24, m=14)
    demand, room = problem.numbers("demand"), problem.numbers("capacity").copy()
    cost, site = problem.data["service_cost"].values, np.zeros(24, np.int64)
    for i in np.argsort(-demand):
        site[i] = next(j for j in range(14) if room[j] >= demand[i] and np.isfinite(cost[i, j]))
        room[site[i]] -= demand[i]
    return problem, site


@pytest.mark.parametrize("seed", [1, 2, 4, 5, 7])
def test_every_better_plan_fits_and_costs_less(seed: int) -> None:
    """Fails if a part is put back at the wrong sites, or a site is closed that the rest of the plan uses."""
    problem, begin = larger(seed)
    told: list[Sites] = []
    is_open, site = parts_of(problem, told).improve(opened(problem, begin), begin, size=8)
    assert len(told) > 1
    values = [value_of(problem, opened(problem, s), s) for s in [begin, *told]]
    assert all(after < before for before, after in itertools.pairwise(values))
    np.testing.assert_array_equal(site, told[-1])
    np.testing.assert_array_equal(is_open, opened(problem, site))
    assert value_of(problem, is_open, site) == values[-1]


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_threads_do_not_change_what_parts_find(seed: int) -> None:
    """Fails if which parts are looked at together depends on the number of threads."""
    problem, begin = larger(seed)
    every = [parts_of(problem, threads=t).improve(opened(problem, begin), begin, size=5)[1] for t in (1, 3)]
    assert np.any(every[0] != begin)
    np.testing.assert_array_equal(*every)


def test_two_parts_do_not_open_the_same_site() -> None:
    """Fails if both parts of a batch move to the one cheap site, which holds only one of them, or if one never does.

    Sites 0 and 1 serve two customers each, far from the other's; site 2 is cheap for all, and site 3 for the last two.
    """
    cost = np.array([[9, 50, 1, 50], [9, 50, 1, 50], [50, 9, 1, 2], [50, 9, 1, 2.0]])
    problem = sw.Problem.from_arrays(
        service_cost=cost,
        fixed_cost=np.full(4, 5.0),
        demand=np.full(4, 4.0),
        capacity=np.array([9.0, 9.0, 9.0, 9.0]),
        rules=(sw.rules.SingleSource(),),
    )
    begin, told = np.array([0, 0, 1, 1]), list[Sites]()
    looks = parts_of(problem, told)
    batches: list[int] = []
    batch = looks._batch  # noqa: SLF001

    def counted(waiting: list[int], site: Sites, size: int) -> Any:
        found = batch(waiting, site, size)
        batches.append(len(found))
        return found

    looks._batch = counted  # type: ignore[method-assign]  # noqa: SLF001
    # A part has two sites at least, so that all of the plan would be one: ask for single sites.
    around = looks._around  # noqa: SLF001
    looks._around = lambda seed, site, size: _alone(around(seed, site, size), seed, site)  # type: ignore[method-assign]  # noqa: SLF001
    is_open, site = looks.improve(opened(problem, begin), begin, size=2)
    assert batches[0] == 2
    assert value_of(problem, is_open, site) == 16.0
    assert all(np.isfinite(value_of(problem, opened(problem, s), s)) for s in told)


def _alone(part: Any, seed: int, site: Sites) -> Any:
    if part is None:
        return None
    return parts._Part(seed, np.array([seed]), np.flatnonzero(site == seed))  # noqa: SLF001


@pytest.mark.parametrize("seed", range(12))
def test_a_site_is_closed_at_the_least_cost(seed: int) -> None:
    """Fails if the site stays open, or what comes of closing it is not the best where the part is the whole."""
    problem = whole(seed)
    every = plans(problem)
    begin = np.array(every[0][1])
    for j in set(every[0][1]):
        without = [value for value, pick in every if j not in pick]
        plan = parts_of(problem).without(opened(problem, begin), begin, j, size=6)
        assert (plan is None) == (not without)
        if plan is not None:
            assert not plan[0][j]
            assert value_of(problem, *plan) == pytest.approx(without[0], rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_exchanges_that_lead_to_better_plans_are_among_those_worth_it(seed: int) -> None:
    """Fails if the bound for the open sites is above their best assignment, so that a better plan is passed over."""
    problem = whole(seed, m=5)
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    every = plans(problem)
    of_set: dict[frozenset[int], float] = {}
    for value, pick in every:
        of_set.setdefault(frozenset(pick), value)
    looks = Exchanges(a, cost, first_prices(a), keeps=lambda is_open: True, threads=2, stop=lambda: False)

    def exchanges(used: frozenset[int]) -> dict[tuple[int, int], float]:
        every = {(j, k): of_set.get(used - {j} | {k}, np.inf) for j in used for k in set(range(5)) - used}
        return {pair: value for pair, value in every.items() if np.isfinite(value)}

    begin = np.array(next(pick for _, pick in every if exchanges(frozenset(pick))))
    is_open = opened(problem, begin)
    for (j, _), value in exchanges(frozenset(begin.tolist())).items():
        # As much as the exchange costs at best, and a hair.
        assert j in looks.worth_closing(is_open, begin, value * (1 + 1e-9))
    assert not looks.worth_closing(is_open, begin, 0.0)


@pytest.mark.parametrize("seed", range(6))
def test_closing_sites_of_the_best_plan_leads_to_the_best_of_all(seed: int) -> None:
    """Fails if nothing is closed, or if what comes of it is not bettered and offered. A part is the whole here."""
    problem = whole(seed, m=5)
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    every, taken = plans(problem), list[float]()

    def take(plan: Decision) -> None:
        taken.append(value_of(problem, plan.open, plan.site))
        polished.hear(plan, taken[-1])

    polished = polish.Polish(
        a,
        cost,
        first_prices(a),
        keeps=lambda is_open: True,
        take=take,
        solve=solved,
        seed=0,
        deep=True,
        threads=1,
        stop=lambda: False,
    )
    few = min(len(set(pick)) for _, pick in every)
    begin = np.array([pick for _, pick in every if len(set(pick)) <= max(few, 3)][-1])
    take(Decision(opened(problem, begin), np.arange(6), begin, np.ones(6)))
    polished._close()  # noqa: SLF001
    assert len(taken) > 1
    assert min(taken) == pytest.approx(every[0][0], rel=1e-9)


def test_what_rules_forbid_is_not_worth_closing() -> None:
    """Fails if a site that must be open is to be closed, or an exchange breaks the rules or leaves too little room."""
    problem, begin = larger(2)
    a, cost = capacitated(problem, usable_cost(problem), threads=1), usable_cost(problem).astype(float)
    is_open = opened(problem, begin)

    def found(keeps: Callable[[NDArray[np.bool_]], bool]) -> list[int]:
        looks = Exchanges(a, cost, first_prices(a), keeps=keeps, threads=1, stop=lambda: False)
        return looks.worth_closing(is_open, begin, 1e9)

    every = found(lambda is_open: True)
    assert len(every) > 1
    assert found(lambda is_open: bool(is_open[every[0]])) == [j for j in every if j != every[0]]
    a.sites.state[every[0]] = 1
    assert every[0] not in found(lambda is_open: True)
    a.capacity[:] = np.where(is_open, 1.0, 0.5) * a.need / is_open.sum()
    assert not found(lambda is_open: True)


@pytest.mark.parametrize("seed", range(12))
def test_a_part_knows_how_many_sites_may_be_open_and_which_must(seed: int) -> None:
    """Fails if a part opens more sites than the rest leaves it, closes one that must be open, or one unpaid."""
    problem = whole(seed)
    must = int(np.argmax(problem.numbers("fixed_cost")))
    count = [len({*pick, must}) for _, pick in plans(problem)]
    most = min(count) if seed % 2 else max(count)
    held = sw.Problem.from_arrays(
        service_cost=problem.data["service_cost"].values,
        fixed_cost=problem.numbers("fixed_cost"),
        demand=problem.numbers("demand"),
        capacity=problem.numbers("capacity"),
        status=["forced" if j == must else "candidate" for j in range(problem.n_sites)],
        rules=(*problem.rules, sw.rules.SiteCount(at_most=most)),
    )
    fixed = problem.numbers("fixed_cost")[must]
    every = sorted(
        (value + fixed * (must not in pick), pick)
        for (value, pick), k in zip(plans(problem), count, strict=True)
        if k <= most
    )
    begin = np.array(every[-1][1])
    is_open = opened(problem, begin)
    is_open[must] = True
    is_open, site = parts_of(held).improve(is_open, begin, size=6)
    assert is_open[must] and is_open.sum() <= most
    assert value_of(problem, is_open, site) == pytest.approx(every[0][0], rel=1e-9)


def test_a_rule_that_a_part_breaks_keeps_the_plan() -> None:
    """Fails if what comes of a part is taken though the site rules forbid it."""
    problem, begin = larger(2)
    looks = parts_of(problem)
    asked: list[Any] = []
    looks.keeps = lambda is_open: bool(asked.append(is_open))
    is_open, site = looks.improve(opened(problem, begin), begin, size=8)
    assert asked
    np.testing.assert_array_equal(site, begin)
    np.testing.assert_array_equal(is_open, opened(problem, begin))


def test_a_solve_that_is_to_stop_looks_at_no_part() -> None:
    """Fails if the clock is not looked at before each part."""
    problem, begin = larger(2)
    looks = parts_of(problem, stop=lambda: True)
    looks.improve(opened(problem, begin), begin, size=8)
    assert not looks.seen


def solved(model: Model, hint: NDArray[np.float64]) -> NDArray[np.float64] | None:
    return solve_model(model, hint=hint).values


@pytest.mark.parametrize("seed", range(6))
def test_bundles_are_put_together_as_the_best_of_all_ways(seed: int) -> None:
    """Fails if a customer is left out or served twice, a site serves two bundles, or a bundle has the wrong price."""
    problem = whole(seed, n=6, m=4)
    every = plans(problem)
    rng = np.random.default_rng(seed)
    some = [every[k] for k in sorted(rng.choice(len(every), 8, replace=False))]
    cost = usable_cost(problem).astype(float)
    bundles = Bundles(capacitated(problem, usable_cost(problem), threads=1), cost)
    kept = set()
    for _, pick in some:
        bundles.add(np.array(pick))
        kept |= {(j, tuple(i for i in range(6) if pick[i] == j)) for j in set(pick)}
    ways = [
        value for value, pick in every if {(j, tuple(i for i in range(6) if pick[i] == j)) for j in set(pick)} <= kept
    ]
    worst = np.array(some[-1][1])
    new = bundles.put_together(worst, solved)
    assert new is not None
    assert value_of(problem, opened(problem, new), new) == pytest.approx(min(ways), rel=1e-9)
    assert bundles.put_together(new, solved) is None


@pytest.mark.parametrize("seed", range(16))
def test_a_tree_whose_plans_are_bettered_proves_what_brute_force_finds(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails if a plan is taken that is none, or if one that was bettered ends the tree too early."""
    monkeypatch.setattr(single, "LARGE", 0)
    monkeypatch.setattr(polish, "EVERY", 1)
    monkeypatch.setattr(polish, "TOGETHER", 1)
    monkeypatch.setattr(polish, "PATIENT", 1)
    monkeypatch.setattr(polish, "SIZES", (2, 4))
    monkeypatch.setattr(parts, "OTHERS", 1)
    solve_as_brute_force(whole(seed), rel=1e-9)
