"""Scores of probabilities of an event that happens or not: one score a cell, smaller is better."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import FloatArray


def brier(p: ArrayLike, outcome: ArrayLike) -> FloatArray:
    """Brier score `(p - y)^2` of each cell, of the shape of `p` and `outcome`; its mean is the usual figure.

    `p` in [0, 1], `outcome` 0 or 1; raises `InputError` for anything else. Brier 1950,
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    >>> brier([0.5, 1.0], [0, 1]).tolist()
    [0.25, 0.0]
    """
    chance, happened = _checks.probabilities(p, outcome)
    return (chance - happened) ** 2


def log_score(p: ArrayLike, outcome: ArrayLike, *, floor: float = 0.0) -> FloatArray:
    """Logarithmic score in nats of each cell: minus the log of the probability given to what happened.

    An event that was given probability 0 scores infinity, as the definition has it. With `floor`, probabilities are
    first held within [floor, 1 - floor]; say so where the figure is shown. Raises `InputError` for probabilities
    outside [0, 1], outcomes other than 0 and 1, and a floor outside [0, 0.5).

    Gneiting & Raftery 2007, doi:10.1198/016214506000001437.
    """
    if not 0 <= floor < 0.5:
        raise InputError(f"floor: expected a number in [0, 0.5), got {floor!r}")
    chance, happened = _checks.probabilities(p, outcome)
    chance = np.clip(chance, floor, 1 - floor)
    with np.errstate(divide="ignore"):  # the log of 0 is meant: an infinite score
        # 0.0 minus, so that certainty rewarded reads 0 and not -0; log1p keeps the small probabilities' digits.
        return np.where(happened == 1, 0.0 - np.log(chance), 0.0 - np.log1p(-chance))
