"""The site rules of a problem as rows over sites and partners, and which sites they cannot tell apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.model.columns import Columns, Rows, stack
from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules import PartnerMetros, SiteCount, SiteStatus

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SiteRows:
    """Rows of all site rules over the columns open[j], use[p].

    Attributes
    ----------
    rules, count
        Rows of the rules, and those of them that count all sites; kept apart, since a bound on the number of sites
        may do without the latter. `most` is the largest number of sites that the counts allow.
    forced, closed
        Sites that are open or closed in every plan, by status or since their partner does not operate there: what the
        checker knows of, too, so that proofs may rest on it. Shape (sites,).
    """

    n_sites: int
    n_partners: int
    rules: Rows
    count: Rows
    most: int
    forced: Mask
    closed: Mask

    @classmethod
    def of(cls, problem: Problem) -> "SiteRows":
        none = np.empty(0, dtype=np.int64)
        columns = Columns(problem.n_sites, problem.n_partners, none, none)
        counts: list[Rows] = []
        others: list[Rows] = []
        most = problem.n_sites
        forced, closed = np.zeros(problem.n_sites, dtype=bool), np.zeros(problem.n_sites, dtype=bool)
        for rule in problem.all_rules:
            if rule.kind != "site":
                continue
            whole = isinstance(rule, SiteCount) and bool(rule.within.mask(problem).all())
            (counts if whole else others).extend(rule.rows(problem, columns))
            if whole and isinstance(rule, SiteCount) and rule.at_most is not None:
                most = min(most, rule.at_most)
            if isinstance(rule, SiteStatus):
                forced |= rule.must_open(problem)
                closed |= rule.must_close(problem)
            elif isinstance(rule, PartnerMetros):
                closed |= rule.outside(problem)
        sizes = problem.n_sites, problem.n_partners
        return cls(*sizes, stack("sites", others), stack("count", counts), most, forced, closed)

    @cached_property
    def plain(self) -> bool:
        """Whether nothing but the number of sites is ruled."""
        return len(self.rules) == 0

    @cached_property
    def group(self) -> Ints:
        """Return a number for each site; sites of one number stand in the same rows with the same coefficients.

        Such sites can take each other's place in any choice without any row noticing. Shape (sites,).
        """
        row_of = np.repeat(np.arange(len(self.rules)), np.diff(self.rules.start))
        mine = self.rules.column < self.n_sites
        row, column, value = row_of[mine], self.rules.column[mine], self.rules.value[mine]
        order = np.lexsort((row, column))
        row, column, value = row[order], column[order], value[order]
        start = np.searchsorted(column, np.arange(self.n_sites + 1))
        known: dict[bytes, int] = {}
        group = np.empty(self.n_sites, dtype=np.int64)
        for j in range(self.n_sites):
            part = slice(start[j], start[j + 1])
            key = row[part].tobytes() + value[part].tobytes()
            group[j] = known.setdefault(key, len(known))
        return group

    def project(self, columns: Ints, fillers: Ints, *, count: bool) -> Rows:
        """Return the rows over new columns: sites `columns`, one for each filler, then the partners.

        A filler stands in the rows as the site does whose number is given. Sites that are left out are closed.
        """
        rows = stack("sites", [self.rules, self.count]) if count else self.rules
        position = np.full(self.n_sites + self.n_partners, -1)
        position[columns] = np.arange(len(columns))
        first = len(columns) + len(fillers)
        position[self.n_sites :] = first + np.arange(self.n_partners)
        row_of = np.repeat(np.arange(len(rows)), np.diff(rows.start))
        parts = [(row_of, position[rows.column], rows.value)]
        for k, site in enumerate(fillers):
            mine = rows.column == site
            parts.append((row_of[mine], np.full(int(mine.sum()), len(columns) + k), rows.value[mine]))
        row, column, value = (np.concatenate(x) for x in zip(*parts, strict=True))
        keep = (column >= 0) & (value != 0)
        row, column, value = row[keep], column[keep], value[keep]
        order = np.lexsort((column, row))
        start = np.searchsorted(row[order], np.arange(len(rows) + 1))
        return Rows("sites", rows.lower, rows.upper, start, column[order], value[order])

    def sentences(self, problem: Problem) -> Iterator[str]:
        """Yield what the site rules ask for."""
        for rule in problem.all_rules:
            if rule.kind == "site":
                yield rule.sentence()
