"""Differences between forecasts with a standard error that knows that neighbouring origins overlap.

A forecast 12 months ahead from January and one from February share eleven months of outcomes, and a war lasts: scores
of neighbouring origins go up and down together. So the unit of evidence is the block of origins, not the cell. Cells of
one origin are summed first, then origins less than `block` months apart may depend on each other in any way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import FloatArray, IntArray

# Above this share of dependence there are fewer than about two independent blocks, and no error can be told.
_MOST_DEPENDENCE = 0.5


@dataclass(frozen=True)
class Estimate:
    """A figure with its standard error over origins.

    `n` cells from `n_origins` origins, of which those less than `block` months apart may depend on each other.
    The error is NaN where the origins make fewer than about two independent blocks (19 monthly origins for blocks of
    12): so few cannot show how blocks differ.
    """

    value: float
    standard_error: float
    n: int
    n_origins: int
    block: int

    def interval(self, *, level: float = 0.9) -> tuple[float, float]:
        """The normal interval around the value. Raises `InputError` for a level outside (0, 1)."""
        half = float(ndtri(0.5 + _checks.share(level, "level") / 2)) * self.standard_error
        return self.value - half, self.value + half


def paired_difference(a: ArrayLike, b: ArrayLike, origin: ArrayLike, *, block: int = 12) -> Estimate:
    """The mean score of `a` minus that of `b` on the same cells: below zero where `a` is better, for scores like CRPS.

    `a` and `b` are scores of the same cells, one a cell; `origin` is the month of each cell's origin, which need not
    be sorted, and months may be missing. With `d` the differences, `D` their mean over all `N` cells and
    `u_o = sum_(cells of o) (d - D)`, the squared error is `sum_l (1 - |l| / block) sum_o u_o u_(o+l) / N^2` over lags
    below `block`, divided by its expectation for independent origins of equal size relative to their true variance
    (without it the error is too small by the share of dependence that taking the mean removes). Origins may hold
    different numbers of cells.

    These are Newey & West's weights (1987, doi:10.2307/1913610), never negative, and what a moving-block bootstrap
    with blocks of that length tends to (Künsch 1989, doi:10.1214/aos/1176347265), without its noise; the test on it is
    Diebold & Mariano's (1995, doi:10.1080/07350015.1995.10524599). Take `block` well above the horizon in months.

    Raises `InputError` for shapes that differ, missing or infinite scores, no cells, and a block below 1.
    """
    first, second = _checks.finite(a, "a", ndim=1), _checks.finite(b, "b", ndim=1)
    _checks.same_shape(a=first, b=second)
    return origin_mean(first - second, origin, block=block)


def origin_mean(scores: ArrayLike, origin: ArrayLike, *, block: int = 12) -> Estimate:
    """The mean of a score over all cells with its standard error over origins, as in `paired_difference`."""
    values = _checks.finite(scores, "scores", ndim=1)
    month = _checks.origins(origin, values.size)
    _checks.whole_number(block, "block", least=1)
    if not values.size:
        raise InputError("scores: expected at least one cell, got none")
    mean = float(np.mean(values))
    held, place = month_grid(month)
    sums = np.zeros((held.size, 1))
    np.add.at(sums[:, 0], place, values - mean)
    variance = bartlett_covariance(sums, block)[0, 0] / values.size**2
    error = float(np.sqrt(variance * small_sample_factor(held, block)))
    return Estimate(mean, error, values.size, int(np.count_nonzero(held)), block)


def month_grid(origin: IntArray) -> tuple[IntArray, IntArray]:
    """Cells by month from the first origin to the last, gaps included, and the place of each cell's origin in them.

    The first array counts the cells of every month (0 where there is no origin), so that lags are months.
    """
    place = origin - origin.min()
    return np.bincount(place).astype(np.int64), place


def bartlett_covariance(sums: FloatArray, block: int) -> FloatArray:
    """`sum_l (1 - |l| / block) sum_t u_t u_(t+l)'` of vectors `sums` (month, dimension); positive semi-definite."""
    total = sums.T @ sums
    for lag in range(1, min(block, sums.shape[0])):
        product = sums[:-lag].T @ sums[lag:]
        total = total + (1 - lag / block) * (product + product.T)
    return np.asarray(total, dtype=np.float64)


def small_sample_factor(held: IntArray, block: int) -> float:
    """What to multiply a variance about the sample mean by; NaN where the origins make fewer than about two blocks.

    For `O` independent origins the weighted sum above expects `1 - sum_ij w_ij / O^2` of the true variance, with
    `w_ij` the weight of their lag. For origins further apart than a block this is the familiar `1 - 1 / O`.
    """
    there = (held > 0).astype(np.float64)[:, None]
    dependence = float(bartlett_covariance(there, block)[0, 0]) / float(there.sum()) ** 2
    return 1 / (1 - dependence) if dependence <= _MOST_DEPENDENCE else float("nan")
