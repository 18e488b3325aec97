"""Half-degree cells as GeoParquet, GeoJSON and CSV, read back by geopandas, pyarrow and shapely."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from command_line import CommandLine
from planted_groups import digest_of, event_table
from tocsin.digest import Digest, make_cells, packaged_digest, prio_grid_cell
from tocsin.doors.cells import about_cells, cell_rows, write_cells
from tocsin.doors.wkb import cell_polygons, cell_rings
from tocsin.errors import InputError, NotHeldError
from tocsin.months import month_id

JUNE = month_id(date(2019, 6, 1))


def planted() -> Digest:
    """Events of a group and of a state's clash, in two cells of known corners."""
    events = [
        ("Mali", JUNE, "onesided", "JNIM", "Civilians", 30),
        ("Mali", JUNE, "onesided", "JNIM", "Civilians", 4),
        ("Mali", JUNE + 1, "state", "Government of Mali", "JNIM", 7),
        ("Niger", JUNE + 1, "nonstate", "=IS", "JNIM", 5),
    ]
    table = event_table(events).with_columns(
        pl.Series("lat", [10.25, 10.4, -0.1, 0.1]), pl.Series("lon", [20.25, 20.0, -0.1, 179.99])
    )
    base = digest_of(events, last=JUNE + 3)
    told = replace(base.provenance, source="ucdp-ged", vintage="ucdp-ged 21.1")
    return replace(base, cells=make_cells(table), provenance=told)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_point_lies_in_the_polygon_of_its_cell(lat: float, lon: float) -> None:
    cell = pl.select(prio_grid_cell(pl.lit(lat), pl.lit(lon))).item()
    shape = shapely.from_wkb(cell_polygons(np.array([cell]))[0])
    assert shape.distance(shapely.Point(lon, lat)) < 1e-9  # a point a hair beside a border rounds onto it
    assert shape.area == 0.25
    assert shape.is_valid


@given(st.lists(st.integers(1, 360 * 720), min_size=1, max_size=20))
def test_polygons_are_those_of_another_implementation(cells: list[int]) -> None:
    made = shapely.from_wkb(cell_polygons(np.array(cells)))
    for shape, ring in zip(made, cell_rings(np.array(cells)), strict=True):
        theirs = shapely.Polygon(ring)
        assert shape.equals(theirs)
        assert shape.exterior.is_ccw
        assert shapely.to_wkb(theirs, byte_order=1) == shapely.to_wkb(shape, byte_order=1)
        west, south, east, north = shape.bounds
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
    # All cells once tile the world.
    assert shapely.from_wkb(cell_polygons(np.array([1, 720, 360 * 720])))[0].bounds == (-180, -90, -179.5, -89.5)


def test_rows_by_hand() -> None:
    rows = cell_rows(planted())
    assert rows.select("group", "actor", "month", "lat", "lon", "events", "deaths_best").rows() == [
        ("JNIM @ Mali", "JNIM", date(2019, 6, 1), 10.25, 20.25, 2, 34),
        (None, "Government of Mali", date(2019, 7, 1), -0.25, -0.25, 1, 7),
        ("JNIM @ Mali", "JNIM", date(2019, 7, 1), -0.25, -0.25, 1, 7),
        ("=IS @ Niger", "=IS", date(2019, 7, 1), 0.25, 179.75, 1, 5),
        ("JNIM @ Niger", "JNIM", date(2019, 7, 1), 0.25, 179.75, 1, 5),
    ]
    assert rows["vintage"].unique().to_list() == ["ucdp-ged 21.1"]
    assert rows["data_until"].unique().to_list() == [date(2019, 9, 30)]


