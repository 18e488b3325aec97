"""Imports larger than what is kept in memory, and questions asked while a writer replaces what they read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from ged_files import dated, write_ged
from tocsin.errors import DataError
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

# Peak memory of an import and a digest whose pieces are small against the files.
MEASURED = """
import resource, sys
from pathlib import Path
from tocsin import event_rows
from tocsin.digest.counting import digest_events
from tocsin.sources import reading
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store, store

reading._CHUNK, reading._PIECE_BYTES = 2**20, 2 * 2**20
event_rows.IN_MEMORY, event_rows._SAMPLE_EVERY, store._ROW_GROUP = 10_000, 256, 4096
held = Store(Path(sys.argv[2]))
held.add(read_ged(Path(sys.argv[1]), place_precision_max=7))
digest = held.ask(lambda events: digest_events(events, fingerprint="x"))
status = Path("/proc/self/status")
if status.exists():  # the other counts what the process was before it became this one
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(digest.monthly["events"].sum(), peak)
"""


def large(path: Path, rows: int) -> Path:
    """A release of so many rows with long headlines, none of them like another, in the same few groups and months."""
    number = pl.int_range(1, rows + 1)
    hashed = number.hash(7).cast(pl.String)
    pl.select(
        id=number,
        type_of_violence=pl.lit(1),
        side_a=pl.lit("Government of Mali"),
        side_b=pl.format("Group {}", number % 20),
        latitude=14.0,
        longitude=1.0,
        country=pl.lit("Mali"),
        date_start=pl.format("20{}-03-0{}", 10 + number % 10, 1 + number % 9),
        best=number % 5,
        high=9,
        low=0,
        source_headline=pl.concat_str([hashed] * 20, separator=", "),
    ).write_csv(path)
    return path


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    peaks, sizes = [], []
    for rows in (30_000, 150_000):
        file = large(tmp_path / f"GEDEvent_v24_1_{rows}.csv", rows)
        words = [sys.executable, "-c", MEASURED, str(file), str(tmp_path / f"home{rows}")]
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
        assert int(said[0]) == 2 * rows
        peaks.append(int(said[1]))
        sizes.append(file.stat().st_size)
    # What is kept of each row is some bytes for its line and id; the text of the larger file alone is far more.
    assert sizes[1] - sizes[0] > 50e6
    assert peaks[1] - peaks[0] < (sizes[1] - sizes[0]) / 2


def test_a_question_is_asked_again_when_a_writer_replaced_what_it_reads(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    store.add(read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [dated(1, "2015-01-01", best=3, high=9)])))
    corrected = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", [dated(1, "2015-01-01", best=4, high=9)]))
    asked = []

    def question(held) -> int:  # type: ignore[no-untyped-def]
        asked.append(1)
        if len(asked) == 1:
            store.add(corrected)
        return held.lazy().select("deaths_best").collect().item()

    assert store.ask(question) == 4
    assert len(asked) == 2


def test_a_part_damaged_inside_is_named_by_whoever_asks(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    rows = [dated(n, "2015-01-01", side_b=f"Group {n}") for n in range(1, 400)]
    store.add(read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", rows)))
    (part,) = (store.folder / "parts").iterdir()
    content = part.read_bytes()
    part.write_bytes(content[:8] + bytes(len(content) // 2) + content[8 + len(content) // 2 :])
    with pytest.raises(DataError, match=r"parquet is damaged \(.*; import GEDEvent_v24_1.csv again"):
        store.ask(lambda held: held.lazy().collect())
