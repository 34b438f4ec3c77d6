"""Numbers as people read them. Money is in whole EUR or in millions, never in powers of ten."""

import math
import re
from collections.abc import Sequence

SIZES = ((1e9, " bn"), (1e6, " M"), (1e3, " k"))


def figure(value: float) -> str:
    """Return money in whole EUR, and what is smaller (ms, MW, sites) with decimals."""
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.3f}"


def short(value: float) -> str:
    """Return a number with three digits that count: ``41.2 M``, ``153 k``, ``28.3``."""
    if not math.isfinite(value):
        return "none"
    for size, letter in SIZES:
        if abs(value) >= 0.9995 * size:
            return _three(value / size) + letter
    return _three(value)


def _three(value: float) -> str:
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value)) + 1e-9))
    said = f"{value:,.{min(decimals, 6)}f}"
    return said.rstrip("0").rstrip(".") if "." in said and abs(value) < 1 else said


def percent(share: float, *, most: int = 6) -> str:
    """Return a share in percent with as many decimals as it takes to show two digits, at most `most`."""
    value = 100 * share
    if not math.isfinite(value):
        return "unknown"
    if abs(value) < 0.5 * 10**-most:
        return "0 %"  # what lies below is the noise of floating point
    if abs(value) >= 10:
        return f"{value:.0f} %" if abs(value - round(value)) < 0.05 else f"{value:.1f} %"
    decimals = min(most, max(1, 1 - math.floor(math.log10(abs(value)))))
    said = f"{value:.{decimals}f}"
    return f"{said.rstrip('0').rstrip('.') if abs(value) < 1 else said} %"


def count(n: int, one: str, many: str = "") -> str:
    """Return ``1 site`` or ``2 sites``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def rounded(value: float) -> str:
    """Return the words of a tick: ``5 M``, not ``5.00 M``."""
    return re.sub(r"\.0+(?=\D|$)", "", short(value))


def told(values: Sequence[float]) -> list[str]:
    """Return the words of evenly spaced ticks, alike and with as many digits as tell them apart: ``170.2 M``."""
    most, step = max(map(abs, values)), (values[1] - values[0] if len(values) > 1 else 0.0)
    size, letter = next((s for s in SIZES if most >= s[0]), (1.0, ""))
    digits = max(0, -math.floor(math.log10(step / size) + 1e-9)) if step else 1
    if step and round(step / size, digits) != round(step / size, 9):
        digits += 1  # a step of 2.5
    return [f"{value / size:,.{digits}f}{letter if value else ''}" for value in values]


def ticks(high: float, at_most: int = 6, low: float = 0.0) -> list[float]:
    """Return round numbers from `low` to `high`, evenly spaced."""
    if not low < high < math.inf:
        return [low]
    rough = (high - low) / at_most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= rough * (1 - 1e-9))
    return [k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
