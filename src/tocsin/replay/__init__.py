"""Replays: forecasts made again from the past with what was known then, scored by what came.

The module is also the function: `tocsin.replay(...)` is `tocsin.replay.replay(...)`, whichever of the two the name
`replay` of the package stands for.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from tocsin.replay.calibration import ReliabilityRow
from tocsin.replay.known import Figures, load_figures
from tocsin.replay.plan import Plan, make_plan, standard_models
from tocsin.replay.result import Replay, read_replay
from tocsin.replay.run import replay
from tocsin.replay.summary import Row

__all__ = [
    "Figures",
    "Plan",
    "ReliabilityRow",
    "Replay",
    "Row",
    "load_figures",
    "make_plan",
    "read_replay",
    "replay",
    "standard_models",
]


class _Callable(ModuleType):
    """Importing a submodule puts it on its package under its name, over a function of the same name there."""

    def __call__(self, *args: Any, **options: Any) -> Replay:
        return replay(*args, **options)


sys.modules[__name__].__class__ = _Callable
