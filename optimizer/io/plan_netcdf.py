"""A plan as NetCDF: the problem's data with the answer beside them."""

from pathlib import Path

import numpy as np
import xarray as xr

from sitewright.optimizer.io.atomic import write_whole
from sitewright.optimizer.plan import Plan
from sitewright.optimizer.problem import Problem


def write_plan_netcdf(plan: Plan, problem: Problem, target: Path) -> None:
    """Write open(site), load(site), share(link), customer and site of each link, and the verdict as attributes."""
    d = plan.decision
    data = problem.data.assign(
        open=("site", d.open.astype(np.int8), {"long_name": "1 where the site is open"}),
        load=("site", d.load(plan.demand), {"units": "MW", "long_name": "IT power served"}),
        link_customer=("link", d.customer, {"long_name": "position of the customer of the link"}),
        link_site=("link", d.site, {"long_name": "position of the site of the link"}),
        link_share=("link", d.share, {"units": "1", "long_name": "share of the customer's demand"}),
        multipliers=("customer", plan.certificate.multipliers, {"units": "EUR/yr", "long_name": "price of serving"}),
    )
    data.attrs |= {
        "sitewright_schema": "sitewright-plan/1",
        "status": plan.status.value,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "stop_reason": plan.stop_reason,
        "input_hash": plan.input_hash,
    }
    write_whole(target, lambda file: _write(data, file))


def _write(data: xr.Dataset, file: Path) -> None:
    data.to_netcdf(file, engine="h5netcdf")
