"""Figures of plans and frontiers with matplotlib: each takes ``ax=`` and returns it.

Needs ``pip install 'sitewright[plot]'``.
"""

from sitewright.optimizer.report.plot.convergence import convergence
from sitewright.optimizer.report.plot.cost import cost
from sitewright.optimizer.report.plot.frontier import frontier
from sitewright.optimizer.report.plot.latency import latency
from sitewright.optimizer.report.plot.load import load
from sitewright.optimizer.report.plot.map import map

__all__ = ["convergence", "cost", "frontier", "latency", "load", "map"]
