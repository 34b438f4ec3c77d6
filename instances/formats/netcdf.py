"""NetCDF-4: a problem's dataset as it is, with any variable of `sitewright.optimizer.schema.VARIABLES`.

`sitewright.instances.write` writes it.
"""

from io import BytesIO

import xarray as xr

from sitewright.instances.options import Options
from sitewright.instances.source import BINARY, Source
from sitewright.optimizer.problem import Problem

NAME = "netcdf"
DESCRIPTION = "NetCDF-4 of a problem: any variable of sitewright.optimizer.schema"
OPTIONS: frozenset[str] = frozenset()


def recognises(source: Source) -> bool:
    return source.raw.startswith(BINARY)


def read(source: Source, options: Options) -> Problem:
    if source.raw.startswith(b"CDF"):
        raise source.fail("be NetCDF-4", "classic NetCDF", "convert it: nccopy -k nc4 OLD NEW")
    try:
        # Undecoded: xarray would turn a latency in ms into time deltas.
        with xr.open_dataset(
            BytesIO(source.raw), engine="h5netcdf", decode_times=False, decode_timedelta=False
        ) as stored:
            data = stored.load()
    except Exception as error:  # h5py raises whatever a damaged file provokes
        found = f"{type(error).__name__}: {error}"
        raise source.fail("be a whole NetCDF-4 file", found, "write the file again") from None
    return Problem(data, name=source.stem)
