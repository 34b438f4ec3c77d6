"""What a command that asks many questions may spend, and how it shows its answers."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from sitewright.optimizer.progress import CancelToken, OnProgress


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Effort:
    """Limits of all solves of a command together."""

    time_limit: Annotated[
        float | None, Parameter(help="Seconds for the whole command; what is not settled by then is said to be open.")
    ] = None
    gap: Annotated[float, Parameter(help="Relative gap at which a plan counts as optimal.")] = 1e-6
    seed: Annotated[int, Parameter(help="Seed of everything random.")] = 0
    threads: Annotated[
        int, Parameter(help="Threads of the MIP solver; where many problems are solved, so many at once.")
    ] = 2
    json: Annotated[bool, Parameter(name="--json", negative="", help="One JSON document on stdout.")] = False
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="", help="No progress, no tables.")] = False

    @contextmanager
    def spent(self) -> Iterator[dict[str, Any]]:
        """Give the arguments of a study, with progress shown and Ctrl-C heeded while it runs."""
        from sitewright.optimizer.cli.console import ProgressPrinter
        from sitewright.optimizer.cli.interrupt import ctrl_c
        from sitewright.optimizer.solver.process import close_idle

        cancel, printer = CancelToken(), ProgressPrinter()
        say: OnProgress | None = None if self.quiet else printer
        with ctrl_c(cancel):
            try:
                yield {
                    "time_limit": self.time_limit,
                    "gap": self.gap,
                    "threads": self.threads,
                    "seed": self.seed,
                    "on_progress": say,
                    "cancel": cancel,
                }
            finally:
                printer.close()
                close_idle()

    def unsettled(self, cancel: CancelToken) -> int:
        """Return the exit code of an answer that a limit, or Ctrl-C, left open."""
        return 130 if cancel.cancelled else 4 if self.time_limit is not None else 1

    def show(self, document: dict[str, Any], lines: list[str]) -> None:
        """Print the lines for people on stderr, and the document on stdout where it is asked for."""
        if not self.quiet:
            print("\n".join(lines), file=sys.stderr)
        if self.json:
            sys.stdout.write(json.dumps(document, allow_nan=False) + "\n")
