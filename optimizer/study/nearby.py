"""Guesses: open sets near one that is given which cost less by the cuts, so that a MIP has only to prove them best."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.model.columns import Rows

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

# Moves of one step that are looked at exactly, and steps at most.
LOOKED_AT, STEPS = 64, 30


@dataclass(frozen=True, eq=False)
class Nearby:
    """Descent over open sets by what cuts say: `constants` of shape (cuts,), `weights` (cuts, sites + partners).

    `partner_of` is that of each site, -1 for none. Shape (sites,).
    """

    constants: Floats
    weights: Floats
    partner_of: NDArray[np.int64]
    rows: Rows

    def descend(self, is_open: Mask, admits: Callable[[Mask], bool], seen: set[bytes]) -> Mask | None:
        """Return the best set not seen on the way down from `is_open`, over sets that keep the rows; None if none."""
        now, best = is_open, None
        value = self.values(now[None])[0]
        if is_open.tobytes() not in seen:
            best = is_open
        for _ in range(STEPS):
            moves = self._moves(now)
            told = self.values(moves)
            order = [k for k in np.argsort(told, kind="stable") if told[k] < value - 1e-9 * abs(value)]
            step = next((moves[k] for k in order if admits(moves[k]) and self.keeps(moves[k])), None)
            if step is None:
                return best
            now, value = step, self.values(step[None])[0]
            if now.tobytes() not in seen:
                best = now
        return best

    def points(self, sets: Mask) -> Floats:
        """Return open sites and used partners. Shapes (sets, sites), (sets, sites + partners)."""
        used = np.zeros((len(sets), self.weights.shape[1] - sets.shape[1]))
        k, j = np.nonzero(sets & (self.partner_of >= 0))
        used[k, self.partner_of[j]] = 1.0
        return np.concatenate([sets, used], axis=1)

    def values(self, sets: Mask) -> Floats:
        """Return what the cuts say of each set. Shape (sets,)."""
        told: Floats = (self.constants + self.points(sets) @ self.weights.T).max(axis=1)
        return told

    def keeps(self, is_open: Mask) -> bool:
        """Return whether a set keeps the rows."""
        rows, point = self.rows, self.points(is_open[None])[0]
        value = np.bincount(self._row_of, rows.value * point[rows.column], minlength=len(rows))
        return bool(np.all(value >= rows.lower - 1e-9) and np.all(value <= rows.upper + 1e-9))

    @cached_property
    def _row_of(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.rows)), np.diff(self.rows.start))

    def _moves(self, is_open: Mask) -> Mask:
        """Return the sets one move away (add, drop, swap) that look best where partners are for nothing."""
        n = len(is_open)
        w = self.weights[:, :n]
        base = self.constants + w[:, is_open].sum(axis=1)
        inside, outside = np.flatnonzero(is_open), np.flatnonzero(~is_open)
        # Row 0 takes nothing out, column 0 puts nothing in.
        out = np.concatenate([np.zeros((len(w), 1)), -w[:, inside]], axis=1)
        put = np.concatenate([np.zeros((len(w), 1)), w[:, outside]], axis=1)
        told = np.full((out.shape[1], put.shape[1]), -np.inf)
        for c in range(len(w)):
            np.maximum(told, base[c] + out[c][:, None] + put[c], out=told)
        told[0, 0] = np.inf
        best = np.argsort(told, axis=None, kind="stable")[:LOOKED_AT]
        moves = np.repeat(is_open[None], len(best), axis=0)
        for move, (a, b) in zip(moves, zip(*np.unravel_index(best, told.shape), strict=True), strict=True):
            if a:
                move[inside[a - 1]] = False
            if b:
                move[outside[b - 1]] = True
        return moves
