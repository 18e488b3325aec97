"""The one-lag special case of the excitation model, as `hhh4` of the R package surveillance fits it.

    mean[i, t] = exp(intercept[i]) + own count[i, t-1] + neighbours sum_j weights[j, i] count[j, t-1]
    count[i, t] ~ NegBin(mean[i, t]), of variance mean + overdispersion mean^2

Held, Hoehle & Hofmann (2005), doi:10.1191/1471082X05st098oa; Paul, Held & Toschke (2008), doi:10.1002/sim.3440. It is
there to be compared with another implementation, and it is simulated by the same code as the full model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from tocsin.errors import InputError
from tocsin.rivalry.onelag_kernel import Derivatives, derivatives
from tocsin.rivalry.simulate import simulate_paths

FloatArray = NDArray[np.float64]
# Newton's next step would gain less than this in log-likelihood: the estimate is there.
_LEAST_GAIN = 1e-8
_LONGEST_STEP = 3.0
_MOST_ITERATIONS = 200
_BOUND = 60.0  # of a logarithm: nothing that is counted is as small or as large


@dataclass(frozen=True, eq=False)
class OneLagFit:
    """A fitted one-lag model: `intercepts` (group, log of events per period), one own and one neighbours' coefficient.

    A coefficient at its bound of 0 ends a little above it, and so does the exponential of an intercept that wants to be
    0. `neighbours` is 0 where no group has a neighbour with events. The log-likelihood has all its constants and leaves
    out the first period, which has none before it. `converged` says that the next Newton step would gain less than
    1e-8 in log-likelihood.
    """

    intercepts: FloatArray
    own: float
    neighbours: float
    overdispersion: float
    log_likelihood: float
    converged: bool
    iterations: int


@dataclass(frozen=True, eq=False)
class _Lagged:
    """Counts beside those of the period before (group, time), and what is the same for all parameters."""

    now: FloatArray
    before: FloatArray
    nearby: FloatArray
    above: FloatArray
    log_factorials: float


def fit_one_lag(counts: ArrayLike, weights: ArrayLike) -> OneLagFit:
    """The one-lag model of the largest likelihood, by damped Newton steps in the logarithms of all parameters.

    `counts` (group, time) are whole numbers from 0, `weights` (group, group) from 0, the row shared out to the columns
    (as `hhh4` takes them; rows that sum to 1 are usual). Raises `InputError` for anything else, for fewer than three
    periods and for counts without an event after the first period.
    """
    lagged = _lagged(counts, weights)
    return _fit(lagged, lambda theta: _at(derivatives, theta, lagged))


def one_lag_log_likelihood(
    counts: ArrayLike,
    weights: ArrayLike,
    intercepts: ArrayLike,
    *,
    own: float,
    neighbours: float,
    overdispersion: float,
) -> float:
    """The log-likelihood of given parameters, with all its constants. Raises `InputError` as `fit_one_lag` does."""
    lagged = _lagged(counts, weights)
    start = np.array(intercepts, np.float64)
    if start.shape != lagged.now.shape[:1] or not np.isfinite(start).all():
        raise InputError(f"one finite intercept is needed for each of {len(lagged.now)} groups, got {start.shape}")
    if not (0 <= own < np.inf and 0 <= neighbours < np.inf and 0 < overdispersion < np.inf):
        raise InputError(
            "own and neighbours are 0 or more and overdispersion is above 0, "
            f"got {own}, {neighbours} and {overdispersion}"
        )
    with np.errstate(divide="ignore"):
        theta = np.concatenate([start, np.log([own, neighbours, overdispersion])])
    return _at(derivatives, theta, lagged)[0]


def simulate_one_lag(
    fit: OneLagFit,
    weights: ArrayLike,
    *,
    periods: int,
    draws: int,
    rng: np.random.Generator,
    start: ArrayLike,
    threads: int | None = None,
) -> NDArray[np.int32]:
    """Paths (draw, group, time), int32, of a fitted model, from the counts `start` (group) of the period before.

    Raises `InputError` as `simulate_paths` does, and for fewer than one period.
    """
    if periods < 1:
        raise InputError(f"at least one period is needed, got {periods}")
    groups = len(fit.intercepts)
    shared = np.array(weights, np.float64)
    if shared.shape != (groups, groups):
        raise InputError(f"weights of {groups} groups have the shape {(groups, groups)}, got {shared.shape}")
    return simulate_paths(
        np.repeat(np.exp(fit.intercepts)[:, None], periods, axis=1),
        fit.own * np.eye(groups) + fit.neighbours * shared.T,
        weights=[1.0],
        keep=[0.0],
        size=1.0 / fit.overdispersion,
        draws=draws,
        rng=rng,
        start=np.array(start, np.float64)[None],
        threads=threads,
    )


def _lagged(counts: ArrayLike, weights: ArrayLike) -> _Lagged:
    table, shared = np.array(counts, np.float64), np.array(weights, np.float64)
    if table.ndim != 2 or table.shape[0] < 1 or table.shape[1] < 3:
        raise InputError(f"counts are (group, time) of three periods or more, got the shape {table.shape}")
    if not (np.isfinite(table).all() and (table >= 0).all() and (table == np.floor(table)).all()):
        raise InputError("counts are whole numbers from 0")
    if shared.shape != (len(table), len(table)):
        raise InputError(f"weights of {len(table)} groups have the shape {(len(table),) * 2}, got {shared.shape}")
    if not (np.isfinite(shared).all() and (shared >= 0).all()):
        raise InputError("weights are finite numbers from 0")
    now, before = np.ascontiguousarray(table[:, 1:]), np.ascontiguousarray(table[:, :-1])
    if not now.any():
        raise InputError("there is no event after the first period, so there is nothing to fit")
    how_many = np.bincount(now.astype(np.int64).ravel())
    # How many counts are above 0, 1, 2, ...
    above = how_many[::-1].cumsum()[::-1][1:].astype(np.float64)
    return _Lagged(now, before, np.ascontiguousarray(shared.T @ before), above, float(gammaln(now + 1.0).sum()))


def _at(evaluate: Callable[..., Derivatives], theta: FloatArray, lagged: _Lagged) -> Derivatives:
    return evaluate(theta, lagged.now, lagged.before, lagged.nearby, lagged.above, lagged.log_factorials)


def _fit(lagged: _Lagged, evaluate: Callable[[FloatArray], Derivatives]) -> OneLagFit:
    groups = len(lagged.now)
    means = lagged.now.mean(axis=1)
    theta = np.concatenate([np.log(np.maximum(means / 2, 1e-3)), np.log([0.5, 0.1, 1.0])])
    # What multiplies zeros only has no estimate; it is left at 0.
    idle = np.array([*[False] * groups, not lagged.before.any(), not lagged.nearby.any(), False])
    theta[idle] = -_BOUND
    theta, value, converged, iterations = _maximise(theta, ~idle, evaluate)
    own, neighbours = np.where(idle, 0.0, np.exp(theta))[groups : groups + 2]
    return OneLagFit(
        intercepts=theta[:groups],
        own=float(own),
        neighbours=float(neighbours),
        overdispersion=float(np.exp(theta[-1])),
        log_likelihood=value,
        converged=converged,
        iterations=iterations,
    )


def _maximise(
    theta: FloatArray, free: NDArray[np.bool_], evaluate: Callable[[FloatArray], Derivatives]
) -> tuple[FloatArray, float, bool, int]:
    """Newton's method with Levenberg's damping: the end point, its value, whether it converged, and the iterations."""
    value, gradient, hessian = evaluate(theta)
    damping = 0.0
    for iteration in range(1, _MOST_ITERATIONS + 1):
        down = -hessian[np.ix_(free, free)]
        scale = np.abs(np.diag(down))
        try:
            np.linalg.cholesky(down + np.diag(damping * scale))
        except np.linalg.LinAlgError:
            damping = max(1e-3, 10.0 * damping)
            continue
        found = np.linalg.solve(down + np.diag(damping * scale), gradient[free])
        gain = 0.5 * float(gradient[free] @ found)
        step = np.zeros_like(theta)
        step[free] = np.clip(found, -_LONGEST_STEP, _LONGEST_STEP)
        tried = np.clip(theta + step, -_BOUND, _BOUND)
        new_value, new_gradient, new_hessian = evaluate(tried)
        if new_value >= value:
            theta, value, gradient, hessian = tried, new_value, new_gradient, new_hessian
            if gain < _LEAST_GAIN and damping < 1.0:
                return theta, value, True, iteration
            damping = 0.0 if damping < 1e-4 else damping / 10.0
        elif gain < _LEAST_GAIN:
            # So close to the top that rounding decides which of two points is higher.
            return theta, value, damping < 1.0, iteration
        else:
            damping = max(1e-3, 10.0 * damping)
    return theta, value, False, _MOST_ITERATIONS
