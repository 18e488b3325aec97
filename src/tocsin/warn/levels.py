"""Which groups to be on the watch for, and which of them to act on.

The first rule, on purpose a plain one. In a month and view a fixed number of groups can be followed: the alert budget.
A group is on *watch* when it is among the `watch_budget` highest of its view and its probability is at least twice the
base rate; on *warning* when it is among the `warning_budget` highest and its probability is at least five times the
base rate or at least one half. The views are *new risk* (P(>= 25 deaths), new-risk groups only) and *mass casualty*
(P(mass-casualty attack), both lists). A group's level is the higher of the two; an ongoing war therefore has a level
only through the mass-casualty view, since that it goes on is no news. Ranks are always of the world's groups, also
where only one theatre is shown.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Level = Literal["none", "watch", "warning"]
LEVELS: tuple[Level, ...] = ("none", "watch", "warning")
WATCH_RATIO, WARNING_RATIO, WARNING_PROBABILITY = 2.0, 5.0, 0.5


def view_levels(
    p: NDArray[np.float64],
    base_rate: NDArray[np.float64],
    in_view: NDArray[np.bool_],
    *,
    watch_budget: int,
    warning_budget: int,
) -> NDArray[np.int64]:
    """Level per group in one view (0 none, 1 watch, 2 warning); all arguments are arrays of one entry per group."""
    rank = np.full(len(p), len(p))
    ranked = np.flatnonzero(in_view)
    rank[ranked[np.argsort(-p[ranked], kind="stable")]] = np.arange(len(ranked))
    watch = (rank < watch_budget) & (p >= WATCH_RATIO * base_rate)
    strong = (p >= WARNING_RATIO * base_rate) | (p >= WARNING_PROBABILITY)
    return np.where(watch & (rank < warning_budget) & strong, 2, np.where(watch, 1, 0))


def resurgent(deaths: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether each group is well above its own recent level after a decline; `deaths` is (group, month).

    Three conditions: at least 10 deaths in the last 6 months; that is at least twice the average of 6 months over the
    18 months before; and this average is at most half of the most deaths in any 6 months up to those 18 months,
    which must have held 10 deaths: a group that was never much heard of is new, not back.
    """
    n = deaths.shape[1]
    if n < 30:
        return np.zeros(len(deaths), bool)
    total = np.concatenate([np.zeros((len(deaths), 1), np.int64), np.cumsum(deaths, axis=1, dtype=np.int64)], axis=1)
    recent = total[:, n] - total[:, n - 6]
    before = (total[:, n - 6] - total[:, n - 24]) / 3.0
    peak = (total[:, 6 : n - 23] - total[:, : n - 29]).max(axis=1)
    return np.asarray((recent >= 10) & (recent >= 2 * before) & (before <= peak / 2.0) & (peak >= 10))
