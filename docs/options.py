"""The options of a command as a table, from the code that reads them: ``{options} solve`` in a page.

``{options} source`` and ``{options} effort`` are those that many commands share; the table of a command leaves
them out, but for one whose default differs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, get_args

from sitewright.optimizer.cli import app
from sitewright.optimizer.cli.effort import Effort
from sitewright.optimizer.cli.source import Source

# What many commands share, and a command that has it.
SHARED = {"source": (Source, "solve"), "effort": (Effort, "explain")}


@dataclass(frozen=True)
class Option:
    """One row: all spellings, the default in words, the meaning."""

    names: tuple[str, ...]
    default: str
    meaning: str


def options(name: str) -> list[Option]:
    """Return the options of a command, or of a shared group."""
    if name in SHARED:
        kind, command = SHARED[name]
        mine = {field.name for field in fields(kind)}
        return [_option(one, one.field_info.default) for one in _arguments(command) if one.keys and one.keys[0] in mine]
    return list(_own(name))


def _own(command: str) -> Iterator[Option]:
    # A command may have other defaults for what it shares.
    given: dict[str, Any] = {}
    for one in _arguments(command):
        if "*" in one.names:
            given |= {
                field.name: getattr(one.field_info.default, field.name) for field in fields(one.field_info.default)
            }
        elif one.keys and given.get(one.keys[0]) != one.field_info.default:
            yield _option(one, given[one.keys[0]])
        elif not one.keys and one.names[0].startswith("-"):
            yield _option(one, one.field_info.default)


def _arguments(command: str) -> Any:
    return app[command].assemble_argument_collection(parse_docstring=True)


def _option(one: Any, default: Any) -> Option:
    said = re.sub(r"(?<![\w`-])--[a-z][a-z-]*", r"`\g<0>`", " ".join((one.parameter.help or "").split()))
    choices = [c for hint in (one.hint, *get_args(one.hint)) for c in get_args(hint) if isinstance(c, str)]
    unsaid = [choice for choice in dict.fromkeys(choices) if choice not in said]
    if unsaid:
        said = f"{said.rstrip('.')}: {', '.join(f'`{choice}`' for choice in dict.fromkeys(choices))}."
    words = (
        ""
        if default is None or default is False
        else f"`{default:g}`"
        if isinstance(default, float)
        else f"`{default}`"
    )
    return Option(tuple(n for n in one.names if not n.startswith("--empty-")), words, said)


def table(name: str) -> str:
    """Return the options as a Markdown table."""
    rows = [f"| {', '.join(f'`{n}`' for n in one.names)} | {one.default} | {one.meaning} |" for one in options(name)]
    return "\n".join(["| option | default | meaning |", "|---|---|---|", *rows]) if rows else ""


def setup(sphinx: Any) -> dict[str, Any]:
    """Add the directive. Tests read the tables where Sphinx is not installed, so it is loaded here."""
    from sphinx.util.docutils import SphinxDirective

    class Options(SphinxDirective):
        """The table, in the place of the directive."""

        required_arguments = 1

        def run(self) -> list[Any]:
            return self.parse_text_to_nodes(table(self.arguments[0]))

    sphinx.add_directive("options", Options)
    return {"parallel_read_safe": True}
