"""Cases on disk: what a good one becomes, and that each kind of bad input is named with its place and its fix."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sitewright.optimizer.errors import InvalidProblem
from sitewright.optimizer.io import load


def test_a_good_case_becomes_the_problem_that_it_describes(case: Any) -> None:
    """Wrong units, swapped axes or a lost column would show in these hand-computed numbers."""
    problem = load(case.folder)
    data = problem.data
    assert problem.name == "tiny"
    assert problem.customers.tolist() == ["p", "w"]
    assert problem.sites.tolist() == ["fra-own", "fra-colo", "sin-own"]
    assert data["latency"].values.tolist() == [[10, 10, 160], [170, 170, 220]]
    assert data["energy_price"].values[0] == pytest.approx(8760 * 1000 * 0.08 * 1.25)
    # 2 MW x (energy 876 000 + transit 5 000 + haul 100 x 10 ms); 10 ms are free of penalty.
    assert data["service_cost"].values[0, 0] == pytest.approx(2 * (876_000 + 5_000 + 1_000))
    # 1.5 MW x (energy 1 401 600 + transit 9 000 + haul 100 x 220 ms + penalty 1000 x (220 - 20) ms)
    assert data["service_cost"].values[1, 2] == pytest.approx(1.5 * (1_401_600 + 9_000 + 22_000 + 200_000))
    assert data["status"].values.tolist() == ["candidate"] * 3
    assert data["site_partner"].values.tolist() == ["", "colo", ""]
    assert data["partner_max_sites"].values.tolist() == [np.inf]
    assert data.attrs["model_error_ms"] == 9.9
    assert data.attrs["title"] == "Two customers, two metros"


def test_namibia_is_a_country_and_an_empty_extra_cell_is_not_known(case: Any) -> None:
    """A reader with NA handling would turn the text NA or NAM into a missing value."""
    case.replace("customers.csv", "w,Windhoek,NAM", "NA,NaN,NAM").replace("rtt.csv", "\nw,", "\nNA,")
    data = load(case.folder).data
    assert data["customer"].values.tolist() == ["p", "NA"]
    assert data["customer_name"].values.tolist() == ["Paris", "NaN"]
    assert data["saidi_h"].values[:2].tolist() == [0.25, 0.25]
    assert np.isnan(data["saidi_h"].values[2])


def test_evidence_travels_with_the_numbers(case: Any) -> None:
    """Without it a report cannot tell a measured number from an assumed one."""
    case.add('\n[assumptions]\ngrowth = { value = 0.64, unit = "1/yr", evidence = "assumed", source = "45-80 %" }\n')
    data = load(case.folder).data
    assert data["demand"].attrs["evidence"] == "modelled"
    assert data["demand"].attrs["source"] == "made up"
    assert data["demand"].attrs["units"] == "MW"
    assert data["haul_price"].attrs["evidence"] == "assumed"
    # Made from energy_eur_kwh and pue: as sure as the less sure of the two, and of these nothing is said.
    assert data["energy_price"].attrs["evidence"] == "unknown"
    case.add('\n[columns.sites]\nenergy_eur_kwh = { evidence = "measured" }\npue = { evidence = "modelled" }\n')
    assert load(case.folder).data["energy_price"].attrs["evidence"] == "modelled"
    numbers = {n["name"]: n for n in json.loads(data.attrs["numbers"])}
    assert numbers["[assumptions] growth"]["source"] == "45-80 %"
    assert numbers["[model] model_error"]["evidence"] == "measured"


def test_measured_rtt_overrides_the_model_and_says_so(case: Any) -> None:
    """A pair left out of rtt.csv must keep its modelled value, and be marked as such."""
    case.replace("case.toml", '"given"', '"great-circle"').write("rtt.csv", "customer,site,rtt_ms\np,sin-own,123\n")
    data = load(case.folder).data
    assert data["latency"].sel(customer="p", site="sin-own") == 123
    assert data["latency_source"].values.tolist() == [
        ["modelled", "modelled", "measured"],
        ["modelled", "modelled", "modelled"],
    ]
    # 478 km of great circle there and back at 199.86 km/ms.
    assert float(data["latency"].sel(customer="p", site="fra-own")) == pytest.approx(2 * 478 / 199.86, rel=5e-3)


def test_the_fibre_model_is_used_when_the_case_asks_for_it(case: Any) -> None:
    """The model is never below light in glass on the great circle: Windhoek to Singapore is over 90 ms."""
    case.replace("case.toml", '"given"', '"fibre"')
    (case.folder / "rtt.csv").unlink()
    data = load(case.folder).data
    assert data["latency"].sel(customer="w", site="sin-own") > 90
    assert data["latency"].sel(customer="p", site="fra-own") < 60


@pytest.mark.parametrize("file", ["customers.csv", "sites.csv", "partners.csv", "rtt.csv", "case.toml"])
@pytest.mark.parametrize("spoil", ["bom", "crlf"])
def test_byte_order_mark_and_windows_line_ends_change_nothing(case: Any, file: str, spoil: str) -> None:
    """Spreadsheets write both; a mark left in place would rename the first column."""
    good = load(case.folder).data
    raw = (case.folder / file).read_bytes()
    case.write(file, b"\xef\xbb\xbf" + raw if spoil == "bom" else raw.replace(b"\n", b"\r\n"))
    assert load(case.folder).data.identical(good)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_separate_columns_too(case: Any, separator: str) -> None:
    """A European spreadsheet writes semicolons; read as one column, every column would be missing."""
    good = load(case.folder).data
    text = (case.folder / "customers.csv").read_text(encoding="utf-8")
    case.write("customers.csv", text.replace(",", separator))
    assert load(case.folder).data.identical(good)


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "found"),
    [
        ("customers.csv", "48.85", "999", "customers.csv, row 2, column lat", "999"),
        ("customers.csv", "17.08", "-181", "customers.csv, row 3, column lon", "-181"),
        ("customers.csv", ",2.0\n", ",-2.0\n", "customers.csv, row 2, column demand_mw", "-2.0"),
        ("customers.csv", ",2.0\n", ",nan\n", "customers.csv, row 2, column demand_mw", "'nan'"),
        ("customers.csv", ",2.0\n", ",inf\n", "customers.csv, row 2, column demand_mw", "inf"),
        ("customers.csv", ",2.0\n", ",\n", "customers.csv, row 2, column demand_mw", "an empty cell"),
        ("customers.csv", ",2.0\n", ",1e300\n", "customers.csv, row 2, column demand_mw", "1e300"),
        ("customers.csv", ",2.0\n", ",2_0\n", "customers.csv, row 2, column demand_mw", "'2_0'"),
        ("customers.csv", ",2.0\n", ',"2,0"\n', "customers.csv, row 2, column demand_mw", "'2,0'"),
        ("sites.csv", "sin,SGP", "sin,", "sites.csv, row 4, column jurisdiction", "an empty cell"),
        (
            "customers.csv",
            "48.85,2.35,general",
            "48.85,2.35,generl",
            "customers.csv, row 2, column segment",
            "'generl'",
        ),
        ("sites.csv", ",10,900000", ",0,900000", "sites.csv, row 4, column capacity_mw", "0"),
        ("sites.csv", ",10,900000", ",-1,900000", "sites.csv, row 4, column capacity_mw", "-1"),
        ("sites.csv", ",1.6,", ",0.6,", "sites.csv, row 4, column pue", "0.6"),
        ("sites.csv", ",0.1,9000", ",88,9000", "sites.csv, row 4, column energy_eur_kwh", "88"),
        ("sites.csv", "candidate,colo", "maybe,colo", "sites.csv, row 3, column status", "'maybe'"),
        ("sites.csv", "candidate,colo", "candidate,cola", "sites.csv, row 3, column partner", "'cola'"),
        ("partners.csv", ",fra,DEU", ",fra|muc,DEU", "partners.csv, row 2, column metros", "'muc'"),
        ("partners.csv", ",fra,DEU", ",fra,FRA", "partners.csv, row 2, column exclusive_in", "'FRA'"),
        ("partners.csv", ",10000,", ",-5,", "partners.csv, row 2, column fee_eur_yr", "-5"),
        ("rtt.csv", "p,fra-own,10", "p,fra-own,-10", "rtt.csv, row 2, column rtt_ms", "-10"),
        ("rtt.csv", "p,fra-own,10", "p,fra-own,fast", "rtt.csv, row 2, column rtt_ms", "'fast'"),
    ],
)
def test_a_bad_cell_is_named_by_file_row_and_column(
    case: Any, file: str, old: str, new: str, where: str, found: str
) -> None:
    """A bad cell that passes gives a plan for a world that is not there."""
    flaw = case.replace(file, old, new).only_flaw()
    assert (flaw.where, flaw.found) == (where, found)


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "fix"),
    [
        ("customers.csv", "demand_mw", "demand_kw", "customers.csv, column demand_kw", "demand_mw"),
        ("customers.csv", "demand_mw", "demand", "customers.csv, column demand", "demand_mw"),
        ("customers.csv", "demand_mw", "Demand_MW", "customers.csv, column Demand_MW", "demand_mw"),
        ("customers.csv", "demand_mw", "load", "customers.csv, column demand_mw", "demand_mw"),
        ("sites.csv", "fixed_cost_eur_yr", "fixed_cost_usd_yr", "column fixed_cost_usd_yr", "fixed_cost_eur_yr"),
        ("sites.csv", "capacity_mw", "capacity_kw", "sites.csv, column capacity_kw", "capacity_mw"),
        ("sites.csv", "saidi_h", "network_usd_mw_yr", "column network_usd_mw_yr", "network_eur_mw_yr"),
        ("sites.csv", ",pue,", ",,", "sites.csv, column 13", "name"),
        ("sites.csv", "saidi_h", "pue", "sites.csv, column pue", "rename"),
        ("sites.csv", "saidi_h", "latency", "sites.csv, column latency", "rename"),
        ("rtt.csv", "rtt_ms", "rtt_s", "rtt.csv, column rtt_s", "rtt_ms"),
        ("customers.csv", "lat", "lat_rad", "customers.csv, column lat_rad", "'lat'"),
        ("sites.csv", ",pue,", ",pue_pct,", "sites.csv, column pue_pct", "'pue'"),
        ("sites.csv", "capacity_mw", "capacty_mw", "sites.csv, column capacty_mw", "name it 'capacity_mw'"),
        ("customers.csv", "segment", "segments", "customers.csv, column segments", "name it 'segment'"),
        ("customers.csv", "demand_mw", "demnd_mw", "customers.csv, column demnd_mw", "name it 'demand_mw'"),
        ("customers.csv", "lat", "Lat", "customers.csv, column Lat", "name it 'lat'"),
    ],
)
def test_a_missing_column_or_another_unit_is_told_from_the_right_name(
    case: Any, file: str, old: str, new: str, where: str, fix: str
) -> None:
    """Kilowatts read as megawatts are wrong by a thousand, and a misspelt capacity is none, without any other sign."""
    flaws = case.replace(file, old, new).flaws()
    assert any(where in f.where and fix in f.fix for f in flaws), "\n".join(map(str, flaws))


def test_all_flaws_of_all_files_come_at_once(case: Any) -> None:
    """A person who mends one flaw a run gives up."""
    case.replace("customers.csv", "48.85", "999").replace("customers.csv", ",1.5", ",x")
    case.replace("sites.csv", ",1.6,", ",0.6,").replace("partners.csv", ",fra,", ",muc,")
    case.replace("case.toml", '"given"', '"guess"')
    assert {f.where.split(",")[0] for f in case.flaws()} == {"customers.csv", "sites.csv", "partners.csv", "case.toml"}
    assert len(case.flaws()) == 5


def test_ids_are_unique_and_the_earlier_row_is_named(case: Any) -> None:
    """Of two rows with one id, one would silently take the other's place."""
    flaw = case.replace("customers.csv", "w,Windhoek", "p,Windhoek").flaws()[0]
    assert flaw.where == "customers.csv, row 3, column id"
    assert "row 2" in flaw.found


