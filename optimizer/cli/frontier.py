"""`sitewright frontier`: what less latency, carbon or risk, or another number of sites, costs."""

from sitewright.optimizer.cli.effort import Effort
from sitewright.optimizer.cli.source import Source, open_problem
from sitewright.optimizer.study.axes import Against


def frontier(
    case: str,
    /,
    source: Source = Source(),
    effort: Effort = Effort(gap=1e-4),
    *,
    against: Against = "mean-latency",
    points: int = 20,
    cluster: str | None = None,
) -> int:
    """Find the least cost under a limit that is moved, each point with its bound.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case, or an instance file.
    against
        What is limited.
    points
        How many limits.
    cluster
        Address of a Dask cluster that solves them, such as tcp://scheduler:8786.
    """
    import sitewright
    from sitewright.optimizer.io.frontier_json import frontier_document
    from sitewright.optimizer.study.frontier import frontier_lines

    problem = open_problem(case, source)
    with effort.spent() as means:
        answer = sitewright.frontier(problem, against, points=points, p=source.p, cluster=cluster, **means)
    effort.show(frontier_document(answer), list(frontier_lines(answer)))
    return 0 if answer.settled else effort.unsettled(means["cancel"])
