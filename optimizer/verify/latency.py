"""The plan's latency figures, from the raw data."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.facts import Facts

Figures = dict[str, float]


def recompute_latency(facts: Facts) -> dict[str, Figures]:
    """Return the demand-weighted mean, p50, p95 and the worst round trip in ms, for all and for each segment."""
    if "latency" not in facts.data:
        return {}
    segments = np.array(facts.words("segment", "customer"))[facts.i]
    served = facts.mw > 0
    groups = {"all": served} | {str(s): served & (segments == s) for s in sorted(set(segments.tolist()) - {""})}
    return {name: _figures(facts.latency[who], facts.mw[who]) for name, who in groups.items() if who.any()}


def _figures(ms: NDArray[np.float64], mw: NDArray[np.float64]) -> Figures:
    return {
        "mean": float(np.average(ms, weights=mw)),
        "p50": _percentile(ms, mw, 0.50),
        "p95": _percentile(ms, mw, 0.95),
        "worst": float(ms.max()),
    }


def _percentile(ms: NDArray[np.float64], mw: NDArray[np.float64], q: float) -> float:
    """Return the least round trip within which the share q of the power is served."""
    order = np.argsort(ms)
    reached = np.cumsum(mw[order])
    # A hair less than q of the power: where q falls on the edge of two links, rounding must not choose between them.
    first = int(np.argmax(reached >= (q - 1e-12) * reached[-1]))
    return float(ms[order[first]])


def wrong_figures(said: Mapping[str, Mapping[str, float]], facts: Facts) -> Iterator[str]:
    """Yield a sentence for each figure that the plan gives otherwise than the data."""
    found = recompute_latency(facts)
    for name in sorted({*said, *found}):
        for figure in sorted({*said.get(name, {}), *found.get(name, {})}):
            plan, data = said.get(name, {}).get(figure), found.get(name, {}).get(figure)
            # An infinite way is none that is nearly another.
            if (
                plan is None
                or data is None
                or (plan != data and not abs(plan - data) <= 1e-6 * max(1.0, data) < np.inf)
            ):
                yield f"{figure} of {name}: the plan says {_ms(plan)}, the data give {_ms(data)}"


def _ms(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.6f} ms"
