"""A digest written to a folder, read back, and damaged; figures loaded from a store or from the package."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from event_rows import MALI_STATE, digest_of, event, random_events, table
from hypothesis import HealthCheck, given, settings
from polars.testing import assert_frame_equal

from acled_files import acled_row, stamp, write_acled
from ged_files import dated, write_ged
from tocsin.digest import load_digest, packaged_digest, read_digest, write_digest
from tocsin.digest.load import digest_events, end_of_data
from tocsin.errors import DataError, MissingFileError, NotHeldError
from tocsin.months import month_id
from tocsin.panel import build_panel
from tocsin.settings import Settings
from tocsin.sources.acled import read_acled
from tocsin.sources.source import ReadOptions
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

TABLES = ("monthly", "weekly", "cells")


# --- files ------------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random_events)
def test_what_is_written_is_read_back_exactly(tmp_path: Path, events: pl.DataFrame) -> None:
    digest = digest_of(events)
    sizes = write_digest(digest, tmp_path)
    back = read_digest(tmp_path)
    for name in TABLES:
        assert_frame_equal(getattr(back, name), getattr(digest, name))
    assert back.provenance == digest.provenance
    assert sizes == {file.name: file.stat().st_size for file in tmp_path.iterdir()}


def test_a_column_the_source_cannot_fill_comes_back_as_unknown(tmp_path: Path) -> None:
    write_digest(digest_of(table(event("2015-03-04", "IS", "Civilians", 30))), tmp_path)
    back = read_digest(tmp_path).monthly["mass_civilian_harm_events"]
    assert back.to_list() == [None]
    assert back.dtype == pl.Int32


def test_an_empty_digest_goes_there_and_back(tmp_path: Path) -> None:
    empty = digest_of(table())
    write_digest(empty, tmp_path)
    back = read_digest(tmp_path)
    assert all(getattr(back, name).schema == getattr(empty, name).schema for name in TABLES)
    assert back.monthly.is_empty()


def test_provenance_with_accents_and_notes_survives(tmp_path: Path) -> None:
    digest = digest_of(table(event("2015-03-04", "IS", "Civilians", 30)))
    said = replace(digest.provenance, citation="Östlund & Núñez", notes=("one", "two"), redistributable=False)
    write_digest(replace(digest, provenance=said), tmp_path)
    assert read_digest(tmp_path).provenance == said


def _without_deaths(folder: Path) -> None:
    path = folder / "cells.parquet"
    pl.read_parquet(path).drop("deaths_best").write_parquet(path)


def _without_notes(folder: Path) -> None:
    path = folder / "provenance.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    del raw["notes"]
    path.write_text(json.dumps(raw), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (
            lambda f: (f / "weekly.parquet").unlink(),
            MissingFileError,
            r"weekly\.parquet: not there.*tocsin data digest",
        ),
        (lambda f: (f / "provenance.json").unlink(), MissingFileError, r"provenance\.json: not there"),
        (lambda f: (f / "monthly.parquet").write_bytes(b"torn"), DataError, r"monthly\.parquet is no readable Parquet"),
        (lambda f: (f / "provenance.json").write_text("{"), DataError, r"provenance\.json: does not say"),
        (_without_notes, DataError, r"provenance\.json: does not say.*notes"),
        (_without_deaths, DataError, r"cells\.parquet: lacks the column\(s\) deaths_best"),
    ],
)
def test_a_damaged_folder_is_said_to_be_so(
    tmp_path: Path, damage: Callable[[Path], object], error: type[Exception], words: str
) -> None:
    write_digest(digest_of(table(event("2015-03-04", "IS", "Civilians", 30))), tmp_path)
    damage(tmp_path)
    with pytest.raises(error, match=words):
        read_digest(tmp_path)


# --- what was known when ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "lag_days", "last"),
    [
        (None, 0, date(2020, 12, 1)),
        (date(2020, 12, 31), 0, date(2020, 12, 1)),
        (date(2020, 12, 30), 0, date(2020, 11, 1)),  # December is not whole
        (date(2020, 12, 31), 1, date(2020, 11, 1)),  # its last day is known on 1 January
        (date(2021, 1, 1), 1, date(2020, 12, 1)),
        (date(2016, 2, 29), 0, date(2016, 2, 1)),
        (date(2016, 2, 29), 30, date(2015, 12, 1)),  # to 30 January
        (date(2024, 5, 5), 0, date(2020, 12, 1)),  # silence after the release's end is not peace
    ],
)
def test_packaged_figures_as_of_a_day(tmp_path: Path, as_of: date | None, lag_days: int, last: date) -> None:
    digest = load_digest(Settings(home=tmp_path, lag_days=lag_days), as_of=as_of)
    assert digest.provenance.last_month == month_id(last)
    assert digest.monthly["period"].max() == digest.cells["period"].max() == last
    assert digest.weekly.select(pl.col("period").dt.offset_by("6d").max()).item() <= end_of_data(digest)
    assert build_panel(digest).last_month == month_id(last)


def test_nothing_is_known_before_the_figures_begin(tmp_path: Path) -> None:
    with pytest.raises(NotHeldError, match="January 1989"):
        load_digest(Settings(home=tmp_path), as_of=date(1989, 1, 30))


def test_strict_mode_knows_the_packaged_release_only_once_it_was_out(tmp_path: Path) -> None:
    strict = Settings(home=tmp_path, as_of_mode="strict")
    with pytest.raises(NotHeldError, match="no release was published by 2021-06-29"):
        load_digest(strict, as_of=date(2021, 6, 29))
    assert load_digest(strict, as_of=date(2021, 6, 30)).monthly.equals(packaged_digest().monthly)


def test_a_store_answers_in_place_of_the_package(tmp_path: Path) -> None:
    rows = [
        dated(1, "2015-03-04", best=3),
        dated(2, "2015-12-31", type_of_violence=3, side_a="IS", side_b="Civilians", best=25, deaths_civilians=25),
        dated(3, "2016-01-01", best=9),
    ]
    store = Store(tmp_path)
    store.add(read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", rows)))
    whole = load_digest(Settings(home=tmp_path))
    assert set(whole.monthly["actor"]) == {MALI_STATE, "JNIM", "IS"}
    said = whole.provenance
    assert (said.vintage, said.licence, said.covers_world) == ("ucdp-ged 24.1", "CC BY 4.0", False)
    assert (said.first_month, said.last_month) == (month_id(date(2015, 1, 1)), month_id(date(2016, 12, 1)))
    assert "10.1177/0022343313484347" in said.citation
    assert said.fingerprint == store.fingerprint()
    assert whole.monthly.filter(actor="IS")["mass_civilian_harm_events"].to_list() == [1]
    late = Settings(home=tmp_path, lag_days=1)
    known = load_digest(late, as_of=date(2015, 12, 31))
    assert set(known.monthly["actor"]) == {MALI_STATE, "JNIM"}
    assert known.provenance.last_month == month_id(date(2015, 11, 1))


def test_events_before_a_gap_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    """One country to 2015 and the world in March 2024: what lies between is unknown, so the figures begin after it."""
    old = write_ged(tmp_path / "GEDEvent_v20_1.csv", [dated(1, "2015-03-04", best=3)])
    new = write_ged(tmp_path / "GEDEvent_v24_0_3.csv", [dated(2, "2024-03-04", best=7), dated(3, "2024-03-31", best=1)])
    Store(tmp_path).add(read_ged(old), read_ged(new, covers="world"))
    digest = load_digest(Settings(home=tmp_path))
    assert digest.provenance.first_month == digest.provenance.last_month == month_id(date(2024, 3, 1))
    assert set(digest.monthly["period"]) == set(digest.cells["period"]) == {date(2024, 3, 1)}
    assert any("before 2024-03-01" in note and "left out (1)" in note for note in digest.provenance.notes)
    assert build_panel(digest).deaths.tolist() == [[8]]


def test_a_month_that_is_covered_in_part_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    """An export that begins on 20 June: June would look quieter than it was, so that figures begin with July."""
    days = ("2015-06-20", "2015-06-29", "2015-07-01", "2015-08-30")
    rows = [acled_row(n, event_date=day, timestamp=stamp(date(2015, 9, 20))) for n, day in enumerate(days)]
    store = Store(tmp_path)
    store.add(read_acled(write_acled(tmp_path / "export.csv", rows), ReadOptions()))
    digest = digest_events(store.events(), fingerprint="")
    assert digest.provenance.first_month == month_id(date(2015, 7, 1))
    for counted in (digest.monthly, digest.cells):
        assert counted["period"].unique().sort().to_list() == [date(2015, 7, 1), date(2015, 8, 1)]
    assert digest.weekly["events"].sum() == 4  # two events, with two sides each
    (note,) = (note for note in digest.provenance.notes if "July 2015" in note)
    assert note.endswith("only the days from 2015-06-20 are covered, and their events are left out (2).")


@pytest.mark.parametrize("last", ["2015-07-20", "2015-06-28"])
def test_no_figures_are_made_of_less_than_a_month(tmp_path: Path, last: str) -> None:
    rows = [acled_row(n, event_date=day) for n, day in enumerate(("2015-06-20", last))]
    store = Store(tmp_path)
    store.add(read_acled(write_acled(tmp_path / "export.csv", rows), ReadOptions()))
    with pytest.raises(NotHeldError, match="no whole month with an event is covered: what is held is of 2015-06-20"):
        digest_events(store.events(), fingerprint="")


def test_a_country_whose_coverage_ended_is_left_out_not_shown_as_peaceful(tmp_path: Path) -> None:
    """Two countries held, one of them only to 2018: at the end of 2020 nothing is known of it."""
    ended = write_ged(tmp_path / "GEDEvent_v23_1_a.csv", [dated(1, "2018-03-04", best=300)])
    held = write_ged(tmp_path / "GEDEvent_v24_1_b.csv", [{**dated(2, "2020-12-04", best=7), "country": "Pakistan"}])
    Store(tmp_path).add(read_ged(ended), read_ged(held))
    now, then = load_digest(Settings(home=tmp_path)), load_digest(Settings(home=tmp_path), as_of=date(2018, 12, 31))
    assert set(now.monthly["theatre"]) == {"Pakistan"}
    assert any("Left out" in note and then.monthly["theatre"][0] in note for note in now.provenance.notes)
    assert then.monthly["deaths_best"].max() == 300


def test_events_of_parties_that_nobody_knows_are_counted_in_a_note(tmp_path: Path) -> None:
    nobody = {"actor2": "Unidentified Armed Group (Mali)", "inter2": "Political militia"}
    rows = [
        acled_row(1, event_date="2015-06-02"),
        acled_row(2, event_date="2015-06-03", **nobody),
        acled_row(3, event_date="2015-06-29", **nobody),
    ]
    store = Store(tmp_path)
    store.add(read_acled(write_acled(tmp_path / "export.csv", rows), ReadOptions()))
    notes = digest_events(store.events(), fingerprint="").provenance.notes
    assert any(note.startswith("2 of 3 events are of unidentified parties, which are no group") for note in notes)
