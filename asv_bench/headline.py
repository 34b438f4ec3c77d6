"""The headline: 1.4 million customers x 460 sites, chosen under count, budget, partnership and residency rules.

    python asv_bench/headline.py DATA [--customers N] [--scattered] [--tiles FOLDER] [--time-limit S]

DATA is a folder with metros.csv and sites.csv: metros with demand and coordinates, and candidate sites with regimes.
Customers are drawn around the metros by a seeded generator, their demand is heavy-tailed. By default they stand at the
metros and so share coordinates; ``--scattered`` moves each by some kilometres of its own. ``--tiles`` writes the matrix
to a store in that folder, and solves from there as one would that is larger than memory.
"""

import argparse
import csv
import resource
import sys
import time
from pathlib import Path

import numpy as np
import xarray as xr

import sitewright as sw
from sitewright.instances.network import load_network
from sitewright.kernels import FibreLatency, Places, cost

EU = ("EU", "EEA")


def read(path: Path) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def make(data: Path, n: int, *, scattered: bool, tiles: Path | None = None, seed: int = 2015) -> sw.Problem:
    """Return the problem; the one big array is its float32 cost matrix."""
    rng = np.random.default_rng(seed)
    metros, sites = read(data / "metros.csv"), read(data / "sites.csv")
    weight = metros["demand_general"].astype(float)
    home = rng.choice(len(weight), n, p=weight / weight.sum())
    lat, lon, iso = metros["lat"].astype(float)[home], metros["lon"].astype(float)[home], metros["iso3"][home]
    if scattered:
        lat, lon = np.clip(lat + rng.normal(0, 0.2, n), -89, 89), (lon + rng.normal(0, 0.3, n) + 180) % 360 - 180
    demand = rng.pareto(1.2, n) + 0.1
    demand *= 300.0 / demand.sum()  # MW
    m = len(sites["metro_id"])
    price = np.where(sites["elec_usc_kwh_commercial_db2015"] == "", "15", sites["elec_usc_kwh_commercial_db2015"])
    energy = price.astype(float) / 100 * 0.9 * 8760e3 * 1.3  # EUR/MW/yr at PUE 1.3
    eu = sites["regime_2015"] == "EU"
    places = (
        Places(lat, lon, list(iso)),
        Places(sites["lat"].astype(float), sites["lon"].astype(float), list(sites["iso3"])),
    )
    residency = np.where(np.isin(iso, np.unique(sites["iso3"][eu])), "eu", "")
    matrix = cost(
        latency=FibreLatency(*places, load_network()),
        demand=demand,
        energy_price=energy,
        network_price=np.full(m, 80_000.0),
        haul_price=600.0,
        penalty_rate=np.full(n, 2000.0),
        penalty_free=np.full(n, 20.0),
        allowed=None,
        dtype=np.float32,
        tile_store=tiles / "cost.zarr" if tiles else None,
    )
    if tiles:
        import dask.array

        matrix = dask.array.from_zarr(str(tiles / "cost.zarr"))
    partner = np.where(rng.random(m) < 0.4, "carrier", np.where(rng.random(m) < 0.3, "landlord", ""))
    names = {"site": [f"s{j}" for j in range(m)], "partner": ["carrier", "landlord"]}
    fixed = rng.uniform(2e5, 5e5, m)
    data_vars = {
        "demand": ("customer", demand),
        "fixed_cost": ("site", fixed),
        "service_cost": (("customer", "site"), matrix),
        "residency": ("customer", residency),
        "regime": ("site", sites["regime_2015"]),
        "jurisdiction": ("site", sites["iso3"]),
        "site_partner": ("site", partner),
        "partner_fee": ("partner", np.array([6e5, 4e5])),
        "partner_max_sites": ("partner", np.array([8.0, 5.0])),
    }
    problem = sw.Problem(xr.Dataset(data_vars, coords={"customer": np.arange(n).astype(str), **names}), (), "headline")
    return problem.with_rules(
        sw.rules.Residency(allowed={"eu": EU}),
        sw.rules.SiteCount(at_least=8, at_most=25),
        sw.rules.Budget(at_most=8e6),
        sw.rules.JurisdictionQuota(at_most=3),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--customers", type=int, default=1_400_000)
    parser.add_argument("--scattered", action="store_true")
    parser.add_argument("--tiles", type=Path)
    parser.add_argument("--time-limit", type=float, default=900.0)
    args = parser.parse_args()
    if not (args.data / "metros.csv").exists():
        sys.exit(f"skipped: {args.data} has no metros.csv and sites.csv")
    started = time.perf_counter()
    problem = make(args.data, args.customers, scattered=args.scattered, tiles=args.tiles)
    print(f"made in {time.perf_counter() - started:.1f} s, peak {peak():.1f} GiB", flush=True)
    started = time.perf_counter()
    backend = "dask" if args.tiles else "cpu"
    plan = sw.solve(problem, gap=1e-4, time_limit=args.time_limit, on_progress=show, backend=backend)
    print(f"{plan.status.value}: {len(plan.open_sites)} sites, objective {plan.objective:.6g}, bound {plan.bound:.6g}")
    print(f"gap {plan.gap:.1e} in {time.perf_counter() - started:.1f} s, peak {peak():.1f} GiB, {dict(plan.timings)}")
    started = time.perf_counter()
    report = plan.verify(problem)
    spent = time.perf_counter() - started
    print(f"verified: {report.accepted} {report.findings[:3]} in {spent:.1f} s, peak {peak():.1f} GiB")


def show(event: sw.Progress) -> None:
    print(f"{event.elapsed:8.1f} s {event.stage:8} {event.incumbent:.8g} {event.bound:.8g} {event.gap:.2e}", flush=True)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
