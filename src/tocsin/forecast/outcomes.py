"""What came after each origin of a panel, and how often: the outcomes that are learned from, and their base rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.forecast.model import Target
from tocsin.panel import CROSSING_DEATHS, Panel

BASE_RATE_MONTHS = 120


def last_origin(panel: Panel, horizon: int) -> int:
    """Position of the last origin whose horizon is over by the end of the panel."""
    return panel.n_months - 1 - horizon


def outcomes(panel: Panel, target: Target, horizon: int) -> NDArray[np.bool_]:
    """Whether the outcome came within the horizon: (group, origin), for origins whose horizon is over."""
    if target == "deaths25":
        return panel.future_deaths(horizon) >= CROSSING_DEATHS
    return panel.future_mass_casualty(horizon) > 0


def base_rates(panel: Panel, happened: NDArray[np.bool_]) -> tuple[float, float]:
    """Share with the outcome among the group-months of each list in the ten years up to the last origin.

    `happened` is (group, origin); the shares are of new risk and of ongoing, 0 where a list was empty.
    """
    end = happened.shape[1]
    window = slice(max(0, end - BASE_RATE_MONTHS), end)
    seen, ongoing, came = panel.seen[:, window], panel.ongoing[:, window], happened[:, window]
    new, old = (float(came[rows].mean()) if rows.any() else 0.0 for rows in (seen & ~ongoing, seen & ongoing))
    return new, old
