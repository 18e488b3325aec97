"""Events from data frames: the same checks and the same events as from a file, whatever the frame is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from ged_files import dated, ged_row, write_ged
from tocsin import Store, events_from
from tocsin.digest import load_digest
from tocsin.errors import DataError, InputError
from tocsin.events import EVENT_SCHEMA
from tocsin.settings import load_settings
from tocsin.sources.ucdp import read_ged

GED_ROWS = [
    *(dated(n, f"2015-0{n}-04") for n in range(1, 6)),
    dated(6, "2016-03-04", low=9),  # out of order: questioned
    ged_row(7, latitude="north"),
    ged_row(8, country="Atlantis", best=-1),
]
OWN_ROWS = [
    {
        "event_id": f"e{n}",
        "date": date(2018, 1 + n, 3),
        "lat": 15.2,
        "lon": 2.1,
        "country": "MLI",
        "kind": "onesided",
        "actor_a": "JNIM",
        "actor_b": "Civilians",
        "deaths_best": 2 * n,
        "place_precision": 2,
    }
    for n in range(6)
]
OWN: dict[str, Any] = {"source": "own-list", "release": "first", "licence": "mine", "citation": "My list (2024)"}


def pandas_of(table: pl.DataFrame) -> Any:
    return pd.DataFrame(table.to_dicts())


def duckdb_of(table: pl.DataFrame) -> Any:
    duckdb: Any = pytest.importorskip("duckdb")
    return duckdb.from_arrow(table.to_arrow())


FRAMES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda table: table,
    "lazy": lambda table: table.lazy(),
    "pandas": pandas_of,
    "pyarrow": lambda table: table.to_arrow(),
    "duckdb": duckdb_of,
    "stream": lambda table: Stream(table),
}


class Stream:
    """A table that speaks nothing but Arrow."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("kind", FRAMES)
def test_ged_columns_give_what_the_file_gives(kind: str, tmp_path: Path) -> None:
    file = read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", GED_ROWS))
    made = events_from(FRAMES[kind](pl.DataFrame(GED_ROWS)), source="ucdp-ged", release="24.1")
    assert made.events.equals(file.events)
    assert made.release == file.release
    assert (made.countries, made.first_day, made.last_day) == (file.countries, file.first_day, file.last_day)
    assert made.place_precisions == file.place_precisions
    assert made.rejected["row"].to_list() == [7, 8]  # the file counts its header as a line
    assert made.rejected.drop("row").equals(file.rejected.drop("row"))
    assert [(f.verdict, f.reason, f.count) for f in made.findings] == [
        (f.verdict, f.reason, f.count) for f in file.findings
    ]
    assert any("row 7: latitude='north'" in example for f in made.findings for example in f.examples)


@pytest.mark.parametrize("kind", FRAMES)
def test_own_events_by_the_columns_of_the_event_table(kind: str) -> None:
    made = events_from(FRAMES[kind](pl.DataFrame(OWN_ROWS)), **OWN)
    assert dict(made.events.schema) == EVENT_SCHEMA
    first = made.events.row(0, named=True)
    assert (first["source"], first["vintage"], first["country"], first["theatre"]) == (
        "own-list", "own-list first", "MLI", "Mali",
    )  # fmt: skip
    assert first["date_end"] == first["date"] == date(2018, 1, 3)
    assert made.events["deaths_high"].to_list() == [0, 2, 4, 6, 8, 10]
    assert (made.first_day, made.last_day) == (date(2018, 1, 1), date(2018, 12, 31))
    assert made.countries == ("MLI",)
    assert not made.release.redistributable
    assert made.place_precisions == (1, 2)
    assert not made.findings


def test_the_same_rows_are_the_same_file_from_any_frame() -> None:
    table = pl.DataFrame(OWN_ROWS)
    assert len({events_from(of(table), **OWN).sha256 for kind, of in FRAMES.items() if kind != "duckdb"}) == 1
    other = events_from(table.with_columns(pl.col("deaths_best") + 1), **OWN)
    assert other.sha256 != events_from(table, **OWN).sha256


def test_bad_rows_are_set_apart_with_all_their_reasons() -> None:
    wrong: list[tuple[str, Any]] = [
        ("event_id", ""), ("lat", 91.0), ("lon", "east"), ("country", "Atlantis"), ("kind", "war"), ("actor_a", " "),
        ("date", "2018-02-30"), ("deaths_best", -1), ("deaths_best", 1.5), ("place_precision", 9),
    ]  # fmt: skip
    rows = [{**OWN_ROWS[0], "event_id": "good"}]
    rows += [{**OWN_ROWS[1], "event_id": f"bad{k}", name: value} for k, (name, value) in enumerate(wrong)]
    table = pl.DataFrame([{name: str(value) for name, value in row.items()} for row in rows])
    made = events_from(table, **OWN)
    assert made.events["event_id"].to_list() == ["good"]
    assert made.rejected["row"].to_list() == list(range(2, len(wrong) + 2))
    for (name, _), finding in zip(wrong, made.rejected["reason"], strict=True):
        assert finding, name
    with pytest.raises(DataError, match="strict"):
        events_from(table, **OWN, strict=True)


