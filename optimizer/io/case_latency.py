"""Latency of a case: modelled for every pair, then overridden by what rtt.csv has measured."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw
from sitewright.optimizer.io.case_columns import RTT
from sitewright.optimizer.io.case_rtt_matrix import is_matrix, read_matrix
from sitewright.optimizer.io.case_table import Array, check_columns, check_labels, known_arrays
from sitewright.optimizer.io.tables import Table, row_of


def modelled(
    latency: str, customers: Mapping[str, Array], sites: Mapping[str, Array], tables: tuple[Table, Table]
) -> tuple[NDArray[np.float64], list[Flaw]]:
    """Return the modelled round trip in ms (nan everywhere if the case gives its own). Shape (customers, sites)."""
    shape = len(customers["id"]), len(sites["id"])
    if latency == "given":
        return np.full(shape, np.nan), []
    from sitewright.instances.network import load_network
    from sitewright.kernels import Places, great_circle_latency
    from sitewright.kernels import latency as fibre_latency

    homes = Places(customers["lat"], customers["lon"], customers["country"].astype(str))
    places = Places(sites["lat"], sites["lon"], sites["jurisdiction"].astype(str))
    if latency == "great-circle":
        return great_circle_latency(homes, places), []
    network = load_network()
    flaws = []
    for table, column, countries in zip(
        tables, ("country", "jurisdiction"), (homes.country, places.country), strict=True
    ):
        if column not in table.header:
            fix = f"add the column {column!r} with ISO alpha-3 codes"
            flaws.append(Flaw(f"{table.file}, column {column}", "be present for the fibre model", "nothing", fix))
            continue
        for k, country in enumerate(countries):
            if country not in network.region_of:
                fix = "write three capital letters, such as DEU (NAM for Namibia)"
                must = "be an ISO 3166 alpha-3 code of a country"
                flaws.append(Flaw(row_of(table, k, column), must, repr(str(country)), fix))
    return (np.full(shape, np.nan) if flaws else fibre_latency(homes, places, network)), flaws


def overridden(
    matrix: NDArray[np.float64], table: Table, customers: list[str], sites: list[str], flaws: list[Flaw]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the matrix with the measured round trips put in, and which pairs those are. Shapes (customers, sites)."""
    matrix, measured = matrix.copy(), np.zeros(matrix.shape, dtype=bool)
    if is_matrix(table, customers, sites):
        given = read_matrix(table, customers, sites, flaws)
        measured = ~np.isnan(given)
        return np.where(measured, given, matrix), measured
    before = len(flaws)
    check_columns(table, RTT, flaws)
    if len(flaws) > before:
        return matrix, measured
    cells = known_arrays(table, RTT, flaws)
    here, there = cells["customer"].tolist(), cells["site"].tolist()
    if set(here) <= set(sites) and set(there) <= set(customers) and not set(here) & set(customers):
        fix = "swap the names of the columns customer and site"
        flaws.append(Flaw(table.file, "have customers in 'customer' and sites in 'site'", "them transposed", fix))
        return matrix, measured
    check_labels(table, "customer", here, customers, flaws)
    check_labels(table, "site", there, sites, flaws)
    row = {label: i for i, label in enumerate(customers)}
    column = {label: j for j, label in enumerate(sites)}
    for k, (a, b, ms) in enumerate(zip(here, there, cells["rtt_ms"], strict=True)):
        i, j = row.get(a), column.get(b)
        if i is None or j is None:
            continue
        if measured[i, j]:
            fix = "keep one of the rows"
            flaws.append(Flaw(row_of(table, k, "customer"), "be a pair that no other row has", f"{a}, {b}", fix))
        matrix[i, j], measured[i, j] = ms, True
    return matrix, measured


def missing(matrix: NDArray[np.float64], customers: list[str], sites: list[str]) -> list[Flaw]:
    """Return a flaw if a pair has no latency at all."""
    gaps = np.argwhere(np.isnan(matrix))
    if not len(gaps):
        return []
    i, j = gaps[0]
    found = f"none for {len(gaps)} pairs, the first {customers[i]}, {sites[j]}"
    fix = 'add the pairs, or write latency = "fibre" in case.toml'
    return [Flaw("rtt.csv", 'have every pair, as latency = "given" asks', found, fix)]
