"""The estimate before a matrix is allocated, and the refusal of one that is too large."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from sitewright.optimizer.errors import Flaw, InvalidProblem


def refuse_above(shape: tuple[int, int], kind: "np.dtype[Any]", max_memory: int | None) -> None:
    """Raise InvalidProblem if the matrix needs more than `max_memory` bytes; what is free here, if not given."""
    need = math.prod(shape) * kind.itemsize
    limit = available() if max_memory is None else max_memory
    if need > limit:
        n, m = shape
        said = f"{n} x {m} {kind.name} needs {need / 2**30:.3g} GiB"
        ways = ["dtype=np.float32 (half of it)"] if kind == np.dtype(np.float64) else []
        ways += [
            "tile_store=FOLDER (tiles on disk)",
            "backend='dask' (many machines)",
            "backend='cuda' (a card's memory)",
        ]
        name = "argument 'max_memory'" if max_memory is not None else "free memory"
        raise InvalidProblem(
            [Flaw(name, f"hold the matrix: {said}", f"{limit / 2**30:.3g} GiB", "use " + ", or ".join(ways))]
        )


def available() -> float:
    """Return the bytes that this process may still take, by the system and its control group; inf if unknown."""
    free = math.inf
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) * 1024
        most = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        if most != "max":
            used = int(Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii"))
            free = min(free, int(most) - used)
    except (OSError, ValueError):
        pass
    return free
