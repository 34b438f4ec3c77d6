"""Are the plans named as ties possible at all? What each costs to the cent is the engine's word."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.verify.facts import SLACK, Facts

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan


def wrong_ties(facts: Facts, plan: "Plan") -> Iterator[str]:
    """Yield a sentence for each tie that swaps no such sites, or costs less than the plan's own bound allows."""
    opened = {site for site, is_open in zip(facts.sites, facts.open, strict=True) if is_open}
    for tie in plan.ties:
        change = f"{', '.join(tie.opened) or 'nothing'} instead of {', '.join(tie.closed) or 'nothing'}"
        if not set(tie.closed) <= opened or not set(tie.opened) <= set(facts.sites) - opened:
            yield f"{change}: the one must be open in the plan, the other a site that is closed"
        cost = plan.objective + tie.extra_cost
        if not np.isfinite(cost) or not cost >= plan.bound - 2 * SLACK * max(1.0, abs(plan.bound)):
            yield f"{change}: would cost {cost:.10g}, below the bound {plan.bound:.10g}"
