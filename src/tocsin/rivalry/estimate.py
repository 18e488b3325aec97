"""Joint estimate of all groups of a theatre and of the driver they share.

The driver's step is chosen by the marginal likelihood (Laplace's approximation) of the model without cross terms, and
then widened by `UNDERSMOOTHING`: a nuisance function that is smoothed too much leaves part of itself to the links, and
in simulations the likelihood's own choice did. Coefficients of rates are held at zero or above while the mode is
sought; one free scoring step from there gives estimates that may be negative, and intervals that need no boundary (a
one-step estimator: Le Cam 1956; van der Vaart 1998, section 5.7, doi:10.1017/CBO9780511802256).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize
from scipy.special import gammaln

from tocsin.rivalry.likelihood import Target, means, slopes, value
from tocsin.rivalry.walk import Solver, Walk

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

STEP_SDS = (0.001, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6)
UNDERSMOOTHING = 1.25
LOADING_SD = 0.15  # how unlike each other groups follow the driver, a priori; their mean is 1
LOG_SD = 0.5  # of the coefficients of standardised log terms, a priori
LEAST_SIZE, MOST_SIZE = 0.05, 1e4
_LOADINGS_SUM = 1e6  # precision of the constraint on the loadings' mean
_GIVEN_UP = 8.0  # log likelihood below the best step at which wider ones are not tried
_ROUNDS, _CLOSE = 40, 1e-4
_RIDGE = 1e-8


@dataclass(frozen=True, eq=False)
class Point:
    """Coefficients of every group and the driver: `linear[g]`, `logs[g]`, `loadings` (g), `driver` (block), `sizes`."""

    linear: tuple[Floats, ...]
    logs: tuple[Floats, ...]
    loadings: Floats
    driver: Floats
    sizes: Floats


@dataclass(frozen=True, eq=False)
class Joint:
    """Slope and information of everything at a point, the driver eliminated.

    Terms of all groups stand one after the other, `starts[g]` the first of group g. `by_term`, `by_driver` are slopes,
    `with_driver` (block, term) the information between them, `reduced` (term, term) what is left of the terms' own
    information when the driver is unknown, `solver` the driver's.
    """

    starts: NDArray[np.int64]
    by_term: Floats
    by_driver: Floats
    with_driver: Floats
    reduced: Floats
    through: Floats
    solver: Solver

    @property
    def told(self) -> Mask:
        """Terms that some period tells anything of (term)."""
        return np.asarray(np.diag(self.reduced) > 10.0 * _RIDGE)

    def covariance(self, free: Mask) -> Floats:
        """Covariance of the free terms, the others held and the driver unknown."""
        own = self.reduced[np.ix_(free, free)]
        # Terms differ in scale by many powers of ten.
        scale = 1.0 / np.sqrt(np.diag(own))
        inverse = linalg.cho_solve(linalg.cho_factor(own * np.outer(scale, scale)), np.diag(scale))
        return np.asarray(scale[:, None] * inverse)

    def step(self, free: Mask) -> tuple[Floats, Floats]:
        """A scoring step of the terms that are free, and of the driver."""
        slope = self.by_term - self.with_driver.T @ self.solver.solve(self.by_driver)
        terms = np.zeros(len(slope))
        terms[free] = self.covariance(free) @ slope[free]
        return terms, self.solver.solve(self.by_driver) - self.through @ terms


def joint(targets: Sequence[Target], point: Point, walk: Walk) -> Joint:
    """Slope and information at a point, the priors' included."""
    found = [
        slopes(target, point.linear[g], point.logs[g], float(point.loadings[g]), point.driver, float(point.sizes[g]))
        for g, target in enumerate(targets)
    ]
    starts = np.cumsum([0, *(target.n_terms for target in targets)])
    n, n_blocks = int(starts[-1]), len(point.driver)
    by_term, information, with_driver = np.zeros(n), np.zeros((n, n)), np.zeros((n_blocks, n))
    by_driver, of_driver = -walk.times(point.driver), np.zeros(n_blocks)
    for g, (target, own) in enumerate(zip(targets, found, strict=True)):
        rows = slice(starts[g], starts[g + 1])
        by_term[rows], information[rows, rows], with_driver[:, rows] = own.by_term, own.information, own.with_driver
        by_driver += own.by_driver
        of_driver += own.driver_information
        logs = np.arange(starts[g] + target.n_linear, starts[g + 1] - 1)
        by_term[logs] -= point.logs[g] / LOG_SD**2
        information[logs, logs] += 1.0 / LOG_SD**2
    loadings = starts[1:] - 1
    by_term[loadings] -= (point.loadings - 1.0) / LOADING_SD**2 + _LOADINGS_SUM * np.sum(point.loadings - 1.0)
    information[loadings, loadings] += 1.0 / LOADING_SD**2
    information[np.ix_(loadings, loadings)] += _LOADINGS_SUM
    information[np.diag_indices(n)] += _RIDGE
    solver = walk.with_information(of_driver)
    through = solver.solve(with_driver)
    return Joint(starts, by_term, by_driver, with_driver, information - with_driver.T @ through, through, solver)


def log_posterior(targets: Sequence[Target], point: Point, walk: Walk) -> float:
    """Log-likelihood with the priors of driver, loadings and log terms, their constants left out."""
    total = sum(
        value(target, point.linear[g], point.logs[g], float(point.loadings[g]), point.driver, float(point.sizes[g]))
        for g, target in enumerate(targets)
    )
    total -= 0.5 * float(point.driver @ walk.times(point.driver))
    total -= 0.5 * float(np.sum((point.loadings - 1.0) ** 2)) / LOADING_SD**2
    total -= 0.5 * _LOADINGS_SUM * float(np.sum(point.loadings - 1.0)) ** 2
    return total - 0.5 * sum(float(np.sum(d**2)) for d in point.logs) / LOG_SD**2


