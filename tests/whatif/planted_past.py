"""Made-up pasts: from counts given, or from a run of a scenario whose numbers are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.whatif.calibration.past import Past
from tocsin.whatif.calibration.runs import figures_at
from tocsin.whatif.scenario import Scenario

_COUNTS = ("attacks", "deaths", "mass_casualty", "clashes", "clash_deaths", "urban_events", "events")


def past_of(
    *,
    first: int = 1,
    names: Sequence[str] | None = None,
    entered: Sequence[int] | None = None,
    fighting: Sequence[bool] | None = None,
    **counts: Any,
) -> Past:
    """A past of sides A, B, ... with these counts (side, month); others are 0."""
    shape = np.shape(next(iter(counts.values())))
    assert set(counts) <= set(_COUNTS)
    arrays = {name: np.asarray(counts.get(name, np.zeros(shape)), np.int64) for name in _COUNTS}
    sides = tuple(names or "ABCDEFGH"[: shape[0]])
    return Past(
        theatre="Nowhere",
        sides=sides,
        first=first,
        last=first + shape[1] - 1,
        entered=np.array(entered or [0] * shape[0], np.int64),
        fighting=np.array(fighting or [True] * shape[0]),
        vintage="planted 1",
        **arrays,
    )


def past_from(wide: Scenario, scores: np.ndarray, *, seed: int, run: int = 0) -> Past:
    """The past that a run of a scenario makes, at one point (normal scores of its uncertain quantities)."""
    figures = figures_at(wide, wide.names, scores[None], np.array([run]), seed=seed)
    return past_of(first=wide.first, names=wide.names, **{name: getattr(figures, name)[0] for name in _COUNTS})
