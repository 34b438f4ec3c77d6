"""Dense work over customers x sites: great-circle distance, round-trip latency, yearly cost.

One folder a kernel, and its `__init__.py` is the only documented face. One file a backend: `cpu.py` (Numba),
`cuda.py` (Numba on a card, or on Numba's simulator), `reference.py` (slow NumPy by another formula, the oracle).
Numba is loaded by the first call of a backend that needs it, never by an import.
"""

# Not lazy: the faces are light, and a folder and its function share a name. Bound here, once all three folders are
# loaded, the name means the function for good; loaded later, the import system would bind the folder over it.
from sitewright.kernels._warmup import warmup
from sitewright.kernels.cost import cost
from sitewright.kernels.great_circle import great_circle
from sitewright.kernels.latency import FibreNetwork, Places, great_circle_latency, latency, override

__all__ = [
    "FibreNetwork",
    "Places",
    "cost",
    "great_circle",
    "great_circle_latency",
    "latency",
    "override",
    "warmup",
]
