"""A text as a stream of numbers, parsed at once and taken block by block; each complaint names the row."""

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sitewright.instances.source import Source
from sitewright.optimizer.errors import InvalidProblem

MOST = 10_000_000  # a count above this is a misread header, not an instance
WHOLE = "give the whole file, or name its format"


def is_number(word: str) -> bool:
    """Whether a word is a number as instance files write it: Python's ``1_000`` is none."""
    try:
        float(word)
    except ValueError:
        return False
    return "_" not in word


class Numbers:
    """The numbers of a text that stands in the file from row `first_row` on.

    Raises
    ------
    InvalidProblem
        If a word is no number.
    """

    def __init__(self, source: Source, text: str | None = None, *, first_row: int = 1) -> None:
        self.source = source
        self.text = source.text if text is None else text
        self.first_row = first_row
        self.at = 0
        words = self.text.split()
        try:
            if "_" in self.text:
                raise ValueError
            self.values = np.array(words, dtype=np.float64)
        except ValueError:
            k = next(k for k, word in enumerate(words) if not is_number(word))
            raise self._fail("hold numbers only", repr(words[k][:40]), "mend the file, or name its format", k) from None

    def take(self, count: int, what: str, *, low: float = 0.0) -> NDArray[np.float64]:
        """Return the next `count` numbers, each finite and at least `low`. Shape (count,)."""
        left = len(self.values) - self.at
        if count > left:
            raise self._fail(f"hold {count} numbers for the {what}", f"{left} before the end", WHOLE, self.at + left)
        block = self.values[self.at : self.at + count]
        bad = ~((block >= low) & np.isfinite(block))
        if bad.any():
            k = int(np.argmax(bad))
            must = f"have finite {what}" + ("" if np.isinf(low) else f" of at least {low:g}")
            raise self._fail(must, f"{block[k]:g} as number {k + 1} of {count}", "correct the value", self.at + k)
        self.at += count
        return block

    def size(self, what: str) -> int:
        """Return the next number as a count of at least 1."""
        value = float(self.take(1, f"number of {what}")[0])
        if value != int(value) or not 1 <= value <= MOST:
            must = f"have a whole number of {what}, from 1 to {MOST}"
            raise self._fail(must, f"{value:g}", "check the format of the file", self.at - 1)
        return int(value)

    def table(self, rows: int, columns: int, what: str) -> NDArray[np.float64]:
        """Return the next ``rows * columns`` numbers. Shape (rows, columns)."""
        return self.take(rows * columns, what).reshape(rows, columns)

    def end(self) -> None:
        """Raise if numbers are left over: then the file is not what it was taken for."""
        left = len(self.values) - self.at
        if left:
            raise self._fail("end after the last table", f"{left} more numbers", WHOLE, self.at)

    def row(self, position: int) -> int:
        """Return the row of the file in which the number at `position` stands; past the end, the last row."""
        ends = accumulate(len(line.split()) for line in self.text.splitlines())
        row = next((k for k, end in enumerate(ends) if end > position), len(self.text.splitlines()) - 1)
        return self.first_row + max(row, 0)

    def _fail(self, must: str, found: object, fix: str, position: int) -> InvalidProblem:
        return self.source.fail(must, found, fix, row=self.row(position))
