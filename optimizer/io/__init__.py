"""Cases on disk, and plans as JSON, NetCDF and GeoJSON."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem


def load(case: str | Path) -> "Problem":
    """Load a case folder, or a bundled case by its name; see `sitewright.optimizer.io.case.load`."""
    from sitewright.optimizer.io.case import load as load_case

    return load_case(case)


def copy_case(name: str | Path, target: str | Path) -> Path:
    """Copy a bundled case to edit; see `sitewright.optimizer.io.case_copy.copy_case`."""
    # The module must not be called copy_case: importing it would put the module in this function's place.
    from sitewright.optimizer.io.case_copy import copy_case as copy

    return copy(name, target)
