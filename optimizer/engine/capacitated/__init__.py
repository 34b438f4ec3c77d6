"""Exact siting with capacities, under every pair and site rule.

arrays (`instance`) -> prices and a bound (`root`, `relaxation`), open sets served by transport beside (`incumbent`,
`descent`, `transport`) -> sites decided by reduced cost. Where demand may be shared, branch and bound on what is left
(`engine`, `tree`). Where customers must have one site, whole assignments by local search (`assignment`; of many pairs
`chains`, bettered by `polish`, `parts` and `bundles`), pairs decided by reduced cost as well (`reduced`), a tree with
bounds of 0-1 knapsacks (`whole`, `whole_tree`), and a MIP on what is left (`single`).
"""

from sitewright.optimizer.engine.capacitated.engine import Capacitated
from sitewright.optimizer.engine.capacitated.single import SingleSourced

__all__ = ["Capacitated", "SingleSourced"]
