"""Which units and origins a model learns from, and what each counts for: one rule for all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.panel import FEATURES, History

FIRST_ORIGIN = 24  # months of history before the first origin that is learned from
# Origins of units silent for so long are thinned to one in five, the kept ones counting five-fold.
SILENT_MONTHS, THINNING = 36, 5
_SINCE_DEATH = [feature.name for feature in FEATURES].index("since_death")


def learning_cases(history: History, last: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Unit, origin (positions) and weight of every case up to the origin `last`, long silent units thinned.

    Cases are every group at each origin by which it was seen, or every country at each origin.
    """
    panel = history.panel
    there = panel.seen if panel.unit == "group" else np.ones_like(panel.seen)
    g, t = np.nonzero(there[:, FIRST_ORIGIN : last + 1])
    t = t + FIRST_ORIGIN
    silent = history.features[g, t, _SINCE_DEATH] > SILENT_MONTHS
    # By a number that depends on nothing but when a unit was first seen, so that thinning never looks ahead.
    kept = ~silent | ((panel.seen.argmax(axis=1)[g] + t) % THINNING == 0)
    return g[kept], t[kept], np.where(silent, float(THINNING), 1.0)[kept]
