"""Read a CSV file into text cells with line numbers. What the columns mean is not known here."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from sitewright.optimizer.errors import Flaw

_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Table:
    """Text cells as they stand in the file, stripped of outer blanks; nothing in them is read as missing.

    Attributes
    ----------
    file
        Name of the file, for messages.
    header
        Column names.
    rows
        One tuple of cells a row, as long as the header.
    lines
        Line number of each row in the file; the header is on line 1.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def column(self, name: str) -> list[str]:
        k = self.header.index(name)
        return [row[k] for row in self.rows]


def read_text(path: Path, flaws: list[Flaw], *, least: str = "") -> str | None:
    """Return the text of a UTF-8 file, with or without byte order mark; None, with a flaw added, if it is none.

    `least` says what an absent file must hold at least.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        flaws.append(Flaw(path.name, "be in the case folder", "no such file", f"add {path}{least}"))
        return None
    except OSError as error:
        flaws.append(Flaw(path.name, "be readable", str(error.strerror or error), "check the file and its permissions"))
        return None
    fix = "save the file as UTF-8"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        flaws.append(Flaw(path.name, "be UTF-8 text", "UTF-16 text", fix))
    elif b"\0" in raw:
        flaws.append(Flaw(path.name, "be UTF-8 text", "binary data", "give a text file"))
    else:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            byte = raw[error.start]
            found = f"byte 0x{byte:02X}, which may be Latin-1 {chr(byte)!r}"
            flaws.append(Flaw(f"{path.name}, row {line}", "be UTF-8 text", found, fix))
    return None


def read_table(path: Path, flaws: list[Flaw]) -> Table | None:
    """Return the table, with rows of a wrong length left out; None if there is no header. Flaws are added to `flaws`.

    Comma, semicolon and tab are told apart by the header; LF and CRLF both end a line.
    """
    text = read_text(path, flaws)
    if text is None:
        return None
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: tuple[str, ...] = ()
    rows, lines, line = [], [], 1
    try:
        for record in reader:
            start, line = line, reader.line_num + 1
            cells = tuple(cell.strip() for cell in record)
            if not any(cells):
                continue
            if not header:
                header = cells
            elif len(cells) == len(header):
                rows.append(cells)
                lines.append(start)
            else:
                fix = "give one cell for each column; quote text that holds the separator, and write decimal points"
                must, found = f"have {len(header)} cells, like the header", f"{len(cells)}"
                flaws.append(Flaw(f"{path.name}, row {start}", must, found, fix))
    except csv.Error as error:
        flaws.append(Flaw(f"{path.name}, row {line}", "be CSV", str(error), "quote cells that hold special signs"))
        return None
    if not header:
        flaws.append(Flaw(path.name, "have a header and rows", "an empty file", "fill it, see docs/case-format.md"))
        return None
    _check_header(path.name, header, flaws)
    return Table(path.name, header, tuple(rows), tuple(lines))


def _check_header(file: str, header: tuple[str, ...], flaws: list[Flaw]) -> None:
    for k, name in enumerate(header):
        if not name:
            flaws.append(Flaw(f"{file}, column {k + 1}", "have a name", "an empty header cell", "name or delete it"))
        elif name in header[:k]:
            flaws.append(Flaw(f"{file}, column {name}", "appear once", "it twice", "delete or rename one"))


def row_of(table: Table, row: int, column: str) -> str:
    """Say where a cell is, in the words of every message."""
    return f"{table.file}, row {table.lines[row]}, column {column}"
