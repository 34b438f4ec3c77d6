"""Instances: readers of the field's formats, a writer, seeded generators, published values, and the bundled cases."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sitewright.instances.generators import generate as generate
    from sitewright.instances.reading import read as read
    from sitewright.instances.writing import write as write

_HOMES = {"generate": "generators", "read": "reading", "write": "writing"}

__all__ = ["generate", "read", "write"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sitewright.instances' has no attribute {name!r}")
    return getattr(import_module(f"sitewright.instances.{_HOMES[name]}"), name)
