"""A case that a person can solve in their head: two customers, three site options in two metros, one partner."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.io import load

CASE_TOML = """\
[case]
schema = 1
name = "tiny"
title = "Two customers, two metros"
year = 2015
currency = "EUR"

[model]
latency = "given"
haul_price = { value = 100.0, unit = "EUR/MW/ms/yr", evidence = "assumed", source = "round number" }
model_error = { value = 9.9, unit = "ms", evidence = "measured", source = "held-out metros" }

[segments.general]
penalty_rate = { value = 1000.0, unit = "EUR/MW/ms/yr", evidence = "assumed" }
penalty_free = { value = 20.0, unit = "ms", evidence = "assumed" }

[columns.customers]
demand_mw = { evidence = "modelled", source = "made up" }
"""
CUSTOMERS_CSV = """\
id,name,country,lat,lon,segment,residency,demand_mw
p,Paris,FRA,48.85,2.35,general,eu,2.0
w,Windhoek,NAM,-22.56,17.08,general,,1.5
"""
SITES_CSV = """\
id,name,metro,jurisdiction,region,regime,lat,lon,status,partner,capacity_mw,fixed_cost_eur_yr,pue,energy_eur_kwh,\
network_eur_mw_yr,saidi_h
fra-own,Frankfurt,fra,DEU,eu,EU,50.11,8.68,candidate,,10,1000000,1.25,0.08,5000,0.25
fra-colo,Frankfurt,fra,DEU,eu,EU,50.11,8.68,candidate,colo,3,500000,1.3,0.08,5000,0.25
sin-own,Singapore,sin,SGP,sea,DP_LAW,1.29,103.85,,,10,900000,1.6,0.1,9000,
"""
PARTNERS_CSV = """\
id,name,fee_eur_yr,site_fee_eur_yr,max_sites,commitment_mw,metros,exclusive_in
colo,Colo,10000,2000,,1,fra,DEU
"""
RTT_CSV = """\
customer,site,rtt_ms
p,fra-own,10
p,fra-colo,10
p,sin-own,160
w,fra-own,170
w,fra-colo,170
w,sin-own,220
"""


class Case:
    """A case folder to spoil."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, file: str, content: str | bytes) -> "Case":
        raw = content if isinstance(content, bytes) else content.encode()
        (self.folder / file).write_bytes(raw)
        return self

    def replace(self, file: str, old: str, new: str) -> "Case":
        text = (self.folder / file).read_text(encoding="utf-8")
        assert old in text, "the test itself is wrong: nothing to replace"
        return self.write(file, text.replace(old, new))

    def add(self, text: str) -> "Case":
        return self.write("case.toml", CASE_TOML + text)

    def flaws(self) -> tuple[Flaw, ...]:
        """Return the flaws of the case; fails if it loads, or fails in any other way."""
        with pytest.raises(InvalidProblem) as caught:
            load(self.folder)
        for flaw in caught.value.flaws:
            assert flaw.where and flaw.must and flaw.found and flaw.fix
        return caught.value.flaws

    def only_flaw(self) -> Flaw:
        flaws = self.flaws()
        assert len(flaws) == 1, "\n".join(map(str, flaws))
        return flaws[0]


@pytest.fixture
def make_case(tmp_path: Path) -> Callable[[], Case]:
    def make() -> Case:
        folder = tmp_path / "tiny"
        folder.mkdir()
        case = Case(folder)
        case.write("case.toml", CASE_TOML).write("customers.csv", CUSTOMERS_CSV).write("sites.csv", SITES_CSV)
        return case.write("partners.csv", PARTNERS_CSV).write("rtt.csv", RTT_CSV)

    return make


@pytest.fixture
def case(make_case: Callable[[], Case]) -> Case:
    return make_case()
