"""Outlines of land for the maps of pages: TopoJSON, thinned to what a drawing shows, and where on it a theatre is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.countries import iso3_of, theatre_by_iso3
from tocsin.digest.tables import cell_centre
from tocsin.errors import InputError
from tocsin.report.land import NEITHERS, NO_THEATRE, Points, lines, outlines, rings
from tocsin.warn.explanation import CellFigures

WORLD = "world"
NEUTRAL = (NO_THEATRE, NEITHERS)
"""Codes of land that is of no country of the table, or drawn with neither of two: never marked as lacking figures."""
Box = tuple[float, float, float, float]

_WHOLE: Box = (-180.0, -90.0, 180.0, 90.0)
_PIXELS = 1_600  # across the drawing
_THINNED, _ROUNDED = 0.6, 0.5  # pixels: how far a line may be from the one held, and to what it is rounded then
_MARGIN = 0.03  # of the box, so that lines cut off at its edge are out of sight
_FINEST = 0.02  # degrees, a pixel at least: the outlines held are rounded to half of it


def land_for(land: Sequence[float] | str) -> dict[str, Any]:
    """TopoJSON of the land in a box (west, south, east, north, in degrees) or of the `"world"`.

    Its one object, `land`, has a MultiPolygon for each country in sight: `id` is the ISO code (`-` and `?` for land of
    no country), `properties.name` the theatre. Lines are those of `tocsin.report.land` in longitude and latitude, moved
    by less than a pixel in a drawing 1,600 pixels wide, and countries share those of their border; what lies outside
    the box is left as coarse as it can be without showing inside. Raises `InputError` where the box is none.
    """
    if isinstance(land, str):
        if land != WORLD:
            raise InputError(f'land is "{WORLD}" or a box (west, south, east, north), got {land[:40]!r}')
        return _land(_WHOLE)
    west, south, east, north = (float(edge) for edge in land)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InputError(f"a box is (west, south, east, north) in degrees, got {tuple(land)}")
    return _land((west, south, east, north))


@lru_cache(maxsize=64)
def _land(box: Box) -> dict[str, Any]:
    west, south, east, north = box
    pixel = max(_FINEST, (east - west) / _PIXELS)
    step = pixel * _ROUNDED
    wide, tall = _MARGIN * (east - west), _MARGIN * (north - south)
    around = (west - wide, south - tall, east + wide, north + tall)
    names, pieces = theatre_by_iso3(), _pieces_in(around, 2 * pixel)
    used = sorted({_forward(k) for of in pieces.values() for piece in of for ring in piece for k in ring})
    place = {k: i for i, k in enumerate(used)}
    found = [
        {
            "type": "MultiPolygon",
            "id": code,
            "properties": {"name": names[code]} if code in names else {},
            "arcs": [[[place[k] if k >= 0 else ~place[~k] for k in ring] for ring in piece] for piece in of],
        }
        for code, of in sorted(pieces.items())
    ]
    corner = np.array([-180.0, -90.0])
    return {
        "type": "Topology",
        "transform": {"scale": [step, step], "translate": corner.tolist()},
        "objects": {"land": {"type": "GeometryCollection", "geometries": found}},
        "arcs": [_steps(_thinned(_cut(lines()[k], around), pixel * _THINNED), corner, step) for k in used],
    }


def _forward(k: int) -> int:
    return k if k >= 0 else ~k


def _pieces_in(box: Box, least: float) -> dict[str, list[list[list[int]]]]:
    """The pieces of land that reach into a box; of those smaller than `least` only a country's largest."""
    west, south, east, north = box
    ends = [(line.min(axis=0), line.max(axis=0)) for line in lines()]
    found: dict[str, list[list[list[int]]]] = {}
    for code, pieces in rings().items():
        spans = []
        for piece in pieces:
            low = np.min([ends[_forward(k)][0] for k in piece[0]], axis=0)
            high = np.max([ends[_forward(k)][1] for k in piece[0]], axis=0)
            spans.append((low, high))
        largest = max(float((high - low).max()) for low, high in spans)
        kept = [
            piece
            for piece, (low, high) in zip(pieces, spans, strict=True)
            if low[0] <= east and high[0] >= west and low[1] <= north and high[1] >= south
            and (high - low).max() >= min(least, largest)
        ]  # fmt: skip
        if kept:
            found[code] = kept
    return found


