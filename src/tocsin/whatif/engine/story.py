"""What is the same in all runs of a scenario under one option, as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Singles = NDArray[np.float32]
States = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]


class Story(NamedTuple):
    """A scenario under one option.

    `on` (mechanism); `trait` (trait, side); `relation` (side, side) codes rivals, enemies, allies; `distance` (side,
    side) of ideologies; `levers` (month, lever), and `levers_start` (lever) without an option; `own_strikes` (month)
    whether the option decides about strikes; `shock_kind` and `shock_side` (shock), the latter -1 for none; keys of the
    random streams, of the sides, and of the ways out of a side (to the pool, for good, to each side); `ruler` a side's
    place, -1 for none; `presence` of a great power's soldiers at the start, 0 or 1.
    """

    on: Flags
    trait: Flags
    relation: Codes
    distance: Floats
    levers: Floats
    levers_start: Floats
    own_strikes: Flags
    shock_kind: Ints
    shock_side: Ints
    stream_keys: States
    side_keys: States
    way_keys: States
    ruler: int
    presence: float
    variant: int
    settled: bool
