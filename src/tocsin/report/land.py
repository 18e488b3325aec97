"""Land outlines by country, projected and thinned for a map: `data/land.json`, made by `tools/make_land.py`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.settings import packaged_folder

LAND_SOURCE = "Natural Earth"
NO_THEATRE = "-"  # land of no country of the table: its events, if any, are filed elsewhere
NEITHERS = "?"  # ice between two countries, drawn with neither

Points = NDArray[np.float64]
Piece = tuple[Points, ...]


@cache
def _held() -> dict[str, Any]:
    return dict(json.loads((packaged_folder() / "land.json").read_text(encoding="utf-8")))


@cache
def lines() -> tuple[Points, ...]:
    """Every line of the outlines, longitude and latitude in degrees; countries share the line of their border."""
    held = _held()
    return tuple(np.cumsum(np.reshape(arc, (-1, 2)), axis=0) / held["per_degree"] for arc in held["arcs"])


def rings() -> dict[str, list[list[list[int]]]]:
    """Pieces of land by ISO code, each an outer ring and its holes, made of `lines`; `~k` is line k backwards."""
    return dict(_held()["land"])


def outlines(project: Callable[[Points], Points] = lambda points: points, least: float = 0.0) -> dict[str, list[Piece]]:
    """Pieces of land by ISO code (`NO_THEATRE` and `NEITHERS` for the rest), each an outer ring and its holes.

    `project` takes points as rows of longitude and latitude, in degrees, to rows of x and y. Of points nearer to each
    other than `least`, in the units of x and y, one is kept, line by line, so that neighbours still share a border.
    """
    drawn = [_thinned(project(arc), least) for arc in lines()]
    return {
        code: [
            tuple(np.concatenate([drawn[k] if k >= 0 else drawn[~k][::-1] for k in ring]) for ring in piece)
            for piece in pieces
        ]
        for code, pieces in rings().items()
    }


def _thinned(line: Points, least: float) -> Points:
    if least <= 0:
        return line
    kept = [line[0]]
    for point in line[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= least:
            kept.append(point)
    return np.array([*kept, line[-1]])


def clipped(ring: Points, west: float, south: float, east: float, north: float) -> Points:
    """The part of a ring inside a box, as a ring of no or more points (Sutherland and Hodgman 1974)."""
    for axis, edge, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        if not len(ring):
            break
        inside = (ring[:, axis] - edge) * sign >= 0
        if inside.all():
            continue
        before, was = np.roll(ring, 1, axis=0), np.roll(inside, 1)
        out = []
        for a, b, a_in, b_in in zip(before, ring, was, inside, strict=True):
            if a_in != b_in:
                out.append(a + (b - a) * (edge - a[axis]) / (b[axis] - a[axis]))
            if b_in:
                out.append(b)
        ring = np.array(out).reshape(-1, 2)
    return ring
