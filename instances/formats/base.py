"""What a format is: a module with a name, a test for its files, and a reader."""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from sitewright.instances.numbers import is_number
from sitewright.instances.options import Options
from sitewright.instances.source import Source
from sitewright.optimizer.problem import Problem

Counts = tuple[float, ...]


class Format(Protocol):
    """A module of this folder.

    One whose files start with counts and hold nothing but numbers also has ``COUNTS``, the number of counts, and
    ``words(counts)``, the numbers in such a file.
    """

    @property
    def NAME(self) -> str: ...

    @property
    def DESCRIPTION(self) -> str: ...

    @property
    def OPTIONS(self) -> frozenset[str]:
        """Which of 'rounding' and 'capacity' (a number) it understands."""

    def recognises(self, source: Source) -> bool:
        """Whether the file is, as far as a cheap look can tell, of this format."""

    def read(self, source: Source, options: Options) -> Problem:
        """Return the problem, or raise InvalidProblem with the file, the row, what was found and the fix."""


def header(source: Source) -> Counts:
    """Return the first line as numbers, or () if it holds anything else.

    () for a ``.plc`` file too: it is as long as others whose numbers come in another order, and its name says it all.
    """
    words = [] if source.name.lower().endswith(".plc") else line_words(source, 1)[0]
    return tuple(float(word) for word in words) if all(is_number(word) for word in words) else ()


def pairs_first(source: Source) -> bool:
    """Whether the line after the first holds two words: a site's capacity and fixed cost."""
    return len(line_words(source, 1, skip=1)[0]) == 2


def line_words(source: Source, count: int, *, skip: float = 0) -> list[list[str]]:
    """Return the words of `count` lines that are not blank, after `skip` of them; [] past the end."""
    filled = (words for line in _lines(source.text) if (words := line.split()))
    found = list(islice(filled, int(skip), int(skip) + count))
    return found + [[]] * (count - len(found))


def _lines(text: str) -> Iterator[str]:
    """Yield line after line; unlike splitlines, without going through megabytes for the first."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1
