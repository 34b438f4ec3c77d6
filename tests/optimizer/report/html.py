"""Reads a page back: its tree must be whole, and what it says is found by tag and attribute."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    parent: "Element | None" = None
    parts: list["str | Element"] = field(default_factory=list)

    @property
    def children(self) -> list["Element"]:
        return [part for part in self.parts if isinstance(part, Element)]

    @property
    def words(self) -> list[str]:
        return [part for part in self.parts if isinstance(part, str)]

    def all(self, tag: str, **attrs: str) -> list["Element"]:
        """Return every element below with that tag and those attributes; `class_` and `data_x` as in `data-x`."""
        wanted = {k.rstrip("_").replace("_", "-"): v for k, v in attrs.items()}
        found = [self] if self.tag == tag and all(self.attrs.get(k) == v for k, v in wanted.items()) else []
        return found + [hit for child in self.children for hit in child.all(tag, **attrs)]

    def one(self, tag: str, **attrs: str) -> "Element":
        (found,) = self.all(tag, **attrs)
        return found

    @property
    def text(self) -> str:
        said = (part if isinstance(part, str) else f" {part.text} " for part in self.parts)
        return re.sub(r" (?=[.,;:])", "", " ".join("".join(said).split()))

    @property
    def values(self) -> list[float]:
        """The exact numbers below, in order."""
        return [float(d.attrs["value"]) for d in self.all("data") if d.attrs["value"]]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self._at = self.root
        self.flaws: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.flaws.append(f"<{tag}> has an attribute twice: {names}")
        element = Element(tag, {k: v or "" for k, v in attrs}, self._at)
        self._at.parts.append(element)
        if tag not in VOID:
            self._at = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._at.parts.append(Element(tag, {k: v or "" for k, v in attrs}, self._at))

    def handle_endtag(self, tag: str) -> None:
        if self._at.tag != tag:
            self.flaws.append(f"</{tag}> closes <{self._at.tag}> at {self.getpos()}")
        if self._at.parent is not None:
            self._at = self._at.parent

    def handle_data(self, data: str) -> None:
        self._at.parts.append(data)


def read(html: str) -> Element:
    """Return the tree; every tag must be closed in order."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.flaws, reader.flaws[:5]
    return reader.root
