"""Files read in pieces: the same rows as at once, however small the pieces, from every kind of file."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import DataError
from tocsin.sources import reading, records
from tocsin.sources.reading import open_table, read_table

COLUMNS = ("id", "what", "n")
TEXT = b"id,what,n\r\n" + b"".join(
    (b'%d,"a ""quoted"" word,\nof two lines",%d\r\n' % (n, n % 7) if n % 3 else b"%d,plain,%d\n" % (n, n % 7))
    + (b"%d,too,many,fields\n" % n if n % 11 == 0 else b"")
    + (b"\n" if n % 13 == 0 else b"")
    for n in range(1, 400)
)


@pytest.fixture(params=[(5, 40, 3), (64, 1000, 1), (4096, 10**9, 50)], ids=["tiny", "one row", "fifty rows"])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks and pieces of few bytes and rows."""
    for name, value in zip(("_CHUNK", "_PIECE_BYTES", "_PIECE_ROWS"), request.param, strict=True):
        monkeypatch.setattr(reading, name, value)


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.usefixtures("small")
def test_pieces_put_together_are_the_rows_that_pythons_reader_finds(tmp_path: Path) -> None:
    found = open_table(put(tmp_path / "a.csv", TEXT), COLUMNS)
    pieces = list(found.pieces())
    assert len(pieces) > 2
    rows = [row for row in csv.reader(io.StringIO(TEXT.decode(), newline="")) if len(row) == 3][1:]
    assert [list(row) for row in pl.concat(pieces).select(COLUMNS).iter_rows()] == rows
    assert found.height == len(rows) == 399
    assert found.torn["first_field"].to_list() == [str(n) for n in range(11, 400, 11)]
    # Lines are those of the file, counted without any of this.
    lines = dict(zip(pl.concat(pieces)["id"], pl.concat(pieces)["row"], strict=True))
    for number in (1, 14, 200, 399):
        assert lines[str(number)] == TEXT[: TEXT.index(b"\n%d," % number) + 1].count(b"\n") + 1


@pytest.mark.usefixtures("small")
def test_packed_files_in_pieces_are_the_same(tmp_path: Path) -> None:
    plain = pl.concat(open_table(put(tmp_path / "a.csv", TEXT), COLUMNS).pieces())
    packed = open_table(put(tmp_path / "a.csv.gz", gzip.compress(TEXT)), COLUMNS)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in.csv", TEXT)
    zipped = open_table(tmp_path / "a.zip", COLUMNS)
    for found in (packed, zipped):
        assert pl.concat(found.pieces()).equals(plain)
        assert pl.concat(found.pieces()).equals(plain)  # as often as wanted
        assert pl.concat(found.pieces(["n"])).columns == ["n", "row"]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.lists(st.sampled_from(["a", "é", ",", "\n", "\r\n", '"', '""', '","', ",x\n", '"\n']), max_size=40),
    chunk=st.integers(1, 9),
)
def test_any_text_is_read_or_refused_alike_in_chunks_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, text: list[str], chunk: int
) -> None:
    path = put(tmp_path_factory.mktemp("csv") / "t.csv", ("id,n\n" + "".join(text)).encode())

    def outcome() -> tuple[object, ...]:
        try:
            found = read_table(path, ["id", "n"])
        except DataError as error:
            return (str(error),)
        return found.frame.rows(), found.torn.rows()

    whole = outcome()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "_CHUNK", chunk)
        patched.setattr(reading, "_PIECE_BYTES", 8)
        assert outcome() == whole


def test_a_file_that_changes_between_two_looks_is_told(tmp_path: Path) -> None:
    found = open_table(put(tmp_path / "a.csv", TEXT), COLUMNS)
    put(tmp_path / "a.csv", TEXT[:2000])
    with pytest.raises(DataError, match=r"a\.csv changed while it was read; try again"):
        list(found.pieces())


def test_a_record_or_a_line_without_end_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK", 50)
    monkeypatch.setattr(records, "LONGEST_RECORD", 1000)
    with pytest.raises(DataError, match=r"a quote opened on or after line 3 is not closed in 1,000 bytes"):
        open_table(put(tmp_path / "a.csv", b'id,n\n1,2\n2,"' + b"text\n" * 500), ["id"])
    with pytest.raises(DataError, match=r"a line of it has more than 1,000 bytes"):
        open_table(put(tmp_path / "b.csv", b"id,n\n" + b"1," * 800), ["id"])


def test_parquet_comes_in_pieces_numbered_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pl.DataFrame({"id": range(1000), "n": [str(n % 9) for n in range(1000)]})
    table.write_parquet(tmp_path / "a.parquet", row_group_size=300)
    monkeypatch.setattr(reading, "_PIECE_ROWS", 120)
    found = open_table(tmp_path / "a.parquet", ["n", "id", "other"])
    pieces = list(found.pieces())
    assert len(pieces) > 3
    assert pl.concat(pieces).select("id", "n").equals(table)
    assert pl.concat(pieces)["row"].to_list() == list(range(1, 1001))
