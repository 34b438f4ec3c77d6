"""Where many questions are asked at once: in threads here, or on a Dask cluster. One seam for every study.

The kernels and the waiting for a solver's process give the GIL free, so threads do on one machine. A cluster is never
started implicitly: it is where an address says. What all questions share is sent there once.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Protocol

from sitewright.optimizer.errors import Flaw, InvalidProblem, SitewrightError

Stop = Callable[[], bool]
# Takes what is shared, one item, and a `stop`, which it must heed by answering with what it has.
Work = Callable[[Any, Any, Stop], Any]
OnDone = Callable[[int, int], None]

# How often a question is asked anew whose worker died, and how often what is shared is sent anew.
RETRIES, SENT = 5, 3
# Seconds to wait for the scheduler of a cluster.
PATIENCE = 10


class Executor(Protocol):
    """Answers questions in any order and hands the answers back in theirs."""

    def map(self, work: Work, shared: Any, items: Sequence[Any], *, stop: Stop, on_done: OnDone) -> list[Any]:
        """Return ``work(shared, item, stop)`` of each item.

        `on_done` hears in this thread how many of all are done. An exception of one ends all and is raised here.
        """
        ...


@dataclass(frozen=True)
class Threads:
    """So many questions at once, in this process."""

    n: int

    def map(self, work: Work, shared: Any, items: Sequence[Any], *, stop: Stop, on_done: OnDone) -> list[Any]:
        failed: list[bool] = []
        with ThreadPoolExecutor(self.n, thread_name_prefix="sitewright") as pool:
            futures = [pool.submit(work, shared, item, lambda: bool(failed) or stop()) for item in items]
            pending, done = set(futures), 0
            try:
                while pending:
                    ended, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
                    for future in ended:
                        future.result()
                        done += 1
                        on_done(done, len(items))
            except BaseException:
                failed.append(True)
                for future in pending:
                    future.cancel()
                raise
        return [future.result() for future in futures]


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster at an address, such as tcp://scheduler:8786; sitewright must be installed on its workers."""

    address: str

    def map(self, work: Work, shared: Any, items: Sequence[Any], *, stop: Stop, on_done: OnDone) -> list[Any]:
        try:
            from distributed import Client
        except ImportError as error:
            fix = "pip install 'sitewright[dask]'"
            raise InvalidProblem([Flaw("argument 'cluster'", "come with Dask", str(error), fix)]) from error
        try:
            client = Client(self.address, set_as_default=False, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            fix = "start a scheduler, or correct the address"
            raise InvalidProblem([Flaw("argument 'cluster'", "be reached", f"{self.address}: {error}", fix)]) from error
        with client:
            return _on_cluster(client, work, shared, items, stop, on_done)


def executor_for(cluster: str | None, threads: int) -> Executor:
    """Return the executor that a command's options ask for."""
    return Threads(threads) if cluster is None else Cluster(cluster)


def _on_cluster(client: Any, work: Work, shared: Any, items: Sequence[Any], stop: Stop, on_done: OnDone) -> list[Any]:
    from concurrent.futures import CancelledError

    from distributed import Event, KilledWorker

    halt = Event(f"sitewright-{uuid.uuid4()}", client=client)
    answers: dict[int, Any] = {}
    for _ in range(SENT):
        data = client.scatter(shared, broadcast=True, hash=False)
        left = [k for k in range(len(items)) if k not in answers]
        asked = {k: client.submit(_ask, work, data, items[k], halt.name, pure=False, retries=RETRIES) for k in left}
        halted = False
        while asked:
            if not halted and stop():
                halt.set()
                halted = True
            ended = [k for k, future in asked.items() if future.status != "pending"]
            for k in ended:
                future = asked.pop(k)
                if future.status in ("lost", "cancelled"):
                    continue  # what was shared died with its worker: sent anew below
                try:
                    answers[k] = future.result()
                except (CancelledError, KilledWorker):
                    continue
                on_done(len(answers), len(items))
            if not ended:
                time.sleep(0.05)
        if len(answers) == len(items):
            return [answers[k] for k in range(len(items))]
    raise SitewrightError(f"the cluster lost {len(items) - len(answers)} of {len(items)} questions {SENT} times")


def _ask(work: Work, shared: Any, item: Any, halt: str) -> Any:
    """Run on a worker. The scheduler is asked twice a second whether to stop, not at each look."""
    from distributed import Event, get_client

    event, asked, halted = Event(halt, client=get_client()), [0.0], [False]

    def stop() -> bool:
        if not halted[0] and time.monotonic() - asked[0] > 0.5:
            asked[0], halted[0] = time.monotonic(), bool(event.is_set())
        return halted[0]

    return work(shared, item, stop)
