"""The columns of a case's tables: what each is called, what it becomes in the problem, and its range. One table."""

from dataclasses import dataclass

import numpy as np

from sitewright.optimizer.schema import STATUSES


@dataclass(frozen=True)
class Column:
    """One column of a CSV file.

    Attributes
    ----------
    name
        As in the header; a unit, if it has one, ends the name.
    variable
        Name in the problem's dataset.
    number
        Whether the cells are numbers.
    default
        Value where the column is absent; None if the column must be there.
    blank
        Value of an empty cell; None if there must be none.
    low, high
        Range of a number; `above` excludes the lower end.
    optional
        Whether a column that the file leaves out stays out of the problem. Text does in any case.
    """

    name: str
    variable: str
    number: bool = False
    default: str | float | None = None
    blank: str | float | None = None
    low: float = 0.0
    high: float = 1e15
    above: bool = False
    infinite: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()


def _text(name: str, variable: str, **kwargs: object) -> Column:
    return Column(name, variable, default="", blank="", **kwargs)  # type: ignore[arg-type]


CUSTOMERS = (
    Column("id", "customer"),
    _text("name", "customer_name"),
    _text("country", "country"),
    Column("lat", "customer_lat", number=True, low=-90, high=90),
    Column("lon", "customer_lon", number=True, low=-180, high=180),
    _text("segment", "segment"),
    _text("residency", "residency"),
    Column("demand_mw", "demand", number=True),
    Column("attack_gbit_s", "attack_traffic", number=True, default=0.0, optional=True),
)

SITES = (
    Column("id", "site"),
    _text("name", "site_name"),
    _text("metro", "metro"),
    Column("jurisdiction", "jurisdiction"),
    _text("region", "region"),
    _text("regime", "regime"),
    _text("grid", "grid"),
    _text("hazard_zone", "hazard_zone"),
    Column("lat", "site_lat", number=True, low=-90, high=90),
    Column("lon", "site_lon", number=True, low=-180, high=180),
    Column("status", "status", default="candidate", blank="candidate", choices=STATUSES),
    _text("partner", "site_partner"),
    Column("capacity_mw", "capacity", number=True, default=np.inf, above=True, infinite=True, optional=True),
    Column("scrubbing_gbit_s", "scrubbing", number=True, default=np.inf, infinite=True, optional=True),
    Column("hazard", "hazard", number=True, default=np.nan, blank=np.nan, high=10.0, optional=True),
    Column("saidi_h", "saidi_h", number=True, default=np.nan, blank=np.nan, optional=True),
    Column("carbon_g_kwh", "carbon", number=True, default=np.nan, blank=np.nan, high=5000.0, optional=True),
    Column("fixed_cost_eur_yr", "fixed_cost", number=True),
    Column("pue", "pue", number=True, low=1.0, high=5.0),
    Column("energy_eur_kwh", "energy_eur_kwh", number=True, high=10.0),
    Column("network_eur_mw_yr", "network_price", number=True),
)

SIZES = (
    Column("site", "size_of"),
    Column("capacity_mw", "capacity", number=True, above=True),
    Column("fixed_cost_eur_yr", "fixed_cost", number=True),
)

PARTNERS = (
    Column("id", "partner"),
    _text("name", "partner_name"),
    Column("fee_eur_yr", "partner_fee", number=True, default=0.0),
    Column("site_fee_eur_yr", "partner_site_fee", number=True, default=0.0),
    Column("max_sites", "partner_max_sites", number=True, default=np.inf, blank=np.inf, infinite=True),
    Column("commitment_mw", "partner_commitment", number=True, default=0.0),
    _text("metros", "partner_metros"),
    _text("exclusive_in", "partner_exclusive"),
)

RTT = (
    Column("customer", "customer"),
    Column("site", "site"),
    Column("rtt_ms", "latency", number=True, above=True, high=1e5),
)

# Endings that name a unit: a column that differs from a known one only by them is in the wrong unit.
_CURRENCIES = ("usd", "eur", "gbp", "cny", "rmb", "kusd", "keur", "meur", "musd", "cent", "cents", "ct")
_PHYSICAL = ("w", "kw", "mw", "gw", "wh", "kwh", "mwh", "gwh", "us", "ms", "s", "km", "mi", "deg", "rad", "g", "kg")
_TIMES = ("h", "d", "month", "mo", "yr", "year", "pct", "percent")
UNIT_WORDS = frozenset(_CURRENCIES + _PHYSICAL + _TIMES)


def stem(name: str) -> str:
    """Return the name without the unit words at its end: ``fixed_cost_eur_yr`` gives ``fixed_cost``."""
    words = name.lower().split("_")
    while len(words) > 1 and words[-1] in UNIT_WORDS:
        words.pop()
    return "_".join(words)
