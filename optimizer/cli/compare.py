"""`sitewright compare`: two written plans side by side."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sitewright.optimizer.cli.source import Source, open_problem


def compare(
    before: Path,
    after: Path,
    case: str,
    /,
    source: Source = Source(),
    *,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Compare two written plans: what opens and closes, what it costs, who moves.

    Parameters
    ----------
    before
        The JSON file of the first plan.
    after
        That of the second.
    case
        The case or instance file that both belong to, with the same reading options.
    json_
        Print a JSON document on stdout instead of the table.
    """
    import sitewright
    from sitewright.optimizer.io.comparison_json import comparison_document
    from sitewright.optimizer.io.plan_json import read_plan_json
    from sitewright.optimizer.study.comparison import comparison_lines

    problem = open_problem(case, source)
    plans = [read_plan_json(file, problem) for file in (before, after)]
    comparison = sitewright.compare(*plans)
    if json_:
        sys.stdout.write(json.dumps(comparison_document(comparison), allow_nan=False) + "\n")
    else:
        print("\n".join(comparison_lines(comparison, (before.stem[:15], after.stem[:15]))))
    return 0