def test_an_empty_id_is_a_flaw_and_no_label_to_choose(case: Any) -> None:
    """An empty label would be offered as one of those that rtt.csv may name."""
    flaws = case.replace("customers.csv", "p,Paris", ",Paris").flaws()
    assert (flaws[0].where, flaws[0].found) == ("customers.csv, row 2, column id", "an empty cell")
    assert all("''" not in f.must for f in flaws)


def test_unknown_ids_in_rtt_are_named(case: Any) -> None:
    """A misspelt id would leave the pair with its modelled value."""
    where = {f.where: f.found for f in case.replace("rtt.csv", "p,fra-own", "q,fra-one").flaws()}
    assert where["rtt.csv, row 2, column customer"] == "'q'"
    assert where["rtt.csv, row 2, column site"] == "'fra-one'"


def test_a_pair_given_twice_in_rtt_is_a_flaw(case: Any) -> None:
    """Otherwise the last of two measurements wins by chance."""
    flaw = case.write("rtt.csv", (case.folder / "rtt.csv").read_text() + "p,fra-own,11\n").only_flaw()
    assert flaw.where == "rtt.csv, row 8, column customer"


def test_given_latency_must_cover_every_pair(case: Any) -> None:
    """A gap would be nan, and nan is compared false with every limit."""
    flaw = case.replace("rtt.csv", "w,sin-own,220\n", "").only_flaw()
    assert "w, sin-own" in flaw.found
    (case.folder / "rtt.csv").unlink()
    assert "6 pairs" in case.only_flaw().found


