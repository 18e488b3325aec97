"""Files that are too wide, too long, too torn or too deep: an answer in bounded time and memory, and a clear one."""

from __future__ import annotations

import json
import resource
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from cpu_time import cpu_seconds
from refusals import refused

from ged_files import GED_COLUMNS, dated, ged_text
from tocsin.errors import DataError
from tocsin.panel import read_country_months
from tocsin.settings import load_settings
from tocsin.sources import reading
from tocsin.sources.header import columns_of
from tocsin.sources.reading import MOST_COLUMNS, read_table
from tocsin.sources.registry import read_file
from tocsin.sources.source import ReadOptions
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store
from tocsin.whatif.files.reading import read_scenario

SECONDS, MEGABYTES = 30.0, 1500


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """No more than so long, on a machine that may be busy, and so much more memory than before."""
    began, before = cpu_seconds(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert cpu_seconds() - began < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_hundred_thousand_columns(tmp_path: Path) -> None:
    many = ",".join(f"column_{n}" for n in range(100_000))
    for header, row in ((many, "," * 99_999), (f"{','.join(GED_COLUMNS)},{many}", "," * 100_048)):
        path = put(tmp_path / "ged241.csv", f"{header}\n{row}\n".encode())
        assert len(columns_of(path)) < 100_000
        for read in (read_ged, read_country_months, lambda path: read_file(path, ReadOptions())):
            with pytest.raises(DataError, match=r"ged241\.csv has 100,\d+ columns; a table of events has no more than"):
                read(path)


def test_four_thousand_columns_are_read(tmp_path: Path) -> None:
    more = MOST_COLUMNS - len(GED_COLUMNS)
    header, row = ged_text([dated(1, "2015-03-04")]).splitlines()
    text = f"{header}{''.join(f',c{n}' for n in range(more))}\n{row}{',' * more}\n"
    assert read_ged(put(tmp_path / "ged241.csv", text.encode()), covers="file").events.height == 1


def test_a_line_of_a_hundred_megabytes(tmp_path: Path) -> None:
    path = put(tmp_path / "ged241.csv", b"id,side_a\n1," + b"x" * (100 * 2**20))
    with pytest.raises(DataError, match=r"ged241\.csv"):
        read_ged(path)


def test_a_quote_that_never_closes_over_a_hundred_megabytes(tmp_path: Path) -> None:
    text = ged_text([dated(n, "2015-03-04") for n in range(1, 9)]).encode()
    path = put(tmp_path / "ged241.csv", text + b'9,"' + (b"x" * 99 + b"\n") * 2**20)
    with pytest.raises(DataError, match="a quote opened on or after line 10"):
        read_ged(path)


@pytest.mark.parametrize(
    ("torn", "count"), [(b"1,2\n", 1_000_000), (b"\n", 1_000_000), (b",\n", 100_000), (b'1,"a"\n', 100_000)]
)
def test_a_million_torn_rows(tmp_path: Path, torn: bytes, count: int) -> None:
    text = ged_text([dated(1, "2015-03-04")]).encode()
    path = put(tmp_path / "ged241.csv", text + torn * count + text.splitlines()[1].replace(b"1,", b"2,", 1) + b"\n")
    checked = read_ged(path, covers="file")
    assert checked.events.height == 2
    assert checked.rejected.height == (0 if torn == b"\n" else count)
    assert len(str(checked.findings)) < 2000
    Store(tmp_path / "home").add(checked)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_brackets_without_end(tmp_path: Path, opening: str) -> None:
    deep = opening * 200_000
    store = Store(tmp_path)
    store.folder.mkdir()
    (store.folder / "manifest.json").write_text(deep)
    with pytest.raises(DataError, match=r"manifest\.json is damaged"):
        store.vintages()
    for text in (f"a = {'[' * 200_000}", f"a = {'{a=' * 200_000}", f"{'[' * 200_000}a", f"a{'.a' * 100_000} = 1"):
        with refused("s.toml", longest=40_000):
            read_scenario(put(tmp_path / "s.toml", text.encode()))
        with pytest.MonkeyPatch.context() as patch, refused("tocsin.toml", "setting"):
            patch.setenv("TOCSIN_HOME", str(tmp_path))
            put(tmp_path / "tocsin.toml", text.encode())
            load_settings()


def test_numbers_of_a_hundred_thousand_digits(tmp_path: Path) -> None:
    digits = "9" * 100_000
    (Store(tmp_path).folder).mkdir()
    (Store(tmp_path).folder / "manifest.json").write_text(json.dumps({"format": 1, "parts": []}).replace("1", digits))
    with pytest.raises(DataError, match=r"manifest\.json is damaged"):
        Store(tmp_path).vintages()
    with pytest.raises(DataError, match=r"s\.toml"):
        read_scenario(put(tmp_path / "s.toml", f"draws = {digits}".encode()))
    rows = [dated(1, "2015-03-04"), dated(2, "2015-03-04", best=digits), dated(3, "2015-03-04", latitude=digits)]
    checked = read_ged(put(tmp_path / "ged241.csv", ged_text(rows).encode()), covers="file")
    assert (checked.events.height, checked.rejected.height) == (1, 2)
    assert len(str(checked.findings)) < 1000


def test_memory_for_a_large_file_is_that_of_its_pieces(tmp_path: Path) -> None:
    """Looking through a file keeps none of it."""
    path = put(tmp_path / "a.csv", b"id,what\n" + b"1,abcdefgh\n" * 1_000_000)
    tracemalloc.start()
    try:
        table = reading.open_table(path, ["id"])
        assert table.height == 1_000_000
        assert tracemalloc.get_traced_memory()[1] < 400 * 2**20
    finally:
        tracemalloc.stop()
    assert read_table(path, ["id"]).frame.height == 1_000_000
