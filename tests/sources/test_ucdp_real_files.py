"""The real files: every row is taken in, and the figures are those of the file counted another way."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tocsin.sources.ucdp import read_ged


@pytest.mark.parametrize(
    ("file", "release", "theatre"),
    [
        ("GEDEvent_v24_1_myanmar_to2020.csv.gz", "24.1", "Myanmar"),
        ("GEDEvent_v23_1_sri_lanka_to2020.csv.gz", "23.1", "Sri Lanka"),
        ("GEDEvent_v23_1_sierra_leone_to2020.csv.gz", "23.1", "Sierra Leone"),
    ],
)
def test_real_csv_files_are_read_whole(shared_data: Path, file: str, release: str, theatre: str) -> None:
    with gzip.open(shared_data / file, "rt", encoding="utf-8", newline="") as lines:
        by_hand = list(csv.DictReader(lines))
    checked = read_ged(shared_data / file)
    assert checked.release.name == release
    assert checked.rejected.height == 0
    assert checked.events.height == len(by_hand)
    assert checked.events["event_id"].to_list() == [row["id"] for row in by_hand]
    for column, name in (("deaths_low", "low"), ("deaths_best", "best"), ("deaths_high", "high")):
        assert checked.events[column].to_list() == [int(row[name]) for row in by_hand]
    assert checked.events["date"].to_list() == [date.fromisoformat(row["date_start"][:10]) for row in by_hand]
    assert checked.events["lat"].to_list() == [float(row["latitude"]) for row in by_hand]
    assert checked.events["place_precision"].to_list() == [int(row["where_prec"]) for row in by_hand]
    assert checked.events["theatre"].unique().to_list() == [theatre]
    out_of_order = [row["id"] for row in by_hand if not int(row["low"]) <= int(row["best"]) <= int(row["high"])]
    assert checked.questioned["id"].to_list() == out_of_order
    assert out_of_order
    spans = checked.events.with_columns(days=(pl.col("date_end") - pl.col("date")).dt.total_days() + 1)
    assert (spans["days"] <= spans["date_precision_days"]).all()


def test_the_real_located_events_are_read_whole(shared_data: Path) -> None:
    checked = read_ged(shared_data / "ged211_precise.parquet", place_precision_max=2)
    raw = pl.read_parquet(shared_data / "ged211_precise.parquet")
    assert (checked.events.height, checked.rejected.height, checked.questioned.height) == (176_579, 0, 1_462)
    assert checked.countries is None
    assert (checked.first_day, checked.last_day) == (date(1989, 1, 1), date(2020, 12, 31))
    assert checked.events["deaths_best"].sum() == raw["best"].sum()
    assert checked.events["date"].to_list() == raw["date_start"].to_list()
    assert checked.events["lon"].to_list() == raw["longitude"].to_list()
