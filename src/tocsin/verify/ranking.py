"""Scores of a ranking: who is alerted first. Only the order of the scores counts, not their scale.

Ties are never broken by the order of the rows. Average precision takes tied cells at once, as scikit-learn does;
precision and recall at a budget give the expected value over all orders of the tied cells.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import FloatArray


def average_precision(scores: ArrayLike, outcome: ArrayLike, *, weight: ArrayLike | None = None) -> float:
    """Average precision: `sum_n (R_n - R_(n-1)) P_n` over the distinct scores from the highest down.

    `scores` and `outcome` are one value a cell, `outcome` 0 or 1; `weight`, if given, is at least 0. Equal scores form
    one threshold. A ranking without skill gets the share of positives; NaN where there are no positives, since the
    score is then undefined. Raises `InputError` for shapes that differ, missing values and other outcomes.

    >>> average_precision([0.9, 0.8, 0.8, 0.1], [1, 0, 1, 0])
    0.8333333333333333
    """
    score, happened = _checks.ranked(scores, outcome)
    mass = np.ones_like(score) if weight is None else _checks.finite(weight, "weight", ndim=1)
    _checks.same_shape(scores=score, weight=mass)
    if mass.size and mass.min() < 0:
        raise InputError(f"weight: expected numbers of at least 0, got {mass.min():g}")
    order = np.argsort(-score, kind="stable")
    last_of_tie = np.flatnonzero(np.append(np.diff(score[order]) != 0, True)) if score.size else np.empty(0, np.int64)
    alerts = np.cumsum(mass[order])[last_of_tie]
    hits = np.cumsum((mass * happened)[order])[last_of_tie]
    if not hits.size or hits[-1] == 0:
        return float("nan")
    precision = np.divide(hits, alerts, out=np.zeros_like(hits), where=alerts > 0)
    return float(np.sum(np.diff(hits, prepend=0.0) * precision) / hits[-1])


def alert_shares(scores: ArrayLike, origin: ArrayLike, *, k: int) -> FloatArray:
    """The chance of each cell to be among the `k` alerts of its origin: 1 above the cut, 0 below, a share at it.

    `scores` and `origin` are one value a cell, `origin` a month. Where `t` cells tie for the last `r` places, each gets
    `r / t`; an origin with fewer than `k` cells alerts all. The shares of an origin sum to `k` or its number of cells.
    Raises `InputError` for shapes that differ, missing values and `k` below 1.

    McSherry & Najork 2008, doi:10.1007/978-3-540-78646-7_38, give the expected values over tied orders.

    >>> alert_shares([5, 3, 3, 1], [7, 7, 7, 7], k=2).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    score = _checks.finite(scores, "scores", ndim=1)
    month = _checks.origins(origin, score.size)
    _checks.whole_number(k, "k", least=1)
    if not score.size:
        return np.empty(0)
    order = np.lexsort((-score, month))
    new_origin = np.append(True, np.diff(month[order]) != 0)
    new_tie = new_origin | np.append(True, np.diff(score[order]) != 0)
    ties = np.flatnonzero(new_tie)
    size = np.diff(np.append(ties, score.size))
    origin_start = np.maximum.accumulate(np.where(new_origin, np.arange(score.size), 0))[ties]
    places = np.clip(k - (ties - origin_start), 0, size)
    shares = np.empty(score.size)
    shares[order] = np.repeat(places / size, size)
    return shares


def precision_at(scores: ArrayLike, outcome: ArrayLike, origin: ArrayLike, *, k: int) -> float:
    """Precision of `k` alerts at each origin: hits over alerts, both summed over all origins.

    Arrays and ties as in `alert_shares`, with `outcome` 0 or 1; NaN where there is no cell at all.

    >>> precision_at([5, 3, 3, 1], [1, 1, 0, 1], [7, 7, 7, 7], k=2)
    0.75
    """
    _, happened = _checks.ranked(scores, outcome)
    shares = alert_shares(scores, origin, k=k)
    return _ratio(float(np.sum(shares * happened)), float(np.sum(shares)))


def recall_at(scores: ArrayLike, outcome: ArrayLike, origin: ArrayLike, *, k: int) -> float:
    """Recall of `k` alerts at each origin: hits over positives, both summed over all origins.

    Arrays and ties as in `alert_shares`, with `outcome` 0 or 1; NaN where there are no positives.
    """
    _, happened = _checks.ranked(scores, outcome)
    return _ratio(float(np.sum(alert_shares(scores, origin, k=k) * happened)), float(np.sum(happened)))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