def test_a_transposed_rtt_table_is_recognised(case: Any) -> None:
    """Sites in the customers' column would give a dozen flaws that hide the one cause."""
    rows = [line.split(",") for line in (case.folder / "rtt.csv").read_text().split()[1:]]
    case.write("rtt.csv", "customer,site,rtt_ms\n" + "".join(f"{b},{a},{ms}\n" for a, b, ms in rows))
    assert "swap" in case.only_flaw().fix
    case.write("rtt.csv", ",fra-own,fra-colo,sin-own\np,10,10,160\nw,170,170,220\n")
    assert any("list pairs" in f.fix for f in case.flaws())


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("id,name\np,Zürich\n".encode("latin-1"), "Latin-1 'ü'"),
        ("id,name\np,Paris\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\0\0\0", "binary"),
        (b"", "an empty file"),
        (b"\n\n", "an empty file"),
        (b"id,name\np,Paris,x,y\n", "4"),
        (b'id,name\np,"Paris\n', ""),
    ],
)
def test_a_file_that_is_no_table_is_a_flaw_and_no_traceback(case: Any, raw: bytes, found: str) -> None:
    """Whatever bytes lie there, the answer names the file."""
    flaws = case.write("customers.csv", raw).flaws()
    assert all(f.where.startswith("customers.csv") for f in flaws)
    assert any(found in f.found for f in flaws)


