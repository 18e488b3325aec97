"""A digest cut at a month, and several countries seen as one theatre."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from event_rows import MALI_STATE, digest_of, event, figures, random_events, table
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tocsin.digest import Digest, make_cells, make_digest
from tocsin.months import last_day, month_id

MARCH = month_id(date(2015, 3, 1))
TABLES = ("monthly", "weekly", "cells")


@pytest.fixture
def spring() -> Digest:
    """Days on both sides of the end of March 2015, a Tuesday in the week of Monday 30 March."""
    days = ["2015-03-23", "2015-03-29", "2015-03-30", "2015-03-31", "2015-04-01", "2015-04-05", "2015-04-06"]
    return digest_of(table(*(event(day, "IS", "Civilians", 1) for day in days)))


def test_up_to_a_month_keeps_its_days_and_the_weeks_that_end_in_it(spring: Digest) -> None:
    cut = spring.up_to(MARCH)
    assert cut.monthly.select("period", "events").rows() == [(date(2015, 3, 1), 4)]
    assert cut.cells.select("period", "events").rows() == [(date(2015, 3, 1), 4)]
    # The week of the 30th ends on 5 April, so on 31 March it is not known whole.
    assert cut.weekly.select("period", "events").rows() == [(date(2015, 3, 23), 2)]
    assert cut.provenance.last_month == MARCH
    assert cut.provenance.first_month == spring.provenance.first_month
    assert cut.provenance.notes == ("made up",)


def test_up_to_beyond_the_end_changes_nothing(spring: Digest) -> None:
    later = spring.up_to(spring.provenance.last_month + 5)
    assert later.provenance == spring.provenance
    assert all(getattr(later, name).equals(getattr(spring, name)) for name in TABLES)


@settings(max_examples=15, deadline=None)
@given(random_events, st.integers(month_id(date(2015, 1, 1)), month_id(date(2016, 12, 1))))
def test_up_to_is_the_digest_of_the_events_known_by_then(events: pl.DataFrame, month: int) -> None:
    known = events.filter(pl.col("date_end") <= last_day(month))
    cut = digest_of(events).up_to(month)
    assert_frame_equal(cut.monthly, make_digest(known, "month"))
    assert_frame_equal(cut.cells, make_cells(known))
    whole = pl.col("date_end").dt.truncate("1w").dt.offset_by("6d") <= last_day(month)
    assert_frame_equal(cut.weekly, make_digest(events.filter(whole), "week"))


def test_countries_seen_as_one_theatre_by_hand() -> None:
    before = digest_of(
        table(
            event("2015-03-04", "IS", "Civilians", 20, deaths_civilians=20),
            event("2015-03-05", "IS", "Civilians", 33, theatre="Niger"),
            event("2015-03-05", "IS", "Civilians", 5, theatre="Chad"),
            event("2015-03-06", "IS", MALI_STATE, 2, theatre="Niger", lat=13.0),
        )
    )
    merged = before.seen_as("Borderlands", ["Mali", "Niger"])
    rows = {(r["theatre"], r["actor"], r["kind"]): r for r in merged.monthly.iter_rows(named=True)}
    assert set(rows) == {
        ("Borderlands", "IS", "onesided"),
        ("Borderlands", "IS", "state"),
        ("Borderlands", MALI_STATE, "state"),
        ("Chad", "IS", "onesided"),
    }
    one = rows["Borderlands", "IS", "onesided"]
    assert figures(one, "events", "deaths_best", "largest_event_deaths", "mass_casualty_events") == (2, 53, 33, 2)
    # One of the two events has its civilian deaths split off, so the count is that of what is known.
    assert one["mass_civilian_harm_events"] == 1
    assert rows["Chad", "IS", "onesided"]["mass_civilian_harm_events"] is None
    in_cells = merged.cells.filter(actor="IS", theatre="Borderlands").select("cell", "events", "deaths_best")
    assert in_cells.rows() == [(147_945, 2, 53), (148_665, 1, 2)]
    assert merged.weekly.filter(theatre="Borderlands", actor="IS")["events"].to_list() == [2, 1]
    assert merged.provenance == before.provenance


@settings(max_examples=15, deadline=None)
@given(random_events)
def test_a_merged_view_is_the_digest_of_events_in_the_merged_theatre(events: pl.DataFrame) -> None:
    moved = events.with_columns(pl.col("theatre").replace({"Mali": "West", "Chad": "West"}))
    merged, expected = digest_of(events).seen_as("West", ["Mali", "Chad"]), digest_of(moved)
    for name in TABLES:
        assert_frame_equal(getattr(merged, name), getattr(expected, name))
