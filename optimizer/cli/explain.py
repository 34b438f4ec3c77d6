"""`sitewright explain`: why a case has no plan, and what would have to give way."""

from sitewright.optimizer.cli.effort import Effort
from sitewright.optimizer.cli.source import Source, open_problem


def explain(case: str, /, source: Source = Source(), effort: Effort = Effort()) -> int:
    """Say which rules are in conflict, with numbers, and what the cheapest change would be.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case, or an instance file.
    """
    import sitewright
    from sitewright.optimizer.explain.lines import conflict_lines
    from sitewright.optimizer.io.explanation_json import explanation_document

    problem = open_problem(case, source)
    with effort.spent() as means:
        explanation = sitewright.explain(problem, p=source.p, **means)
    lines = [] if explanation.conflict is None else conflict_lines(explanation.conflict)
    effort.show(explanation_document(explanation), lines)
    return 3 if explanation.conflict is not None else 0
