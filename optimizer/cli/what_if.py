"""`sitewright what-if`: the plan after a change, as a difference from the plan before."""

from typing import Annotated

from cyclopts import Parameter

from sitewright.optimizer.cli.effort import Effort
from sitewright.optimizer.cli.source import Source, open_problem
from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.study.change import Price

Labels = Annotated[list[str] | None, Parameter(negative="")]


def what_if(
    case: str,
    /,
    source: Source = Source(),
    effort: Effort = Effort(),
    *,
    open: Labels = None,
    close: Labels = None,
    partner: Labels = None,
    no_partner: Labels = None,
    set: Labels = None,
) -> int:
    """Solve a case as it is and with a change, and show what the change does. Options may be given several times.

    Parameters
    ----------
    case
        A case folder, the name of a bundled case, or an instance file.
    open
        A site that must be open.
    close
        A site that must be closed.
    partner
        A partner that must be used.
    no_partner
        A partner that may not be used.
    set
        Another number: VARIABLE@LABEL=VALUE, or =x1.2 for a factor; without @LABEL, everywhere.
    """
    import sitewright
    from sitewright.optimizer.explain.lines import conflict_lines
    from sitewright.optimizer.io.comparison_json import what_if_document
    from sitewright.optimizer.study.comparison import comparison_lines

    prices = [read_price(text) for text in set or ()]
    if not (open or close or partner or no_partner or prices):
        fix = "give --open, --close, --partner, --no-partner or --set"
        raise InvalidProblem([Flaw("the change", "be given", "none", fix)])
    problem = open_problem(case, source)
    with effort.spent() as means:
        answer = sitewright.what_if(
            problem,
            opens=open or (),
            closes=close or (),
            partners=partner or (),
            no_partners=no_partner or (),
            prices=prices,
            p=source.p,
            **means,
        )
    if answer.conflict is not None:
        effort.show(what_if_document(answer), conflict_lines(answer.conflict))
        return 3
    assert answer.comparison is not None
    lines = comparison_lines(answer.comparison)
    if answer.kept_cost is None:
        lines.append("the sites of the plan before would break a rule")
    else:
        gain = answer.kept_cost - answer.comparison.after.objective
        lines.append(
            f"the sites of the plan before would cost {answer.kept_cost:,.0f}: choosing anew is worth {gain:,.0f}"
        )
    effort.show(what_if_document(answer), lines)
    plan = answer.comparison.after
    return 0 if plan.gap <= plan.gap_asked else effort.unsettled(means["cancel"])


def read_price(text: str) -> Price:
    """Return the price that VARIABLE@LABEL=VALUE means."""
    name, equals, value = text.rpartition("=")
    variable, _, label = name.partition("@")
    try:
        return Price(variable, float(value.removeprefix("x")), label, factor=value.startswith("x"))
    except ValueError:
        pass
    must, fix = "be VARIABLE@LABEL=NUMBER or =xFACTOR", "write energy_price@oslo-nor/own=x1.2, for example"
    raise InvalidProblem([Flaw(f"option '--set {text}'", must, repr(value if equals else text), fix)])
