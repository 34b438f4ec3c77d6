"""Ctrl-C: the first asks for the best answer so far, the second ends the program."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sitewright.optimizer.progress import CancelToken


@contextmanager
def ctrl_c(cancel: CancelToken) -> Iterator[None]:
    """Let the first Ctrl-C (or SIGTERM) ask for the best plan, and the second end the program."""

    def ask(number: int, frame: object) -> None:
        if cancel.cancelled:
            raise KeyboardInterrupt
        sys.stderr.write("\nstopping: the best plan so far follows (once more to end at once)\n")
        cancel.cancel()

    before = {s: signal.signal(s, ask) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for s, handler in before.items():
            signal.signal(s, handler)
