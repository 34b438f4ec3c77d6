"""Dense work over customers x sites: distance, latency and cost matrices, and the passes over them.

One folder a kernel, and its `__init__.py` is the only documented face. One file a backend: `cpu.py` (Numba),
`cuda.py` (Numba on a card, or on Numba's simulator), `tiles.py` (the CPU's code over row blocks, on Dask or from a
store), and `reference.py` (slow Python by another formula, the oracle). great_circle, latency and cost make matrices:
they have no `tiles.py`, since `_make.py` puts the row blocks of all three on Dask or into a store. Numba is loaded by
the first call of a backend that needs it, never by an import.
"""

# Not lazy: the faces are light, and a folder and its function share a name. Bound here, once all folders are
# loaded, the name means the function for good; loaded later, the import system would bind the folder over it.
from sitewright.kernels._upload import upload
from sitewright.kernels._warmup import warmup
from sitewright.kernels.ascent import Ascent, ascent
from sitewright.kernels.cost import FibreLatency, cost
from sitewright.kernels.cover import Cover, cover, dominated
from sitewright.kernels.gains import Gains, gains
from sitewright.kernels.great_circle import great_circle
from sitewright.kernels.knapsack import Knapsack, knapsack, knapsack_served
from sitewright.kernels.latency import FibreNetwork, Places, great_circle_latency, latency, override
from sitewright.kernels.near_ends import NearEnds, near_ends
from sitewright.kernels.nearest import Nearest, nearest
from sitewright.kernels.order import order
from sitewright.kernels.reduced import Reduced, reduced, served
from sitewright.kernels.round_down import round_down
from sitewright.kernels.survey import Survey, survey

# The folders: those that make a matrix, then those that read one.
_MAKING = ("great_circle", "latency", "cost")
_READING = ("nearest", "gains", "reduced", "knapsack", "ascent", "cover", "order", "near_ends", "survey")
KERNELS = (*_MAKING, *_READING)

__all__ = [
    "KERNELS",
    "Ascent",
    "Cover",
    "FibreLatency",
    "FibreNetwork",
    "Gains",
    "Knapsack",
    "NearEnds",
    "Nearest",
    "Places",
    "Reduced",
    "Survey",
    "ascent",
    "cost",
    "cover",
    "dominated",
    "gains",
    "great_circle",
    "great_circle_latency",
    "knapsack",
    "knapsack_served",
    "latency",
    "near_ends",
    "nearest",
    "order",
    "override",
    "reduced",
    "round_down",
    "served",
    "survey",
    "upload",
    "warmup",
]
