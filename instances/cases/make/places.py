"""The raw tables, and rows of customers.csv and sites.csv made from them."""

import csv
import unicodedata
from pathlib import Path
from statistics import median
from typing import Any

from sitewright.instances.cases.make.assumptions import annuity, growth_factor, n
from sitewright.instances.cases.make.grids import grid

Row = dict[str, Any]
# Localisation level 3: the data of the country's residents must stay in the country.
STRICT = 3


class Raw:
    """The raw data: metros, candidate sites, countries, legal regimes, latency regions."""

    def __init__(self, folder: Path) -> None:
        self.metros = _rows(folder / "metros.csv")
        self.sites = _rows(folder / "sites.csv")
        self.legal = {r["iso3"]: r for r in _rows(folder / "legal_regime.csv")}
        self.region = {r["iso3"]: r["region"] for r in _rows(folder / "latency_regions.csv")}
        # The raw column is called after 2022, and most of its numbers are of 2023.
        self.carbon_year = {r["iso3"]: r["carbon_year"] for r in _rows(folder / "countries.csv")}
        hours = [float(s["saidi_h_2015"]) for s in self.sites if s["saidi_h_2015"]]
        self.saidi_median = median(hours)
        hazards = [float(s["inform_natural_2016"]) for s in self.sites if s["inform_natural_2016"]]
        self.hazard_median = median(hazards)

    def local(self, iso3: str) -> bool:
        # China's level is 2, but hosting for the public there needs an ICP licence and servers on the mainland.
        return iso3 == "CHN" or int(self.legal[iso3]["localisation_2015"]) >= STRICT

    def regime(self, iso3: str) -> str:
        """Return the legal regime of 2015; a country with strict localisation has one of its own."""
        kind = self.legal[iso3]["regime_2015"]
        return f"{kind}-{iso3}" if self.local(iso3) else kind

    def residency(self, iso3: str) -> str:
        if self.local(iso3):
            return f"local-{iso3}"
        return "eu-personal" if self.legal[iso3]["regime_2015"] in ("EU", "EEA") else ""


def customers(raw: Raw, metros: list[Row], segment: str, base_mw: float, keep: int) -> tuple[list[Row], float]:
    """Return one row for each of the `keep` largest metros, and the share of the demand that they stand for.

    The demand of the others is spread over those kept, in proportion, so that the total is whole.
    """
    key = "demand_china_linked" if segment == "china-linked" else "demand_general"
    ranked = sorted(metros, key=lambda m: -float(m[key]))
    kept = ranked[:keep]
    total, part = sum(float(m[key]) for m in ranked), sum(float(m[key]) for m in kept)
    megawatts = base_mw * growth_factor()
    rows = []
    for m in kept:
        # China-linked customers bring their own data from home: no residency class of the metro's country.
        residency = raw.residency(m["iso3"]) if segment == "general" else ""
        rows.append(
            {
                "id": f"{slug(m)}/{segment}",
                "name": m["name"],
                "country": m["iso3"],
                "lat": round(float(m["lat"]), 4),
                "lon": round(float(m["lon"]), 4),
                "segment": segment,
                "residency": residency,
                "demand_mw": round(megawatts * float(m[key]) / part, 6),
            }
        )
    return rows, part / total


def options(raw: Raw, metro: Row, region: str, *, partners: bool, largest: set[str]) -> list[Row]:
    """Return the site options of one metro: own build, and each partner that operates there."""
    degree = int(metro["hub_degree"])
    out = [_site(raw, metro, region, "", n("own_mw"), n("own_mw") * n("own_capex") * annuity() + n("staff"), 0.0)]
    if partners and degree >= n("carrier_degree"):
        out.append(_site(raw, metro, region, "carrier", n("carrier_mw"), n("carrier_mw") * n("carrier_rent"), 0.0))
    if partners and degree >= n("colo_degree"):
        out.append(_site(raw, metro, region, "colo", n("colo_mw"), n("colo_mw") * n("colo_rent"), n("colo_pue")))
    if partners and metro["metro_id"] in largest:
        out.append(_site(raw, metro, region, "jv", n("jv_mw"), n("jv_mw") * n("jv_rent"), 0.0))
    return out


def existing(raw: Raw, metro: Row, region: str, partner: str) -> Row:
    """Return a site that is open already: its capital is spent, its upkeep is not."""
    row = _site(raw, metro, region, partner, n("own_mw"), n("staff"), 0.0)
    return row | {"status": "existing", "id": f"{slug(metro)}/existing"}


def _site(raw: Raw, metro: Row, region: str, partner: str, mw: float, fixed: float, extra_pue: float) -> Row:
    saidi = float(metro["saidi_h_2015"]) if metro["saidi_h_2015"] else raw.saidi_median
    hazard = float(metro["inform_natural_2016"]) if metro["inform_natural_2016"] else raw.hazard_median
    free = float(metro["frac_days_le18c"])
    energy, evidence = metro["elec_eur_kwh_IC_extax_2015"], "measured"
    if not energy:
        # Doing Business quotes US cents.
        cents = metro["elec_usc_kwh_commercial_db2015"]
        evidence = "measured" if cents else "assumed"
        energy = (float(cents) if cents else n("energy_default")) / 100 / n("usd_per_eur")
    degree = int(metro["hub_degree"])
    transit = n("traffic") * 1000 * 12 * n("transit") * (1 + n("transit_remote") / (1 + degree))
    cost = fixed * (1 + n("hazard_surcharge") * hazard) + n("outage_cost") * min(saidi, n("outage_cap"))
    return {
        "id": f"{slug(metro)}/{partner or 'own'}",
        "name": metro["name"],
        "metro": slug(metro),
        "jurisdiction": metro["iso3"],
        "region": region,
        "regime": raw.regime(metro["iso3"]),
        "lat": round(float(metro["lat"]), 4),
        "lon": round(float(metro["lon"]), 4),
        "status": "candidate",
        "partner": partner,
        "capacity_mw": mw,
        "fixed_cost_eur_yr": round(cost),
        "pue": round(n("pue_floor") + n("pue_mechanical") * (1 - free) + extra_pue, 4),
        "energy_eur_kwh": round(float(energy), 5),
        "network_eur_mw_yr": round(transit),
        "free_cooling_share": round(free, 4),
        "hazard": hazard,
        "hazard_evidence": "measured" if metro["inform_natural_2016"] else "unknown",
        "grid": grid(slug(metro), metro["iso3"]),
        "saidi_h": saidi,
        "saidi_evidence": "measured" if metro["saidi_h_2015"] else "unknown",
        "carbon_g_kwh": float(metro["carbon_g_kwh_2022"]),
        "year_of_carbon": int(float(raw.carbon_year[metro["iso3"]])),
        "hub_degree": degree,
        "energy_evidence": evidence,
    }


def slug(metro: Row) -> str:
    """Return a metro's name as an ASCII id with its country: `frankfurt-am-main-deu`."""
    plain = unicodedata.normalize("NFKD", metro["name"]).encode("ascii", "ignore").decode()
    words = "".join(c.lower() if c.isalnum() else " " for c in plain.split("(")[0]).split()
    return "-".join([*words, metro["iso3"].lower()])


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
