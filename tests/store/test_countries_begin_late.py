"""Countries of one source that begin in different years: what is said beside everything made of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from acled_files import acled_row, write_acled
from ged_files import dated, write_ged
from tocsin.digest.load import digest_events
from tocsin.sources.acled import read_acled
from tocsin.sources.source import ReadOptions
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

MALI = acled_row(1, event_date="1999-05-05")
MEXICO = acled_row(2, country="Mexico", event_date="2018-02-01")
PERU = acled_row(3, country="Peru", event_date="2000-02-01")
LATEST = acled_row(4, event_date="2024-03-30")
SAID = "first events held of Mexico 2018, elsewhere from 1999 on."


def notes(store: Store, as_of: date | None = None) -> list[str]:
    """The notes on beginnings that stand with figures of what is held."""
    told = digest_events(store.events(as_of), fingerprint="").provenance.notes
    return [note for note in told if "begin in different years" in note]


def test_it_is_said_with_figures_of_the_world(tmp_path: Path) -> None:
    store = Store(tmp_path)
    file = write_acled(tmp_path / "all.csv", [MALI, MEXICO, PERU, LATEST])
    store.add(read_acled(file, ReadOptions(covers="world")))
    (note,) = notes(store)
    assert SAID in note
    assert "models take the years before for peace" in note
    assert notes(store, date(2017, 12, 31)) == []  # what began later is not told of an earlier day


def test_it_is_said_of_exports_that_are_each_of_one_beginning(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name, rows in (("mali", [MALI, LATEST]), ("mexico", [MEXICO, MEXICO | LATEST | {"country": "Mexico"}])):
        store.add(read_acled(write_acled(tmp_path / f"{name}.csv", rows), ReadOptions(release=name)))
    assert SAID in notes(store)[0]


def test_a_newer_export_of_some_months_changes_nothing_of_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    later = [MALI | {"event_date": "2024-01-02", "year": "2024"}, LATEST]
    store.add(
        read_acled(write_acled(tmp_path / "new.csv", later), ReadOptions()),
        read_acled(write_acled(tmp_path / "old.csv", [MALI, PERU]), ReadOptions(release="old", covers_until=2023)),
    )
    assert notes(store) == []


def test_countries_of_ucdp_held_from_different_years(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old = write_ged(tmp_path / "GEDEvent_v24_1.csv", [dated(1, "2015-03-04"), dated(2, "2023-12-04")])
    niger = {"country": "Niger", "side_a": "Government of Niger"}
    new = write_ged(tmp_path / "GEDEvent_v24_0_3.csv", [dated(3, "2024-03-04", **niger)])
    store.add(read_ged(old))
    assert notes(store) == []
    store.add(read_ged(new))
    assert "first events held of Niger 2024, elsewhere from" in "".join(store.events().notes)


def test_a_manifest_without_beginnings_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    file = write_acled(tmp_path / "all.csv", [MALI, MEXICO, LATEST])
    checked = read_acled(file, ReadOptions(covers="world"))
    store.add(checked)
    path = store.folder / "manifest.json"
    older = json.loads(path.read_text())
    for part in older["parts"]:
        assert part.pop("begins") == [["MEX", "2018-02-01"], ["MLI", "1999-05-05"]]
    path.write_text(json.dumps(older))
    assert store.events().events.height == 3
    assert notes(store) == []
    assert store.add(checked)[0].unchanged is False  # the same file again brings it in
    assert SAID in notes(store)[0]
