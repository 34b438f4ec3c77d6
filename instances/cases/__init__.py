"""The bundled cases: real data of 2015 with every modelling number sourced or marked assumed. Made by `make/`."""

import tomllib
from importlib.resources import files
from pathlib import Path

CASES = ("europe-2015", "southeast-asia-2015", "expansion-2015")


def folder_of(name: str) -> Path:
    """Return the folder of a bundled case."""
    return Path(str(files(__name__) / name))


def bundled() -> dict[str, str]:
    """Return the title of each bundled case by its name."""
    out = {}
    for name in CASES:
        text = (folder_of(name) / "case.toml").read_text(encoding="utf-8")
        out[name] = str(tomllib.loads(text)["case"]["title"])
    return out