def test_rows_of_one_id() -> None:
    rows = [*OWN_ROWS, OWN_ROWS[0], {**OWN_ROWS[1], "deaths_best": 99}]
    made = events_from(pl.DataFrame(rows), **OWN)
    assert made.events["event_id"].to_list() == ["e0", "e2", "e3", "e4", "e5"]
    assert made.rejected["row"].to_list() == [2, 7, 8]


def test_deaths_out_of_order_are_questioned_and_kept() -> None:
    table = pl.DataFrame(OWN_ROWS).with_columns(pl.lit(0).alias("deaths_high"))
    made = events_from(table, **OWN)
    assert made.events.height == 6
    assert [f.count for f in made.findings] == [5]
    assert made.findings[0].verdict == "questioned"


def test_from_the_frame_through_the_store_to_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    store = Store(tmp_path)
    made = events_from(pd.DataFrame(OWN_ROWS), **OWN)
    (added,) = store.add(made)
    assert not added.unchanged
    (again,) = store.add(events_from(pl.DataFrame(OWN_ROWS), **OWN))
    assert again.unchanged
    figures = load_digest(load_settings(source="own-list"))
    assert figures.monthly["deaths_best"].sum() == 30
    assert figures.provenance.vintage == "own-list first"
    assert figures.provenance.citation == "My list (2024)"
    assert not figures.provenance.redistributable


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({}, {"source": "mine"}, InputError, "no source is called 'mine'.*begins with 'own-'"),
        ({}, {"licence": None}, InputError, "say the licence and the citation"),
        ({}, {"release": " "}, InputError, "a release has a name"),
        ({}, {"source": "ucdp-ged", "release": "x"}, InputError, "is not the name of a UCDP GED release"),
        ({}, {"published": date(2018, 5, 1)}, InputError, "cannot have been published on 2018-05-01"),
        ({}, {"covers": "all"}, InputError, "covers is world or file"),
        ({}, {"place_precision_max": 8}, InputError, "is 1 to 7"),
        ({}, {"place_precision_max": 1}, InputError, "place precision 2, beyond 1"),
        ({}, {"first_day": date(2020, 1, 1)}, InputError, "is after the last"),
        ({"drop": "place_precision"}, {}, InputError, "no column place_precision"),
        ({"drop": "kind"}, {}, DataError, r"not an event table file: 1 of 9 needed columns are missing \(kind\)"),
    ],
)
def test_what_cannot_be_is_refused(
    change: dict[str, str], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    table = pl.DataFrame(OWN_ROWS).drop(change.get("drop", []))
    with pytest.raises(error, match=message):
        events_from(table, **(OWN | options))


@pytest.mark.parametrize("frame", [None, 3, "events.csv", [1, 2], {"event_id": [1]}, object()])
def test_what_is_no_frame_is_refused(frame: Any) -> None:
    with pytest.raises(InputError, match="expected a data frame"):
        events_from(frame, **OWN)


def test_frames_that_arrow_cannot_hold_are_one_line() -> None:
    mixed = pd.DataFrame({"event_id": ["a", 1, object()], "date": [1, 2, 3]})
    with pytest.raises(InputError, match="cannot be read"):
        events_from(mixed, **OWN)
    with pytest.raises(InputError, match=r"two columns of the frame|cannot be read"):
        events_from(pd.DataFrame([[1, 2]], columns=["date", "date"]), **OWN)
    with pytest.raises(InputError, match=r"columns have names; got 0|cannot be read"):
        events_from(pd.DataFrame([[1, 2]]), **OWN)


def test_a_column_of_names_is_never_looked_at() -> None:
    table = pl.DataFrame(GED_ROWS)
    made = events_from(table, source="ucdp-ged", release="24.1")
    text = made.events.write_csv() + made.rejected.write_csv() + made.questioned.write_csv() + str(made.findings)
    assert "Quistgaard" not in text


def test_arrow_tables_of_pyarrow_with_their_own_types() -> None:
    table = pa.table({name: [row[name] for row in OWN_ROWS] for name in OWN_ROWS[0]})
    made = events_from(table, **OWN)
    assert made.events.equals(replace(events_from(pl.DataFrame(OWN_ROWS), **OWN)).events)
