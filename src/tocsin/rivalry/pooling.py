"""Partial pooling of links: one that the data hardly tell of is drawn to what links of its kind show.

Links of groups of unlike size do not compare: ten attacks answered by one, or one by ten. They are pooled on the scale
`estimate * sqrt(rate of the source / rate of the target)`, the geometric mean of further attacks per attack and of the
share of the target's attacks, on which equal evidence gives equal errors. Pooling is on this scale and not on its
logarithm, since most links are not told from zero, and some are below it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEAN_SD = 0.1  # of the coefficients, a priori
SPREADS = np.linspace(0.0, 0.3, 31)
SPREAD_SD = 0.1  # half-normal prior of the links' own spread


@dataclass(frozen=True, eq=False)
class Pooled:
    """Links after pooling: mean and standard deviation (link), and the coefficients (term) that they are drawn to."""

    mean: Floats
    sd: Floats
    coefficients: Floats
    coefficients_sd: Floats
    spread: float


def pool(estimate: Floats, error: Floats, terms: Floats, *, unit: float = 1.0) -> Pooled:
    """Normal links around `terms` (link, term) times unknown coefficients, an unknown spread being averaged over.

    `estimate` and `error` are (link); an error of inf tells nothing. `unit` is what counts as one on the scale of the
    priors. The usual hierarchical normal model, on a grid of
    spreads (Gelman et al. 2013, Bayesian Data Analysis, section 5.4).
    """
    precision = np.where(np.isfinite(error), unit**2 / np.square(error), 0.0)
    value = np.where(np.isfinite(error), estimate, 0.0) / unit
    n_terms = terms.shape[1]
    found, weights = [], []
    for spread in SPREADS:
        # Of a link around its kind: 1 / (error^2 + spread^2), 0 where nothing is told.
        w = precision / (1.0 + precision * spread**2)
        inverse = terms.T @ (terms * w[:, None]) + np.eye(n_terms) / MEAN_SD**2
        covariance = np.linalg.inv(inverse)
        b = covariance @ (terms.T @ (w * value))
        log_weight = 0.5 * float(np.sum(np.log(w[w > 0.0])) - np.linalg.slogdet(inverse)[1])
        log_weight -= 0.5 * float(np.sum(w * (value - terms @ b) ** 2) + b @ b / MEAN_SD**2)
        log_weight -= 0.5 * (spread / SPREAD_SD) ** 2
        drawn = 1.0 - w * spread**2  # how far a link is drawn to its kind
        through = np.sum((terms @ covariance) * terms, axis=1) * drawn**2
        found.append(((1.0 - drawn) * value + drawn * (terms @ b), spread**2 * drawn + through, b, np.diag(covariance)))
        weights.append(log_weight)
    weight = np.exp(np.array(weights) - max(weights))
    weight /= weight.sum()

    def average(place: int) -> tuple[Floats, Floats]:
        means = np.array([row[place] for row in found])
        variances = np.array([row[place + 1] for row in found])
        mean = weight @ means
        return mean, np.sqrt(weight @ (variances + (means - mean) ** 2))

    mean, sd = average(0)
    b, b_sd = average(2)
    return Pooled(mean * unit, sd * unit, b * unit, b_sd * unit, float(weight @ SPREADS) * unit)
