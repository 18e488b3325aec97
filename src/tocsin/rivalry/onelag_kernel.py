"""Log-likelihood, gradient and Hessian of the one-lag model: compiled, and a second time in numpy.

Parameters, in this order: the intercepts a_i (group), the logs of the own coefficient, of the neighbours' coefficient
and of the overdispersion psi. With x = psi mean, the log-likelihood of a count y is

    sum_{k < y} log(1 + psi k) + y log(mean) - (y + 1/psi) log(1 + x) - log(y!)

which needs no gamma function for the first term, shared by all counts, and stays exact as psi goes to 0 (Poisson).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma

from tocsin.rivalry.compiled import compiled

FloatArray = NDArray[np.float64]
Derivatives = tuple[float, FloatArray, FloatArray]
# Below this x, two terms of the derivatives by psi all but cancel, and their series are used.
_SERIES_BELOW = 0.02


@compiled
def derivatives(
    theta: FloatArray, now: FloatArray, before: FloatArray, nearby: FloatArray, above: FloatArray, log_factorials: float
) -> Derivatives:
    """Log-likelihood, gradient (parameter) and Hessian (parameter, parameter) at `theta`.

    `now`, `before` and `nearby` (group, time): counts, the same group's a period before, and its neighbours' weighted
    counts a period before. `above[k]` is how many counts are above k, `log_factorials` the sum of log(y!).
    """
    groups, periods = now.shape
    p_own, p_near, p_psi = groups, groups + 1, groups + 2
    own, near, psi = math.exp(theta[p_own]), math.exp(theta[p_near]), math.exp(theta[p_psi])
    value, slope, curve = -log_factorials, 0.0, 0.0
    for k in range(above.size):
        share = k / (1.0 + psi * k)
        value += above[k] * math.log1p(psi * k)
        slope += above[k] * share
        curve -= above[k] * share * share
    gradient = np.zeros(groups + 3)
    hessian = np.zeros((groups + 3, groups + 3))
    for i in range(groups):
        base = math.exp(theta[i])
        for t in range(periods):
            y, from_own, from_near = now[i, t], own * before[i, t], near * nearby[i, t]
            mean = base + from_own + from_near
            x = psi * mean
            one = 1.0 + x
            log_one = math.log1p(x)
            if x < _SERIES_BELOW:
                # (log(1+x) - x/(1+x)) / x^2 and its derivative, to the eighth power of x.
                first, second, power = 0.0, 0.0, 1.0
                for n in range(2, 11):
                    first += power * (n - 1.0) / n
                    second -= power * n * (n - 1.0) / (n + 1.0)
                    power *= -x
            else:
                first = (log_one - x / one) / (x * x)
                second = (1.0 / (one * one) - 2.0 * first) / x
            value += y * (math.log(mean) - log_one) - log_one / psi
            slope += mean * mean * first - y * mean / one
            curve += mean * mean * mean * second + y * mean * mean / (one * one)
            by_mean = (y - mean) / (mean * one)
            by_mean_twice = psi * (1.0 + psi * y) / (one * one) - y / (mean * mean)
            by_both = -(y - mean) / (one * one) * psi
            gradient[i] += by_mean * base
            gradient[p_own] += by_mean * from_own
            gradient[p_near] += by_mean * from_near
            hessian[i, i] += by_mean_twice * base * base + by_mean * base
            hessian[i, p_own] += by_mean_twice * base * from_own
            hessian[i, p_near] += by_mean_twice * base * from_near
            hessian[i, p_psi] += by_both * base
            hessian[p_own, p_own] += by_mean_twice * from_own * from_own + by_mean * from_own
            hessian[p_own, p_near] += by_mean_twice * from_own * from_near
            hessian[p_near, p_near] += by_mean_twice * from_near * from_near + by_mean * from_near
            hessian[p_own, p_psi] += by_both * from_own
            hessian[p_near, p_psi] += by_both * from_near
    gradient[p_psi] = psi * slope
    hessian[p_psi, p_psi] = psi * psi * curve + psi * slope
    for i in range(groups + 3):
        for j in range(i):
            hessian[i, j] = hessian[j, i]
    return value, gradient, hessian


def derivatives_numpy(
    theta: FloatArray, now: FloatArray, before: FloatArray, nearby: FloatArray, above: FloatArray, log_factorials: float
) -> Derivatives:
    """What `derivatives` gives, in numpy with gamma functions; loses digits where the overdispersion is tiny."""
    groups = now.shape[0]
    base = np.broadcast_to(np.exp(theta[:groups])[:, None], now.shape)
    own, near = np.exp(theta[groups]) * before, np.exp(theta[groups + 1]) * nearby
    size = float(np.exp(-theta[groups + 2]))
    mean = base + own + near
    value = float(
        np.sum(
            gammaln(now + size)
            - gammaln(size)
            + size * np.log(size / (size + mean))
            + np.where(now > 0, now * np.log(mean / (size + mean)), 0.0)
        )
    )
    by_mean = now / mean - (now + size) / (size + mean)
    by_mean_twice = (now + size) / (size + mean) ** 2 - now / mean**2
    by_size = digamma(now + size) - digamma(size) + np.log(size / (size + mean)) + 1.0 - (now + size) / (size + mean)
    by_size_twice = (
        polygamma(1, now + size)
        - polygamma(1, size)
        + 1.0 / size
        - 2.0 / (size + mean)
        + (now + size) / (size + mean) ** 2
    )
    by_both = (now - mean) / (size + mean) ** 2

    def collected(cells: FloatArray) -> list[FloatArray]:
        """Sums of (group, time) for each parameter of the mean: by group for the intercepts, over all for two."""
        return [np.sum(cells * base, axis=1), np.sum(cells * own, axis=None), np.sum(cells * near, axis=None)]

    gradient = np.append(np.hstack(collected(by_mean)), -size * by_size.sum())
    hessian = np.zeros((groups + 3, groups + 3))
    hessian[:groups, :groups] = np.diag(np.sum(by_mean_twice * base * base, axis=1))
    for place, part in ((groups, own), (groups + 1, near)):
        hessian[place, : groups + 2] = np.hstack(collected(by_mean_twice * part))
        hessian[: groups + 2, place] = hessian[place, : groups + 2]
    # The mean is a sum of exponentials: each is its own derivative, once more.
    hessian[np.arange(groups + 2), np.arange(groups + 2)] += gradient[:-1]
    hessian[-1, :-1] = hessian[:-1, -1] = -size * np.hstack(collected(by_both))
    hessian[-1, -1] = size * size * by_size_twice.sum() + size * by_size.sum()
    return value - log_factorials, gradient, hessian
