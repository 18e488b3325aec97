"""How long work took, whatever else the machine does meanwhile."""

from __future__ import annotations

import os


def cpu_seconds() -> float:
    """The processor time of this process so far and of those it has waited for, in seconds."""
    return sum(os.times()[:4])
