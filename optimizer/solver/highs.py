"""What HiGHS tells on the side: progress in its log, incumbents in its file of improving solutions."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.model.build import Model

# " R  0  0  0  0.00%  25177.62  32266.27  21.97% …": the bounds follow the share of the tree explored.
_ROW = re.compile(r"^.{0,40}?\d%\s+(-?inf|-?[\d.]+(?:e[+-]?\d+)?)\s+(-?inf|-?[\d.]+(?:e[+-]?\d+)?)\s", re.MULTILINE)


def progress_of(text: str) -> tuple[float, float] | None:
    """Return (incumbent, bound) of the last row of the progress table in the text, or None."""
    found = _ROW.findall(text)
    return (float(found[-1][1]), float(found[-1][0])) if found else None


def improving_solution(file: Path, model: Model) -> NDArray[np.float64] | None:
    """Return the last whole solution in HiGHS' file, or None. Shape (columns,).

    Each block is "# Columns n" and a value a line. HiGHS may have been killed in the middle of one.
    """
    n, best = model.columns.n_columns, None
    text = file.read_text() if file.is_file() else ""
    for block in text.split("# Columns")[1:]:
        values = block.partition("#")[0].split()[1 : n + 1]
        # The last number of a cut file may itself be cut: a whole block is followed by something.
        if len(values) == n and not block.endswith(values[-1]):
            best = np.array(values, dtype=np.float64)
    return best
