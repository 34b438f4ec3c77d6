"""One section of the page: of ours a template with its data, of others a body."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Attributes
    ----------
    anchor
        Its id in the page; a word.
    title, short
        Its heading, and its word in the bar on top.
    body
        Its HTML. `Markup` says that names in it are escaped already; plain text is escaped.
    template
        Its file, of our own sections.
    data
        What the template shows, as ``section.data``.
    """

    anchor: str
    title: str
    short: str
    body: Markup | str = ""
    template: str = ""
    data: Any = None
