"""The estimate before a matrix is allocated, and the refusal of one that is too large."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem, TooLarge


def refuse_above(
    shape: tuple[int, int], kind: "np.dtype[Any]", max_memory: int | None, free: float, ways: Sequence[str]
) -> None:
    """Raise TooLarge if a matrix needs more than `max_memory` bytes; than `free`, what there is, if not given.

    The message holds the number, and `ways` to do with less.
    """
    need, limit = math.prod(shape) * kind.itemsize, free if max_memory is None else max_memory
    if need > limit:
        who = "there are" if max_memory is None else "argument 'max_memory' allows"
        if kind == np.dtype(np.float64):
            ways = ["dtype=np.float32 (half of it)", *ways]
        raise TooLarge(
            f"{shape[0]} x {shape[1]} {kind.name} needs {size(need)}, but {who} {size(limit)}. Fix: use "
            + ", or ".join(ways)
        )


def limit_given(max_memory: Any) -> int | None:
    """Return the limit in bytes, or None if none was given."""
    if max_memory is None:
        return None
    if isinstance(max_memory, bool) or not isinstance(max_memory, int | float | np.number) or not max_memory >= 0:
        fix = "give bytes, such as 8 * 2**30, or leave it out for what is free"
        raise InvalidProblem([Flaw("argument 'max_memory'", "be a number of bytes", repr(max_memory), fix)])
    return int(min(max_memory, 2.0**63))


def size(n_bytes: float) -> str:
    """Return a number of bytes for people."""
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if n_bytes >= unit:
            return f"{n_bytes / unit:.3g} {name}"
    return f"{n_bytes:.0f} bytes"


def available(root: Path = Path("/")) -> float:
    """Return the bytes that this process may still take, by the system and its control group; inf if unknown."""
    free = math.inf
    try:
        free = _named(root / "proc/meminfo", "MemAvailable:") * 1024
        group = root / "sys/fs/cgroup"
        most = (group / "memory.max").read_text(encoding="ascii").strip()
        if most != "max":
            used = int((group / "memory.current").read_text(encoding="ascii"))
            # Pages of files that were read once go when room is needed.
            free = min(free, int(most) - used + _named(group / "memory.stat", "inactive_file"))
    except (OSError, ValueError):
        pass
    return free


def _named(file: Path, name: str) -> int:
    for line in file.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name} "):
            return int(line.split()[1])
    raise ValueError(name)
