"""`sitewright explain`: why a case has no plan, or why its plan is what it is."""

from sitewright.optimizer.cli.effort import Effort
from sitewright.optimizer.cli.source import Source, open_problem


def explain(case: str, /, source: Source = Source(), effort: Effort = Effort(), *, cluster: str | None = None) -> int:
    """Say why there is no plan, and what would be enough; or what each rule and each site does to the plan.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case, or an instance file.
    cluster
        Address of a Dask cluster that asks the many questions, such as tcp://scheduler:8786.
    """
    import sitewright
    from sitewright.optimizer.explain.lines import conflict_lines, plan_lines
    from sitewright.optimizer.io.explanation_json import explanation_document

    problem = open_problem(case, source)
    with effort.spent() as means:
        explanation = sitewright.explain(problem, p=source.p, cluster=cluster, **means)
    conflict = explanation.conflict
    lines = plan_lines(explanation) if conflict is None else conflict_lines(conflict)
    effort.show(explanation_document(explanation), lines)
    if conflict is not None:
        return 3
    return 0 if explanation.settled else effort.unsettled(means["cancel"])
