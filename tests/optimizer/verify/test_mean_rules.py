"""Rules on a mean keep out pairs without a value: the checker's bound must know it, or it refuses good plans."""

import numpy as np

import sitewright as sw


def test_a_way_that_is_infinite_is_no_cheap_way():
    """s1 is free but out of reach. Fails if the recomputed bound counts on it, and the plan's own is refused."""
    problem = sw.Problem.from_arrays(
        service_cost=[[10.0, 0.0], [30.0, 0.0]],
        fixed_cost=[1.0, 1.0],
        latency=[[5.0, np.inf], [6.0, np.inf]],
        demand=[1.0, 3.0],
        rules=[sw.rules.MeanLatency(50.0)],
    )
    report = sw.solve(problem).verify(problem)
    assert report.accepted, str(report)
