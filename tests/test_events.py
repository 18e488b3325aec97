"""The event table: what the schema lets through and what it does not."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tocsin.errors import DataError
from tocsin.events import DATE_PRECISION_DAYS, EVENT_SCHEMA, empty_events, validate_events


def one_event() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "event_id": ["1"],
            "source": ["ucdp-ged"],
            "vintage": ["ucdp-ged 24.1"],
            "date": [date(2015, 3, 4)],
            "date_end": [date(2015, 3, 6)],
            "date_precision_days": [6],
            "date_precision": [2],
            "lat": [18.4],
            "lon": [1.4],
            "place_precision": [1],
            "clarity": [None],
            "country": ["MLI"],
            "theatre": ["Mali"],
            "kind": ["state"],
            "actor_a": ["Government of Mali"],
            "actor_b": ["JNIM"],
            "deaths_low": [2],
            "deaths_best": [3],
            "deaths_high": [5],
            "deaths_civilians": [None],
            "preliminary": [False],
            "source_office": [None],
            "source_date": [None],
            "source_headline": [None],
        },
        schema=EVENT_SCHEMA,
    )


def test_a_sound_table_passes_and_so_does_an_empty_one() -> None:
    assert validate_events(one_event()).height == 1
    assert validate_events(empty_events()).height == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("lat", 90.5),
        ("lon", -180.5),
        ("kind", "terror"),
        ("deaths_best", -1),
        ("place_precision", 8),
        ("date_precision", 0),
        ("date_precision_days", 30),
        ("clarity", 3),
        ("country", "ML"),
        ("actor_b", ""),
        ("date", date(1988, 12, 31)),
        ("date_end", date(2015, 3, 3)),
        ("lat", None),
        ("deaths_low", None),
    ],
)
def test_what_cannot_be_is_refused_and_named(column: str, value: object) -> None:
    bad = one_event().with_columns(pl.lit(value, EVENT_SCHEMA[column]).alias(column))
    with pytest.raises(DataError, match=column):
        validate_events(bad)


def test_ids_are_unique_and_columns_are_neither_more_nor_fewer() -> None:
    with pytest.raises(DataError, match="event_id"):
        validate_events(pl.concat([one_event(), one_event()]))
    with pytest.raises(DataError, match="source_original"):
        validate_events(one_event().with_columns(source_original=pl.lit("x")))
    with pytest.raises(DataError, match="lat"):
        validate_events(one_event().drop("lat"))
    with pytest.raises(DataError, match="deaths_best"):
        validate_events(one_event().with_columns(pl.col("deaths_best").cast(pl.Int64)))


def test_deaths_out_of_order_are_let_through_as_real_releases_have_them() -> None:
    assert validate_events(one_event().with_columns(deaths_high=pl.lit(1, pl.Int32))).height == 1


def test_date_codes_stand_for_the_spans_of_the_codebook() -> None:
    assert DATE_PRECISION_DAYS == {1: 1, 2: 6, 3: 7, 4: 31, 5: 366}
