"""Recalibration of probabilities on the logit scale, and the test of whether they need it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import FloatArray
from tocsin.verify.paired import bartlett_covariance, month_grid, small_sample_factor

# Probabilities nearer to 0 or 1 are taken as this: no count of past months can support a stronger claim.
_CERTAINTY = 1e-9
# Recalibration keeps the order of the forecasts; a slope at or below zero would turn or flatten the ranking.
_LEAST_SLOPE = 0.05
_MOST_STEPS = 100


@dataclass(frozen=True)
class LogitCalibration:
    """A map of probabilities: `logit q = intercept + slope logit p`; (0, 1) changes nothing.

    A slope below 1 draws back forecasts that were too extreme. `cells` and `positives` say what it was fitted on.

    >>> LogitCalibration(intercept=0.0, slope=2.0).apply([0.5, 0.75]).round(3).tolist()
    [0.5, 0.9]
    """

    intercept: float = 0.0
    slope: float = 1.0
    cells: int = 0
    positives: int = 0

    @classmethod
    def fit(
        cls, p: ArrayLike, outcome: ArrayLike, weight: ArrayLike | None = None, *, ridge: float = 1.0
    ) -> LogitCalibration:
        """The calibration that makes past outcomes likeliest, held weakly to the identity.

        Minimises the weighted log score of `outcome` (0 or 1) plus `ridge / 2 (intercept^2 + (slope - 1)^2)`: a normal
        prior of standard deviation 1 on both at the default, soon outweighed by data, that keeps the fit finite when
        the forecasts separate the outcomes. `weight`, at least 0 and one a cell, defaults to 1. The slope is kept at
        0.05 or above, so that the order of the forecasts stays. Without any positive, or without any negative, the
        data cannot tell a poor forecast from a quiet time, and the identity comes back.

        Raises `InputError` for probabilities outside [0, 1], other outcomes, shapes that differ, negative weights or a
        negative ridge. Cox 1958, doi:10.1093/biomet/45.3-4.562.
        """
        chance, happened = (array.reshape(-1) for array in _checks.probabilities(p, outcome))
        mass = np.ones_like(chance) if weight is None else _checks.finite(weight, "weight").reshape(-1)
        _checks.same_shape(p=chance, weight=mass)
        if mass.size and mass.min() < 0:
            raise InputError(f"weight: expected numbers of at least 0, got {mass.min():g}")
        if not (isfinite(ridge) and ridge >= 0):
            raise InputError(f"ridge: expected a number of at least 0, got {ridge!r}")
        counted = mass > 0
        positives = int(np.count_nonzero(happened[counted]))
        cells = int(np.count_nonzero(counted))
        if positives in (0, cells):
            return cls(cells=cells, positives=positives)
        x = _logit(chance)
        intercept, slope = _maximise(x, happened, mass, ridge)
        if slope < _LEAST_SLOPE:
            # One bound on a concave function: where it binds, the best point lies on it.
            intercept, slope = _maximise(x, happened, mass, ridge, slope=_LEAST_SLOPE)
        return cls(intercept, slope, cells, positives)

    def apply(self, p: ArrayLike) -> FloatArray:
        """Recalibrated probabilities of the shape of `p`. Raises `InputError` for values outside [0, 1]."""
        chance = _checks.finite(p, "p")
        if chance.size and (chance.min() < 0 or chance.max() > 1):
            raise InputError(f"p: expected probabilities in [0, 1], got {chance.min():g} to {chance.max():g}")
        if (self.intercept, self.slope) == (0.0, 1.0):
            return chance.copy()
        return np.asarray(expit(self.intercept + self.slope * _logit(chance)), dtype=np.float64)


@dataclass(frozen=True)
class CalibrationTest:
    """How far probabilities are off, on the logit scale, with standard errors.

    `in_the_large` is the intercept with the slope held at 1: above 0 where events were more frequent than forecast.
    `intercept` and `slope` are those of the best recalibration; a slope below 1 means forecasts too extreme.
    `p_value` is the Wald test of both being (0, 1). `mean_p` and `observed` are plain shares.
    """

    mean_p: float
    observed: float
    in_the_large: float
    in_the_large_error: float
    intercept: float
    intercept_error: float
    slope: float
    slope_error: float
    p_value: float


def calibration_test(
    p: ArrayLike, outcome: ArrayLike, origin: ArrayLike | None = None, *, block: int = 12
) -> CalibrationTest:
    """Cox's test of calibration: a logistic regression of the outcomes on the logits of their probabilities.

    `p` in [0, 1] and `outcome` 0 or 1, one a cell. With `origin`, the month of each cell's origin, the errors hold for
    cells of one origin and of origins less than `block` months apart that depend on each other, as in
    `paired_difference` (NaN where the origins are too few); without it, for independent cells.

    Raises `InputError` for bad values and where there is no answer: outcomes all alike, probabilities all equal or
    separating the outcomes perfectly. Cox 1958, doi:10.1093/biomet/45.3-4.562; Van Calster et al. 2019,
    doi:10.1186/s12916-019-1466-7.
    """
    chance, happened = _checks.probabilities(p, outcome)
    if chance.ndim != 1:
        raise InputError(f"p: expected one dimension, got shape {chance.shape}")
    _checks.whole_number(block, "block", least=1)
    if not chance.size or happened.min() == happened.max():
        raise InputError("calibration cannot be tested: the outcomes are all alike or there are none")
    if chance.min() == chance.max():
        raise InputError("calibration cannot be tested: the probabilities are all equal, so there is no slope")
    if chance[happened == 1].min() >= chance[happened == 0].max():
        raise InputError("calibration cannot be tested: the probabilities separate the outcomes perfectly")
    if chance[happened == 1].max() <= chance[happened == 0].min():
        raise InputError("calibration cannot be tested: the probabilities separate the outcomes the wrong way round")
    x, mass = _logit(chance), np.ones_like(chance)
    large, _ = _maximise(x, happened, mass, 0.0, slope=1.0)
    intercept, slope = _maximise(x, happened, mass, 0.0)
    design = np.column_stack((mass, x))
    large_cov = _covariance(design[:, :1], large + x, happened, origin, block)
    cov = _covariance(design, intercept + slope * x, happened, origin, block)
    off = np.array([intercept, slope - 1.0])
    known = bool(np.all(np.isfinite(cov)))
    # Under the null the Wald statistic is chi-squared with two degrees of freedom, whose tail is exp(-x / 2).
    p_value = exp(-0.5 * float(off @ np.linalg.solve(cov, off))) if known else float("nan")
    return CalibrationTest(
        mean_p=float(chance.mean()),
        observed=float(happened.mean()),
        in_the_large=large,
        in_the_large_error=sqrt(large_cov[0, 0]),
        intercept=intercept,
        intercept_error=sqrt(cov[0, 0]),
        slope=slope,
        slope_error=sqrt(cov[1, 1]),
        p_value=p_value,
    )


def _logit(chance: FloatArray) -> FloatArray:
    return np.asarray(logit(np.clip(chance, _CERTAINTY, 1 - _CERTAINTY)), dtype=np.float64)


def _maximise(
    x: FloatArray, happened: FloatArray, mass: FloatArray, ridge: float, *, slope: float | None = None
) -> tuple[float, float]:
    """Intercept and slope of the penalised logistic regression, or the intercept alone for a given slope.

    Newton's method, a step halved until the likelihood does not fall: the function is concave, so this finds the top.
    """
    # Signed, so that a probability near 1 of what did happen loses no digits to a subtraction from 1.
    sign = np.where(happened == 1, 1.0, -1.0)
    at = np.array([0.0, 1.0 if slope is None else slope])
    centre = np.array([0.0, 1.0])
    free = slice(0, 2 if slope is None else 1)

    def height(point: FloatArray) -> float:
        off = ridge / 2 * float(np.sum((point - centre) ** 2))
        return -float(np.sum(mass * np.logaddexp(0.0, -sign * (point[0] + point[1] * x)))) - off

    now = height(at)
    for _ in range(_MOST_STEPS):
        miss = np.asarray(expit(-sign * (at[0] + at[1] * x)))
        residual, curve = mass * sign * miss, mass * miss * (1 - miss)
        gradient = np.array([residual.sum(), residual @ x]) - ridge * (at - centre)
        cross = curve @ x
        hessian = np.array([[curve.sum(), cross], [cross, curve @ x**2]]) + ridge * np.eye(2)
        try:
            step = np.linalg.solve(hessian[free, free], gradient[free])
        except np.linalg.LinAlgError:
            break
        # A step too small to matter; or, where a ridge bounds the curvature, a gain lost in the height's rounding.
        small = bool(np.all(np.abs(step) <= 1e-9 * (1 + np.abs(at[free]))))
        if small or (ridge > 0 and float(gradient[free] @ step) <= 1e-13 * (1 + abs(now))):
            at[free] += step
            return float(at[0]), float(at[1])
        size, to = 1.0, at.copy()
        to[free] += step
        while (reached := height(to)) < now - 1e-12 * abs(now) and size > 1e-10:
            size /= 2
            to[free] = at[free] + size * step
        at, now = to, reached
    raise InputError("the calibration did not settle: the outcomes do not determine it; use a ridge above 0")


def _covariance(
    design: FloatArray, line: FloatArray, happened: FloatArray, origin: ArrayLike | None, block: int
) -> FloatArray:
    """Covariance of a logistic regression's coefficients: the inverse information, or a sandwich over origins."""
    q = np.asarray(expit(line))
    bread = np.linalg.inv((design * (q * (1 - q))[:, None]).T @ design)
    if origin is None:
        return np.asarray(bread)
    held, place = month_grid(_checks.origins(origin, happened.size))
    sums = np.zeros((held.size, design.shape[1]))
    np.add.at(sums, place, design * (happened - q)[:, None])
    meat = bartlett_covariance(sums, block) * small_sample_factor(held, block)
    return np.asarray(bread @ meat @ bread)