def maximise(
    targets: Sequence[Target], point: Point, walk: Walk, *, with_loadings: bool, held: int = 0
) -> tuple[Point, float]:
    """The mode, linear terms at zero or above, from a point.

    Loadings stay as they are without `with_loadings`, and so do the last `held` linear terms of every group.
    """
    current = log_posterior(targets, point, walk)
    for _ in range(_ROUNDS):
        at = joint(targets, point, walk)
        terms, driver = at.step(_free(targets, point, at, with_loadings, held))
        length = 1.0
        while True:
            moved = _moved(targets, point, at.starts, length * terms, length * driver)
            reached = log_posterior(targets, moved, walk)
            if reached >= current - 1e-9 or length < 1e-3:
                break
            length *= 0.5
        if reached < current:
            break
        gain, point, current = reached - current, moved, reached
        if gain < _CLOSE:
            break
    return point, current


def _free(targets: Sequence[Target], point: Point, at: Joint, with_loadings: bool, held: int) -> Mask:
    """Terms that may move: not those at zero that would go below, nor such as no period tells anything of."""
    free = at.told.copy()
    for g, target in enumerate(targets):
        rows = np.arange(at.starts[g], at.starts[g] + target.n_linear)
        free[rows] &= (point.linear[g] > 0.0) | (at.by_term[rows] > 0.0)
        free[rows[len(rows) - held :]] = False
        free[at.starts[g + 1] - 1] &= with_loadings
    return np.asarray(free)


def _moved(targets: Sequence[Target], point: Point, starts: NDArray[np.int64], terms: Floats, driver: Floats) -> Point:
    linear, logs, loadings = [], [], point.loadings.copy()
    for g, target in enumerate(targets):
        own = terms[starts[g] : starts[g + 1]]
        a = np.maximum(point.linear[g] + own[: target.n_linear], 0.0)
        a[0] = max(a[0], 1e-7)
        linear.append(a)
        logs.append(point.logs[g] + own[target.n_linear : -1])
        loadings[g] += own[-1]
    return replace(point, linear=tuple(linear), logs=tuple(logs), loadings=loadings, driver=point.driver + driver)


def fit_sizes(targets: Sequence[Target], point: Point) -> Point:
    """The point with each group's negative binomial size at its most likely."""
    sizes = np.empty(len(targets))
    for g, target in enumerate(targets):
        mean = means(target, point.linear[g], point.logs[g], float(point.loadings[g]), point.driver)
        sizes[g] = most_likely_size(target.counts, mean)
    return replace(point, sizes=sizes)


def most_likely_size(counts: Floats, mean: Floats) -> float:
    """The size of a negative binomial with known means, between `LEAST_SIZE` and `MOST_SIZE`."""

    def loss(log_size: float) -> float:
        r = np.exp(log_size)
        return float(np.sum((counts + r) * np.log1p(mean / r) + gammaln(r) - gammaln(counts + r) + counts * np.log(r)))

    bounds = (np.log(LEAST_SIZE), np.log(MOST_SIZE))
    found = optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-2})
    return float(np.exp(found.x))


def start_point(targets: Sequence[Target], n_blocks: int) -> Point:
    """Where the search begins: half of a group's attacks of its own accord, a little of every response."""
    linear = []
    for target in targets:
        a = np.full(target.n_linear, 0.05)
        a[0] = max(0.5 * float(target.counts.mean()), 1e-4)
        linear.append(a)
    n = len(targets)
    logs = tuple(np.zeros(target.logs.shape[1]) for target in targets)
    return Point(tuple(linear), logs, np.ones(n), np.zeros(n_blocks), np.full(n, 10.0))


def fit_driver(targets: Sequence[Target], n_blocks: int) -> tuple[float, Point]:
    """The driver's step and the mode under it, of targets without cross terms and with all loadings 1."""
    point = start_point(targets, n_blocks)
    best: tuple[float, float, Point] | None = None
    for step_sd in STEP_SDS:
        walk = Walk.of(n_blocks, step_sd)
        point, _ = maximise(targets, point, walk, with_loadings=False)
        point = fit_sizes(targets, point)
        point, reached = maximise(targets, point, walk, with_loadings=False)
        at = joint(targets, point, walk)
        prior = Solver.of(walk.bands)
        marginal = reached + 0.5 * prior.log_determinant() - 0.5 * at.solver.log_determinant()
        if best is None or marginal > best[0]:
            best = (marginal, step_sd, point)
        elif marginal < best[0] - _GIVEN_UP:
            break
    assert best is not None
    return best[1], best[2]


def free_step(targets: Sequence[Target], point: Point, walk: Walk) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """One-step estimates of each group's linear terms from the mode, and their standard errors.

    A term that no period tells anything of has the standard error inf.
    """
    at = joint(targets, point, walk)
    told = at.told
    terms, _ = at.step(told)
    errors = np.full(len(terms), np.inf)
    errors[told] = np.sqrt(np.diag(at.covariance(told)))
    estimates = []
    for g, target in enumerate(targets):
        estimates.append(point.linear[g] + terms[at.starts[g] : at.starts[g] + target.n_linear])
    of = [slice(at.starts[g], at.starts[g] + target.n_linear) for g, target in enumerate(targets)]
    return tuple(estimates), tuple(errors[rows] for rows in of)
