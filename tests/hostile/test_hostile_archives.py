"""Archives made to harm: bombs, sizes that lie, entries that overlap, paths that lead elsewhere, secrets, damage."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cpu_time import cpu_seconds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refusals import told_of

from ged_files import dated, ged_text, write_ged
from tocsin.errors import DataError
from tocsin.sources.header import columns_of
from tocsin.sources.reading import read_table
from tocsin.sources.ucdp import read_ged

CSV = ged_text([dated(n, f"2015-03-{n:02}") for n in range(1, 20)]).encode()
SECONDS = 20.0


@pytest.fixture(autouse=True)
def nothing_written(tmp_path: Path) -> Iterator[None]:
    """Reading an archive leaves the folder as it was but for the archive, and takes no longer than it may."""
    began = cpu_seconds()
    yield
    assert cpu_seconds() - began < SECONDS
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) <= 1


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return path


def bomb(megabytes: int) -> bytes:
    """Zeros as a gzip stream of a thousandth of their size."""
    return gzip.compress(bytes(megabytes * 2**20), mtime=0)


def test_a_zip_within_a_zip_is_no_table(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(32 * 2**20))
    path = zipped(tmp_path / "a.zip", {"ged241.csv": inner.getvalue()})
    with pytest.raises(DataError, match="is not a table: binary content"):
        read_table(path, ["id"])
    path = zipped(tmp_path / "a.zip", {"ged241.zip": inner.getvalue()})
    with pytest.raises(DataError, match="holds 0 CSV files"):
        read_table(path, ["id"])


def test_a_gzip_within_a_gzip_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(gzip.compress(CSV)))
    with pytest.raises(DataError, match=r"a\.csv\.gz"):
        read_table(path, ["id"])


@pytest.mark.parametrize("head", [b"", b"id,what\n1,a\n"])
def test_a_bomb_of_gzip_is_refused_early(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "a.csv.gz"
    # Several streams in one file: each may be honest in itself.
    path.write_bytes(gzip.compress(head) + bomb(40) * 10)
    with pytest.raises(DataError, match=r"likely zip bomb|binary content"):
        read_table(path, ["id"])


def test_a_bomb_of_text_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": b"id,what\n" + (b"1," + b"a" * 998 + b"\n") * (70 * 2**10)})
    with pytest.raises(DataError, match="likely zip bomb; unpack it yourself"):
        read_table(path, ["id"])


@pytest.mark.parametrize("claimed", [0, 1, len(CSV) - 1, len(CSV) + 1, 2**31 - 1])
def test_sizes_that_lie(tmp_path: Path, claimed: int) -> None:
    path = zipped(tmp_path / "ged241.zip", {"ged241.csv": CSV})
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = content.index(mark) + at
        content[start : start + 4] = struct.pack("<I", claimed)
    path.write_bytes(content)
    if claimed > len(CSV):  # all of it is there, and its checksum is right
        assert read_ged(path).events.height == 19
    else:
        with pytest.raises(DataError, match=r"ged241\.zip"):
            read_ged(path)


def test_entries_that_overlap(tmp_path: Path) -> None:
    """Two names for the same bytes, as the densest bombs have them."""
    path = zipped(tmp_path / "a.zip", {"a.csv": CSV, "b.csv": b"x"})
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[central + 42 : central + 46] = bytes(4)  # the second begins where the first does
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.zip holds 2 CSV files"):
        read_table(path, ["id"])


def test_very_many_entries(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}.csv": b"" for n in range(5_000)}, zipfile.ZIP_STORED)
    with pytest.raises(DataError, match="holds 5000 CSV files where one was expected") as error:
        read_table(path, ["id"])
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    "name",
    [
        "/etc/ged241.csv", "../ged241.csv", "a/../../ged241.csv", "C:\\ged241.csv", "C:ged241.csv", "..\\ged241.csv",
        "\\\\server\\share\\ged241.csv", "a/..\\..\\ged241.csv", "//server/ged241.csv", "~/../ged241.csv",
    ],
)  # fmt: skip
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="a path outside its own folder"):
        read_table(zipped(tmp_path / "a.zip", {name: CSV}), ["id"])


@pytest.mark.parametrize(
    "name", ["．．/ged241.csv", "‥/ged241.csv", "~/ged241.csv", "CON/ged241.csv", "a\u202e/ged241.csv"]
)
def test_other_odd_names_are_only_names(tmp_path: Path, name: str) -> None:
    """Nothing is unpacked to the disk, so that no name can lead anywhere."""
    assert read_ged(zipped(tmp_path / "a.zip", {name: CSV})).events.height == 19


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("ged241.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DataError, match="is not a comma-separated table"):
        read_ged(path)


def test_names_with_line_ends_and_escapes_are_shown_harmlessly(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x\x1b[2J\n.csv": CSV, "y\x1b]0;t\x07.csv": CSV})
    with pytest.raises(DataError) as error:
        read_table(path, ["id"])
    assert str(error.value).isprintable()


def test_an_encrypted_archive_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"ged241.csv": CSV})
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.index(mark) + at] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="is encrypted"):
        read_ged(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(tmp_path: Path, method: int) -> None:
    with pytest.raises(DataError, match="packed in an unusual way; unpack it"):
        read_ged(zipped(tmp_path / "ged241.zip", {"ged241.csv": CSV}, method))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 7)), min_size=1, max_size=4), near_end=st.booleans())
def test_a_damaged_archive_gives_what_it_held_or_nothing(
    tmp_path: Path, method: int, flips: list[tuple[float, int]], near_end: bool
) -> None:
    path = zipped(tmp_path / "a.zip", {"ged241.csv": CSV}, method)
    content = bytearray(path.read_bytes())
    size = 140 if near_end else len(content)
    for where, bit in flips:
        content[len(content) - size + min(int(where * size), size - 1)] ^= 1 << bit
    path.write_bytes(content)
    columns_of(path)  # says nothing of damage, and so must not fail
    with told_of("a.zip"):
        assert read_ged(path, release="24.1").events.height == 19


def test_the_same_table_is_read_when_nothing_is_wrong(tmp_path: Path) -> None:
    plain = read_ged(write_ged(tmp_path / "ged241.csv", [dated(n, f"2015-03-{n:02}") for n in range(1, 20)]))
    (tmp_path / "ged241.csv").unlink()
    assert read_ged(zipped(tmp_path / "ged241.zip", {"ged241.csv": CSV})).events.equals(plain.events)
