"""Totals of a theatre count every event once, although a clash stands in the figures of both its sides."""

from __future__ import annotations

import polars as pl
import pytest
from event_rows import MALI_STATE, NIGER_STATE, digest_of, event, random_events, table
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from tocsin.digest import make_digest, theatre_totals
from tocsin.digest.tables import LARGEST_DAYS_IN_WEEKLY

FIGURES = ("events", "deaths_low", "deaths_best", "deaths_high")


def direct(events: pl.DataFrame, every: str) -> pl.DataFrame:
    """The sums straight from the event table."""
    return (
        events.group_by("theatre", period=pl.col("date_end").dt.truncate(every))
        .agg(pl.len().cast(pl.Int64).alias("events"), pl.col(FIGURES[1:]).cast(pl.Int64).sum())
        .select("theatre", "period", *FIGURES)
        .sort("theatre", "period")
    )


@pytest.mark.parametrize(
    ("actor_a", "actor_b"),
    [
        (MALI_STATE, "JNIM"),
        ("JNIM", MALI_STATE),
        (MALI_STATE, NIGER_STATE),
        ("JNIM", "IS"),
        ("JNIM, Ganda Koy", "IS"),
        ("JNIM", "Civilians"),
        (MALI_STATE, "Civilians"),
    ],
)
def test_one_event_counts_once_whoever_its_sides_are(actor_a: str, actor_b: str) -> None:
    totals = theatre_totals(make_digest(table(event("2015-03-04", actor_a, actor_b, 7)), "month"))
    assert totals.select(FIGURES).rows() == [(1, 6, 7, 9)]


@settings(max_examples=25, deadline=None)
@given(random_events)
def test_totals_are_the_direct_sums_over_the_events(events: pl.DataFrame) -> None:
    assert_frame_equal(theatre_totals(make_digest(events, "month")), direct(events, "1mo"))
    dated = events.filter(pl.col("date_precision_days").fill_null(1) <= LARGEST_DAYS_IN_WEEKLY)
    assert_frame_equal(theatre_totals(make_digest(events, "week")), direct(dated, "1w"))


@settings(max_examples=10, deadline=None)
@given(random_events)
def test_merging_theatres_keeps_the_totals(events: pl.DataFrame) -> None:
    merged = digest_of(events).seen_as("Sahel", ["Mali", "Niger"])
    one = events.with_columns(pl.col("theatre").replace({"Mali": "Sahel", "Niger": "Sahel"}))
    assert_frame_equal(theatre_totals(merged.monthly), direct(one, "1mo"))