def test_geoparquet_is_read_by_geopandas_and_pyarrow(tmp_path: Path) -> None:
    path = tmp_path / "cells.parquet"
    assert write_cells(planted(), path, "geoparquet") == 5
    frame = gpd.read_parquet(path)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.crs == "OGC:CRS84"
    assert frame.total_bounds.tolist() == [-0.5, -0.5, 180.0, 10.5]
    assert frame.geometry.is_valid.all()
    inside = shapely.contains_xy(frame.geometry.values, frame["lon"].to_numpy(), frame["lat"].to_numpy())
    assert inside.all()
    metadata = pq.read_metadata(path).metadata
    geo = json.loads(metadata[b"geo"])
    # The required fields of https://geoparquet.org/releases/v1.1.0/.
    assert geo["version"] == "1.1.0"
    assert geo["primary_column"] == "geometry"
    column = geo["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["Polygon"]
    assert column["orientation"] == "counterclockwise"
    assert column["bbox"] == [-0.5, -0.5, 180.0, 10.5]
    for name, said in about_cells(planted()).items():
        assert metadata[name.encode()].decode() == said
    assert pl.read_parquet(path).drop("geometry").equals(cell_rows(planted()))


def test_geojson_is_read_by_geopandas_and_keeps_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "cells.geojson"
    write_cells(planted(), path, "geojson")
    frame = gpd.read_file(path)
    other = gpd.read_parquet(written(tmp_path, "geoparquet"))
    assert shapely.equals(frame.geometry.values, other.geometry.values).all()
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document  # taken out of the standard: coordinates are WGS 84, longitude first
    assert document["bbox"] == [-0.5, -0.5, 180.0, 10.5]
    assert {"source", "vintage", "licence", "citation", "as_of", "data_until", "notes"} <= set(document)
    for feature in document["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert len(ring) == 5
        assert shapely.LinearRing(ring).is_ccw  # the right-hand rule
        assert feature["properties"]["month"] in ("2019-06", "2019-07")


def written(folder: Path, format: Any) -> Path:
    path = folder / f"other.{format}"
    write_cells(planted(), path, format)
    return path


def test_csv_carries_its_origin_and_no_formula(tmp_path: Path) -> None:
    path = written(tmp_path, "csv")
    rows = pl.read_csv(path)
    assert rows.height == 5
    assert rows["citation"].unique().to_list() == ["Made up for a test"]
    assert rows["actor"].to_list()[3] == "'=IS"
    assert rows["deaths_best"].to_list() == [34, 7, 7, 5, 5]


def test_period_theatre_and_group() -> None:
    made = planted()
    assert cell_rows(made, last=JUNE).height == 1
    assert cell_rows(made, first=JUNE + 1).height == 4
    assert cell_rows(made, theatres=["Niger"]).height == 2
    assert cell_rows(made, actor="JNIM").height == 3
    assert cell_rows(made, actor="JNIM", theatres=["Niger"])["group"].to_list() == ["JNIM @ Niger"]


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"first": JUNE, "last": JUNE - 1}, InputError, "begins in 2019-06, after its end, 2019-05"),
        ({"last": JUNE + 4}, InputError, "figures cover 1989-01 to 2019-09, asked for were 1989-01 to 2019-10"),
        ({"first": JUNE + 2}, NotHeldError, "no event in any cell from 2019-08 to 2019-09"),
        ({"actor": "Nobody"}, NotHeldError, "no event in any cell"),
    ],
)
def test_what_is_not_there_is_said(asked: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        cell_rows(planted(), **asked)


@pytest.mark.parametrize(
    ("source", "redistributable"),
    [
        ("acled", False),
        ("acled", True),
        ("ucdp-ged, acled", True),
        ("ucdp-ged", False),
        ("own-list", True),
        ("gtd", True),
    ],
)
@pytest.mark.parametrize("format", ["geoparquet", "geojson", "csv"])
def test_closed_sources_make_no_file(source: str, redistributable: bool, format: Any, tmp_path: Path) -> None:
    made = planted()
    closed = replace(made, provenance=replace(made.provenance, source=source, redistributable=redistributable))
    with pytest.raises(InputError, match=r"no file of half-degree cells is made.*tocsin explain"):
        write_cells(closed, tmp_path / "cells", format)
    assert not list(tmp_path.iterdir())


def test_nothing_after_the_day_it_is_of() -> None:
    cut = planted().up_to(JUNE)
    assert cell_rows(cut)["month"].unique().to_list() == [date(2019, 6, 1)]
    assert about_cells(cut)["as_of"] == about_cells(cut)["data_until"] == "2019-06-30"


def test_the_packaged_cells_add_up() -> None:
    made, held = cell_rows(packaged_digest()), packaged_digest().cells
    assert made.height == held.height
    assert made["deaths_best"].sum() == held["deaths_best"].sum()


class Tocsin(CommandLine):
    command = "data"


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> Tocsin:
    return Tocsin(monkeypatch, capsys)


@pytest.mark.parametrize(
    ("ending", "reads"), [("parquet", gpd.read_parquet), ("geojson", gpd.read_file), ("csv", pl.read_csv)]
)
def test_the_command_writes_what_its_file_is_called(ending: str, reads: Any, data: Tocsin, tmp_path: Path) -> None:
    path = tmp_path / f"out.{ending}"
    asked = ("--from", "2020-01", "--to", "2020-03", "--group", "IS @ Afghanistan", "-o", str(path))
    out, _ = data("cells", *asked)
    frame = reads(path)
    assert out == f"{len(frame)} rows of half-degree cells, ucdp-ged 21.1 to 2020-12-31 -> {path}\n"
    assert set(frame["group"]) == {"IS @ Afghanistan"}
    sahel, _ = data("cells", "--from", "2020-03", "--theatre", "Sahel", "--as-of", "2020-03-31", "-o", str(path))
    assert "to 2020-03-31" in sahel


def test_the_command_refuses_in_one_line(data: Tocsin, tmp_path: Path) -> None:
    assert "name a format with --format" in data.refused("cells", "-o", str(tmp_path / "cells.shp"))
    assert "--from is a month" in data.refused("cells", "--from", "2020", "-o", str(tmp_path / "cells.csv"))
    wrong = data.refused("cells", "--theatre", "Atlantis", "-o", str(tmp_path / "cells.csv"))
    assert "Atlantis" in wrong
    strict = data.refused("cells", "--as-of-mode", "strict", "-o", str(tmp_path / "cells.csv"))
    assert "strict mode asks what was known by a day, so it needs one" in strict
    assert "there is no folder" in data.refused("cells", "-o", str(tmp_path / "none" / "cells.csv"))
    assert "can not be written" in data.refused("cells", "--from", "2020-12", "-o", "/dev/null/cells.csv")
    assert not list(tmp_path.iterdir())
