"""Monthly figures of one's own as a digest: the same as counted from the events behind them, and fit to assess by."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from planted_groups import Event, digest_of, link_models, rivals, shared_models, use_small_models
from tocsin import assess, build_panel, digest_from
from tocsin.digest import theatre_totals
from tocsin.errors import DataError, InputError, NotHeldError
from tocsin.months import first_day, month_id
from tocsin.settings import load_settings

TOLD: dict[str, Any] = {"source": "own", "release": "1", "licence": "mine", "citation": "My counts (2024)"}
MAY = month_id(date(2015, 5, 1))
EVENTS: list[Event] = [
    ("Mali", MAY, "onesided", "JNIM", "Civilians", 30),
    ("Mali", MAY, "onesided", "JNIM", "Civilians", 2),
    ("Mali", MAY + 2, "nonstate", "JNIM", "IS", 4),
    ("Niger", MAY + 3, "state", "Government of Niger", "IS", 7),
]


def own_table(events: list[Event], last: int) -> pl.DataFrame:
    """The monthly table of a digest as a user would keep it."""
    return digest_of(events, last=last).monthly.rename({"period": "month"})


def test_whole_monthly_tables_are_taken_as_they_are() -> None:
    counted = digest_of(EVENTS, last=MAY + 6, first=MAY)
    made = digest_from(own_table(EVENTS, MAY + 6), last_month=first_day(MAY + 6), **TOLD)
    assert made.monthly.equals(counted.monthly)
    assert made.provenance.first_month == MAY
    assert made.provenance.last_month == MAY + 6
    ours, theirs = build_panel(made), build_panel(counted)
    assert ours.groups == theirs.groups
    assert all((ours.counts[name] == theirs.counts[name]).all() for name in theirs.counts)
    assert ours.provenance.citation == "My counts (2024)"
    assert not ours.provenance.redistributable


def test_few_columns_are_enough() -> None:
    rows = [
        ("MLI", "JNIM", "2015-05-31", 2, 9),
        ("Mali", "JNIM", "2015-07-01", 1, 4),
        ("Mali", "JNIM", "2015-05-02", 1, 3),
    ]
    frame = pd.DataFrame(rows, columns=["theatre", "actor", "month", "events", "deaths_best"])
    made = digest_from(frame, **TOLD)
    # Two lines of one month add up; the largest event of two with nine deaths is five, as far as can be told.
    assert made.monthly.select("theatre", "period", "kind", "opponent", "events", "deaths_best").rows() == [
        ("Mali", date(2015, 5, 1), "state", "state", 3, 12),
        ("Mali", date(2015, 7, 1), "state", "state", 1, 4),
    ]
    assert made.monthly["largest_event_deaths"].to_list() == [5, 4]
    assert made.monthly["deaths_high"].to_list() == [12, 4]
    assert made.monthly["mass_civilian_harm_events"].to_list() == [None, None]
    assert made.cells.is_empty()
    assert "too low" in made.provenance.notes[1]


def test_a_clash_of_two_groups_counts_once() -> None:
    frame = pl.DataFrame({
        "theatre": ["Mali"] * 2, "actor": ["A", "B"], "opponent": ["B", "A"], "month": ["2019-01-01"] * 2,
        "kind": ["nonstate"] * 2, "events": [10] * 2, "deaths_best": [50] * 2,
    })  # fmt: skip
    totals = theatre_totals(digest_from(frame, **TOLD).monthly)
    assert totals.select("events", "deaths_best").rows() == [(10, 50)]
    # Without its opponent each row would count whole, as a clash with a state does.
    with pytest.raises(DataError, match=r"nonstate needs a group as its opponent: 2 row\(s\), the first 1, 2"):
        digest_from(frame.drop("opponent"), **TOLD)
    for other in (None, "", "state", "civilians", "Civilians", "Government of Mali"):
        wrong = frame.with_columns(pl.Series("opponent", [other, "A"], dtype=pl.String))
        with pytest.raises(DataError, match=r"as its opponent: 1 row\(s\), the first 1"):
            digest_from(wrong, **TOLD)


@pytest.mark.parametrize(
    ("events", "deaths", "largest", "kind", "expected"),
    [
        (1, 20, None, "onesided", 1),
        (1, 19, None, "onesided", 0),
        (1, 30, None, "state", 0),
        (3, 58, None, "onesided", 1),  # 58 deaths in three events: one has 20 or more
        (3, 57, None, "onesided", 0),
        (3, 40, 35, "onesided", 1),
        (2, 60, 19, "onesided", 0),
        (0, 30, None, "onesided", 0),
    ],
)
def test_a_mass_casualty_event_that_is_sure_is_counted(
    events: int, deaths: int, largest: int | None, kind: str, expected: int
) -> None:
    frame = pl.DataFrame({"theatre": ["Mali"], "actor": ["A"], "month": ["2019-01-01"], "kind": [kind],
                          "events": [events], "deaths_best": [deaths], "largest_event_deaths": [largest]})  # fmt: skip
    assert digest_from(frame, **TOLD).monthly["mass_casualty_events"].to_list() == [expected]
    told = frame.with_columns(pl.lit(0).alias("mass_casualty_events"))
    assert digest_from(told, **TOLD).monthly["mass_casualty_events"].to_list() == [0]


def test_cells_by_number_or_by_a_point_in_them() -> None:
    counted = digest_of(EVENTS, last=MAY + 6, first=MAY)
    table, cells = own_table(EVENTS, MAY + 6), counted.cells.rename({"period": "month"})
    by_number = digest_from(table, cells=cells, **TOLD)
    assert by_number.cells.equals(counted.cells)
    assert len(by_number.provenance.notes) == 1
    points = cells.drop("cell").with_columns(pl.lit(10.49).alias("lat"), pl.lit("20.01").alias("lon"))
    assert digest_from(table, cells=points.to_pandas(), **TOLD).cells.equals(counted.cells)
    whole = digest_from(table, cells=cells, last_month=first_day(MAY + 6), **TOLD)
    ours, theirs = build_panel(whole), build_panel(counted)
    assert all((ours.places[name] == theirs.places[name]).all() for name in theirs.places)
    wrong = {"cell": "number from 1 to 259,200 or a point: 5 row", "month": "months in which the frame"}
    for name, value in (("cell", 0), ("month", date(2015, 4, 1))):
        with pytest.raises(DataError, match=wrong[name]):
            digest_from(table, cells=cells.with_columns(pl.lit(value).alias(name)), **TOLD)
    with pytest.raises(DataError, match="number from 1 to"):
        digest_from(table, cells=points.with_columns(pl.lit(91.0).alias("lat")), **TOLD)
    with pytest.raises(DataError, match=r"the frame of cells lacks the column\(s\) cell"):
        digest_from(table, cells=points.drop("lat"), **TOLD)


def test_sums_beyond_any_count_are_refused() -> None:
    big = own_table(EVENTS, MAY + 6).with_columns(pl.lit(2**31 - 1).alias("events"))
    assert digest_from(big, **TOLD).monthly.height == big.height
    with pytest.raises(DataError, match="add up to figures beyond any count"):
        digest_from(pl.concat([big, big]), **TOLD)


def test_the_same_figures_have_the_same_fingerprint() -> None:
    table = own_table(EVENTS, MAY + 6)
    a = digest_from(table, **TOLD).provenance.fingerprint
    assert a == digest_from(table.sample(fraction=1.0, shuffle=True, seed=1).to_pandas(), **TOLD).provenance.fingerprint
    assert a != digest_from(table.with_columns(pl.col("events") + 1), **TOLD).provenance.fingerprint


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("theatre", "Atlantis", r"no country that is known: 1 row\(s\), the first 2"),
        ("actor", " ", "no actor"),
        ("month", "2015", "month missing, not a day"),
        ("month", "1980-01-01", "before 1989-01-01"),
        ("events", "-1", "negative, no whole number"),
        ("deaths_best", "1.5", "no whole number"),
        ("deaths_best", "1e12", "beyond any count"),
        ("deaths_best", "many", "events or deaths missing"),
        ("kind", "war", "kind is not state"),
    ],
)
def test_rows_that_cannot_be_are_named(column: str, value: str, message: str) -> None:
    table = own_table(EVENTS, MAY + 6).cast(pl.String)
    wrong = table.with_row_index().with_columns(
        pl.when(pl.col("index") == 1).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )
    with pytest.raises(DataError, match=message):
        digest_from(wrong, **TOLD)


def test_frames_that_cannot_be_are_named() -> None:
    table = own_table(EVENTS, MAY + 6)
    with pytest.raises(DataError, match=r"lacks the column\(s\) month.*Did you mean months"):
        digest_from(table.rename({"month": "months"}), **TOLD)
    with pytest.raises(DataError, match="no row"):
        digest_from(table.clear(), **TOLD)
    with pytest.raises(DataError, match="governments only"):
        digest_from(table.with_columns(pl.lit("Government of Mali").alias("actor")), **TOLD)
    with pytest.raises(InputError, match="say the licence"):
        digest_from(table, **(TOLD | {"licence": " "}))
    with pytest.raises(InputError, match="beyond the last month said, 2015-05"):
        digest_from(table, last_month=date(2015, 5, 1), **TOLD)


def test_an_assessment_by_figures_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    use_small_models(monkeypatch)
    link_models(tmp_path, shared_models(tmp_path_factory))
    settings = load_settings(home=tmp_path)
    last = month_id(date(2001, 6, 1))
    events = rivals(months=150, pairs=10)
    figures = digest_from(own_table(events, last), covers_world=True, last_month=first_day(last), **TOLD)
    made = assess(digest=figures, settings=settings, theatre="Mali")
    assert made.vintage == "own 1"
    assert made.citation == "My counts (2024)"
    assert made.data_until == date(2001, 6, 30)
    assert {g.theatre for g in made.groups} == {"Mali"}
    assert all(0 < g.p_deaths25 < 1 for g in made.groups)
    assert any("too low" in note for note in made.notes)
    # Nothing after the as-of day, and no figures that were given in strict mode.
    earlier = assess(digest=figures, settings=settings, as_of=date(2001, 3, 31), theatre="Mali")
    assert earlier.data_until == date(2001, 3, 31)
    with pytest.raises(InputError, match="strict mode"):
        assess(digest=figures, settings=load_settings(home=tmp_path, as_of_mode="strict"), as_of=date(2001, 3, 31))
    with pytest.raises(NotHeldError, match="nothing was known on 1970-01-31"):
        assess(digest=figures, settings=settings, as_of=date(1970, 1, 31))
