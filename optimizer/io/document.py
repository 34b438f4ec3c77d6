"""A versioned JSON document from a file, and errors that say what is wrong with it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sitewright.optimizer.errors import Flaw, InvalidProblem


def read_document(file: Path, schema: str, writer: str) -> dict[str, Any]:
    """Return the document; `writer` is the command that writes such files.

    Raises
    ------
    InvalidProblem
        If the file cannot be read, or has another schema.
    """
    where = str(file)
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fix = f"give a file that `{writer}` wrote"
        raise InvalidProblem([Flaw(where, "be a readable JSON file", str(error), fix)]) from error
    found = document.get("schema") if isinstance(document, dict) else type(document).__name__
    if not isinstance(document, dict) or found != schema:
        fix = f"give a file that `{writer}` wrote, with this version"
        raise InvalidProblem([Flaw(where, f"have the schema {schema!r}", repr(found), fix)])
    return document


@contextmanager
def whole(where: str, schema: str) -> Iterator[None]:
    """Turn what goes wrong while a document is taken apart into an `InvalidProblem`."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, InvalidProblem):
            raise
        found = f"{type(error).__name__}: {error}"
        raise InvalidProblem([Flaw(where, f"hold every part of {schema}", found, "write it again")]) from error


def same_problem(document: dict[str, Any], name: str, where: str) -> None:
    """Raise InvalidProblem if a document is of another problem."""
    if document["problem"] != name:
        fix = "give the case that it was made for"
        raise InvalidProblem([Flaw(where, f"be of {name!r}", repr(document["problem"]), fix)])
