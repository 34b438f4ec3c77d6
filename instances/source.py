"""An instance file, opened: its path, its name without .xz or .gz, its text and its bytes."""

import gzip
import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path

from sitewright.optimizer.errors import Flaw, InvalidProblem

# A packed file of a few kB may hold gigabytes of zeros; the largest instance of the field unpacks to 0.2 GB.
MOST_BYTES = 2 * 1024**3
BINARY = (b"\x89HDF", b"CDF\x01", b"CDF\x02", b"CDF\x05")  # NetCDF 4, and the three classic NetCDF


@dataclass(frozen=True)
class Source:
    """What a reader is given. `text` is empty for a binary file."""

    path: Path
    name: str
    text: str
    raw: bytes

    @property
    def stem(self) -> str:
        """The name without its ending; a name such as ``70.1`` has none."""
        head, dot, ending = self.name.rpartition(".")
        return head if dot and head and not ending.isdigit() else self.name

    def fail(self, must: str, found: object, fix: str, *, row: int | None = None) -> InvalidProblem:
        """Return the error that names this file, and the row if it is known."""
        where = str(self.path) + (f", row {row}" if row is not None else "")
        return InvalidProblem([Flaw(where, must, str(found), fix)])


def open_source(path: Path) -> Source:
    """Read a file whole; .xz and .gz are unpacked.

    Raises
    ------
    InvalidProblem
        If the file cannot be read, is damaged, empty, or neither text in UTF-8 nor NetCDF.
    """
    raw, name = _bytes(path), path.name.removesuffix(".xz").removesuffix(".gz")
    if raw.startswith(BINARY):
        return Source(path, name, "", raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        fix = "give an instance file in UTF-8 or ASCII"
        found = f"byte 0x{raw[error.start]:02x}"
        raise InvalidProblem([Flaw(f"{path}, row {row}", "be text", found, fix)]) from error
    if "\0" in text:
        raise InvalidProblem([Flaw(str(path), "be text", "a zero byte", "give an instance file in UTF-8 or ASCII")])
    if "\n" not in text:
        text = text.replace("\r", "\n")  # lines of old Macs
    # DOS programs closed a text with Ctrl-Z; one of Diaz and Fernandez' files (p43) still ends so.
    text = text.rstrip().removesuffix("\x1a")
    if not text.strip():
        raise InvalidProblem([Flaw(str(path), "hold an instance", "an empty file", "give a file with content")])
    return Source(path, name, text, raw)


def _bytes(path: Path) -> bytes:
    """Return the file's bytes; packing is known by the first of them, whatever the name."""
    try:
        with path.open("rb") as file:
            magic = file.read(6)
            file.seek(0)
            if magic.startswith(b"\x1f\x8b"):
                with gzip.open(file) as unpacked:
                    raw = unpacked.read(MOST_BYTES + 1)
            elif magic == b"\xfd7zXZ\x00":
                with lzma.open(file) as unpacked:
                    raw = unpacked.read(MOST_BYTES + 1)
            else:
                raw = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        fix = "check the path, its rights, and that the file is whole"
        raise InvalidProblem([Flaw(str(path), "be a readable file", reason, fix)]) from error
    if len(raw) > MOST_BYTES:
        fix = "build so large a problem with Problem.from_arrays"
        raise InvalidProblem([Flaw(str(path), "hold at most 2 GiB once unpacked", "more", fix)])
    return raw
