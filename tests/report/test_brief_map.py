"""The map of the brief: cells where they belong, hatching exactly where nothing is recorded, numbers apart."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any, cast
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_lines import assessment, line, war
from tocsin.countries import countries
from tocsin.errors import NotHeldError
from tocsin.report.brief.map import CLASSES, DISCLAIMER, map_of
from tocsin.report.brief.projection import LEAST_CELL, corner, equal_earth, theatre_sheet, world_sheet
from tocsin.report.brief.svg import text_width
from tocsin.report.land import NEITHERS, NO_THEATRE, clipped, outlines
from tocsin.settings import packaged_folder
from tocsin.warn.brief import Brief
from tocsin.warn.explanation import CellFigures, Explanation

SVG = "{http://www.w3.org/2000/svg}"
KABUL = (2 * (90 + 34) + 1) * 720 + 2 * (180 + 69) + 1  # 34.5 N, 69.0 E
HOSTILE = 'A & B </text><script>alert("x")</script> "\'<x> \x07] @ Mali'


def explained(group: str, *cells: CellFigures, at_war: bool = False) -> Explanation:
    told = assessment((war if at_war else line)(group, level="warning"))
    return Explanation(told, cast(Any, None), (), (), cells, (), None)


def brief(*explanations: Explanation, cells: tuple[CellFigures, ...] = (), **changes: Any) -> Brief:
    given = {"covered": ("Afghanistan", "Mali")} | {k: changes.pop(k) for k in ("covered",) if k in changes}
    return Brief(assessment(**changes), explanations, None, None, cells, **given)


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def boxes(svg: str, name: str) -> list[tuple[float, float, float, float]]:
    found = [group for group in drawn(svg).iter(f"{SVG}g") if group.get("class") == name]
    return [
        tuple(float(box.attrib[side]) for side in ("x", "y", "width", "height"))  # type: ignore[misc]
        for group in found
        for box in group
    ]


def fills(svg: str) -> dict[str, str]:
    return {
        found.attrib["data-land"]: found.attrib["fill"] for found in drawn(svg).iter() if "data-land" in found.attrib
    }


def many(count: int, cell: int = KABUL) -> list[Explanation]:
    """Groups whose cells lie next to each other, so that their numbers have no room."""
    return [explained(f"G{k} @ Mali", CellFigures(cell + k % 3 + 720 * (k // 3), 1, 3)) for k in range(count)]


def test_a_cell_by_its_number() -> None:
    # The centre of PRIO-GRID 1 is 89.75 S 179.75 W; a row has 720 cells.
    assert corner(1) == (-180, -90)
    assert corner(720) == (179.5, -90)
    assert corner(721) == (-180, -89.5)
    assert corner(KABUL) == (69.0, 34.5)


def test_equal_earth_as_published() -> None:
    # Half-width and half-height on a sphere of radius 1: Savric, Patterson & Jenny (2018) give an aspect of 2.05458.
    (x, _), (_, y) = equal_earth(np.array([[180.0, 0.0], [0.0, 90.0]]))
    assert x / y == pytest.approx(2.05458, abs=1e-4)
    # The area of the map is that of the sphere.
    latitudes = np.linspace(-90, 90, 20_001)
    edge = equal_earth(np.column_stack([np.full_like(latitudes, 180), latitudes]))
    area = 2 * float(np.sum((edge[1:, 0] + edge[:-1, 0]) / 2 * np.diff(edge[:, 1])))
    assert area == pytest.approx(4 * math.pi, rel=1e-4)


@given(st.integers(90 * 720, 300 * 720), st.integers(0, 600))
@settings(max_examples=30, deadline=None)
def test_cells_of_the_world_have_one_area_until_they_are_too_small(cell: int, wide: int) -> None:
    sheet = world_sheet(20_000 + wide)
    latitude = corner(cell)[1] + 0.25
    _, _, across, up = sheet.cell(cell)
    whole = 4 * math.pi * (sheet.width / (2 * equal_earth(np.array([[180.0, 0.0]]))[0, 0])) ** 2
    share = math.cos(math.radians(latitude)) * math.radians(0.5) ** 2 / (4 * math.pi)
    assert across * up / whole == pytest.approx(share, rel=2e-3)


def test_the_rectangle_of_a_cell_on_a_world_map_is_about_its_centre() -> None:
    svg = map_of(brief(cells=(CellFigures(KABUL, 2, 30),)))
    (box,) = boxes(svg, "deaths-25")
    sheet = world_sheet(482)
    (middle,) = sheet.project(np.array([[69.25, 34.75]]))
    assert (box[0] + box[2] / 2, box[1] + box[3] / 2) == pytest.approx(tuple(middle), abs=0.02)
    assert box[2:] == (LEAST_CELL, LEAST_CELL)
    # East of Greenwich and north of the equator: right of the middle, in the upper half of the equator's height.
    assert box[0] > 241
    assert box[1] < sheet.project(np.array([[0.0, 0.0]]))[0, 1]
    assert "0.6 mm" in svg


def test_the_rectangle_of_a_cell_on_a_theatre_map_has_its_corners() -> None:
    svg = map_of(brief(cells=(CellFigures(KABUL, 2, 30),), theatre="Afghanistan"))
    ((x, y, width, height),) = boxes(svg, "deaths-25")
    sheet = theatre_sheet(["AFG"], [KABUL], 482)
    (west, south), (east, north) = sheet.project(np.array([[69.0, 34.5], [69.5, 35.0]]))
    assert (x, y + height, x + width, y) == pytest.approx((west, south, east, north), abs=0.02)
    # At 34 N half a degree of longitude is 0.83 of half a degree of latitude.
    assert width / height == pytest.approx(math.cos(math.radians(33.9)), abs=0.01)


@pytest.mark.parametrize(("deaths", "least"), [(0, 0), (1, 1), (4, 1), (5, 5), (24, 5), (25, 25), (99, 25), (100, 100)])
def test_a_cell_has_the_shade_of_its_class(deaths: int, least: int) -> None:
    svg = map_of(brief(cells=(CellFigures(KABUL, 1, deaths),)))
    assert {k for k, _, _ in CLASSES if boxes(svg, f"deaths-{k}")} == {least}
    assert f"({deaths:,} in all)" in svg


def test_land_is_hatched_exactly_where_nothing_is_recorded() -> None:
    shades = fills(map_of(brief()))
    hatched = {code for code, fill in shades.items() if fill.startswith("url(")}
    assert {country.iso3 for country in countries()} - {"AFG", "MLI"} <= hatched
    assert set(shades) - hatched == {"AFG", "MLI", NEITHERS}
    everywhere = tuple(country.name for country in countries())
    assert {k for k, v in fills(map_of(brief(covered=everywhere))).items() if v.startswith("url(")} == {NO_THEATRE}


def test_a_theatre_is_hatched_only_itself_and_its_surroundings_are_grey() -> None:
    shades = fills(map_of(brief(theatre="Sahel", covered=("Mali", "Niger"))))
    assert shades["BFA"].startswith("url(")
    assert shades["MLI"] == shades["NER"] != shades["DZA"]
    assert not shades["DZA"].startswith("url(")
    assert "FRA" not in shades
    # A view's own name covers its countries.
    assert not any(
        fill.startswith("url(") for fill in fills(map_of(brief(theatre="Sahel", covered=("Sahel",)))).values()
    )
    with pytest.raises(NotHeldError, match="no theatre is called"):
        map_of(brief(theatre="Atlantis"))


@pytest.mark.parametrize("name", ["Lebanon", "Palestine", "Kosovo", "Comoros", "Maldives", "Tuvalu", "Russia", "Fiji"])
def test_every_theatre_has_a_map_with_its_land_in_sight(name: str) -> None:
    svg = map_of(brief(theatre=name, covered=(name,)))
    (code,) = (country.iso3 for country in countries() if country.name == name)
    assert code in fills(svg)
    assert len(svg.encode()) < 500_000
    (label,) = (
        found for found in drawn(svg).iter(f"{SVG}text") if found.get("class") == "country" and found.text == name
    )
    assert 0 < float(label.attrib["x"]) < 482


@pytest.mark.parametrize("theatre", [None, "Afghanistan"])
@pytest.mark.parametrize("width", [482.0, 300.0])
def test_numbers_do_not_overlap_and_stay_on_the_map(theatre: str | None, width: float) -> None:
    svg = map_of(brief(*many(15), theatre=theatre), width)
    root = drawn(svg)
    frame = next(found for found in root.iter(f"{SVG}clipPath"))[0]
    wide, tall = float(frame.attrib["width"]), float(frame.attrib["height"])
    clip = next(found for found in root.iter(f"{SVG}g") if "clip-path" in found.attrib)
    discs = [tuple(float(c.attrib[k]) for k in ("cx", "cy", "r")) for c in clip.iter(f"{SVG}circle")]
    assert len(discs) == 15
    for k, (x, y, r) in enumerate(discs):
        assert r <= x <= wide - r
        assert r <= y <= tall - r
        assert all(math.hypot(x - u, y - v) >= r + s for u, v, s in discs[:k])
    numbers = [found.text for found in clip.iter(f"{SVG}text") if found.get("class") == "number"]
    assert numbers == [str(k) for k in range(1, 16)]


@pytest.mark.parametrize("width", [482.0, 300.0])
@pytest.mark.parametrize("theatre", [None, "Great Lakes", "Lebanon"])
def test_text_is_large_enough_and_nowhere_overlaps(width: float, theatre: str | None) -> None:
    groups = [explained(f"A group with a very long name indeed, number {k} of all of them @ Mali") for k in range(5)]
    root = drawn(
        map_of(brief(*groups, cells=(CellFigures(KABUL, 1, 3),) if theatre is None else (), theatre=theatre), width)
    )
    height = float(root.attrib["viewBox"].split()[3])
    found = []
    for words in root.iter(f"{SVG}text"):
        if words.get("aria-hidden") == "true":
            continue
        size, x, y = (float(words.attrib[name]) for name in ("font-size", "x", "y"))
        assert size >= 7.5
        long = text_width(words.text or "", size)
        left = x - {"middle": long / 2, "end": long}.get(words.get("text-anchor", ""), 0)
        found.append((left, y - 0.73 * size, left + long, y))
    for k, a in enumerate(found):
        assert a[0] >= 0
        assert a[2] <= width
        assert a[3] <= height
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in found[:k])


def test_the_key_names_each_group_with_the_probability_of_its_list() -> None:
    new = explained("New @ Mali", CellFigures(KABUL, 1, 3))
    old = explained("Old @ Mali", at_war=True)
    words = [found.text for found in drawn(map_of(brief(new, old))).iter(f"{SVG}text")]
    assert "New @ Mali: P(25 deaths) 20%" in words
    assert "Old @ Mali: P(mass-casualty) 3.0%, no place recorded" in words
    assert "No group is on warning." in map_of(brief())


def test_cells_of_groups_on_warning_are_outlined_and_say_whose_they_are() -> None:
    cell, other = CellFigures(KABUL, 1, 3), CellFigures(KABUL + 2, 1, 30)
    both = brief(
        explained("One @ Afghanistan", cell),
        explained("Two @ Afghanistan", cell, other),
        cells=(cell, other, CellFigures(KABUL + 4, 1, 1)),
        theatre="Afghanistan",
    )
    svg = map_of(both)
    assert len(boxes(svg, "warned")) == 2
    whose = [found.text for found in drawn(svg).iter(f"{SVG}text") if found.get("class") == "whose"]
    assert whose == ["1 2", "2"]
    # Drawn once though two groups have it, and with the deaths of the brief.
    assert len(boxes(svg, "deaths-1")) == 2


def test_the_map_stands_alone() -> None:
    cells = tuple(CellFigures(KABUL + k, 1, k) for k in range(900))
    svg = map_of(brief(*many(15), cells=cells, covered=()))
    root = drawn(svg)
    assert svg == map_of(brief(*many(15), cells=tuple(reversed(cells)), covered=()))
    assert len(svg.encode()) < 500_000
    assert (root.get("role"), root[0].tag, root[1].tag) == ("img", f"{SVG}title", f"{SVG}desc")
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "href" not in svg
    ids = {found.get("id") for found in root.iter()}
    assert set(re.findall(r"url\(#([^)]*)\)", svg)) <= ids
    assert len(re.findall(r"url\(", svg)) == len(re.findall(r"url\(#", svg))
    shown = " ".join(found.text or "" for found in root.iter(f"{SVG}text"))
    assert DISCLAIMER in shown
    assert "ucdp-ged 21.1, to 31 December 2020" in shown
    assert "Natural Earth" in shown
    assert "31 December 2020" in (root[0].text or "")
    assert "to 30 November 2020" in map_of(brief(data_until=date(2020, 11, 30)))


def test_hostile_names_are_only_words() -> None:
    svg = map_of(brief(explained(HOSTILE, CellFigures(KABUL, 1, 3))))
    root = drawn(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert "A & B </text><script>" in (root[1].text or "")
    assert "\x07" not in svg


def test_every_country_has_land_and_none_crosses_the_date_line() -> None:
    land = outlines()
    assert {country.iso3 for country in countries()} <= set(land)
    assert (packaged_folder() / "land.json").stat().st_size < 400_000
    for code, pieces in land.items():
        for piece in pieces:
            for ring in piece:
                assert len(ring) >= 3, code
                assert np.abs(ring[:, 0]).max() <= 180
                assert np.abs(np.diff(ring[:, 0])).max() < 90, code


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"),
    [
        ("AFG", 69.2, 34.5),  # Kabul
        ("SOM", 44.1, 9.6),  # Hargeisa: filed under Somalia
        ("CYP", 33.6, 35.25),  # in the north of Cyprus
        ("XKX", 21.0, 42.6),
        ("ESH", -12.2, 24.0),  # east of the wall
        ("MAR", -13.0, 25.0),  # west of it
        ("GUF", -53.0, 4.0),
        ("SSD", 31.4, 5.0),
        ("RUS", -175.0, 66.5),  # east of the date line
        ("RUS", 100.0, 60.0),
        ("COD", 27.0, -3.0),
    ],
)
def test_land_is_filed_under_the_country_of_its_events(code: str, longitude: float, latitude: float) -> None:
    from matplotlib.path import Path

    at = {
        found
        for found, pieces in outlines().items()
        for outer, *holes in pieces
        if Path(outer).contains_point((longitude, latitude))
        and not any(Path(hole).contains_point((longitude, latitude)) for hole in holes)
    }
    assert at == {code}


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_clipped_ring_has_the_area_inside_the_box(corners: list[tuple[float, float]]) -> None:
    ring = np.array(corners)
    inside = clipped(ring, -10, -10, 10, 10)
    assert np.abs(inside).max(initial=0) <= 10 + 1e-9
    # By counting points of a fine grid, each a fifth of a unit from the next.
    steps = np.arange(-9.9, 10, 0.2)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    a, b, c = ring
    sides = [
        (q[0] - p[0]) * (grid[:, 1] - p[1]) - (q[1] - p[1]) * (grid[:, 0] - p[0]) for p, q in ((a, b), (b, c), (c, a))
    ]
    counted = float((np.all(np.array(sides) >= 0, axis=0) | np.all(np.array(sides) <= 0, axis=0)).mean() * 400)
    x, y = inside.T
    area = abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2
    if abs(float((b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0])) > 1e-6:
        assert area == pytest.approx(counted, abs=16)
