"""CSV tables: cells, line numbers and separators."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from sitewright.optimizer.io.case_columns import CUSTOMERS, PARTNERS, RTT, SITES, stem
from sitewright.optimizer.io.case_table import parse_number
from sitewright.optimizer.io.tables import read_table

if TYPE_CHECKING:
    from sitewright.optimizer.errors import Flaw


def test_lines_are_those_of_the_file_with_blank_lines_and_long_cells(tmp_path: Path) -> None:
    """A person looks for the row that the message names; rows counted without blanks are off."""
    file = tmp_path / "t.csv"
    file.write_text('\nid,name\n\na,x\nb,"two\nlines, one cell"\nc, z \n')
    flaws: list[Flaw] = []
    table = read_table(file, flaws)
    assert table is not None
    assert not flaws
    assert table.lines == (4, 5, 7)
    assert table.column("name") == ["x", "two\nlines, one cell", "z"]


def test_semicolons_inside_cells_do_not_make_the_separator(tmp_path: Path) -> None:
    """The header alone decides: a name may hold anything."""
    file = tmp_path / "t.csv"
    file.write_text("id,name\na,x;y;z;w\n")
    table = read_table(file, [])
    assert table is not None
    assert table.column("name") == ["x;y;z;w"]


@given(st.binary(max_size=200))
def test_no_bytes_at_all_give_a_traceback(raw: bytes) -> None:
    """Whatever a person drops in the folder, the answer is a table or a flaw."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "t.csv"
        file.write_bytes(raw)
        flaws: list[Flaw] = []
        table = read_table(file, flaws)
        assert table is not None or flaws


@given(st.floats(allow_nan=False))
def test_numbers_are_read_as_python_writes_them(value: float) -> None:
    """A case that sitewright wrote must come back to the last bit."""
    assert parse_number(repr(value)) == value


def test_what_looks_like_a_number_to_python_alone_is_none() -> None:
    """`nan` would pass every comparison, and 1_000 is a slip of the keyboard."""
    assert [parse_number(cell) for cell in ("nan", "NaN", "1_000", "1,5", "", "x", "0x10")] == [None] * 7


def test_no_two_columns_of_a_table_share_a_stem() -> None:
    """Else a column in a wrong unit could not be told from another column."""
    for columns in (CUSTOMERS, SITES, PARTNERS, RTT):
        stems = [stem(c.name) for c in columns]
        assert len(set(stems)) == len(stems)
