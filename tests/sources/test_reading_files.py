"""Files of unknown health: what is read, what is set apart, and what each unusable file is told."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import DataError, InputError, MissingFileError
from tocsin.sources import reading
from tocsin.sources.reading import read_table

GOOD = b'id,what,n\n1,"a, b",x\n2,"two\nlines, ""quoted""",y\n3,,z\n'


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(content: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo("events.csv")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def rows(table: reading.RawTable) -> list[tuple[object, ...]]:
    return table.frame.rows()


def test_the_same_table_from_every_kind_of_file(tmp_path: Path) -> None:
    plain = read_table(put(tmp_path / "a.csv", GOOD), ["id", "what"])
    assert rows(plain) == [("1", "a, b", 2), ("2", 'two\nlines, "quoted"', 3), ("3", None, 5)]
    assert plain.columns == ("id", "what", "n")
    assert plain.torn.is_empty()
    packed = read_table(put(tmp_path / "a.csv.gz", gzip.compress(GOOD)), ["id", "what"])
    archived = read_table(
        zipped(tmp_path / "a.zip", {"in/GEDEvent_v24_1.csv": GOOD, "read.txt": b"hi"}), ["id", "what"]
    )
    assert rows(packed) == rows(archived) == rows(plain)
    assert archived.inner_file == "GEDEvent_v24_1.csv"
    assert len({plain.sha256, packed.sha256, archived.sha256}) == 3


def test_kind_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    assert read_table(put(tmp_path / "a.csv", gzip.compress(GOOD)), ["id"]).frame.height == 3
    pl.DataFrame({"id": [7]}).write_parquet(tmp_path / "b.csv")
    assert rows(read_table(tmp_path / "b.csv", ["id"])) == [(7, 1)]


def test_bom_windows_line_ends_blank_lines_and_no_final_line_end(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + b"id,what\r\n1,a\r\n\r\n2,b\r\n\n3,c"
    table = read_table(put(tmp_path / "a.csv", content), ["id", "what"])
    assert rows(table) == [("1", "a", 2), ("2", "b", 4), ("3", "c", 6)]
    assert table.torn.is_empty()


def test_rows_of_the_wrong_width_are_set_apart_and_the_rest_is_read(tmp_path: Path) -> None:
    content = b'id,what,n\n1,"x\ny",a\n2,b\n3,b,c,d\n4,b,c\n5,to'
    table = read_table(put(tmp_path / "a.csv", content), ["id", "n"])
    assert rows(table) == [("1", "a", 2), ("4", "c", 6)]
    assert table.torn.rows() == [
        (4, "2 fields where the header has 3", "2"),
        (5, "4 fields where the header has 3", "3"),
        (7, "torn: 2 fields where the header has 3", "5"),
    ]


def test_a_file_that_ends_inside_quotes_loses_only_its_last_row(tmp_path: Path) -> None:
    table = read_table(put(tmp_path / "a.csv", b'id,what,n\n1,a,b\n2,"half a head'), ["id"])
    assert rows(table) == [("1", 2)]
    assert table.torn.rows() == [(3, "torn: the file ends inside quotes (of 3 fields)", "2")]


def test_a_file_without_header_line_is_known_by_its_width(tmp_path: Path) -> None:
    table = read_table(put(tmp_path / "a.csv", b"1,a,x\n2,b,y\n"), ["id", "n"], standard_header=("id", "what", "n"))
    assert rows(table) == [("1", "x", 1), ("2", "y", 2)]
    assert "no header line" in table.notes[0]


def test_pieces_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = GOOD + b"".join(b'%d,"%s",q\n' % (n, b"x\n," * (n % 5)) for n in range(4, 60)) + b"60,torn"
    whole = read_table(put(tmp_path / "a.csv", content), ["id", "what", "n"])
    monkeypatch.setattr(reading, "_CHUNK", 7)
    pieces = read_table(tmp_path / "a.csv", ["id", "what", "n"])
    assert pieces.frame.equals(whole.frame)
    assert pieces.torn.equals(whole.torn)
    assert whole.frame.height == 59
    put(tmp_path / "a.csv", content.replace(b"59,", b'59,ab"c', 1))
    with pytest.raises(DataError, match=r"line 1[0-9]{2} has a quote in the middle"):
        read_table(tmp_path / "a.csv", ["id"])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    cells=st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8), min_size=3, max_size=3),
        min_size=1,
        max_size=12,
    )
)
def test_any_cells_written_as_csv_come_back(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    out.write("a,b,c\n")
    out.writelines(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in cells)
    path = put(tmp_path_factory.mktemp("csv") / "t.csv", out.getvalue().encode())
    table = read_table(path, ["a", "b", "c"])
    assert [row[:3] for row in rows(table)] == [tuple(row) for row in cells]
    lines = [2 + sum(1 + "".join(row).count("\n") for row in cells[:k]) for k in range(len(cells))]
    assert table.frame["row"].to_list() == lines


def test_files_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"there is no file .*nowhere.csv"):
        read_table(tmp_path / "nowhere.csv", ["id"])
    with pytest.raises(InputError, match="is a folder; name the files in it"):
        read_table(tmp_path, ["id"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"bad.csv is empty \(0 bytes\)"),
        (gzip.compress(b""), r"bad.csv is empty \(0 bytes unpacked\)"),
        (
            b"id,what\n1,Caf\xe9\n",
            r"not UTF-8: byte 0xe9 on line 2 \(byte 14 of the file\)\. It is probably Windows-1252; convert it: iconv",
        ),
        ("id,what\n1,a\n".encode("utf-16"), "UTF-16 text; UTF-8 was expected"),
        (b"id,what\n1,\0\n", "binary content at byte 11"),
        (b"<!DOCTYPE html><p>404", "is not a table"),
        (b"id;what;n\n1;a;b\n", "columns are separated by ';'; save it with commas"),
        (b'"id";"what";"n"\n"1";"a";"b"\n', "columns are separated by ';'; save it with commas"),
        (b'\xef\xbb\xbfid\twhat\tn\n1\t5" gun\tx\n', r"columns are separated by '\\t'"),
        (b'id,what\r1,a\r2,"b"\r', "the line ends of old Macs"),
        (b'id,"what\rnot"\rn\n1,a\r2,"b"\r\n', "the line ends of old Macs"),
        (b"hello world\n", "its first line is one column"),
        (bz2.compress(GOOD), "packed with bzip2; unpack it"),
        (lzma.compress(GOOD), "packed with xz; unpack it"),
        (tarred(GOOD), "a tar archive; unpack it"),
        (gzip.compress(tarred(GOOD)), "a tar archive; unpack it"),
        (gzip.compress(b"X\n\x00\x00\x00\x03" + bytes(40)), r"data of R \(\.rds\); in R: write\.csv"),
        (gzip.compress(b"RDX3\nX\n" + bytes(40)), r"data of R \(\.RData\)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"an Excel workbook \(\.xls\); save the sheet as CSV"),
        (b"id,what,id\n1,a,2\n", "columns of the same name: 'id'"),
        (b'id,what\n1,"a\n' + b"2,b\n" * 300, r"a quote opened on or after line 2 is never closed"),
        (b'id,what\n1,5" gun\n2,6" gun\n', r"line 2 has a quote in the middle of a cell; a cell with"),
        (b'id,what\n1,a\n2,"b" x\n', r"line 3 has a quote in the middle of a cell"),
        (gzip.compress(GOOD * 50)[:-12], r"bad.csv is cut off: its gzip stream ends before its end mark"),
        (gzip.compress(GOOD)[:-8] + bytes(8), "damaged gzip"),
        (b"PK\x03\x04 nothing more", "damaged zip"),
        (b"PAR1 nothing more", "no readable Parquet"),
        (gzip.compress(bytes(80 * 2**20)), r"unpacks to more than 64 MB from 0.1 MB: refused as a likely zip bomb"),
    ],
)
def test_every_unusable_file_is_told_what_is_wrong(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_table(put(tmp_path / "bad.csv", content), ["id"])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.csv": GOOD, "b.csv": GOOD}, r"holds 2 CSV files where one was expected \(it holds: a.csv, b.csv\)"),
        ({"a.txt": GOOD}, r"holds 0 CSV files where one was expected \(it holds: a.txt\)"),
        ({"../a.csv": GOOD}, r"a path outside its own folder \('../a.csv'\): refused"),
        ({"/etc/a.csv": GOOD}, "a path outside its own folder"),
        ({"C:\\a.csv": GOOD}, "a path outside its own folder"),
        ({"xl/workbook.xml": b"", "a.csv": GOOD}, "is an Excel workbook; save the sheet as CSV"),
        ({"a.csv": bytes(80 * 2**20)}, "likely zip bomb"),
    ],
)
def test_zips_that_cannot_be_trusted_are_refused(tmp_path: Path, members: dict[str, bytes], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_table(zipped(tmp_path / "a.zip", members), ["id"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_mac_leftovers_in_a_zip_do_not_count(tmp_path: Path) -> None:
    assert read_table(zipped(tmp_path / "a.zip", {"a.csv": GOOD, "__MACOSX/._a.csv": b"x"}), ["id"]).frame.height == 3


def test_a_line_end_of_old_macs_inside_quotes_is_text(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", b'id,"wh\rat"\r\n1,"a\rb"\r\n')
    assert read_table(path, ["id"]).frame["id"].to_list() == ["1"]


def test_a_damaged_zip_member_is_found(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": GOOD * 100})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    with pytest.raises(DataError, match="damaged zip"):
        read_table(put(path, bytes(content)), ["id"])


def test_a_table_with_none_of_the_wanted_columns_is_still_a_table(tmp_path: Path) -> None:
    table = read_table(put(tmp_path / "a.csv", GOOD), ["other"])
    assert table.columns == ("id", "what", "n")
    assert table.frame.columns == ["row"]
