"""The proof of a plan as plain JSON types, and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sitewright.optimizer.errors import Flaw, InvalidProblem
from sitewright.optimizer.proof import Proof


def proof_document(proof: Proof | None, sites: NDArray[np.str_]) -> dict[str, Any] | None:
    """Return the proof: a list of nodes, each with its parent's place, its decision and its prices, EUR/yr.

    The prices of a node are one text, numbers with blanks between them: a list would take a line for each.
    """
    if proof is None:
        return None
    return {
        "bound": proof.bound,
        "target": proof.target,
        "nodes": [
            {
                "parent": int(proof.parent[k]) if k else None,
                "site": str(sites[proof.site[k]]) if proof.site[k] >= 0 else None,
                "open": bool(proof.is_open[k]) if proof.site[k] >= 0 else None,
                "customer_prices": _text(proof.customer_prices[k]),
                "row_prices": _text(proof.row_prices[k]),
            }
            for k in range(proof.nodes)
        ],
    }


def read_proof(document: dict[str, Any] | None, sites: NDArray[np.str_], where: str) -> Proof | None:
    """Return the proof of a document, or None; whether it proves anything is the checker's to say.

    Raises
    ------
    InvalidProblem
        If it names a site that the problem lacks, or its nodes do not have as many prices one as the other.
    """
    if document is None:
        return None
    nodes, index = document["nodes"], {str(label): j for j, label in enumerate(sites)}
    unknown = sorted({str(n["site"]) for n in nodes if n["site"] is not None and n["site"] not in index})
    if unknown:
        fix = "give the case that the plan was made for"
        raise InvalidProblem([Flaw(f"{where}, proof", "name only sites of the problem", repr(unknown[0]), fix)])
    customer, row = ([_numbers(n[name]) for n in nodes] for name in ("customer_prices", "row_prices"))
    if len({len(c) for c in customer}) > 1 or len({len(r) for r in row}) > 1:
        must, found = "have as many prices in each node", "nodes of several lengths"
        raise InvalidProblem([Flaw(f"{where}, proof", must, found, "write the proof again")])
    return Proof(
        float(document["bound"]),
        float(document["target"]),
        np.array([-1 if n["parent"] is None else int(n["parent"]) for n in nodes]),
        np.array([-1 if n["site"] is None else index[n["site"]] for n in nodes]),
        np.array([bool(n["open"]) for n in nodes]),
        np.array(customer),
        np.array(row).reshape(len(nodes), -1),
    )


def _text(prices: NDArray[np.float64]) -> str:
    return " ".join(repr(float(x)) for x in prices)


def _numbers(text: str) -> NDArray[np.float64]:
    return np.array([float(x) for x in text.split()])
