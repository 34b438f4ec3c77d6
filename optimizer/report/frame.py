"""The frame of a chart: what data fall on which thousandth of it, and the round numbers on its edges."""

from collections.abc import Sequence
from dataclasses import dataclass

from sitewright.optimizer.report.charts import Mark
from sitewright.optimizer.report.numbers import ticks, told


@dataclass(frozen=True)
class Frame:
    """From the left to the right, and from below to above, in the units of the data."""

    left: float
    right: float
    low: float
    high: float

    @classmethod
    def around(cls, xs: Sequence[float], ys: Sequence[float], *, from_zero: bool = False) -> "Frame":
        """Return a frame with a little room around the data; `from_zero` starts x there and ends it with the data."""
        left, right = (0.0, max(xs, default=0.0)) if from_zero else _roomy(xs)
        return cls(left, max(right, left + 1e-9), *_roomy(ys))

    def x(self, value: float) -> float:
        """Return thousandths from the left."""
        return 1000 * (value - self.left) / (self.right - self.left)

    def y(self, value: float) -> float:
        """Return thousandths from above, kept within the frame."""
        return min(1000.0, max(0.0, 1000 * (self.high - value) / (self.high - self.low)))

    def x_ticks(self, unit: str, *, whole: bool = False) -> tuple[Mark, ...]:
        found = [t for t in ticks(self.right, 6, self.left) if not whole or t == round(t)]
        return tuple(Mark(self.x(t), f"{t:.6g}" + (unit if k == 0 else "")) for k, t in enumerate(found))

    def y_ticks(self) -> tuple[Mark, ...]:
        found = ticks(self.high, 5, self.low)
        return tuple(Mark(0.0, words, "", 1000 - self.y(t)) for t, words in zip(found, told(found), strict=True))


def _roomy(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    edge = 0.06 * (high - low) or 0.06 * abs(high) or 1.0
    return low - edge if low - edge > 0 or low < 0 else min(low, 0.0), high + edge
