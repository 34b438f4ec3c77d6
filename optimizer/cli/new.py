"""`sitewright new`: copy a bundled case into a folder of one's own, to edit."""

import sys
from pathlib import Path


def new(case: str, folder: Path, /) -> int:
    """Copy a bundled case to edit.

    Parameters
    ----------
    case
        Name of a bundled case, see `sitewright instances`.
    folder
        Where to put it; must not exist yet.
    """
    from sitewright.optimizer.io import copy_case

    copy_case(case, folder)
    print(f"wrote {folder}; edit its files, then run: sitewright solve {folder}", file=sys.stderr)
    return 0
