"""Sites decided one way or the other, and what the site rules make of it: pure counting, no bound and no solver."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.verify.facts import Facts
from sitewright.optimizer.verify.kept_rules import kept_rules
from sitewright.optimizer.verify.site_rows import SiteRow

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Decisions:
    """Which sites are open for sure, and which closed. Shapes (sites,)."""

    forced: Mask
    closed: Mask

    def with_site(self, site: int, is_open: bool) -> "Decisions":
        forced, closed = self.forced.copy(), self.closed.copy()
        (forced if is_open else closed)[site] = True
        return Decisions(forced, closed)

    @property
    def free(self) -> Mask:
        return ~self.forced & ~self.closed


class Counting:
    """The site rules of one problem."""

    def __init__(self, facts: Facts, rows: list[SiteRow]) -> None:
        self.rows = rows
        names = facts.partner_names
        self.partner_of = np.array([names.index(p) if p in names else -1 for p in facts.words("site_partner", "site")])
        self.fee = facts.values("partner_fee", "partner")
        counts = [rule.at_most for rule in facts.rules if rule.name == "partner_count"]
        self.most_partners = min(counts, default=len(names))
        kept = kept_rules(facts)
        self.at_least, self.at_most = kept.at_least, kept.at_most
        self.root = Decisions(kept.forced, (kept.group < 0) & ~kept.forced)

    def follow(self, decisions: Decisions) -> Decisions | None:
        """Decide the sites that the rules leave one choice; return None if they leave none at all."""
        forced, closed = decisions.forced.copy(), decisions.closed.copy()
        while True:
            if (forced & closed).any() or not self._count_holds(forced, closed):
                return None
            before = int(forced.sum() + closed.sum())
            used = np.zeros(len(self.fee), dtype=bool)
            used[self.partner_of[forced & (self.partner_of >= 0)]] = True
            if used.sum() > self.most_partners:
                return None
            if used.sum() == self.most_partners:
                closed |= self._new_partner(used) & ~forced
            for row in self.rows:
                if not self._follow_row(row, forced, closed, used):
                    return None
            if int(forced.sum() + closed.sum()) == before:
                return Decisions(forced, closed)

    def _count_holds(self, forced: Mask, closed: Mask) -> bool:
        """Return whether there are as many sites as every plan needs: one, if there is a customer."""
        return int((~closed).sum()) >= self.at_least and int(forced.sum()) <= self.at_most

    def _new_partner(self, used: Mask) -> Mask:
        """Return the sites whose partner is not among those used."""
        out = self.partner_of >= 0
        out[out] = ~used[self.partner_of[out]]
        return out

    def _follow_row(self, row: SiteRow, forced: Mask, closed: Mask, used: Mask) -> bool:
        """Decide in place what a row leaves one choice; return False if it cannot be kept."""
        a = row.of_site
        free = ~forced & ~closed
        least = float(a[forced].sum()) + float(np.minimum(a[free], 0.0).sum())
        step = np.abs(a)
        if row.with_fees:
            least += float(self.fee[used].sum())
            new = self._new_partner(used) & (a >= 0)
            step[new] += self.fee[self.partner_of[new]]
        slack = 1e-9 * max(1.0, abs(row.limit), float(np.abs(a).sum()))
        if least > row.limit + slack:
            return False
        tight = free & (least + step > row.limit + slack)
        closed |= tight & (a >= 0)
        forced |= tight & (a < 0)
        return True
