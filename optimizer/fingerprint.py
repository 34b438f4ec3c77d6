"""The fingerprint of a problem: the same data and rules give the same hash, on every machine."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from sitewright.optimizer.blocks import row_blocks

if TYPE_CHECKING:
    from sitewright.optimizer.problem import Problem


def input_hash(problem: "Problem") -> str:
    """Return the SHA-256 over every variable (name, dimensions, type, bytes), the labels and the rules."""
    digest = hashlib.sha256()
    for name in sorted(map(str, problem.data.variables)):
        variable = problem.data[name]
        digest.update(f"{name}{variable.dims}{variable.shape}".encode())
        if variable.dtype.kind in "iufb":
            digest.update(variable.dtype.str.lstrip("<>=|").encode())
            for block in row_blocks(variable):
                digest.update(np.ascontiguousarray(block.values, dtype=variable.dtype.newbyteorder("<")).data)
        else:
            digest.update("\0".join(variable.values.astype(str).ravel().tolist()).encode())
    for rule in problem.all_rules:
        digest.update(repr(rule).encode())
    return digest.hexdigest()
