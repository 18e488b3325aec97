"""Violence by others on a group's ground: deaths near the cells it has used of late."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.spatial import KDTree

IntArray = NDArray[np.int32]

SPANS = (3, 12)  # months summed over
GROUND_MONTHS = 60  # cells with an event in so many months are a group's ground
REACH_CELLS = 2.9  # in half-degree cells, about 160 km on the equator
_CELLS_A_ROW = 720


def nearby_deaths(rows: pl.DataFrame, shape: tuple[int, int]) -> dict[str, IntArray]:
    """Deaths near each group's ground in events of other actors: `nearby_deaths_3m`, `nearby_deaths_12m`.

    `rows` has a row per actor, month and cell: `g` (the group's row, null for a government and for parties that nobody
    knows), `t` (position of the month), `cell` (PRIO-GRID), `deaths_best`; `shape` is (group, month). Each array of
    that shape holds the deaths of the span that ends with the month, within `REACH_CELLS` of the cells that the group
    had an event in during the last `GROUND_MONTHS`. A clash stands in the figures of both its sides, so that the
    opponents' part of the group's own clashes is in it. The value of a month uses nothing after it.
    """
    n_groups, n_months = shape
    cells, cell = np.unique(rows["cell"].to_numpy(), return_inverse=True)
    order = np.argsort(rows["t"].to_numpy(), kind="stable")
    t, cell = rows["t"].to_numpy()[order], cell[order]
    g = rows["g"].fill_null(-1).to_numpy()[order]
    deaths = rows["deaths_best"].to_numpy()[order].astype(np.int64)
    begins = np.searchsorted(t, np.arange(n_months + 1))
    near = _near(cells)
    out = {f"nearby_deaths_{span}m": np.zeros(shape, np.int32) for span in SPANS}

    def since(month: int, span: int) -> slice:
        return slice(begins[max(0, month + 1 - span)], begins[month + 1])

    for month in range(n_months):
        held = since(month, GROUND_MONTHS)
        used = g[held] >= 0
        ground = coo_array(
            (np.ones(int(used.sum()), np.int64), (g[held][used], cell[held][used])), shape=(n_groups, len(cells))
        )
        around = csr_array(ground.tocsr() @ near)
        around.data[:] = 1
        for span in SPANS:
            of = since(month, span)
            everyone = np.zeros(len(cells), np.int64)
            np.add.at(everyone, cell[of], deaths[of])
            own = np.zeros(n_groups, np.int64)
            mine = g[of] >= 0
            np.add.at(own, g[of][mine], deaths[of][mine])
            out[f"nearby_deaths_{span}m"][:, month] = around @ everyone - own
    return out


def _near(cells: NDArray[np.integer]) -> csr_array:
    """Which cells are within reach of each other, themselves included: 1 where they are, (cell, cell)."""
    places = np.column_stack(np.divmod(cells.astype(np.int64) - 1, _CELLS_A_ROW))
    pairs = KDTree(places).query_pairs(REACH_CELLS, output_type="ndarray") if len(cells) else np.zeros((0, 2), int)
    self_ = np.arange(len(cells))
    a, b = np.concatenate([pairs[:, 0], pairs[:, 1], self_]), np.concatenate([pairs[:, 1], pairs[:, 0], self_])
    return csr_array(coo_array((np.ones(len(a), np.int64), (a, b)), shape=(len(cells), len(cells))))