def _cut(line: Points, box: Box) -> Points:
    """A line without what cannot be seen of it: points of a run that lies beyond one side of the box, but for its ends.

    The straight line between these ends lies beyond that side as well, so that nothing changes inside.
    """
    west, south, east, north = box
    x, y = line.T
    beyond = (1 * (x < west) + 2 * (x > east) + 4 * (y < south) + 8 * (y > north)).tolist()
    kept, common = [0], beyond[0]
    for k in range(1, len(line)):
        if not common & beyond[k]:  # what lies beyond one side ended at the point before
            if kept[-1] != k - 1:
                kept.append(k - 1)
            common = beyond[k - 1]
            if not common & beyond[k]:
                kept.append(k)
                common = -1
        common &= beyond[k]
    if kept[-1] != len(line) - 1:
        kept.append(len(line) - 1)
    return line[kept]


def _thinned(line: Points, most: float) -> Points:
    """A line of fewer points that is nowhere further than `most` from the first one (Douglas and Peucker 1973)."""
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    left = [(0, len(line) - 1)]
    while left:
        a, b = left.pop()
        if b - a < 2:
            continue
        away = _away(line[a + 1 : b], line[a], line[b])
        k = int(away.argmax())
        if away[k] > most:
            keep[a + 1 + k] = True
            left += [(a, a + 1 + k), (a + 1 + k, b)]
    return line[keep]


def _away(points: Points, a: Points, b: Points) -> NDArray[np.float64]:
    """How far points are from the line between two, or from the point that both are."""
    along, off = b - a, points - a
    length = float(along @ along)
    share = np.clip(off @ along / length, 0.0, 1.0) if length else np.zeros(len(points))
    return np.asarray(np.hypot(*(off - share[:, None] * along).T))


def _steps(line: Points, corner: Points, step: float) -> list[list[int]]:
    """A line as TopoJSON has it: whole steps from the corner, then from point to point; never fewer than two points."""
    whole = np.rint((line - corner) / step).astype(np.int64)
    moved = [move for move in np.diff(whole, axis=0).tolist() if move != [0, 0]]
    return [whole[0].tolist(), *(moved or [[0, 0]])]


def places_of(theatres: Iterable[str], cells: Sequence[CellFigures]) -> dict[str, tuple[float, float]]:
    """Where to mark each theatre (a country): longitude and latitude, in degrees.

    The middle of the half-degree cell nearest to the centre of the deaths on its land (of the events where there are
    none); where no cell lies on it, the middle of its largest piece. A country that no outline is held of has no place.
    """
    held = outlines()
    centres = np.array([cell_centre(cell.cell)[::-1] for cell in cells], dtype=np.float64).reshape(-1, 2)
    deaths = np.array([cell.deaths for cell in cells], dtype=np.float64)
    events = np.array([cell.events for cell in cells], dtype=np.float64)
    found: dict[str, tuple[float, float]] = {}
    for theatre in theatres:
        pieces = held.get(iso3_of(theatre))
        if not pieces:
            continue
        inside = np.any([_inside(centres, ring) for piece in pieces for ring in piece[:1]], axis=0)
        if inside.any():
            own = centres[inside]
            weights = deaths[inside] if deaths[inside].sum() else events[inside]
            x, y = own[np.hypot(*(own - np.average(own, axis=0, weights=weights)).T).argmin()]
        else:
            ring = max((piece[0] for piece in pieces), key=lambda ring: float(np.prod(np.ptp(ring, axis=0))))
            x, y = (ring.min(axis=0) + ring.max(axis=0)) / 2
        found[theatre] = (float(x), float(y))
    return found


def _inside(points: Points, ring: Points) -> NDArray[np.bool_]:
    """Which points lie inside a ring: those from which a line eastward crosses it an odd number of times."""
    a, b = ring, np.roll(ring, -1, axis=0)
    a, b = a[a[:, 1] != b[:, 1]], b[a[:, 1] != b[:, 1]]
    y = points[:, 1, None]
    crossing = (a[:, 1] > y) != (b[:, 1] > y)
    at = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
    return np.asarray((crossing & (at > points[:, 0, None])).sum(axis=1) % 2 == 1)
