"""The report: one plan as one HTML file for the person who decides."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sitewright.optimizer.io.atomic import write_whole
from sitewright.optimizer.report.page import report_html
from sitewright.optimizer.report.section import Section

if TYPE_CHECKING:
    from sitewright.optimizer.plan import Plan
    from sitewright.optimizer.problem import Problem

__all__ = ["Section", "report_html", "write_report"]


def write_report(
    plan: "Plan", problem: "Problem", target: str | Path, *, case: str | None = None, **asked: Any
) -> Path:
    """Write the report, whole or not at all, and return where; `asked` is what else `report_html` takes."""
    html = report_html(plan, problem, case=case, **asked)
    write_whole(Path(target), lambda file: file.write_text(html, encoding="utf-8"))
    return Path(target)
