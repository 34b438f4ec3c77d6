"""Rows that others speak for, and sites that others outdo, in a covering problem in which each site covers few rows.

Of a set, only those are compared that hold its rarest member: where the kernel `dominated` compares all with all, bits
in words, this looks at a few entries a pair, of a few pairs.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sitewright.optimizer.engine.radius.prices import Links

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@njit(nogil=True, cache=True)
def _inside(member, start, items, back_start, back_items, group, whole_goes):  # type: ignore[no-untyped-def]
    """Return which sets lie inside another of their group or, with `whole_goes`, which hold another.

    member[a, b] says whether set a holds item b. Of equal sets, the first stays.
    """
    n = len(start) - 1
    out = np.zeros(n, np.bool_)
    for a in range(n):
        size = start[a + 1] - start[a]
        rarest = -1
        for k in range(start[a], start[a + 1]):
            item = items[k]
            if rarest < 0 or back_start[item + 1] - back_start[item] < back_start[rarest + 1] - back_start[rarest]:
                rarest = item
        # The empty set lies inside all.
        for k in range(back_start[rarest] if size else 0, back_start[rarest + 1] if size else n):
            b = back_items[k] if size else k
            its = start[b + 1] - start[b]
            if b == a or its < size or group[b] != group[a]:
                continue
            if its == size and (b < a) == whole_goes:
                continue
            c = start[a]
            while c < start[a + 1] and member[b, items[c]]:
                c += 1
            if c == start[a + 1]:
                if whole_goes:
                    out[b] = True
                else:
                    out[a] = True
                    break
    return out


def spare_rows(mask: Mask) -> Mask:
    """Return the rows that are covered whenever some other is: the sites of that one are all among theirs.

    Of equal rows, the first is not spare. Shapes (rows, sites) and (rows,).
    """
    links = Links.of(mask)
    alike = np.zeros(len(mask), dtype=np.int64)
    out: Mask = _inside(np.ascontiguousarray(mask), *links.arrays, alike, True)
    return out


def outdone_sites(mask: Mask, group: Ints) -> Mask:
    """Return the sites of which another of the same group covers all that they cover.

    Of equal sites, the first is not outdone. Shapes (rows, sites), (sites,) and (sites,).
    """
    links = Links.of(mask)
    turned = links.site_start, links.site_rows, links.row_start, links.row_sites
    out: Mask = _inside(np.ascontiguousarray(mask.T), *turned, group, False)
    return out