def test_a_header_alone_is_no_table(case: Any) -> None:
    """No customers at all would be served perfectly by nothing."""
    case.write("customers.csv", "id,lat,lon,demand_mw\n")
    assert any(f.where == "customers.csv" and "at least one row" in f.must for f in case.flaws())


@pytest.mark.parametrize("file", ["case.toml", "customers.csv", "sites.csv"])
def test_a_missing_file_is_named(case: Any, file: str) -> None:
    """The person must learn which file to add."""
    (case.folder / file).unlink()
    assert (case.only_flaw().where, case.only_flaw().found) == (file, "no such file")


def test_a_folder_in_place_of_a_file_is_a_flaw(case: Any) -> None:
    """OSError must not reach the person as a traceback."""
    (case.folder / "sites.csv").unlink()
    (case.folder / "sites.csv").mkdir()
    assert case.only_flaw().where == "sites.csv"


def test_country_codes_must_be_known_to_the_fibre_model(case: Any) -> None:
    """The two-letter code of Germany has no latency region."""
    case.replace("case.toml", '"given"', '"fibre"').replace("sites.csv", "sin,SGP", "sin,SG")
    assert case.only_flaw().where == "sites.csv, row 4, column jurisdiction"
    case.replace("sites.csv", "sin,SG,", "sin,SGP,").replace("customers.csv", "country", "land")
    assert case.only_flaw().where == "customers.csv, column country"


