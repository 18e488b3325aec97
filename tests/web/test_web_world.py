"""Outlines for maps: land stays where it is, borders stay shared, and no more is sent than a drawing shows."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.countries import iso3_of, theatre_by_iso3
from tocsin.digest.tables import cell_centre
from tocsin.errors import InputError
from tocsin.report.land import NEITHERS, NO_THEATRE, Points, clipped, outlines
from tocsin.warn.explanation import CellFigures
from tocsin.web.world import NEUTRAL, land_for, places_of

BOXES = st.tuples(
    st.floats(-170, 150), st.floats(-50, 60), st.floats(2, 30), st.floats(2, 20)
).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))  # fmt: skip

HELD = cache(outlines)


def read(topology: dict[str, Any]) -> dict[str, list[list[Points]]]:
    """Polygons by code, as the TopoJSON specification says: delta-encoded lines, `~k` for line k backwards."""
    scale, corner = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    lines = [np.cumsum(arc, axis=0) * scale + corner for arc in topology["arcs"]]
    return {
        one["id"]: [
            [np.concatenate([lines[k] if k >= 0 else lines[~k][::-1] for k in ring]) for ring in piece]
            for piece in one["arcs"]
        ]
        for one in topology["objects"]["land"]["geometries"]
    }


def area(ring: Points) -> float:
    if len(ring) < 3:
        return 0.0
    x, y = ring.T
    return float(abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2)


def land_inside(pieces: list[Any], box: tuple[float, float, float, float]) -> float:
    """Square degrees of land in a box, holes taken off."""
    return sum(area(clipped(p[0], *box)) - sum(area(clipped(hole, *box)) for hole in p[1:]) for p in pieces)


def test_the_world_is_small_and_whole() -> None:
    world = land_for("world")
    assert len(json.dumps(world, separators=(",", ":"))) <= 160_000
    assert min(map(len, world["arcs"])) >= 2  # what the specification asks of an arc, and topojson-client relies on
    held, found = HELD(), read(world)
    assert set(found) == set(held)
    everywhere = (-180.0, -90.0, 180.0, 90.0)
    for code, pieces in held.items():
        size = land_inside(pieces, everywhere)
        if size > 20:  # square degrees: a country that is more than a speck keeps its size
            assert land_inside(found[code], everywhere) == pytest.approx(size, rel=0.05), code


def test_countries_have_their_code_and_theatre() -> None:
    names = {one["id"]: one["properties"].get("name") for one in land_for("world")["objects"]["land"]["geometries"]}
    assert names["COD"] == "DR Congo"
    assert {names[code] for code in NEUTRAL} == {None}
    assert set(NEUTRAL) == {NO_THEATRE, NEITHERS}
    assert all(name == theatre_by_iso3()[code] for code, name in names.items() if code not in NEUTRAL)


@settings(max_examples=12, deadline=None)
@given(BOXES)
def test_inside_a_box_land_is_where_it_is(box: tuple[float, float, float, float]) -> None:
    pixel = max(0.02, (box[2] - box[0]) / 1600)
    found, held = read(land_for(box)), HELD()
    for code, pieces in held.items():
        within = [clipped(ring, *box) for piece in pieces for ring in piece]
        # A line moved by a pixel changes the land by its length times a pixel at most; lost islands are smaller still.
        length = sum(np.hypot(*np.diff(np.vstack([r, r[:1]]), axis=0).T).sum() for r in within if len(r) > 1)
        allowed = 1.2 * pixel * length + 4 * pixel**2 * len(within)
        assert abs(land_inside(found.get(code, []), box) - land_inside(pieces, box)) <= allowed, code


@settings(max_examples=12, deadline=None)
@given(BOXES)
def test_a_box_is_sent_for_less_than_the_land_it_shows(box: tuple[float, float, float, float]) -> None:
    def points(lines: list[Any]) -> int:
        return sum(map(len, lines))

    west, south, east, north = box
    wide, tall = 0.1 * (east - west), 0.1 * (north - south)
    edges = (west - wide, south - tall, east + wide, north + tall)
    around = [clipped(ring, *edges) for pieces in HELD().values() for piece in pieces for ring in piece]
    found = land_for(box)
    # Beyond the box a piece in sight keeps the ends of its lines, and the corners it is seen around.
    assert points(found["arcs"]) <= points(around) + 12 * len(found["arcs"])


def test_neighbours_share_their_border() -> None:
    pieces = {one["id"]: one["arcs"] for one in land_for((60, 29, 75, 39))["objects"]["land"]["geometries"]}
    used = {code: {k if k >= 0 else ~k for p in pieces[code] for ring in p for k in ring} for code in ("AFG", "PAK")}
    assert used["AFG"] & used["PAK"]
    assert "NGA" not in pieces


@pytest.mark.parametrize("box", ["moon", (10, 0, 5, 5), (0, 0, 10, 95), (-190, 0, 10, 5), (0, float("nan"), 1, 1)])
def test_a_box_that_is_none(box: Any) -> None:
    with pytest.raises(InputError, match=r"box"):
        land_for(box)


def test_a_theatre_is_marked_on_its_own_ground() -> None:
    kabul, herat, lagos = (cell_at(34.25, 69.25), cell_at(34.25, 62.25), cell_at(6.75, 3.75))
    cells = (CellFigures(kabul, 3, 90), CellFigures(herat, 1, 2), CellFigures(lagos, 9, 500))
    found = places_of(("Afghanistan", "Iceland"), cells)
    assert found["Afghanistan"] == (69.25, 34.25)  # the centre of deaths lies by Kabul
    x, y = found["Iceland"]  # no cell: the middle of the island
    assert -25 < x < -13
    assert 63 < y < 67


def test_cells_without_deaths_count_by_their_events() -> None:
    cells = (CellFigures(cell_at(34.25, 69.25), 1, 0), CellFigures(cell_at(34.25, 62.25), 9, 0))
    assert places_of(["Afghanistan"], cells) == {"Afghanistan": (62.25, 34.25)}


def test_every_country_with_land_has_a_place_and_it_is_in_reach_of_its_land() -> None:
    held, names = HELD(), theatre_by_iso3()
    found = places_of([names[code] for code in held if code in names], ())
    for theatre, place in found.items():
        ring = max((p[0] for p in held[iso3_of(theatre)]), key=lambda r: float(np.prod(np.ptp(r, axis=0))))
        assert (ring.min(axis=0) <= place).all()
        assert (place <= ring.max(axis=0)).all()


def cell_at(lat: float, lon: float) -> int:
    """The PRIO-GRID number of the cell around a point: rows of 720 from the south-west."""
    cell = (int((90 + lat) * 2)) * 720 + int((180 + lon) * 2) + 1
    assert cell_centre(cell) == (lat, lon)
    return cell
