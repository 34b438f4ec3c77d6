"""The child process: takes models on stdin, solves them by MathOpt, sends log lines and answers to stdout.

Frames both ways are a kind byte, a length and a body. Imports as little as it can: its start is on every first solve.
"""

import json
import os
import resource
import shutil
import struct
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

HEAD = struct.Struct("<cQ")
JOB, MODEL, HINT, STOP = b"J", b"M", b"H", b"S"  # to the child
READY, LINES, USAGE, ANSWER, ERROR = b"R", b"L", b"U", b"A", b"E"  # from the child
USED = struct.Struct("<dd")  # body of USAGE: CPU seconds and peak MiB of this process so far


def send(stream: IO[bytes], kind: bytes, body: bytes = b"") -> None:
    stream.write(HEAD.pack(kind, len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """Return the next frame; raise EOFError when the other side is gone."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    kind, size = HEAD.unpack(head)
    body = stream.read(size)
    if len(body) < size:
        raise EOFError
    return kind, body


def _parameters(job: dict[str, Any]) -> Any:
    from google.protobuf.duration_pb2 import Duration
    from ortools.math_opt import parameters_pb2 as pb

    # threads, seed and gaps go by HiGHS' own names: it refuses MathOpt's `threads`.
    parameters = pb.SolveParametersProto(relative_gap_tolerance=job["gap"], absolute_gap_tolerance=0.0)
    if job["time_limit"] is not None:
        seconds = max(job["time_limit"], 0.01)
        parameters.time_limit.CopyFrom(Duration(seconds=int(seconds), nanos=int(seconds % 1 * 1e9)))
    if job["solver"] == "highs":
        options = parameters.highs
        options.int_options["threads"] = job["threads"]
        options.int_options["random_seed"] = job["seed"]
        options.double_options["mip_min_logging_interval"] = 0.5
        options.double_options["mip_feasibility_tolerance"] = 1e-7
        options.double_options["primal_feasibility_tolerance"] = 1e-8
        options.bool_options["mip_improving_solution_save"] = True
        options.string_options["mip_improving_solution_file"] = job["improving"]
    else:
        parameters.threads = job["threads"]
        parameters.random_seed = job["seed"]
    return parameters


def _solve(job: dict[str, Any], model: bytes, hint: bytes, out: IO[bytes], interrupter: Any) -> None:
    from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2
    from ortools.math_opt import parameters_pb2 as pb
    from ortools.math_opt.core.python import solver as core

    types = {"highs": pb.SOLVER_TYPE_HIGHS, "scip": pb.SOLVER_TYPE_GSCIP, "cp-sat": pb.SOLVER_TYPE_CP_SAT}
    proto = model_pb2.ModelProto.FromString(model)
    own = model_parameters_pb2.ModelSolveParametersProto()
    if hint:
        own.solution_hints.add().MergeFromString(hint)
    try:
        result = core.solve(
            proto,
            types[job["solver"]],
            pb.SolverInitializerProto(),
            _parameters(job),
            own,
            lambda lines: send(out, LINES, "\n".join(lines).encode()),
            callback_pb2.CallbackRegistrationProto(),
            None,
            interrupter,
        )
    except Exception as error:
        # MathOpt raises a StatusNotOk whose str is the real text.
        last = (ERROR, f"{type(error).__name__}: {error}".encode())
    else:
        last = (ANSWER, result.SerializeToString())
    send(out, USAGE, USED.pack(*used()))
    send(out, *last)


def used() -> tuple[float, float]:
    """Return the CPU seconds of this process, and the most memory it ever held, in MiB."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _leave(job: dict[str, Any]) -> None:
    """End at once, solver and all, with the scratch folder that the parent can no longer remove."""
    if "improving" in job:
        shutil.rmtree(Path(job["improving"]).parent, ignore_errors=True)
    os._exit(0)


def _watch(parent: int, job: dict[str, Any]) -> None:
    """Leave when the parent is gone. A fork of the parent holds the pipes too, so their end alone may never come."""
    while os.getppid() == parent:
        time.sleep(1.0)
    _leave(job)


def main() -> None:
    # Whatever a solver prints must not end up between the frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    from ortools.util.python import pybind_solve_interrupter

    job: dict[str, Any] = {}
    parts: dict[bytes, bytes] = {}
    threading.Thread(target=_watch, args=(int(sys.argv[1]), job), daemon=True).start()
    interrupter = pybind_solve_interrupter.PySolveInterrupter()
    send(out, READY)
    while True:
        try:
            kind, body = receive(sys.stdin.buffer)
        except EOFError:
            _leave(job)
        if kind == STOP:
            interrupter.interrupt()
        elif kind == JOB:
            job.clear()
            job.update(json.loads(body))
            interrupter = pybind_solve_interrupter.PySolveInterrupter()
            work = (
                dict(job),
                parts.pop(MODEL),
                parts.pop(HINT, b""),
                out,
                None if job["solver"] == "highs" else interrupter,
            )
            # In a thread, so that a stop and the parent's end are heard while the solver works.
            threading.Thread(target=_solve, args=work, daemon=True).start()
        else:
            parts[kind] = body


if __name__ == "__main__":
    main()
