"""The mean carbon or hazard of what serves: exact plans under it, and what is not known."""

import numpy as np
import pytest
import xarray as xr

import sitewright as sw
from sitewright.optimizer.rules import CustomerScope, MeanOfSites
from tests import oracle


def problem(*rules, carbon=(400.0, 100.0, np.nan), pue=(1.5, 1.0, 1.0)):
    """Two customers of 1 and 3 MW; s0 is cheap and dirty, s1 dear and clean, s2 free and not known."""
    data = xr.Dataset(
        {
            "demand": ("customer", [1.0, 3.0]),
            "service_cost": (("customer", "site"), [[10.0, 50.0, 0.0], [30.0, 150.0, 0.0]]),
            "fixed_cost": ("site", [1.0, 1.0, 1.0]),
            "segment": ("customer", ["small", "large"]),
            "carbon": ("site", list(carbon)),
            "pue": ("site", list(pue)),
        },
        coords={"customer": ["c0", "c1"], "site": ["s0", "s1", "s2"]},
    )
    return sw.Problem(data, rules)


@pytest.mark.parametrize(("limit", "dirty_mw"), [(100.0, 0.0), (350.0, 2.0), (600.0, 4.0)])
def test_just_so_much_is_served_from_the_dirty_site_as_the_mean_allows(limit, dirty_mw):
    """Carbon of s0 is 400 x 1.5 = 600 a kWh of IT energy: without the PUE, more would be served from there."""
    under = problem(MeanOfSites("carbon", limit))
    plan = sw.solve(under)
    assert plan.objective == pytest.approx(oracle.best(under))
    served = plan.decision.load(under.numbers("demand"))
    assert served == pytest.approx([dirty_mw, 4.0 - dirty_mw, 0.0], abs=1e-6)
    assert plan.verify(under).accepted


def test_a_limit_below_the_cleanest_site_has_no_plan():
    with pytest.raises(sw.Infeasible):
        sw.solve(problem(MeanOfSites("carbon", 99.0)))


def test_those_outside_the_scope_may_be_served_from_where_nothing_is_known():
    """A site that is not known must be kept from the scope, not from everyone."""
    under = problem(MeanOfSites("carbon", 100.0, customers=CustomerScope(segments=("small",))))
    plan = sw.solve(under)
    assert plan.decision.load(under.numbers("demand")) == pytest.approx([0.0, 1.0, 3.0])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (MeanOfSites("carbon", 0.0), "at_most"),
        (MeanOfSites("colour", 1.0), "carbon, hazard, saidi_h"),  # type: ignore[arg-type]
        (MeanOfSites("hazard", 1.0), "'hazard'"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named(rule, said):
    with pytest.raises(sw.InvalidProblem, match=said):
        problem(rule)
