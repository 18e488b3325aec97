"""Writing to the store: all or nothing, alone, the same again is no change, and never a person's name."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock

from ged_files import PLANTED_NAME, dated, ged_row, write_ged
from tocsin.errors import DataError, InputError, NotHeldError, StoreBusyError
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

KILLS = int(os.environ.get("TOCSIN_TEST_KILLS", "10"))
"""How many times the import is killed at a random moment; 30 for the record, fewer to save time."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home", lock_seconds=20)


def yearly(folder: Path, rows: list[dict[str, str]], name: str = "GEDEvent_v24_1.csv") -> Path:
    return write_ged(folder / name, rows)


def contents(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_events_come_back_as_they_went_in(store: Store, tmp_path: Path) -> None:
    checked = read_ged(yearly(tmp_path, [ged_row(n, best=n, high=n + 9) for n in range(1, 50)]))
    (added,) = store.add(checked)
    assert (added.unchanged, added.replaced) == (False, ())
    assert store.events().events.equals(checked.events.sort("date", "event_id"))
    (vintage,) = store.vintages()
    assert (vintage.label, vintage.rows, vintage.countries) == ("ucdp-ged 24.1", 49, ("Mali",))
    assert vintage.files[0].name == "GEDEvent_v24_1.csv"
    assert vintage.published == date(2024, 6, 30)
    assert not store.is_empty()


def test_the_same_file_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = yearly(tmp_path, [ged_row(1), ged_row(2, latitude=91)])
    store.add(read_ged(path))
    before = {name: (store.folder / name).stat().st_mtime_ns for name in contents(store.folder) - {".lock"}}
    mark = store.fingerprint()
    (again,) = store.add(read_ged(path))
    assert again.unchanged
    (renamed,) = store.add(read_ged(yearly(tmp_path, [ged_row(1), ged_row(2, latitude=91)], "GEDEvent_v24_1 (2).csv")))
    assert renamed.unchanged
    assert {name: (store.folder / name).stat().st_mtime_ns for name in contents(store.folder) - {".lock"}} == before
    assert store.fingerprint() == mark


def test_the_same_file_taken_in_another_way_is_a_change(store: Store, tmp_path: Path) -> None:
    path = yearly(tmp_path, [ged_row(1)])
    store.add(read_ged(path))
    mark = store.fingerprint()
    (added,) = store.add(read_ged(path, published=date(2024, 6, 4)))
    assert (added.unchanged, added.replaced) == (False, ("GEDEvent_v24_1.csv",))
    (vintage,) = store.vintages()
    assert (vintage.published, vintage.published_assumed, vintage.rows) == (date(2024, 6, 4), False, 1)
    assert store.fingerprint() != mark


def test_a_corrected_file_replaces_the_earlier_one_of_its_release(store: Store, tmp_path: Path) -> None:
    store.add(read_ged(yearly(tmp_path, [ged_row(1), ged_row(2)])))
    (added,) = store.add(read_ged(yearly(tmp_path, [ged_row(2), ged_row(3)], "GEDEvent_v24_1_mali.csv")))
    assert added.replaced == ("GEDEvent_v24_1.csv",)
    assert sorted(store.events().events["event_id"]) == ["2", "3"]
    assert len(list((store.folder / "parts").iterdir())) == 1


def test_several_files_of_one_release_stand_side_by_side(store: Store, tmp_path: Path) -> None:
    store.add(
        read_ged(yearly(tmp_path, [ged_row(1)], "GEDEvent_v24_1_mali.csv")),
        read_ged(yearly(tmp_path, [ged_row(2, country="Niger")], "GEDEvent_v24_1_niger.csv")),
    )
    (vintage,) = store.vintages()
    assert (vintage.rows, len(vintage.files), vintage.countries) == (2, 2, ("Mali", "Niger"))
    early = [dated(3, "1999-05-05")]
    store.add(read_ged(yearly(tmp_path, early, "GEDEvent_v24_1_mali_early.csv")))
    assert sorted(store.events().events["event_id"]) == ["1", "2", "3"]


def test_rejected_and_questioned_rows_are_listed_beside_the_store(store: Store, tmp_path: Path) -> None:
    rows = [ged_row(1), ged_row(2, latitude=91), ged_row(3, high=1), ged_row(4)]
    (added,) = store.add(read_ged(yearly(tmp_path, rows)))
    assert added.part.rejected_file is not None
    assert added.part.questioned_file is not None
    rejected = pl.read_csv(store.folder / added.part.rejected_file)
    questioned = pl.read_csv(store.folder / added.part.questioned_file)
    assert rejected.select("row", "reason", "id", "latitude").rows() == [(3, "latitude beyond -90 to 90", 2, 91)]
    assert questioned.select("row", "id", "high").rows() == [(4, 3, 1)]
    assert not {"source_original", "source_article", "source_headline"} & {*rejected.columns, *questioned.columns}


def test_no_name_of_a_person_is_anywhere_in_the_store(store: Store, tmp_path: Path) -> None:
    text = yearly(tmp_path, [ged_row(1), ged_row(2, latitude=91), ged_row(3, high=1), ged_row(4)]).read_text()
    assert text.count(PLANTED_NAME) == 8
    # The last row is torn off right behind the name, so that the name is the last cell of a torn row.
    path = tmp_path / "GEDEvent_v24_1.csv"
    path.write_text(text[: text.rindex(PLANTED_NAME) + len(PLANTED_NAME)], encoding="utf-8")
    (added,) = store.add(read_ged(path))
    assert (added.part.rows, added.part.rejected, added.part.questioned) == (2, 2, 1)
    held = [path for path in store.folder.rglob("*") if path.is_file()]
    assert len(held) >= 4
    for file in held:
        assert b"Quistgaard" not in file.read_bytes(), file
    for part in (store.folder / "parts").iterdir():
        frame = pl.read_parquet(part)
        assert "Quistgaard" not in frame.write_csv()
        assert not {"source_original", "source_article"} & set(frame.columns)


def test_remove_drops_a_release_and_all_its_files(store: Store, tmp_path: Path) -> None:
    store.add(read_ged(yearly(tmp_path, [ged_row(1), ged_row(2, high=1)])))
    store.add(read_ged(yearly(tmp_path, [ged_row(1)], "GEDEvent_v23_1.csv")))
    with pytest.raises(NotHeldError, match=r"no release '22\.1' is held; held: 23\.1, 24\.1\."):
        store.remove("22.1")
    assert store.remove("24.1").rows == 2
    assert [vintage.release for vintage in store.vintages()] == ["23.1"]
    assert store.remove("ucdp-ged 23.1").rows == 1
    assert store.is_empty()
    assert contents(store.folder) == {"manifest.json", ".lock"}


def test_leftovers_of_a_killed_write_are_cleared_by_the_next(store: Store, tmp_path: Path) -> None:
    store.add(read_ged(yearly(tmp_path, [ged_row(1)])))
    sound = contents(store.folder)
    for name in ("parts/orphan.parquet", "parts/.half.parquet.tmp", "rejected/orphan.csv", ".manifest.json.tmp"):
        (store.folder / name).write_bytes(b"half")
    assert store.events().events.height == 1
    store.add(read_ged(yearly(tmp_path, [ged_row(1)])))
    assert contents(store.folder) == sound


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"format": 1}', '{"format": 1, "parts": [{}]}', '{"format": "a"}']
)
def test_a_damaged_list_is_told_apart_from_an_empty_store(store: Store, tmp_path: Path, text: str) -> None:
    store.add(read_ged(yearly(tmp_path, [ged_row(1)])))
    (store.folder / "manifest.json").write_text(text)
    for ask in (store.vintages, store.events, store.is_empty, store.fingerprint):
        with pytest.raises(DataError, match=r"the store's list .*manifest.json is damaged \("):
            ask()
    with pytest.raises(DataError, match="is damaged"):
        store.add(read_ged(tmp_path / "GEDEvent_v24_1.csv"))
    assert len(list((store.folder / "parts").iterdir())) == 1


