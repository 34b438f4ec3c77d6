"""Sites of several sizes: every engine against brute force."""

import numpy as np
import pytest

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer import rules as R
from tests import oracle
from tests.brute_force import solve_as_brute_force
from tests.optimizer.engine.test_capacitated import limited
from tests.optimizer.engine.test_uncapacitated import ruled


def sized(problem: sw.Problem, seed: int, *, more: tuple[R.Rule, ...] = ()) -> sw.Problem:
    """The same sites as sizes of fewer, some of which exist or are forced; metros are left out in every other case."""
    rng, data, m = np.random.default_rng(seed + 500), problem.data.copy(), problem.n_sites
    places = np.array(["", "x", "y", "z"])
    data["size_of"] = ("site", places[rng.integers(0, 4, m)])
    status = np.where(rng.random(m) < 0.25, rng.choice(["existing", "forced"], m), "candidate")
    data["status"] = ("site", np.where(rng.random(m) < 0.1, "forbidden", status))
    if seed % 2:
        data["metro"] = ("site", [""] * m)
    kept = [r for r in problem.rules if not isinstance(r, R.SiteStatus)]
    if seed % 3 == 0:
        kept.append(R.SiteStatus(existing_may_close=True))
    return sw.Problem(data, (*kept, *more), f"sized-{seed}")


MAKERS = {
    "without capacities": lambda seed: sized(ruled(seed), seed),
    "with capacities": lambda seed: sized(limited(seed), seed),
    "by loads": lambda seed: sized(generate("ruled", seed=seed), seed, more=(R.MeanLatency(at_most_ms=60.0),)),
    "single sourcing": lambda seed: sized(generate("ruled", seed=seed), seed, more=(R.SingleSource(),)),
}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", MAKERS)
def test_with_sizes_every_engine_finds_what_brute_force_finds(kind: str, seed: int) -> None:
    """Fails if two sizes of a site open together, an existing site may vanish, or its size may not change."""
    solve_as_brute_force(MAKERS[kind](seed))


@pytest.mark.parametrize("seed", range(6))
def test_a_p_center_of_sized_sites_is_what_brute_force_finds(seed: int) -> None:
    """Fails if dominance takes a size away that its site needs, where radii count and costs do not."""
    problem = sized(generate("ruled", seed=seed), seed, more=(R.SiteCount(at_most=3),))
    best = oracle.best_of_radius(problem, "p-center")
    if best is None:
        with pytest.raises(sw.Infeasible):
            sw.solve(problem, objective="p-center")
        return
    plan = sw.solve(problem, objective="p-center")
    assert plan.objective == best
    assert plan.verify(problem).accepted


def test_the_size_that_pays_is_chosen_and_an_existing_site_is_extended() -> None:
    """By hand: 30 MW fit neither in the 20 MW that are there nor for less than 40 MW elsewhere."""
    problem = sw.Problem.from_arrays(
        service_cost=[[1.0, 1.0, 1.0, 5.0]],
        fixed_cost=[10.0, 16.0, 30.0, 13.0],
        demand=[30.0],
        capacity=[20.0, 40.0, 80.0, 40.0],
        size_of=["fra", "fra", "fra", ""],
        status=["existing", "existing", "existing", "candidate"],
        sites=["fra/20 MW", "fra/40 MW", "fra/80 MW", "ams"],
    )
    plan = sw.solve(problem)
    assert plan.open_sites == ("fra/40 MW",)
    assert plan.objective == pytest.approx(17.0)
    dropped = sw.solve(problem, rules=[R.SiteStatus(existing_may_close=True)])
    assert dropped.objective == pytest.approx(17.0)
    assert not plan.verify(problem).findings
