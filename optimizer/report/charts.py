"""The curves of the report: shares of the demand over round trips, in thousandths of a frame."""

from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.report.latency import Distribution
from sitewright.optimizer.report.numbers import count, short, ticks

# Steps of a curve: more cannot be told apart on a screen.
STEPS = 400


@dataclass(frozen=True)
class Mark:
    """Something at a place of the frame: thousandths from the left (and from below), and its words."""

    at: float
    words: str
    kind: str = ""
    up: float = 0.0


@dataclass(frozen=True)
class Curve:
    """One panel: a segment's curve, everyone's beside it, limits, median and 95 %, and the axis below."""

    segment: str
    words: str
    alt: str
    path: str
    everyone: str
    limits: tuple[Mark, ...]
    points: tuple[Mark, ...]
    ticks: tuple[Mark, ...]


def latency_curves(all_: list[Distribution]) -> list[Curve]:
    """Return one panel for each segment, or one for all where there are no segments; all have one scale."""
    shown = all_[1:] or all_
    worst = max((d.figures["worst"] for d in all_), default=0.0)
    # A limit far beyond the worst would press the curves against the left edge.
    limits = [limit.ms for d in shown for limit in d.limits if limit.ms <= 1.6 * worst]
    high = 1.04 * max([worst, *limits, 1e-9])
    everyone = _path(all_[0], high) if len(shown) > 1 or shown != all_[:1] else ""
    return [_curve(d, high, everyone) for d in shown]


def _curve(d: Distribution, high: float, everyone: str) -> Curve:
    marks = sorted(
        (Mark(1000 * limit.ms / high, limit.sentence, limit.kind) for limit in d.limits if limit.ms <= high),
        key=lambda mark: mark.at,
    )
    points = tuple(
        Mark(1000 * d.figures[key] / high, f"{words} {d.figures[key]:.1f} ms", "", up)
        for key, words, up in (("p50", "median", 500.0), ("p95", "95 %", 950.0))
    )
    return Curve(
        segment=d.segment,
        words=f"{count(d.customers, 'customer')}, {short(d.demand)} MW",
        alt=(
            f"Half of the demand within {d.figures['p50']:.1f} ms, 95 % within {d.figures['p95']:.1f} ms, "
            f"all within {d.figures['worst']:.1f} ms"
        ),
        path=_path(d, high),
        everyone=everyone,
        limits=tuple(marks),
        points=points,
        ticks=tuple(Mark(1000 * t / high, f"{t:g}" + (" ms" if k == 0 else "")) for k, t in enumerate(ticks(high))),
    )


def _path(d: Distribution, high: float) -> str:
    """Return the steps as an SVG path; y grows downwards."""
    # Of the steps that fall on one column of the frame, the last says what is served within it.
    column = np.round(d.ms / high * STEPS).astype(int)
    last = np.append(np.flatnonzero(np.diff(column)), len(column) - 1)
    steps = "".join(f"H{1000 * d.ms[k] / high:.1f}V{1000 * (1 - d.below[k]):.1f}" for k in last)
    return f"M0 1000{steps}H1000"
