"""Rivalry: whether the attacks of one group answer those of another, estimated so that chance is not taken for it.

From left to right: `series` (counts by week or day) with `relations` -> `terms` (what counts are explained by) ->
`likelihood`, `walk`, `estimate` (one group, the driver, all together) -> `links` with `pooling` -> `checks`, `heldout`,
`severity`, `diagnostics` (how far to trust them) -> `fit` (one theatre), `world` (all) -> `result`, drawn by `figure`.
Beside it: `planted` (theatres of which the truth is known), `simulate` (paths), `onelag` (the case R can fit too).
"""

from __future__ import annotations

from tocsin.rivalry.fit import fit_rivalry, fit_series
from tocsin.rivalry.result import Link, Rivalry, WorldRivalry
from tocsin.rivalry.series import Series, daily_series, make_series, theatres_with_rivals
from tocsin.rivalry.world import fit_world

__all__ = [
    "Link",
    "Rivalry",
    "Series",
    "WorldRivalry",
    "daily_series",
    "fit_rivalry",
    "fit_series",
    "fit_world",
    "make_series",
    "theatres_with_rivals",
]
