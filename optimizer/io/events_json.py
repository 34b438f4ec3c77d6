"""The events of a solve as columns of a JSON document, and back."""

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from sitewright.optimizer.progress import Progress

# More steps cannot be told apart in a chart.
MOST = 400


def events_document(events: Sequence[Progress]) -> dict[str, list[Any]]:
    """Return seconds, stages, best plans and bounds; null where there was none.

    Events that say nothing new are left out.
    """
    kept = [e for k, e in enumerate(events) if k in (0, len(events) - 1) or _news(events[k - 1], e)]
    every = -(-len(kept) // MOST) if kept else 1
    kept = [e for k, e in enumerate(kept) if k % every == 0 or k == len(kept) - 1 or e.stage != kept[k - 1].stage]
    return {
        "seconds": [round(e.elapsed, 4) for e in kept],
        "stage": [e.stage for e in kept],
        "incumbent": [e.incumbent if isfinite(e.incumbent) else None for e in kept],
        "bound": [e.bound if isfinite(e.bound) else None for e in kept],
    }


def _news(before: Progress, event: Progress) -> bool:
    return (before.stage, before.incumbent, before.bound) != (event.stage, event.incumbent, event.bound)


def read_events(columns: dict[str, list[Any]] | None, *, maximise: bool) -> tuple[Progress, ...]:
    """Return the events; none of a document from before they were kept."""
    if columns is None:
        return ()
    worst = -inf if maximise else inf
    rows = zip(*(columns[name] for name in ("seconds", "stage", "incumbent", "bound")), strict=True)
    return tuple(
        Progress(
            float(seconds),
            str(stage),
            worst if incumbent is None else float(incumbent),
            -worst if bound is None else float(bound),
            maximise,
        )
        for seconds, stage, incumbent, bound in rows
    )
