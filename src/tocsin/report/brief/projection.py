"""Where places of the earth fall on a map: the world in equal areas, or a theatre at its own latitude."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.report.land import outlines

Points = NDArray[np.float64]
LEAST_CELL = 1.7  # points, 0.6 mm: half a degree of a world map of 17 cm would be 0.2 mm
_SOUTHMOST, _NORTHMOST = -56.5, 79.0  # degrees: no land of a country of the table further south
# A polynomial in the parametric latitude (Šavrič, Patterson & Jenny 2018, doi:10.1080/13658816.2018.1504949).
_A = (1.340264, -0.081106, 0.000893, 0.003796)
_CLEAR = 1.0  # degrees of surroundings shown of a theatre at least
_TALLEST, _FLATTEST = 0.8, 0.5  # height of a theatre's map over its width


@dataclass(frozen=True)
class Sheet:
    """A map's projection and size: `project` takes rows of longitude and latitude in degrees to points on the page."""

    project: Callable[[Points], Points]
    width: float
    height: float
    world: bool

    def cell(self, number: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a half-degree cell (PRIO-GRID number) on the page.

        Never smaller than `LEAST_CELL` either way, around its centre.
        """
        offsets = np.array([[0.25, 0.25], [0, 0.25], [0.5, 0.25], [0.25, 0], [0.25, 0.5]])
        (x, y), (left, _), (right, _), (_, bottom), (_, top) = self.project(offsets + corner(number)).tolist()
        across, up = max(right - left, LEAST_CELL), max(bottom - top, LEAST_CELL)
        return x - across / 2, y - up / 2, across, up


def corner(number: int) -> tuple[float, float]:
    """Longitude and latitude, in degrees, of the south-west corner of a PRIO-GRID cell.

    >>> corner(1), corner(259200)
    ((-180.0, -90.0), (179.5, 89.5))
    """
    row, column = divmod(number - 1, 720)
    return column / 2 - 180, row / 2 - 90


def equal_earth(points: Points) -> Points:
    """Equal Earth coordinates of longitude and latitude, on a sphere of radius 1, north up."""
    longitude, latitude = np.radians(points).T
    theta = np.arcsin(math.sqrt(3) / 2 * np.sin(latitude))
    two, six = theta**2, theta**6
    slope = 9 * _A[3] * theta**8 + 7 * _A[2] * six + 3 * _A[1] * two + _A[0]
    x = 2 * math.sqrt(3) * longitude * np.cos(theta) / (3 * slope)
    return np.column_stack([x, theta * (_A[0] + _A[1] * two + six * (_A[2] + _A[3] * two))])


def world_sheet(width: float) -> Sheet:
    """The inhabited world, in Equal Earth."""
    ends = equal_earth(np.array([[180.0, 0.0], [0.0, _NORTHMOST], [0.0, _SOUTHMOST]]))
    scale, north = width / (2 * ends[0, 0]), ends[1, 1]

    def project(points: Points) -> Points:
        x, y = equal_earth(points).T
        return np.column_stack([width / 2 + x * scale, (north - y) * scale])

    return Sheet(project, width, float((north - ends[2, 1]) * scale), True)


def theatre_sheet(codes: Iterable[str], cells: Iterable[int], width: float) -> Sheet:
    """A theatre's countries (ISO codes) and cells with their surroundings, equirectangular at the middle latitude.

    Of a country's pieces those of a twentieth of its largest or more count, so that no far island sets the scale.
    """
    held = outlines()
    boxes = [np.array([[0, 0], [0.5, 0.5]]) + corner(cell) for cell in cells]
    for code in codes:
        spans = [np.array([piece[0].min(axis=0), piece[0].max(axis=0)]) for piece in held.get(code, [])]
        sizes = [float(np.prod(span[1] - span[0])) for span in spans]
        boxes += [span for span, size in zip(spans, sizes, strict=True) if size >= max(sizes) / 20]
    (west, south), (east, north) = (
        (np.min([box[0] for box in boxes], axis=0), np.max([box[1] for box in boxes], axis=0))
        if boxes
        else ((-180.0, _SOUTHMOST), (180.0, _NORTHMOST))
    )
    shrink = math.cos(math.radians((south + north) / 2))
    across = (east - west) * shrink + 2 * max(_CLEAR, 0.08 * (east - west) * shrink)
    up = north - south + 2 * max(_CLEAR, 0.08 * (north - south))
    across, up = max(across, up / _TALLEST), max(up, across * _FLATTEST)
    scale = width / across
    left, top = (west + east) / 2 * shrink - across / 2, (south + north) / 2 + up / 2

    def project(points: Points) -> Points:
        return np.column_stack([(points[:, 0] * shrink - left) * scale, (top - points[:, 1]) * scale])

    return Sheet(project, width, float(up * scale), False)
