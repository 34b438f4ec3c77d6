"""The parent's side: a pool of child processes, one a running solve; stop, crash and time-out handled here."""

import atexit
import contextlib
import json
import os
import queue
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sitewright.optimizer.errors import SolverFailed
from sitewright.optimizer.model.build import Model
from sitewright.optimizer.model.wire import hint_bytes, model_bytes
from sitewright.optimizer.solver import child
from sitewright.optimizer.solver.answer import Answer, Outcome
from sitewright.optimizer.solver.highs import improving_solution, progress_of
from sitewright.optimizer.solver.result import parse

SOLVERS = ("highs", "scip", "cp-sat")

# How long a solver may overrun its own time limit before it is killed.
GRACE = 2.0


class _Child:
    """One child process, and a thread that puts its frames on a queue."""

    def __init__(self) -> None:
        # The room's own folder must be importable there, however this interpreter found it.
        path = os.pathsep.join(p for p in (str(Path(child.__file__).parents[3]), os.environ.get("PYTHONPATH", "")) if p)
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from sitewright.optimizer.solver.child import main; main()", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
            # Ctrl-C goes to the whole group of a terminal; the child must outlive it until we ask for its incumbent.
            start_new_session=True,
        )
        self.used = (0.0, 0.0)  # CPU seconds and peak MiB, as it last said
        with _lock:
            _alive.setdefault(os.getpid(), set()).add(self)
        self.frames: queue.Queue[tuple[bytes, bytes]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        try:
            while True:
                self.frames.put(child.receive(self.process.stdout))
        except (EOFError, ValueError, OSError):
            self.frames.put((child.ERROR, b"the solver process ended"))

    def send(self, kind: bytes, body: bytes = b"") -> None:
        assert self.process.stdin is not None
        try:
            child.send(self.process.stdin, kind, body)
        except (BrokenPipeError, OSError) as error:
            raise SolverFailed(f"the solver process died: {error}") from error

    def close(self) -> None:
        self.process.kill()
        with _lock:
            # From here on the operating system counts what it used, among the ended children.
            _alive.get(os.getpid(), set()).discard(self)
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                # A pipe whose other end is gone may fail to flush; it is closed all the same.
                with contextlib.suppress(OSError):
                    stream.close()


# By process id: a fork must not use its parent's children.
_idle: dict[int, list[_Child]] = {}
_alive: dict[int, set[_Child]] = {}
_lock = threading.RLock()


def _take() -> _Child:
    with _lock:
        for pid in [p for p in _idle if p != os.getpid()]:
            del _idle[pid]
        idle = _idle.get(os.getpid(), [])
        while idle:
            one = idle.pop()
            if one.process.poll() is None:
                return one
            one.close()
    return _Child()


def _give(one: _Child) -> None:
    with _lock:
        _idle.setdefault(os.getpid(), []).append(one)


@atexit.register
def close_idle() -> None:
    """End the idle child processes; the next solve starts a new one."""
    with _lock:
        idle = _idle.pop(os.getpid(), [])
    for one in idle:
        one.close()


def resources() -> tuple[float, float]:
    """Return the CPU seconds of this process and all its children, and the peak MiB of the largest of them.

    A child that still runs counts as it stood at its last answer; the operating system counts those that have ended.
    """
    unit = 2**20 if sys.platform == "darwin" else 2**10
    with _lock:
        both = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        alive = [one.used for one in _alive.get(os.getpid(), ())]
    cpu = sum(r.ru_utime + r.ru_stime for r in both) + sum(seconds for seconds, _ in alive)
    return cpu, max([r.ru_maxrss / unit for r in both] + [mib for _, mib in alive])


# A fork while another thread holds the lock would leave it locked in the child for ever.
os.register_at_fork(after_in_child=lambda: globals().__setitem__("_lock", threading.RLock()))


def solve_model(
    model: Model,
    *,
    solver: str = "highs",
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    threads: int = 1,
    hint: "np.ndarray[Any, np.dtype[np.float64]] | None" = None,
    stop: Callable[[], bool] = lambda: False,
    on_bounds: Callable[[float, float], None] = lambda incumbent, bound: None,
) -> Answer:
    """Solve a model in a child process.

    Parameters
    ----------
    time_limit
        Seconds.
    gap
        Relative gap at which the solver may stop.
    hint
        A solution to start from. Shape (columns,).
    stop
        Asked ten times a second; when true, the best solution so far comes back at once.
    on_bounds
        Called with (incumbent, bound) as the solver reports them.

    Raises
    ------
    SolverFailed
        If the process dies or refuses the model.
    """
    if solver == "cp-sat" and not model.integer.all():
        raise SolverFailed(
            "cp-sat discretises continuous variables and can 'prove' wrong optima; use highs or scip here"
        )
    with tempfile.TemporaryDirectory(prefix="sitewright-") as folder:
        improving = Path(folder) / "improving.sol"
        one = _take()
        job = {"solver": solver, "time_limit": time_limit, "gap": gap, "seed": seed, "threads": threads}
        try:
            one.send(child.MODEL, model_bytes(model))
            if hint is not None:
                one.send(child.HINT, hint_bytes(hint))
            one.send(child.JOB, json.dumps(job | {"improving": str(improving)}).encode())
            answer = _wait(one, model, solver, time_limit, improving, stop, on_bounds)
        except BaseException:
            one.close()
            raise
        if one.process.poll() is None:
            _give(one)
        return answer


def _wait(
    one: _Child,
    model: Model,
    solver: str,
    time_limit: float | None,
    improving: Path,
    stop: Callable[[], bool],
    on_bounds: Callable[[float, float], None],
) -> Answer:
    started, asked_at, bound = time.monotonic(), None, -np.inf
    while True:
        try:
            kind, body = one.frames.get(timeout=0.1)
        except queue.Empty:
            kind, body = b"", b""
        if kind == child.USAGE:
            one.used = child.USED.unpack(body)
        if kind == child.ANSWER:
            return parse(body, model)
        if kind == child.ERROR:
            one.close()
            raise SolverFailed(body.decode())
        if kind == child.LINES and solver == "highs":
            seen = progress_of(body.decode())
            if seen is not None:
                bound = max(bound, seen[1])
                on_bounds(*seen)
        now = time.monotonic()
        if asked_at is None and stop():
            asked_at = now
            if solver != "highs":
                one.send(child.STOP)
        late = time_limit is not None and now - started > time_limit * 1.05 + GRACE
        # HiGHS hears no interrupt: its incumbent is in the file, its bound in the log.
        if late or (asked_at is not None and (solver == "highs" or now - asked_at > GRACE)):
            one.close()
            return Answer(Outcome.STOPPED, improving_solution(improving, model), bound, "stopped from outside")
