"""What each part of the risk model adds to a group's log-odds: exact shares of the score, by feature.

Trees: the path-dependent TreeSHAP values of every booster (Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9), a mean
over horizons and replicates as their scores are. Calibration is affine on the logit scale, so that each value times the
calibration's slope is the feature's share of the calibrated log-odds. The self-exciting model is one part of its own.

Shares are given against the mean over the groups of the same list at the same month that had a death in the last 12
months: what sets a group apart from the others that an analyst would have on the table. (Against all groups of the list
most of whom have long been silent, recent activity would be every group's first reason.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.forecast.model import HORIZONS
from tocsin.forecast.risk import RiskModel, excitation_scores
from tocsin.panel import History

Floats = NDArray[np.float64]
REFERENCE_MONTHS = 12


@dataclass(frozen=True, eq=False)
class Contributions:
    """Shares of the log-odds of every group of a history: `features` (unit, feature) and `excitation` (unit).

    They add up to the group's log-odds less those of the `reference` of its list, which is (unit,) and the mean of the
    log-odds of the list's groups with a death in the last 12 months (of all its groups where none had).
    """

    features: Floats
    excitation: Floats
    reference: Floats

    @property
    def total(self) -> Floats:
        """Log-odds of every group."""
        return np.asarray(self.features.sum(axis=1) + self.excitation + self.reference)


def contributions(model: RiskModel, history: History, horizon: int) -> Contributions:
    """Shares of the log-odds that `model` gives every group at the end of `history`, for one horizon in months.

    Raises `InputError` for a horizon that the model does not have.
    """
    panel = history.panel
    ongoing = panel.ongoing[:, -1]
    features = history.features_now
    pairs = model.at(horizon).calibrations
    n, k = features.shape
    own, base = np.zeros((n, k)), np.zeros(n)
    other_slope = np.zeros(n)
    for texts, (new, old) in zip(model.boosters.texts, pairs, strict=True):
        slope = np.where(ongoing, old.slope, new.slope) / len(pairs)
        values = model.boosters.shap(texts, features)
        own += (slope * (1.0 - model.share))[:, None] * values[:, :-1]
        base += np.where(ongoing, old.intercept, new.intercept) / len(pairs)
        base += slope * (1.0 - model.share) * values[:, -1]
        other_slope += slope * model.share
    if model.excitation is None:
        other = np.zeros(n)
    else:
        other = other_slope * excitation_scores(model.excitation, history, model.target)[HORIZONS.index(horizon)]
    recent = panel.trailing_deaths(REFERENCE_MONTHS)[:, -1] > 0
    reference = base
    for listed in (ongoing, ~ongoing):
        among = listed & panel.seen[:, -1]
        among = among & recent if (among & recent).any() else among
        if among.any():
            mean_own, mean_other = own[among].mean(axis=0), float(other[among].mean())
            own[listed] -= mean_own
            other[listed] -= mean_other
            reference[listed] += mean_own.sum() + mean_other
    return Contributions(own, other, reference)
