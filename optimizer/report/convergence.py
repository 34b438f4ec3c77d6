"""How bound and best plan came together: the events of a solve as a chart and rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.plan import Plan
from sitewright.optimizer.progress import Progress
from sitewright.optimizer.report.charts import Mark
from sitewright.optimizer.report.frame import Frame
from sitewright.optimizer.report.numbers import percent
from sitewright.optimizer.report.section import Section


@dataclass(frozen=True)
class Row:
    """Where the solve stood when a stage began, or at the end."""

    seconds: float
    stage: str
    incumbent: float
    bound: float
    gap: str


@dataclass(frozen=True)
class Convergence:
    """The chart in thousandths of its frame, and a row for each stage."""

    sentence: str
    unit: str
    alt: str
    incumbent: str
    bound: str
    stages: tuple[Mark, ...]
    x: tuple[Mark, ...]
    y: tuple[Mark, ...]
    rows: tuple[Row, ...]


def convergence_section(events: Sequence[Progress], plan: Plan) -> Section:
    """Return the section of a solve's events; there must be some."""
    low, high = span(events)
    frame = Frame.around([event.elapsed for event in events], [low, high], from_zero=True)
    first = next((e for e in events if math.isfinite(e.incumbent)), events[-1])
    last = events[-1]
    text = f"A plan was there after {first.elapsed:.2f} s, and the end was reached after {last.elapsed:.2f} s."
    gap = percent(last.gap) if math.isfinite(last.gap) else "unknown"
    data = Convergence(
        sentence=f"{text} Whatever the search does, the best plan lies between the two lines.",
        unit=plan.unit,
        alt=f"Bound and best plan over {last.elapsed:.2f} seconds; the gap at the end is {gap}",
        incumbent=_path([(e.elapsed, e.incumbent) for e in events], frame),
        bound=_path([(e.elapsed, e.bound) for e in events], frame),
        stages=tuple(_stages(events, frame)),
        x=frame.x_ticks(" s"),
        y=frame.y_ticks(),
        rows=tuple(_row(event) for event in _turns(events)),
    )
    return Section("convergence", "How the proof was found", "Proof", template="sections/convergence.html", data=data)


def span(events: Sequence[Progress]) -> tuple[float, float]:
    """Return from where to where a chart goes: the first bounds may lie far off, and what matters is the end."""
    known = [value for event in events for value in (event.incumbent, event.bound) if math.isfinite(value)]
    if not known:
        return 0.0, 1.0
    low, high = np.percentile(known, [8, 100 if len(known) < 20 else 98])
    ends = [value for value in (events[-1].incumbent, events[-1].bound) if math.isfinite(value)]
    return min([float(low), *ends]), max([float(high), *ends])


def _path(points: Sequence[tuple[float, float]], frame: Frame) -> str:
    """Return steps: what is known holds until something better is."""
    there = [(x, y) for x, y in points if math.isfinite(y)]
    if not there:
        return ""
    out, before = [f"M{frame.x(there[0][0]):.1f} {frame.y(there[0][1]):.1f}"], there[0][1]
    for x, y in there[1:]:
        if y != before:
            out.append(f"H{frame.x(x):.1f}V{frame.y(y):.1f}")
            before = y
    return "".join([*out, f"H{frame.x(points[-1][0]):.1f}"])


def _turns(events: Sequence[Progress]) -> list[Progress]:
    """Return the last event of each stage."""
    return [e for e, after in zip(events, [*events[1:], None], strict=True) if after is None or after.stage != e.stage]


def _stages(events: Sequence[Progress], frame: Frame) -> list[Mark]:
    out: list[Mark] = []
    for before, event in zip([None, *events], events, strict=False):
        if (before is None or before.stage != event.stage) and event.stage not in ("presolve", "done"):
            at = frame.x(event.elapsed)
            if not out or (
                at - out[-1].at > 170 and event.stage != out[-1].words
            ):  # or it would stand on the one before
                out.append(Mark(at, event.stage))
    return out


def _row(event: Progress) -> Row:
    gap = percent(event.gap) if math.isfinite(event.gap) else ""
    return Row(event.elapsed, event.stage, event.incumbent, event.bound, gap)
