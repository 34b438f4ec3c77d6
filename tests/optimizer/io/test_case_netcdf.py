"""A case whose data are one NetCDF file: the same problem as the tables, and errors that name the file."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from sitewright.optimizer.io import load
from sitewright.optimizer.io.case_netcdf import TABLES
from tests.optimizer.io.conftest import CASE_TOML

RULES = '\n[[rules]]\ntype = "site_count"\nat_most = 1\n'


@pytest.fixture
def data(case: Any) -> xr.Dataset:
    """The dataset of the tiny case, whose tables are taken away."""
    found = load(case.folder).data.drop_vars(["service_cost", "haul_price", "penalty_rate", "penalty_free"])
    for name in TABLES:
        (case.folder / name).unlink(missing_ok=True)
    return found


def put(case: Any, data: xr.Dataset) -> Any:
    data.to_netcdf(case.folder / "data.nc", engine="h5netcdf")
    return case


def test_tables_and_netcdf_give_the_same_problem(case: Any) -> None:
    """Units, text, infinities and the rules of case.toml must all survive the way."""
    case.add(RULES)
    tables = load(case.folder)
    kept = tables.data.drop_vars(["service_cost", "haul_price", "penalty_rate", "penalty_free"])
    for name in TABLES:
        (case.folder / name).unlink(missing_ok=True)
    problem = load(put(case, kept).folder)
    np.testing.assert_array_equal(problem.data["service_cost"], tables.data["service_cost"])
    assert problem.rules == tables.rules
    assert problem.name == "tiny"
    assert problem.data.attrs["model_error_ms"] == 9.9
    for name in tables.data.variables:
        np.testing.assert_array_equal(problem.data[name].values, tables.data[name].values, err_msg=str(name))
    assert problem.data.attrs == tables.data.attrs


def test_the_numbers_of_case_toml_are_live(case: Any, data: xr.Dataset) -> None:
    """Someone who edits the haul price must not get the old plan."""
    before = load(put(case, data).folder).data["service_cost"].values
    case.replace("case.toml", "value = 100.0", "value = 200.0")
    after = load(case.folder).data["service_cost"].values
    np.testing.assert_allclose(after - before, 100.0 * data["latency"].values * data["demand"].values[:, None])


def test_a_service_cost_of_its_own_is_taken_as_it_is(case: Any, data: xr.Dataset) -> None:
    """A user's own cost model goes first."""
    cost = data.assign(service_cost=(("customer", "site"), np.arange(6.0).reshape(2, 3)))
    assert load(put(case, cost).folder).data["service_cost"].values.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_tables_beside_the_netcdf_are_refused(case: Any, data: xr.Dataset) -> None:
    """Two sets of data: which one was solved?"""
    flaw = put(case, data).write("rtt.csv", "customer,site,rtt_ms\n").only_flaw()
    assert flaw.where == "data.nc"
    assert "rtt.csv" in flaw.found


@pytest.mark.parametrize("raw", [b"", b"id,name\n", b"\x89HDF\r\n\x1a\n broken", b"CDF\x01"])
def test_a_file_that_is_no_netcdf_is_a_flaw(case: Any, data: xr.Dataset, raw: bytes) -> None:
    """HDF5 raises many things; none may reach the user."""
    assert case.write("data.nc", raw).only_flaw().where == "data.nc"


def test_a_folder_of_that_name_is_a_flaw(case: Any, data: xr.Dataset) -> None:
    """It exists, and cannot be read."""
    (case.folder / "data.nc").mkdir()
    assert case.only_flaw().where == "data.nc"


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda d: d.drop_vars("demand"), "variable 'demand'"),
        (lambda d: d.assign(latency=d["latency"].transpose()), "variable 'latency'"),
        (lambda d: d.assign(demand=-d["demand"]), "variable 'demand', customer p"),
        (lambda d: d.assign(demand=d["demand"].assign_attrs(units="kW")), "variable 'demand'"),
        (lambda d: d.assign(latency=d["latency"] * np.nan), "variable 'latency', customer p, site fra-own"),
        (lambda d: d.assign(segment=("customer", ["general", "rich"])), "variable 'segment'"),
        (lambda d: d.assign_coords(customer=["p", "p"]), "customer 'p'"),
        (lambda d: d.assign(site_partner=("site", ["", "x", ""])), "variable 'site_partner'"),
        (lambda d: d.rename(customer="user"), "dimension 'customer'"),
    ],
)
def test_bad_data_are_named_with_their_file(case: Any, data: xr.Dataset, spoil: Any, where: str) -> None:
    """The dataset's own check knows no file."""
    assert f"data.nc, {where}" in {f.where for f in put(case, spoil(data)).flaws()}


def test_flaws_of_case_toml_and_data_come_at_once(case: Any, data: xr.Dataset) -> None:
    """A latency model asked for beside given latencies would be ignored in silence."""
    put(case, data.assign(demand=-data["demand"])).write("case.toml", CASE_TOML.replace('"given"', '"fibre"'))
    where = {f.where for f in case.flaws()}
    assert "data.nc, variable 'service_cost'" not in where  # what follows from a flaw is none of its own
    assert {"case.toml, [model] latency", "data.nc, variable 'demand', customer p"} <= where
