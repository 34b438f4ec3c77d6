"""Scopes: which sites or customers a rule speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.problem import Problem


@dataclass(frozen=True)
class SiteScope:
    """Sites that match every field that is given; all sites if none is."""

    sites: tuple[str, ...] = ()
    metros: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()  # "" is an own build
    status: tuple[str, ...] = ()

    def mask(self, problem: Problem) -> NDArray[np.bool_]:
        mask = np.ones(problem.n_sites, dtype=bool)
        for wanted, labels in self._fields(problem):
            mask &= np.isin(labels, wanted)
        return mask

    def flaws(self, problem: Problem, rule: str) -> Iterator[Flaw]:
        for wanted, labels in self._fields(problem):
            yield from _unknown(wanted, labels, f"rule {rule!r}, sites")

    def _fields(self, problem: Problem) -> Iterator[tuple[tuple[str, ...], NDArray[np.str_]]]:
        for wanted, labels in (
            (self.sites, problem.sites),
            (self.metros, problem.text("metro")),
            (self.jurisdictions, problem.text("jurisdiction")),
            (self.regimes, problem.text("regime")),
            (self.regions, problem.text("region")),
            (self.partners, problem.text("site_partner")),
            (self.status, problem.text("status", "candidate")),
        ):
            if wanted:
                yield wanted, labels

    def __str__(self) -> str:
        return _words(self) or "all sites"


@dataclass(frozen=True)
class CustomerScope:
    """Customers that match every field that is given; all customers if none is."""

    customers: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    residency: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def mask(self, problem: Problem) -> NDArray[np.bool_]:
        mask = np.ones(problem.n_customers, dtype=bool)
        for wanted, labels in self._fields(problem):
            mask &= np.isin(labels, wanted)
        return mask

    def flaws(self, problem: Problem, rule: str) -> Iterator[Flaw]:
        for wanted, labels in self._fields(problem):
            yield from _unknown(wanted, labels, f"rule {rule!r}, customers")

    def _fields(self, problem: Problem) -> Iterator[tuple[tuple[str, ...], NDArray[np.str_]]]:
        for wanted, labels in (
            (self.customers, problem.customers),
            (self.segments, problem.text("segment")),
            (self.residency, problem.text("residency")),
            (self.countries, problem.text("country")),
        ):
            if wanted:
                yield wanted, labels

    def __str__(self) -> str:
        return _words(self) or "all customers"


def _unknown(wanted: tuple[str, ...], labels: NDArray[np.str_], where: str) -> Iterator[Flaw]:
    known = np.unique(labels)
    for label in wanted:
        if label not in known:
            some = ", ".join(map(repr, known[:8].tolist())) + (", …" if len(known) > 8 else "")
            yield Flaw(where, f"name what the data hold ({some})", repr(label), "correct the label, or drop it")


def _words(scope: SiteScope | CustomerScope) -> str:
    parts = []
    for field, wanted in vars(scope).items():
        if wanted:
            parts.append(f"{field} {', '.join(w or 'own' for w in wanted)}")
    return " and ".join(parts)
