"""sitewright: choose where to open data centres, with a proof.

This file is the public face. The rooms behind it (`kernels`, `optimizer`, `instances`) are links to the
folders of the same names at the top of the repository. Names are loaded when first used, so that
``import sitewright`` stays cheap in a service.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if not (Path(__file__).parent / "optimizer" / "__init__.py").is_file():
    raise ImportError(
        "sitewright/optimizer is not a folder: this copy was made without symbolic links. "
        "Clone again with `git clone -c core.symlinks=true`, or install the wheel."
    )

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sitewright.instances import read as read
    from sitewright.optimizer.engine import solve as solve
    from sitewright.optimizer.errors import Infeasible as Infeasible
    from sitewright.optimizer.errors import InvalidProblem as InvalidProblem
    from sitewright.optimizer.errors import LimitReached as LimitReached
    from sitewright.optimizer.errors import SitewrightError as SitewrightError
    from sitewright.optimizer.explain import Explanation as Explanation
    from sitewright.optimizer.explain import explain as explain
    from sitewright.optimizer.io import load as load
    from sitewright.optimizer.plan import Certificate as Certificate
    from sitewright.optimizer.plan import Plan as Plan
    from sitewright.optimizer.plan import Status as Status
    from sitewright.optimizer.problem import Problem as Problem
    from sitewright.optimizer.progress import CancelToken as CancelToken
    from sitewright.optimizer.progress import Progress as Progress
    from sitewright.optimizer.prove import prove as prove
    from sitewright.optimizer.report import report_html as report_html
    from sitewright.optimizer.report import write_report as write_report
    from sitewright.optimizer.study.attack import attack as attack
    from sitewright.optimizer.study.change import Price as Price
    from sitewright.optimizer.study.comparison import compare as compare
    from sitewright.optimizer.study.expansion import expand as expand
    from sitewright.optimizer.study.frontier import frontier as frontier
    from sitewright.optimizer.study.k_best import k_best as k_best
    from sitewright.optimizer.study.periods import Extension as Extension
    from sitewright.optimizer.study.periods import Period as Period
    from sitewright.optimizer.study.periods import growth_periods as growth_periods
    from sitewright.optimizer.study.scenario_set import Scenario as Scenario
    from sitewright.optimizer.study.scenario_set import crossed as crossed
    from sitewright.optimizer.study.scenario_set import demand_scenarios as demand_scenarios
    from sitewright.optimizer.study.scenario_set import latency_scenarios as latency_scenarios
    from sitewright.optimizer.study.two_stage import two_stage as two_stage
    from sitewright.optimizer.study.what_if import what_if as what_if

_HOMES = {
    "CancelToken": "optimizer.progress",
    "Certificate": "optimizer.plan",
    "Explanation": "optimizer.explain",
    "Infeasible": "optimizer.errors",
    "InvalidProblem": "optimizer.errors",
    "LimitReached": "optimizer.errors",
    "Plan": "optimizer.plan",
    "Price": "optimizer.study.change",
    "Problem": "optimizer.problem",
    "Progress": "optimizer.progress",
    "SitewrightError": "optimizer.errors",
    "Status": "optimizer.plan",
    "compare": "optimizer.study.comparison",
    "explain": "optimizer.explain",
    "frontier": "optimizer.study.frontier",
    "k_best": "optimizer.study.k_best",
    "Extension": "optimizer.study.periods",
    "Period": "optimizer.study.periods",
    "Scenario": "optimizer.study.scenario_set",
    "attack": "optimizer.study.attack",
    "prove": "optimizer.prove",
    "crossed": "optimizer.study.scenario_set",
    "demand_scenarios": "optimizer.study.scenario_set",
    "expand": "optimizer.study.expansion",
    "growth_periods": "optimizer.study.periods",
    "latency_scenarios": "optimizer.study.scenario_set",
    "two_stage": "optimizer.study.two_stage",
    "load": "optimizer.io",
    "plot": "optimizer.report.plot",
    "read": "instances",
    "report_html": "optimizer.report",
    "rules": "optimizer.rules",
    "solve": "optimizer.engine",
    "write_report": "optimizer.report",
    "what_if": "optimizer.study.what_if",
}

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sitewright' has no attribute {name!r}")
    module = import_module(f"sitewright.{home}")
    return module if name in ("plot", "rules") else getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
