"""Half-degree cells as polygons: well-known binary for GeoParquet, rings of coordinates for GeoJSON."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# One polygon of one ring of five points, little-endian (OGC 06-103r4, section 8.2.9).
_POLYGON = np.dtype(
    [("order", "u1"), ("type", "<u4"), ("rings", "<u4"), ("points", "<u4"), ("xy", "<f8", (5, 2))], align=False
)
HALF = 0.25


def cell_rings(cells: NDArray[np.integer]) -> NDArray[np.float64]:
    """The outer ring of each PRIO-GRID cell: (cell, 5, 2), longitude before latitude, counterclockwise, closed.

    Rows count from the south, 720 cells each, from 1 in the south-west corner, as in `tocsin.digest.prio_grid_cell`.
    """
    row, column = np.divmod(np.asarray(cells, np.int64) - 1, 720)
    west, south = column / 2.0 - 180.0, row / 2.0 - 90.0
    east, north = west + 2 * HALF, south + 2 * HALF
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)


def cell_polygons(cells: NDArray[np.integer]) -> list[bytes]:
    """Each cell as a polygon in well-known binary (93 bytes)."""
    made = np.zeros(len(cells), _POLYGON)
    made["order"], made["type"], made["rings"], made["points"] = 1, 3, 1, 5
    made["xy"] = cell_rings(cells)
    return [record.tobytes() for record in made]