def test_a_column_wrong_in_every_row_is_told_shortly(case: Any) -> None:
    """Ten thousand lines of the same message hide the others."""
    rows = "".join(f"c{k},0,0,-1\n" for k in range(1000))
    flaws = (
        case.write("customers.csv", "id,lat,lon,demand_mw\n" + rows).write("rtt.csv", "customer,site,rtt_ms\n").flaws()
    )
    of_demand = [f for f in flaws if "demand_mw" in f.where]
    assert len(of_demand) == 21
    assert "980 more" in of_demand[-1].found


def test_an_unknown_case_lists_the_bundled_ones(tmp_path: Path) -> None:
    """A misspelt name must lead to the right one."""
    with pytest.raises(InvalidProblem, match="europe-2015"):
        load("europa-2015")
    file = tmp_path / "cap41.txt"
    file.write_text("1 1")
    with pytest.raises(InvalidProblem, match=re.escape("sitewright.read")):
        load(file)


def test_optional_tables_and_columns_may_be_left_out(case: Any) -> None:
    """The smallest case: no partners, no segments, no capacity, no regimes."""
    case.write("case.toml", '[model]\nlatency = "great-circle"\nhaul_price = 10.0\n')
    case.write("customers.csv", "id,lat,lon,demand_mw\np,48.85,2.35,2\n")
    header = "id,lat,lon,jurisdiction,fixed_cost_eur_yr,pue,energy_eur_kwh,network_eur_mw_yr\n"
    case.write("sites.csv", header + "fra,50.11,8.68,DEU,1000000,1.25,0.08,5000\n")
    for file in ("partners.csv", "rtt.csv"):
        (case.folder / file).unlink()
    problem = load(case.folder)
    assert problem.name == "tiny"
    assert problem.n_partners == 0
    assert {rule.name for rule in problem.all_rules} == {"service", "site_status"}
    assert problem.numbers("penalty_rate").tolist() == [0.0]


def test_a_missing_column_hides_no_flaw_of_another_table(case: Any) -> None:
    """All problems at once: references between the tables that can be read are checked as well."""
    case.replace("customers.csv", "demand_mw", "power").replace("sites.csv", ",colo,3,", ",nobody,3,")
    case.replace("partners.csv", ",fra,DEU", ",nowhere,DEU")
    with pytest.raises(InvalidProblem) as caught:
        load(case.folder)
    said = str(caught.value)
    assert "column demand_mw" in said and "'nobody'" in said and "'nowhere'" in said


def test_who_has_only_tables_is_told_what_a_case_file_must_hold(case: Any) -> None:
    """Tried as a new user: "add case.toml" alone sends one to search for what to write into it."""
    (case.folder / "case.toml").unlink()
    assert "haul_price = 600.0" in case.flaws()[0].fix


def test_the_country_of_a_site_is_told_its_name(case: Any) -> None:
    """Tried as a new user: sites have a country in everyone's table, and "rename it" does not say to what."""
    case.replace("sites.csv", "jurisdiction", "country")
    assert "rename it to 'jurisdiction'" in [flaw.fix for flaw in case.flaws()]


def test_two_lines_of_case_toml_are_enough(case: Any) -> None:
    """The README says so."""
    (case.folder / "rtt.csv").unlink()
    case.write("case.toml", "[model]\nhaul_price = 600.0\n")
    assert load(case.folder).n_customers == 2
