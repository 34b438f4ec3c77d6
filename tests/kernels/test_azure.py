"""The bundled model on round trips that it never saw: 1083 pairs of Azure regions."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sitewright.kernels import FibreNetwork, Places, great_circle_latency, latency
from sitewright.kernels.great_circle.reference import great_circle

DATA = Path(__file__).parent / "data"
ISO3 = {
    "Australia": "AUS",
    "Brazil": "BRA",
    "Canada": "CAN",
    "Chile": "CHL",
    "China": "CHN",
    "France": "FRA",
    "Germany": "DEU",
    "Hong Kong": "HKG",
    "India": "IND",
    "Indonesia": "IDN",
    "Ireland": "IRL",
    "Israel": "ISR",
    "Italy": "ITA",
    "Japan": "JPN",
    "Malaysia": "MYS",
    "Mexico": "MEX",
    "Netherlands": "NLD",
    "Norway": "NOR",
    "Poland": "POL",
    "Qatar": "QAT",
    "Singapore": "SGP",
    "South Africa": "ZAF",
    "South Korea": "KOR",
    "Sweden": "SWE",
    "Switzerland": "CHE",
    "Taiwan": "TWN",
    "United Arab Emirates": "ARE",
    "United Kingdom": "GBR",
    "United States": "USA",
}


@dataclass(frozen=True, eq=False)
class Azure:
    """Pairs (a[k], b[k]) of regions, and what the file says of each. Shape (pairs,)."""

    regions: Places
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    km: NDArray[np.float64]
    rtt_ms: NDArray[np.float64]
    predicted_ms: NDArray[np.float64]


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def azure() -> Azure:
    regions = rows("azure_regions.csv")
    index = {r["location"]: k for k, r in enumerate(regions)}
    pairs = [p for p in rows("rtt_azure_pairs.csv") if p["a"] in index and p["b"] in index]
    column = {c: np.array([float(p[c]) for p in pairs]) for c in ("km", "rtt_ms", "pred_graph_hub_ms")}
    return Azure(
        Places(
            [float(r["lat"]) for r in regions],
            [float(r["lon"]) for r in regions],
            [ISO3[r["country"]] for r in regions],
        ),
        np.array([index[p["a"]] for p in pairs]),
        np.array([index[p["b"]] for p in pairs]),
        column["km"],
        column["rtt_ms"],
        column["pred_graph_hub_ms"],
    )


@pytest.fixture(scope="module")
def modelled(azure: Azure, network: FibreNetwork) -> NDArray[np.float64]:
    return latency(azure.regions, azure.regions, network)[azure.a, azure.b]


def spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the rank correlation; ties share the mean of their ranks."""

    def ranks(v: NDArray[np.float64]) -> NDArray[np.float64]:
        _, member, count = np.unique(v, return_inverse=True, return_counts=True)
        return (np.cumsum(count) - (count - 1) / 2)[member]

    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


def test_rank_correlation_is_the_textbook_one() -> None:
    """Fails if ties are ranked wrong: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4 correlate by 4.5 / sqrt(4.5 x 5)."""
    assert spearman(np.array([1.0, 2, 2, 3]), np.array([1.0, 2, 3, 4])) == pytest.approx(4.5 / np.sqrt(4.5 * 5))


def test_the_model_ranks_measured_pairs(azure: Azure, modelled: NDArray[np.float64]) -> None:
    """Fails if any part of the model or of the bundled network is off; the great circle reaches 0.88."""
    assert len(modelled) == 1083
    assert spearman(modelled, azure.rtt_ms) >= 0.94
    floor = great_circle_latency(azure.regions, azure.regions)[azure.a, azure.b]
    assert spearman(floor, azure.rtt_ms) < 0.89


def test_no_round_trip_beats_light_in_fibre(azure: Azure, modelled: NDArray[np.float64]) -> None:
    """Fails if a corridor is shorter than the Earth allows. Holds for the measured round trips too."""
    floor = great_circle_latency(azure.regions, azure.regions)[azure.a, azure.b]
    assert np.all(modelled >= floor)
    assert np.all(azure.rtt_ms >= floor)


def test_it_repeats_the_predictions_of_the_study(azure: Azure, modelled: NDArray[np.float64]) -> None:
    """Fails if the model differs from the one that was fitted, by more than the study's rounding to 0.1 ms."""
    same = regions_placed_alike(azure)
    pairs = same[azure.a] & same[azure.b]
    assert pairs.sum() == 348
    assert np.abs(modelled - azure.predicted_ms)[pairs].max() < 0.06


def regions_placed_alike(azure: Azure) -> NDArray[np.bool_]:
    """Return whether the study had a region where our file has it: then most of its distances agree."""
    side = azure.regions
    km = great_circle(side.lat, side.lon, side.lat, side.lon)[azure.a, azure.b] * 6371 / 6371.0088
    off = np.abs(km - azure.km) > 0.2
    ends = np.concatenate([azure.a, azure.b])
    return np.bincount(ends, np.tile(off, 2), len(side)) <= 0.5 * np.bincount(ends, minlength=len(side))