def test_a_store_of_a_newer_tocsin_is_left_alone(store: Store, tmp_path: Path) -> None:
    store.add(read_ged(yearly(tmp_path, [ged_row(1)])))
    manifest = store.folder / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}))
    with pytest.raises(DataError, match=r"is of a newer tocsin \(format 99, this one reads 1\); update tocsin"):
        store.events()


def test_a_missing_or_damaged_part_is_named(store: Store, tmp_path: Path) -> None:
    store.add(read_ged(yearly(tmp_path, [ged_row(n) for n in range(1, 40)])))
    (part,) = (store.folder / "parts").iterdir()
    whole = part.read_bytes()
    part.write_bytes(whole[:-10])
    with pytest.raises(
        DataError, match=r"is damaged: \d+ bytes where \d+ were written; import GEDEvent_v24_1.csv again"
    ):
        store.events()
    part.write_bytes(whole[:-10] + bytes(10))
    with pytest.raises(DataError, match=r"is damaged \(.*; import GEDEvent_v24_1.csv again"):
        store.events()
    part.unlink()
    with pytest.raises(DataError, match=r"the store is damaged: .*parquet is missing"):
        store.events()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(InputError, match=r"the store at .* cannot be written"):
        Store(tmp_path / "home").add(read_ged(yearly(tmp_path, [ged_row(1)])))


# --- two at once ------------------------------------------------------------------------------------------------------


