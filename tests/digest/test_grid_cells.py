"""PRIO-GRID numbers, worked by hand from the codebook: 720 columns, 360 rows, cell 1 in the south-west corner."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.countries import theatre_by_iso3
from tocsin.digest import packaged_digest, prio_grid_cell
from tocsin.digest.load import urban_cells


def cell(lat: float, lon: float) -> int:
    point = pl.DataFrame({"lat": [lat], "lon": [lon]}, schema={"lat": pl.Float64, "lon": pl.Float64})
    return int(point.select(prio_grid_cell(pl.col("lat"), pl.col("lon"))).item())


@pytest.mark.parametrize(
    ("place", "lat", "lon", "number"),
    [
        ("Kabul", 34.53, 69.17, 249 * 720 + 498 + 1),  # 124.53 degrees from the pole, 249.17 from the date line
        ("Bamako", 12.65, -8.0, 205 * 720 + 344 + 1),
        ("Goma", -1.68, 29.23, 176 * 720 + 418 + 1),
        ("Bogota", 4.61, -74.08, 189 * 720 + 211 + 1),
        ("the first cell", -89.75, -179.75, 1),
        ("its eastern neighbour", -89.75, -179.25, 2),
        ("its northern neighbour", -89.25, -179.75, 721),
        ("the south-west corner", -90.0, -180.0, 1),
        ("the south-east corner", -90.0, 180.0, 720),
        ("the north-west corner", 90.0, -180.0, 359 * 720 + 1),
        ("the north-east corner", 90.0, 180.0, 360 * 720),
        ("north-east of the origin", 0.0, 0.0, 180 * 720 + 360 + 1),
        ("south-west of the origin", -0.01, -0.01, 179 * 720 + 359 + 1),
        ("on an edge: the cell to the north-east", 10.5, 20.5, 201 * 720 + 401 + 1),
    ],
)
def test_cells_by_hand(place: str, lat: float, lon: float, number: int) -> None:
    assert cell(lat, lon) == number, place


@given(st.integers(1, 360 * 720), st.floats(0.01, 0.49), st.floats(0.01, 0.49))
def test_every_point_of_a_cell_has_its_number(number: int, north: float, east: float) -> None:
    row, column = divmod(number - 1, 720)
    assert cell(-90 + row / 2 + north, -180 + column / 2 + east) == number


def test_cells_lie_in_their_theatres(shared_data: Path) -> None:
    """Against the VIEWS project's own table of cells and countries: an error of one row or column would show."""
    grid = pl.read_parquet(shared_data / "views" / "priogrid_country.parquet")
    names = pl.read_csv(shared_data / "views" / "countries.csv")
    names = names.with_columns(theatre=pl.col("isoab").replace_strict(theatre_by_iso3(), default=None))
    placed = grid.join(names, on="country_id").select(cell=pl.col("pg_id").cast(pl.Int32), is_in="theatre")
    cells = packaged_digest().cells

    def agreement(shift: int) -> float:
        found = cells.with_columns(pl.col("cell") + shift).join(placed, on="cell")
        return float(found.filter(pl.col("theatre") == pl.col("is_in"))["events"].sum() / found["events"].sum())

    # Cells on a border belong to one country only, so not all can agree; one row or column off, fewer do.
    assert agreement(0) > 0.9
    assert all(agreement(shift) < agreement(0) for shift in (-720, -1, 1, 720))


def test_cells_with_a_city_hold_capitals_and_no_open_sea() -> None:
    urban = set(urban_cells())
    assert {cell(34.53, 69.17), cell(12.65, -8.0), cell(4.61, -74.08)} <= urban
    assert cell(-40.0, -120.0) not in urban
    assert cell(23.0, 12.0) not in urban  # the Libyan desert
    assert all(1 <= number <= 360 * 720 for number in urban)
