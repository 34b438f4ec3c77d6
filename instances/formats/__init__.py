"""Readers of instance files, one file a format. To add one: write its file, and add one line to `FORMATS`."""

from sitewright.instances.formats import (
    cfl,
    diaz_fernandez,
    holmberg,
    matrix_csv,
    netcdf,
    orlib_cap,
    orlib_pmed,
    plc,
    tsplib,
    ufllib,
)
from sitewright.instances.formats.base import Format
from sitewright.optimizer.errors import Flaw, InvalidProblem

FORMATS: tuple[Format, ...] = (
    orlib_cap,
    orlib_pmed,
    ufllib,
    plc,
    holmberg,
    diaz_fernandez,
    cfl,
    tsplib,
    matrix_csv,
    netcdf,
)


def by_name(name: str) -> Format:
    """Return the reader of a format."""
    for reader in FORMATS:
        if name == reader.NAME:
            return reader
    known = ", ".join(r.NAME for r in FORMATS)
    raise InvalidProblem([Flaw("option 'format'", f"be one of {known}", repr(name), "choose one of them")])
