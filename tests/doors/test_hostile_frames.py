"""Frames with anything in any column: a clear error or rows set apart, never another exception."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin import digest_from, events_from
from tocsin.doors.event_layout import EVENTS, IF_THERE, KEPT
from tocsin.doors.figures_in import REQUIRED
from tocsin.errors import TocsinError
from tocsin.events import CheckedFile
from tocsin.sources.ucdp_checks import GED_COLUMNS

TOLD: dict[str, Any] = {"source": "own-x", "release": "1", "licence": "l", "citation": "c"}
COLUMNS: list[pl.Series] = [
    pl.Series(["a", None, ""]),
    pl.Series(["2019-01-02", "2019-13-40", "\x1b[31m"]),
    pl.Series(["Mali", "=cmd()", "\u202e"]),
    pl.Series([1, 2, None]),
    pl.Series([1.5, float("nan"), float("inf")]),
    pl.Series([-(2**63), 2**63 - 1, 0]),
    pl.Series([1e300, -1e300, 0.0]),
    pl.Series([True, False, None]),
    pl.Series([date(1, 1, 1), date(9999, 12, 31), None]),
    pl.Series([datetime(2019, 1, 1), datetime(2019, 1, 2, 3, 4), None]),
    pl.Series([datetime(2019, 1, 1, tzinfo=UTC), None, None]),
    pl.Series([time(1), None, time(2)]),
    pl.Series([timedelta(1), None, timedelta(2)]),
    pl.Series([b"\xff", None, b""]),
    pl.Series([Decimal("1.50"), None, Decimal(2)]),
    pl.Series([[1], None, []]),
    pl.Series([{"a": 1}, None, {"a": 2}]),
    pl.Series([None, None, None]),
    pl.Series(["x", "y", "x"], dtype=pl.Categorical),
    pl.Series(["x", "y", "x"], dtype=pl.Enum(["x", "y"])),
    pl.Series([object(), object(), object()], dtype=pl.Object),
]
GOOD = {
    "event_id": ["1", "2", "3"],
    "date": ["2019-01-02", "2019-02-02", "2019-03-02"],
    "lat": [1.0, 2.0, 3.0],
    "lon": [1.0, 2.0, 3.0],
    "country": ["Mali"] * 3,
    "kind": ["state"] * 3,
    "actor_a": ["Government of Mali"] * 3,
    "actor_b": ["JNIM"] * 3,
    "deaths_best": [1, 2, 3],
    "place_precision": [1, 1, 1],
    "theatre": ["Mali"] * 3,
    "actor": ["JNIM"] * 3,
    "month": ["2019-01-01"] * 3,
    "events": [1, 1, 1],
}


def tried(made: Any, frame: Any, **options: Any) -> None:
    """Whatever comes of it is a result, or an error that tocsin raises on purpose."""
    found: Any = None
    said: str | None = None
    try:
        found = made(frame, **(TOLD | options))
    except TocsinError as error:
        said = str(error)
    if said is not None:
        assert said
        assert said.isprintable()
    elif isinstance(found, CheckedFile):
        assert found.events.height + found.rejected.height == 3
    else:
        assert found.monthly["deaths_best"].sum() == found.monthly["deaths_best"].cast(pl.Int64).sum()


NAMES = st.sampled_from([*EVENTS.read, *REQUIRED])
SWAPS = st.dictionaries(NAMES, st.integers(0, len(COLUMNS) - 1), min_size=1, max_size=3)


@settings(max_examples=60)
@given(SWAPS, st.sampled_from(["polars", "lazy", "pandas"]))
def test_event_frames(swapped: dict[str, int], kind: str) -> None:
    table = pl.DataFrame(GOOD).with_columns(COLUMNS[k].alias(name) for name, k in swapped.items())
    frame: Any = table.lazy() if kind == "lazy" else table
    if kind == "pandas":
        frame = pd.DataFrame({name: table[name].to_list() for name in table.columns})
    tried(events_from, frame)


@given(SWAPS)
def test_frames_of_figures(swapped: dict[str, int]) -> None:
    table = pl.DataFrame(GOOD).with_columns(COLUMNS[k].alias(name) for name, k in swapped.items())
    tried(digest_from, table.drop("kind", "place_precision"))


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(GED_COLUMNS), st.integers(0, len(COLUMNS) - 1), min_size=11, max_size=49))
def test_frames_of_ged(columns: dict[str, int]) -> None:
    table = pl.DataFrame([COLUMNS[k].alias(name) for name, k in columns.items()])
    tried(events_from, table, source="ucdp-ged", release="24.1")


# Columns that are read and checked by the same code are twins: they are tried together, and above one by one at random.
EVENT_TWINS = (
    ("lat", "lon"), ("actor_a", "actor_b"), ("date_precision", "place_precision", "clarity"),
    ("deaths_best", "deaths_low", "deaths_high", "deaths_civilians"),
    ("source_office", "source_date", "source_headline"),
)  # fmt: skip
FIGURE_TWINS = (("events", "deaths_best", "deaths_low", "largest_event_deaths"),)
CELL_TWINS = (("events", "deaths_best"), ("lat", "lon"))
OF_FIGURES = (*REQUIRED, "kind", "opponent", "deaths_low", "largest_event_deaths")
OF_CELLS = (*REQUIRED, "cell", "lat", "lon")
every_type = pytest.mark.parametrize("k", range(len(COLUMNS)), ids=lambda k: str(COLUMNS[k].dtype))


def tries(names: Iterable[str], twins: Sequence[Sequence[str]]) -> list[Any]:
    """The columns to swap, one or several at a time."""
    alone = [(name,) for name in names if not any(name in group for group in twins)]
    return [pytest.param(swapped, id="+".join(swapped)) for swapped in (*alone, *twins)]


def with_columns(table: pl.DataFrame, swapped: Sequence[str], k: int) -> pl.DataFrame:
    return table.with_columns(COLUMNS[k].alias(name) for name in swapped)


def test_every_column_is_tried() -> None:
    for names, twins in (
        ((*EVENTS.required, *IF_THERE, *KEPT), EVENT_TWINS),
        (OF_FIGURES, FIGURE_TWINS),
        (OF_CELLS, CELL_TWINS),
    ):
        assert {name for one in tries(names, twins) for name in one.id.split("+")} == set(names)


@pytest.mark.parametrize("swapped", tries([*EVENTS.required, *IF_THERE, *KEPT], EVENT_TWINS))
@every_type
def test_every_column_of_every_type(swapped: tuple[str, ...], k: int) -> None:
    tried(events_from, with_columns(pl.DataFrame(GOOD), swapped, k))


@pytest.mark.parametrize("swapped", tries(OF_FIGURES, FIGURE_TWINS))
@every_type
def test_every_column_of_figures_of_every_type(swapped: tuple[str, ...], k: int) -> None:
    tried(digest_from, with_columns(pl.DataFrame(GOOD), swapped, k))


@pytest.mark.parametrize("swapped", tries(OF_CELLS, CELL_TWINS))
@every_type
def test_every_column_of_cells_of_every_type(swapped: tuple[str, ...], k: int) -> None:
    good = pl.DataFrame(GOOD).drop("kind", "place_precision")
    tried(digest_from, good, cells=with_columns(good, swapped, k))
