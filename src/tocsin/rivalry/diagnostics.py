"""How well one group's attacks are fitted: randomised quantile residuals, and what the fit would have drawn.

Residuals: Dunn & Smyth 1996, doi:10.1080/10618600.1996.10474708. They are standard normal where the model is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

DRAWS = 400
BAND = (0.05, 0.95)
_EDGE = 1e-12


@dataclass(frozen=True)
class Diagnosis:
    """Residuals' mean, deviation and test; periods without an attack and the busiest month, observed and expected."""

    residual_mean: float
    residual_sd: float
    residual_p: float
    zeros: int
    zeros_low: int
    zeros_high: int
    largest_month: int
    largest_month_low: int
    largest_month_high: int


def quantile_residuals(counts: Floats, mean: Floats, size: float, rng: np.random.Generator) -> Floats:
    """Standard normal residuals (period) of negative binomial counts, drawn within each count's step."""
    p = size / (size + mean)
    upper = stats.nbinom.cdf(counts, size, p)
    lower = np.where(counts > 0, stats.nbinom.cdf(counts - 1.0, size, p), 0.0)
    drawn = lower + rng.random(len(counts)) * (upper - lower)
    return np.asarray(stats.norm.ppf(np.clip(drawn, _EDGE, 1.0 - _EDGE)))


def diagnose(
    counts: Floats, mean: Floats, size: float, months: NDArray[np.int64], rng: np.random.Generator
) -> Diagnosis:
    """Diagnosis of one group's counts against their fitted means; `months` (period) tells which month each lies in.

    The expected figures are 90% bands of counts drawn around the fitted means, which hold the past as it was.
    """
    residuals = quantile_residuals(counts, mean, size, rng)
    drawn = rng.poisson(rng.standard_gamma(size, (DRAWS, len(mean))) * (mean / size))
    place = months - months[0]
    n_months = int(place[-1]) + 1
    busiest = [np.bincount(place, row, minlength=n_months).max() for row in drawn]
    zeros, largest = _band((drawn == 0).sum(axis=1)), _band(np.array(busiest))
    return Diagnosis(
        float(residuals.mean()),
        float(residuals.std(ddof=1)) if len(residuals) > 1 else float("nan"),
        float(stats.kstest(residuals, "norm").pvalue),
        int(np.sum(counts == 0)),
        *zeros,
        int(np.bincount(place, counts).max()),
        *largest,
    )


def _band(drawn: NDArray[np.int64]) -> tuple[int, int]:
    """The 90% band of whole numbers, never narrower than it says."""
    low, high = BAND
    return int(np.quantile(drawn, low, method="lower")), int(np.quantile(drawn, high, method="higher"))
