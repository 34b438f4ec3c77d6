"""The rules that the data imply, found again from the data alone."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem

# The variable whose presence implies a rule. Written apart from the optimizer's own table on purpose.
IMPLIED_BY = {
    "service": "demand",
    "capacity": "capacity",
    "scrubbing": "scrubbing",
    "site_status": "status",
    "one_option_per_metro": "metro",
    "one_size_per_site": "size_of",
    "partner_use": "site_partner",
    "partner_metros": "partner_metros",
    "partner_sites": "partner_max_sites",
    "partner_exclusive": "partner_exclusive",
    "partner_commitment": "partner_commitment",
}


def rules_of(problem: "Problem") -> Iterator[Any]:
    """Yield every rule that holds: what was asked for, and what the data imply. Each has a `name` and its fields."""
    asked = {rule.name for rule in problem.rules}
    for name, variable in IMPLIED_BY.items():
        if variable in problem.data and name not in asked:
            yield SimpleNamespace(name=name, existing_may_close=False)
    yield from problem.rules
