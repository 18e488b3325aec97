"""The reader of CSV files against Python's own: any text of quotes, commas and line ends, and any well-formed table."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from refusals import check_refusal, told_of

from tocsin.errors import DataError
from tocsin.sources import reading
from tocsin.sources.reading import RawTable, read_table

LOOSE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LETTERS = st.characters(codec="utf-8", exclude_characters="\0")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "t.csv"


def name(text: str) -> str:
    """A name that a column can have: no blanks around it, and no mark of bytes at its beginning."""
    return text.strip().lstrip("\ufeff").strip() or "x"


def cells_of(table: RawTable) -> list[tuple[str, ...]]:
    return [tuple(cell or "" for cell in row[:-1]) for row in table.frame.rows()]


@LOOSE
@given(text=st.text(st.sampled_from('",,\n\n\r a1é\ufeff;'), max_size=60), piece=st.sampled_from([1, 3, 7, 10_000]))
@example(text='1,"\n', piece=1)
@example(text='1,"a"\r', piece=3)
@example(text='"1","2"', piece=10_000)
def test_any_text_is_read_as_another_reader_reads_it_or_refused(path: Path, text: str, piece: int) -> None:
    path.write_bytes(("a,b,c\n" + text).encode())
    usual, reading._CHUNK = reading._CHUNK, piece
    try:
        table = read_table(path, ["a", "b", "c"])
    except DataError as error:
        check_refusal(error, path.name)
        return
    finally:
        reading._CHUNK = usual
    # A carriage return alone ends a line for csv; here it is one of a cell's characters, or lost at its end.
    by_csv = csv.reader(io.StringIO(re.sub("\r(?!\n)", "", text), newline=""))
    rows = [tuple(cell.replace("\r", "") for cell in row) for row in by_csv if row]
    blank = [row for row in rows if len(row) == 1 and not row[0].strip()]
    torn = len(rows) - len(blank) - sum(len(row) == 3 for row in rows)
    # What is left open at the end is never a row, however many cells csv makes of it.
    unfinished = table.torn.filter(table.torn["reason"].str.contains("inside quotes")).height
    whole = [row for row in rows if len(row) == 3]
    read = [tuple(cell.replace("\r", "") for cell in row) for row in cells_of(table)]
    assert read == whole or (unfinished and read == whole[:-1])
    assert torn <= table.torn.height <= torn + unfinished + len(blank) + text.count("\r")


@LOOSE
@given(
    cells=st.lists(st.lists(st.text(LETTERS, max_size=9), min_size=2, max_size=2), min_size=1, max_size=9),
    header=st.lists(st.text(LETTERS, max_size=9).map(name), min_size=2, max_size=2, unique=True),
    end=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    last_end=st.booleans(),
    data=st.data(),
)
def test_a_table_written_by_the_rules_comes_back(
    path: Path, cells: list[list[str]], header: list[str], end: str, bom: bool, last_end: bool, data: st.DataObject
) -> None:
    def written(cell: str) -> str:
        needs = not cell.strip() or {'"', ",", "\r", "\n"} & set(cell)
        return '"' + cell.replace('"', '""') + '"' if needs or data.draw(st.booleans()) else cell

    lines = [",".join(map(written, row)) for row in [header, *cells]]
    text = ("\ufeff" if bom else "") + end.join(lines) + (end if last_end else "")
    path.write_bytes(text.encode())
    try:
        table = read_table(path, header)
    except DataError as error:
        check_refusal(error, path.name)
        if not re.match(r"\s*(<!doctype|<html|<\?xml|\{|\[)", text.lstrip("\ufeff"), re.IGNORECASE):
            raise
        return
    assert list(table.columns) == header
    assert table.torn.is_empty()
    order = [table.frame.columns.index(name) for name in header]
    assert [tuple((row[i] or "") for i in order) for row in table.frame.rows()] == [tuple(row) for row in cells]


@LOOSE
@given(content=st.binary(max_size=300), start=st.sampled_from([b"", b"a,b\n", b"PAR1", b"\x1f\x8b\x08", b"PK\x03\x04"]))
def test_any_bytes_at_all_are_a_table_or_refused(path: Path, content: bytes, start: bytes) -> None:
    path.write_bytes(start + content)
    with told_of(path.name):
        assert read_table(path, ["a", "b"]).frame.width <= 3