def test_a_second_writer_is_told_when_the_first_takes_too_long(store: Store, tmp_path: Path) -> None:
    checked = read_ged(yearly(tmp_path, [ged_row(1)]))
    store.folder.mkdir(parents=True)
    with (
        FileLock(store.folder / ".lock"),
        pytest.raises(StoreBusyError, match=r"another tocsin is writing to the store at .* not done after 0\.2 s"),
    ):
        Store(store.home, lock_seconds=0.2).add(checked)
    assert store.is_empty()


def test_two_imports_at_once_both_arrive(store: Store, tmp_path: Path) -> None:
    files = [
        yearly(tmp_path, [ged_row(n, country=c) for n in range(i * 100, i * 100 + 50)], f"GEDEvent_v24_1_{i}.csv")
        for i, c in enumerate(["Mali", "Niger", "Chad"], 1)
    ]
    running = [start_import(store, file) for file in files]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert store.events().events.height == 150
    assert len(list((store.folder / "parts").iterdir())) == 3


def test_readers_never_see_a_half_state_while_parts_are_replaced(store: Store, tmp_path: Path) -> None:
    versions = [read_ged(yearly(tmp_path, [ged_row(n, best=k, high=k) for n in range(1, 20 + k)])) for k in (2, 3)]
    store.add(versions[0])
    seen, failed, stop = set(), [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                events = store.events().events
                seen.add((events.height, *sorted(events["deaths_best"].unique())))
            except Exception as error:  # any error at all is the failure looked for
                failed.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for k in range(60):
        store.add(versions[(k + 1) % 2])
    stop.set()
    reader.join()
    assert not failed
    assert seen <= {(21, 2), (22, 3)}
    assert seen


# --- killed -----------------------------------------------------------------------------------------------------------


def start_import(store: Store, file: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tocsin", "data", "import", str(file)],
        env={**os.environ, "TOCSIN_HOME": str(store.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def answer(store: Store) -> tuple[int, int, tuple[str, ...]]:
    """What the store says: events, deaths, releases."""
    if store.is_empty():
        return 0, 0, ()
    events = store.events().events
    return events.height, events["deaths_best"].sum(), tuple(v.release for v in store.vintages())


class Killed(BaseException):
    """Stands for the end of the process; nothing in the store catches it."""


def die_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """End everything at the given step of those that touch the disk."""
    left = [step]

    def counted(act):  # type: ignore[no-untyped-def]
        def wrapped(*args: object, **options: object) -> object:
            left[0] -= 1
            if left[0] <= 0:
                raise Killed
            return act(*args, **options)

        return wrapped

    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (Path, "open")):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))


def test_killed_at_every_step_of_a_write_the_store_is_as_before_or_as_after(store: Store, tmp_path: Path) -> None:
    store.add(read_ged(yearly(tmp_path, [ged_row(1, best=3), ged_row(2, high=1)])))
    before = answer(store)
    corrected = read_ged(yearly(tmp_path, [ged_row(1, best=5), ged_row(3, high=1), ged_row(4, latitude=91)]))
    after = (2, 8, ("24.1",))
    seen = []
    for step in range(1, 100):
        with pytest.MonkeyPatch.context() as patched:
            die_at(step, patched)
            try:
                store.add(corrected)
                done = True
            except Killed:
                done = False
        seen.append(answer(store))
        assert seen[-1] in (before, after), step
        if done:
            break
    # Many steps lead to the moment it counts, and it counts once and for all.
    assert seen[-1] == after
    assert seen.count(before) >= 10
    assert seen == sorted(seen, key=lambda state: state == after)
    store.add(corrected)
    assert len(contents(store.folder)) == 5  # manifest, lock, one part, rejected, questioned


@pytest.mark.slow
def test_killed_at_random_moments_the_store_is_as_before_or_as_after(store: Store, tmp_path: Path) -> None:
    rows = [ged_row(n, best=n % 7, low=0, high=9) for n in range(1, 4000)]
    store.add(read_ged(yearly(tmp_path, rows[:100], "GEDEvent_v23_1.csv")))
    before = answer(store)
    file = yearly(tmp_path, rows)
    began = time.perf_counter()
    assert start_import(store, file).wait(60) == 0
    lasts = time.perf_counter() - began
    after = answer(store)
    assert after != before
    chance = random.Random(20)
    states = []
    for _ in range(KILLS):
        store.remove("24.1")
        assert answer(store) == before
        process = start_import(store, file)
        # The first one at once, before it can have begun; the others at random.
        time.sleep(chance.uniform(0.4, 1.05) * lasts if states else 0.0)
        process.kill()
        process.wait(60)
        states.append(answer(store))
        assert states[-1] in (before, after)
        if states[-1] == before:
            store.add(read_ged(file))  # nothing a kill left behind stands in the way
            assert answer(store) == after
    print(f"{KILLS} kills: {states.count(before)} as before, {states.count(after)} as after")
    assert before in states
