"""Every modelling number of the bundled cases, with its unit, evidence and source. Chosen before any case was solved.

evidence: measured, modelled, assumed or unknown. docs/cases.md is written from this table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    value: float
    unit: str
    evidence: str
    source: str


A = "assumed"
NUMBERS = {
    "growth": Number(0.64, "1/yr", A, "inside the 45-80 % a year that the provider expects"),
    "horizon": Number(3, "yr", A, "sites are planned for the demand three years ahead"),
    "base_mw_europe_china": Number(3.0, "MW", A, "IT power for China-linked customers in Europe in 2015"),
    "base_mw_europe_general": Number(2.0, "MW", A, "IT power for general customers in Europe in 2015"),
    "base_mw_seasia_china": Number(3.0, "MW", A, "IT power for China-linked customers in South-East Asia in 2015"),
    "base_mw_seasia_general": Number(1.5, "MW", A, "IT power for general customers in South-East Asia in 2015"),
    "base_mw_china_general": Number(9.0, "MW", A, "IT power for customers in mainland China that new sites relieve"),
    "base_mw_west_general": Number(1.0, "MW", A, "IT power for customers in the western United States in 2015"),
    "base_mw_gulf_general": Number(0.5, "MW", A, "IT power for customers in the Gulf in 2015"),
    "own_mw": Number(12.0, "MW", A, "size of an own build"),
    "carrier_mw": Number(8.0, "MW", A, "size of a hall at a telecom carrier"),
    "colo_mw": Number(4.0, "MW", A, "size of a suite at a colocation operator"),
    "jv_mw": Number(10.0, "MW", A, "size of a site in a joint venture"),
    "own_capex": Number(8.0e6, "EUR/MW", A, "building and plant of an own data centre"),
    "capex_years": Number(15, "yr", A, "years over which capital cost is spread"),
    "capex_rate": Number(0.08, "1/yr", A, "cost of capital"),
    "staff": Number(1.5e6, "EUR/yr", A, "staff and upkeep of a site of one's own"),
    "carrier_rent": Number(1.10e6, "EUR/MW/yr", A, "rent at a telecom carrier, power excluded"),
    "colo_rent": Number(1.30e6, "EUR/MW/yr", A, "rent at a colocation operator, power excluded"),
    "jv_rent": Number(1.00e6, "EUR/MW/yr", A, "own share of a joint venture's cost, power excluded"),
    "hazard_surcharge": Number(0.02, "1", A, "of fixed cost, for each point of INFORM natural hazard (0-10)"),
    "outage_cost": Number(20e3, "EUR/h/yr", A, "backup power for each hour of SAIDI, up to 24 h"),
    "outage_cap": Number(24.0, "h/yr", A, "hours of SAIDI beyond which backup power costs no more"),
    "usd_per_eur": Number(1.11, "USD/EUR", "measured", "mean reference rate of 2015, European Central Bank"),
    "energy_default": Number(12.0, "US cents/kWh", A, "energy price where neither Eurostat nor Doing Business has one"),
    "pue_floor": Number(1.12, "1", A, "PUE of a site with free cooling all year"),
    "pue_mechanical": Number(0.50, "1", A, "added to the PUE without any free cooling"),
    "colo_pue": Number(0.10, "1", A, "added to the PUE in a shared hall"),
    "traffic": Number(5.0, "Gbit/s/MW", A, "peak traffic for a MW of IT power"),
    "transit": Number(1.0, "EUR/Mbit/s/month", A, "transit at a perfectly connected metro"),
    "transit_remote": Number(3.0, "1", A, "transit costs 1 + this / (1 + fibre corridors of the metro) times as much"),
    "haul_price": Number(600.0, "EUR/MW/ms/yr", A, "backbone for a MW of IT power over one ms of round trip"),
    "penalty_china": Number(1000.0, "EUR/MW/ms/yr", A, "revenue lost by latency above the free part, China-linked"),
    "penalty_general": Number(2000.0, "EUR/MW/ms/yr", A, "revenue lost by latency above the free part, general"),
    "free_china": Number(40.0, "ms", A, "latency without loss, China-linked"),
    "free_general": Number(20.0, "ms", A, "latency without loss, general"),
    "carrier_fee": Number(0.5e6, "EUR/yr", A, "fee once a carrier is used"),
    "carrier_site_fee": Number(0.2e6, "EUR/yr", A, "fee for each site with a carrier"),
    "colo_fee": Number(0.2e6, "EUR/yr", A, "fee once a colocation operator is used"),
    "colo_site_fee": Number(0.1e6, "EUR/yr", A, "fee for each site with a colocation operator"),
    "jv_fee": Number(1.0e6, "EUR/yr", A, "fee of a joint venture"),
    "carrier_degree": Number(2, "corridors", A, "a carrier operates in metros with at least so many fibre corridors"),
    "colo_degree": Number(4, "corridors", A, "a colocation operator likewise"),
    "limit_ms_europe": Number(120.0, "ms", A, "round trip that the worst customer of one continent bears"),
    "limit_within_ms": Number(60.0, "ms", A, "latency that most of the first segment is promised"),
    "limit_share": Number(0.9, "1", A, "share of the first segment that gets it"),
    "limit_sites": Number(4, "sites", A, "sites that one team can open in a region"),
    "limit_budget": Number(45e6, "EUR/yr", A, "round figure for the yearly cost of sites and partners in one region"),
    "limit_jurisdiction": Number(1, "sites", A, "spread over legal systems"),
    "limit_partners": Number(2, "partners", A, "contracts that can be looked after"),
    "limit_ms_asia": Number(200.0, "ms", A, "round trip that the worst customer of a wide region bears"),
    "limit_mean_ms": Number(80.0, "ms", A, "mean that the first segment is promised"),
    "limit_presence": Number(1, "sites", A, "a presence in each new region"),
    "limit_budget_both": Number(90e6, "EUR/yr", A, "twice the budget of one region"),
    "limit_partners_both": Number(4, "partners", A, "contracts that can be looked after"),
    "model_error_ms": Number(9.9, "ms", "measured", "median absolute error of the latency model on held-out metros"),
}


def n(name: str) -> float:
    """Return the value of one number."""
    return NUMBERS[name].value


def annuity() -> float:
    """Return the yearly share of a capital cost: r / (1 - (1 + r)**-years)."""
    r = n("capex_rate")
    return float(r / (1 - (1 + r) ** -n("capex_years")))


def growth_factor() -> float:
    return float((1 + n("growth")) ** n("horizon"))
