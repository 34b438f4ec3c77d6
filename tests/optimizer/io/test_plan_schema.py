"""The JSON Schema of a plan is true of what is written, and describes all of it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import sitewright as sw
from sitewright.optimizer.io import plan_json
from sitewright.optimizer.io.plan_json import plan_document

SCHEMA = json.loads(Path(plan_json.__file__).with_name("plan.schema.json").read_text(encoding="utf-8"))
CHECK = jsonschema.Draft202012Validator(SCHEMA)


def tiny() -> sw.Problem:
    return sw.Problem.from_arrays(
        service_cost=[[1.0, 9.0], [9.0, 1.0]], fixed_cost=[2.0, 2.0], latency=[[3.0, 9.0], [9.0, 4.0]]
    )


def document(**options: Any) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(plan_document(sw.solve(tiny(), **options))))
    return written


@pytest.mark.parametrize(
    "options", [{}, {"objective": "p-center", "p": 1}, {"objective": "coverage", "p": 1, "radius": 5.0}]
)
def test_what_is_written_fits_the_schema(options: dict[str, Any]) -> None:
    """Who generates code from a schema that is not true gets code that fails on the first plan."""
    CHECK.validate(document(**options))


def test_every_field_is_described_and_none_is_made_up() -> None:
    """A field that nobody describes is read as what its name suggests."""
    written = document()
    assert set(written) == set(SCHEMA["properties"]) == set(SCHEMA["required"])
    assert all("description" in field for field in SCHEMA["properties"].values())


@pytest.mark.parametrize(
    "spoiled", [{"status": "good"}, {"gap": -1.0}, {"open_sites": ["a", "a"]}, {"objective": None}, {"threads": 0}]
)
def test_a_wrong_plan_does_not_fit(spoiled: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        CHECK.validate(document() | spoiled)
