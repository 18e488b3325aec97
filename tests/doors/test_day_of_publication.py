"""The day on which events of one's own became available, where nobody says it: rather too late than too early."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import tocsin.doors.events_in as module
from tocsin.doors.events_in import events_from
from tocsin.errors import NotHeldError
from tocsin.events import CheckedFile
from tocsin.store import Store, reporting_lag

IMPORTED = date(2024, 5, 6)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, IMPORTED)


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(module, "_today", lambda: day)


def own(release: str = "first", years: range = range(2012, 2016), **options: Any) -> CheckedFile:
    rows = [
        {
            "event_id": f"{year}-{month}", "date": date(year, month, 3), "lat": 15.2, "lon": 2.1, "country": "MLI",
            "kind": "onesided", "actor_a": "JNIM", "actor_b": "Civilians", "deaths_best": 2, "place_precision": 2,
        }
        for year in years
        for month in range(1, 13)
    ]  # fmt: skip
    return events_from(
        pl.DataFrame(rows), source="own-list", release=release, licence="mine", citation="My list", **options
    )


def test_it_is_the_day_of_import_and_marked_as_assumed() -> None:
    of = own().release
    assert (of.published, of.published_assumed) == (IMPORTED, True)
    said = own(published=date(2016, 2, 1)).release
    assert (said.published, said.published_assumed) == (date(2016, 2, 1), False)
    # A year that is not over is spoken for to its end, and nothing is published before that.
    assert own(last_day=date(2024, 12, 31)).release.published == date(2024, 12, 31)


def test_strict_answers_with_nothing_before_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    store.add(own())
    for day in (date(2015, 12, 31), IMPORTED - timedelta(days=1)):
        with pytest.raises(NotHeldError, match=r"no release held was published by .*2024-05-06 \(a day assumed\)"):
            store.events(day, "strict")
    found = store.events(IMPORTED, "strict")
    assert found.events.height == 48
    assert any("assumed" in note for note in found.notes)


def test_lagged_takes_nothing_of_it_as_told_then(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    store.add(own(first_day=date(2012, 1, 1)))
    found = store.events(date(2015, 12, 31), "lagged")
    assert not any("are as told then" in note for note in found.notes)
    assert any("rest on an assumption" in note for note in found.notes)
    assert found.events.height < 48


def test_delays_are_not_learned_to_be_none(tmp_path: Path) -> None:
    """Two states of the data without days of publication say nothing of how late events came."""
    store = Store(tmp_path / "home")
    store.add(own("a"), own("b", range(2012, 2017)))
    model = reporting_lag(store)
    assert model.basis == "assumed"
    assert not model.pairs


def test_of_two_states_of_the_data_the_one_that_reaches_further_is_in_force(tmp_path: Path) -> None:
    for order in (("a", "b"), ("b", "a")):
        store = Store(tmp_path / order[0])
        made = {"a": own("a"), "b": own("b", range(2012, 2017))}
        store.add(*(made[name] for name in order))
        assert [vintage.release for vintage in store.events().vintages] == ["b"]


def test_the_same_frame_on_a_later_day_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "home")
    store.add(own())
    before = store.fingerprint()
    on(monkeypatch, date(2024, 6, 1))
    (again,) = store.add(own())
    assert again.unchanged
    assert store.fingerprint() == before
    assert store.vintages()[0].published == IMPORTED
    (said,) = store.add(own(published=date(2016, 2, 1)))
    assert not said.unchanged
    assert store.vintages()[0].published == date(2016, 2, 1)
