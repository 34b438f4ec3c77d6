"""The best open set so far: rounded choices, local search under the site rules, and the cut-off that follows."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.engine.assign import cheapest
from sitewright.optimizer.engine.uncapacitated import interchange
from sitewright.optimizer.engine.uncapacitated.instance import Instance
from sitewright.optimizer.engine.uncapacitated.prefix import Prefix

Mask = NDArray[np.bool_]

# Moves made before the clock is looked at; candidates that are held to the rules before a search gives up.
MOVES, TRIED = 64, 400
# Most kicks made before the clock is looked at, draws for one, and how much dearer than the best (on average, as a
# part of its cost) a set may be for the walk to go on from it.
KICKS, MOST_OUT, HEAT = 20, 37, 3e-5
# Pairs that a core goes through in a second while it mends the memory of swaps.
TOUCHES = 200_000_000
# Entries of the memory of swaps: 400 MB.
MEMORY = 50_000_000


class Incumbent:
    """Holds the best open set found. `keeps` says whether a set keeps the site rules, `report` hears of each better.

    `matrix` is the one of the instance in memory, or without columns where it is not there.
    """

    def __init__(
        self,
        instance: Instance,
        gap: float,
        *,
        matrix: NDArray[Any],
        keeps: Callable[[Mask], bool],
        partner_of: NDArray[np.int64],
        report: Callable[[Mask, float], None],
        stop: Callable[[], bool],
    ) -> None:
        self.instance, self.gap, self.stop = instance, gap, stop
        self.keeps, self.partner_of, self.report = keeps, partner_of, report
        self.value, self.open = np.inf, np.zeros(instance.n_sites, dtype=bool)
        self.matrix = matrix
        self.fees = instance.price[instance.n_sites :]
        self.locked = (instance.state[: instance.n_sites] != -1).astype(np.int8)
        self.seen: set[bytes] = set()

    @property
    def exact(self) -> bool:
        """Whether costs are so coarse that a bound above the cut-off proves the value itself."""
        return self.instance.step > 1e-8 * max(1.0, abs(self.value))

    @property
    def cutoff(self) -> float:
        """No plan that costs more than this is looked for."""
        if not np.isfinite(self.value):
            return np.inf
        size = max(1.0, abs(self.value))
        # 1e-9 is far above what rounding does to a bound.
        if self.exact:
            return self.value - self.instance.step + 1e-9 * size
        return self.value - max(self.gap / 2, 1e-9) * size

    def price(self, is_open: Mask) -> float:
        """Return the cost of an open set, +inf if it leaves a customer unserved."""
        if not is_open.any():
            return np.inf
        _, cost = cheapest(self.instance.cost, is_open)
        return float(cost.sum()) + float(self.instance.fixed[is_open].sum()) + self._fee(is_open)

    def take(self, is_open: Mask) -> bool:
        """Take an open set if it keeps the rules and is better."""
        state = self.instance.state[: self.instance.n_sites]
        if is_open[state == 0].any() or not is_open[state == 1].all():
            return False
        value = self.price(is_open)
        if not value < self.value - 1e-12 * abs(value) or not self.keeps(is_open):
            return False
        self.value, self.open = value, is_open.copy()
        self.report(self.open, value)
        return True

    def improve(self, is_open: Mask, prefix: Prefix) -> None:
        """Search from an open set, and take what is found."""
        instance = self.instance
        is_open = is_open.copy()
        state = instance.state[: instance.n_sites]
        is_open[state == 1], is_open[state == 0] = True, False
        key = np.packbits(is_open).tobytes()
        if key in self.seen or not is_open.any():
            return
        self.seen.add(key)
        slots = self._slots(int(is_open.sum()))
        if slots * instance.n_sites > MEMORY:
            self.take(is_open)
            return
        flags = is_open.astype(np.int8)
        if instance.counted_only:
            self._descend(flags, prefix, slots)
        else:
            self._descend_by_rules(flags, prefix, slots)
        self.take(flags.astype(bool))

    def iterate(self, prefix: Prefix, *, seed: int, patience: float = 1.0) -> None:
        """Kick the best set and search on, until many kicks in a row were in vain: a second's worth at most."""
        a, n_open = self.instance, int(self.open.sum())
        slots = self._slots(n_open)
        if not a.counted_only or not n_open or slots * a.n_sites > MEMORY:
            return
        touched = len(a.cost) + 160 * a.cost.size / n_open**2
        patience = int(np.clip(patience * TOUCHES / touched, 1, 3000))
        kicks = min(KICKS, patience)
        random = np.random.default_rng(seed)
        flags, heat = self.open.astype(np.int8), HEAT * abs(self.value)
        best, least, failed = flags.copy(), self.value, 0
        memory = interchange.begin(self.matrix, prefix.rows, flags, slots, a.big)
        while failed < patience and not self.stop():
            draws = random.random((kicks, 3 + MOST_OUT))
            found = interchange.iterate(
                a.fixed,
                self.locked,
                a.low,
                a.high,
                self._floor,
                heat,
                draws,
                least,
                best,
                self.matrix,
                prefix.rows,
                flags,
                a.big,
                memory,
            )
            failed = failed + kicks if found == least else 0
            if found < least:
                self.take(best.astype(bool))
            least = found

    @property
    def _floor(self) -> float:
        """What a move must save."""
        a = self.instance
        return 0.5 * a.step if a.step else 1e-10 * a.big / max(1, len(a.cost))

    def _slots(self, n_open: int) -> int:
        return min(self.instance.n_sites, max(n_open + 16, self.instance.low + 1, 5 * n_open // 4))

    def _fee(self, is_open: Mask) -> float:
        used = np.unique(self.partner_of[is_open])
        return float(self.fees[used[used >= 0]].sum())

    def _descend(self, flags: NDArray[np.int8], prefix: Prefix, slots: int) -> None:
        a = self.instance
        floor = self._floor
        memory = interchange.begin(self.matrix, prefix.rows, flags, slots, a.big)
        while not self.stop():
            made = interchange.descend(
                a.fixed, self.locked, a.low, a.high, floor, MOVES, True, self.matrix, prefix.rows, flags, a.big, memory
            )
            if made < MOVES:
                if memory[2][0] < slots:
                    return
                slots = self._slots(slots)
                if slots == memory[2][0] or slots * a.n_sites > MEMORY:
                    return
                memory = interchange.begin(self.matrix, prefix.rows, flags, slots, a.big)

    def _descend_by_rules(self, flags: NDArray[np.int8], prefix: Prefix, slots: int) -> None:
        """As `_descend`, but each move is held to the site rules, and partners' fees count."""
        a, m = self.instance, self.instance.n_sites
        slots = min(m, slots + 64)
        memory = interchange.begin(self.matrix, prefix.rows, flags, slots, a.big)
        most_fee = float(self.fees.max(initial=0.0))
        while not self.stop():
            now = flags.astype(bool)
            broken = not self.keeps(now)
            saved = interchange.gains(a.fixed, memory)
            n = len(saved) - 1
            opens = memory[0][:n].copy()
            saved[:-1][self.locked[opens] == 1] = -np.inf
            saved[:, :-1][:, (flags == 1) | (self.locked == 1)] = -np.inf
            if n == slots:
                saved[-1] = -np.inf
            flat = saved.ravel()
            best = np.argpartition(-flat, min(TRIED, flat.size - 1))[:TRIED]
            fee = self._fee(now)
            for k in best[np.argsort(-flat[best], kind="stable")]:
                if flat[k] + most_fee <= 0 and not broken:
                    return
                row, column = divmod(int(k), m + 1)
                into, out = (column if column < m else -1), (int(opens[row]) if row < n else -1)
                if not np.isfinite(flat[k]) or (into < 0 and out < 0):
                    continue
                trial = now.copy()
                trial[[j for j in (into,) if j >= 0]] = True
                trial[[j for j in (out,) if j >= 0]] = False
                gain = flat[k] + fee - self._fee(trial)
                if (
                    gain > 1e-9 * max(1.0, abs(self.value) if np.isfinite(self.value) else 1.0) or broken
                ) and self.keeps(trial):
                    interchange.move(into, out, self.matrix, prefix.rows, flags, a.big, memory)
                    break
            else:
                return
