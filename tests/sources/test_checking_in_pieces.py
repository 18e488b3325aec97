"""Rows checked in pieces: the same events, the same report, whatever lies in which piece; and what waits on disk."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ged_files import dated, ged_row, write_ged
from tocsin import event_rows
from tocsin.errors import DataError
from tocsin.event_rows import EventRows
from tocsin.events import CheckedFile
from tocsin.sources import reading
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

COUNTRIES = ("Mali", "Niger", "Chad", "Somalia", "Nigeria")


def rows() -> list[dict[str, str]]:
    """Sound rows of five countries among rows of every fate, ids shared by rows that lie far apart."""
    found = [
        dated(n, f"{2001 + n % 20}-0{1 + n % 9}-1{n % 7}", country=COUNTRIES[n % 5], best=n % 6, high=9, low=0)
        for n in range(1, 301)
    ]
    found[20] |= {"latitude": "91", "high": "1"}
    found[130] |= {"country": "Atlantis"}
    found[240] |= {"latitude": "-91", "country": "Atlantis"}
    found[250] |= {"best": "7", "high": "2"}  # questioned
    found[270] |= {"best": "8", "high": "2"}
    found[295] = found[10]  # repeated
    found[296] = found[10]
    found[297] = found[130]  # repeated and rejected
    found[298] = {**found[40], "side_b": "Somebody else"}  # the id of another row
    return found


@pytest.fixture(params=[1, 64])
def in_pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of few rows, and hardly an event kept in memory."""
    monkeypatch.setattr(reading, "_CHUNK", 2000)
    monkeypatch.setattr(reading, "_PIECE_ROWS", request.param)
    monkeypatch.setattr(event_rows, "IN_MEMORY", 10)
    monkeypatch.setattr(event_rows, "_SAMPLE_EVERY", 3)
    monkeypatch.setattr(event_rows, "_SAMPLES_IN_PIECE", 5)


def same(one: CheckedFile, other: CheckedFile) -> None:
    assert_frame_equal(one.events, other.events)
    assert_frame_equal(one.rejected, other.rejected)
    assert_frame_equal(one.questioned, other.questioned)
    assert (one.findings, one.notes, one.sha256) == (other.findings, other.notes, other.sha256)
    assert (one.countries, one.first_day, one.last_day, one.place_precisions) == (
        other.countries, other.first_day, other.last_day, other.place_precisions,
    )  # fmt: skip


@pytest.fixture
def whole(tmp_path: Path) -> CheckedFile:
    """The file checked at once, before pieces are made small."""
    return read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", rows()))


def test_what_becomes_of_rows_that_share_an_id_does_not_depend_on_where_they_lie(whole: CheckedFile) -> None:
    found = {(finding.verdict, finding.reason): finding.count for finding in whole.findings}
    assert found == {
        ("rejected", "latitude beyond -90 to 90"): 2,
        ("rejected", "country missing or not known"): 3,
        ("rejected", "repeats an earlier row; the first one is kept"): 3,
        ("rejected", "id shared by rows that differ; none is kept"): 2,
        ("questioned", "deaths out of order (not low <= best <= high), kept as coded"): 2,
    }
    kept = set(whole.events["event_id"])
    assert {"11", "12"} <= kept
    assert not {"21", "41", "131", "241"} & kept


@pytest.mark.usefixtures("whole", "in_pieces")
def test_events_and_report_are_the_same_in_pieces(whole: CheckedFile, tmp_path: Path) -> None:
    checked = read_ged(tmp_path / "GEDEvent_v24_1.csv")
    assert checked.rows.runs
    same(checked, whole)


@pytest.mark.usefixtures("whole", "in_pieces")
def test_the_store_writes_the_same_bytes_of_events_that_waited_on_disk(whole: CheckedFile, tmp_path: Path) -> None:
    checked = read_ged(tmp_path / "GEDEvent_v24_1.csv")
    pieces = list(checked.rows.in_store_order())
    assert len(pieces) > 2
    assert pl.concat(pieces).equals(whole.events.sort("country", "date", "event_id"))
    held = []
    for name, file in (("a", whole), ("b", checked)):
        store = Store(tmp_path / name)
        store.add(file)
        (part,) = (store.folder / "parts").iterdir()
        held.append((part.name, part.read_bytes()))
    assert held[0] == held[1]
    (again,) = Store(tmp_path / "a").add(checked)
    assert again.unchanged


@pytest.mark.usefixtures("in_pieces")
def test_files_that_events_wait_in_go_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    path = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(n) for n in range(1, 200)])
    checked = read_ged(path)
    assert list(folder.iterdir())
    del checked
    gc.collect()
    assert not list(folder.iterdir())
    broken = [ged_row(n) for n in range(1, 200)]
    broken[-1] |= {"latitude": "x"}
    with pytest.raises(DataError, match="refused by --strict"):
        read_ged(write_ged(path, broken), strict=True)
    gc.collect()
    assert not list(folder.iterdir())


def test_few_events_stay_in_memory() -> None:
    table = pl.DataFrame({"country": ["B", "A"], "date": [1, 2], "event_id": ["1", "2"]})
    rows = event_rows.gathered([table, table])
    assert (rows.runs, rows.height) == ((), 4)
    assert EventRows.of(table).frame() is table
    assert [piece["country"].to_list() for piece in EventRows.of(table).in_store_order()] == [["A", "B"]]
