"""The command line: one file a command. `main` turns errors into messages and exit codes.

0 solved to the gap asked for; 1 finished without it, or the checker refused; 2 bad usage or data; 3 proved infeasible;
4 limit with a plan; 5 limit without; 130 interrupted (best plan written).
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

import sitewright
from sitewright.optimizer.cli.attack import attack
from sitewright.optimizer.cli.bench import bench
from sitewright.optimizer.cli.check import check
from sitewright.optimizer.cli.compare import compare
from sitewright.optimizer.cli.doctor import doctor
from sitewright.optimizer.cli.expand import expand
from sitewright.optimizer.cli.explain import explain
from sitewright.optimizer.cli.frontier import frontier
from sitewright.optimizer.cli.instances import instances
from sitewright.optimizer.cli.k_best import k_best
from sitewright.optimizer.cli.new import new
from sitewright.optimizer.cli.prove import prove
from sitewright.optimizer.cli.report import report
from sitewright.optimizer.cli.scenarios import scenarios
from sitewright.optimizer.cli.solve import solve
from sitewright.optimizer.cli.verify import verify
from sitewright.optimizer.cli.warmup import warmup
from sitewright.optimizer.cli.what_if import what_if
from sitewright.optimizer.errors import Infeasible, InvalidProblem, LimitReached, SitewrightError

COMMANDS = (
    solve,
    report,
    check,
    verify,
    prove,
    explain,
    what_if,
    compare,
    k_best,
    frontier,
    attack,
    scenarios,
    expand,
    new,
    instances,
    bench,
    warmup,
    doctor,
)

app = App(name="sitewright", help="Choose where to open data centres, with a proof.", version=sitewright.__version__)
for command in COMMANDS:
    app.command(command)


def run(tokens: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        code = app(tokens, exit_on_error=False, print_error=True, result_action="return_value")
        return code if isinstance(code, int) else 0
    except CycloptsError:
        return 2  # cyclopts has printed it
    except InvalidProblem as error:
        for flaw in error.flaws:
            print(f"error: {flaw}", file=sys.stderr)
        return 2
    except Infeasible as error:
        print(f"infeasible (proved by {error.proof}):", file=sys.stderr)
        for reason in error.reasons:
            print(f"  {reason}", file=sys.stderr)
        return 3
    except LimitReached as error:
        print(str(error), file=sys.stderr)
        return 130 if error.stop_reason == "cancelled" else 5
    except SitewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our output has gone (`sitewright … | head`); there is nobody left to tell.
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def main() -> None:
    sys.exit(run(sys.argv[1:]))
