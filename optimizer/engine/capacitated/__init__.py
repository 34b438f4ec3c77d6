"""Exact siting with capacities, under every pair and site rule.

arrays (`instance`) -> prices and a bound (`root`, `relaxation`), open sets served by transport beside (`incumbent`,
`descent`, `transport`) -> sites decided by reduced cost. Where demand may be shared, branch and bound on what is left
(`engine`, `tree`); where customers must have one site, whole assignments by local search (`assignment`), pairs decided
by reduced cost as well (`reduced`), and a MIP on what is left (`single`).
"""

from sitewright.optimizer.engine.capacitated.engine import Capacitated
from sitewright.optimizer.engine.capacitated.single import SingleSourced

__all__ = ["Capacitated", "SingleSourced"]
