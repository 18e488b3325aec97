"""Null checks: how often a link is found where there can be none.

Each check adds a source that cannot be answered to the fitted model and tests it as a link is tested: the group's own
source moved in time by a circular shift, a group of another part of the world, or, year by year, one of the theatre's
other groups under the source's name (of four groups or more, so that there are two to choose from). The last keeps what
the whole theatre shares, and so tells whether the driver took it.
A score test, all of the model's other terms and the driver being unknown (Rao 1948, doi:10.1017/S0305004100023987).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.rivalry.estimate import Joint, joint
from tocsin.rivalry.likelihood import factors, rates
from tocsin.rivalry.links import LEAST_SHARED, SIGNIFICANT, Links
from tocsin.rivalry.terms import Terms, filtered

Floats = NDArray[np.float64]

LEAST_SHIFT_WEEKS = 26
YEAR_WEEKS = 52
DISTANT_PER_TARGET = 40
PERMUTED_PER_LINK = 10
_TOLD = 1e-6


@dataclass(frozen=True, eq=False)
class Rates:
    """What the checks gave: `p_shift` (target, source), and of each check how many tests passed the 5%."""

    p_shift: Floats
    shifts: tuple[int, int]
    distant: tuple[int, int]
    permuted: tuple[int, int]


def null_checks(terms: Terms, links: Links, distant: Floats, *, shifts: int, seed: int) -> Rates:
    """Run all three. `distant` (source, period): attacks of groups elsewhere; pairs are (passed, tests)."""
    at = joint(links.targets, links.point, links.walk)
    test = _Test(links, at)
    n = len(terms.counts)
    weeks = 7.0 / terms.step_days
    half_life = links.half_life_weeks * weeks
    p_shift = np.full((n, n), np.nan)
    counted = {"shifts": [0, 0], "distant": [0, 0], "permuted": [0, 0]}

    def count(name: str, z: Floats) -> None:
        told = z[~np.isnan(z)]
        counted[name][0] += int(np.sum(told > SIGNIFICANT))
        counted[name][1] += len(told)

    for g in range(n):
        start, stop = terms.spans[g]
        for h in range(n):
            if g == h or not np.isfinite(links.error[g, h]):
                continue
            rng = np.random.default_rng([seed, g, h])
            moved = _shifted(terms.worth[h, start:stop], shifts, int(LEAST_SHIFT_WEEKS * weeks), rng)
            z = test.of(g, filtered(moved, half_life))
            count("shifts", z)
            told = z[~np.isnan(z)]
            if len(told):
                p_shift[g, h] = (1 + np.sum(told >= links.z[g, h])) / (1 + len(told))
            others = np.array([k for k in range(n) if k not in (g, h)])
            # One other alone would stand for the source in every year: a group whose link the model holds already.
            if len(others) > 1:
                year = np.arange(stop - start) // int(YEAR_WEEKS * weeks)
                drawn = rng.choice(others, size=(PERMUTED_PER_LINK, int(year[-1]) + 1))
                mixed = terms.worth[drawn[:, year], np.arange(start, stop)]
                mixed = mixed[mixed.sum(axis=1) >= LEAST_SHARED]
                count("permuted", test.of(g, filtered(mixed, half_life)))
        near = distant[:, start:stop]
        near = near[near.sum(axis=1) >= LEAST_SHARED]
        rng = np.random.default_rng([seed, g, n])
        picked = rng.permutation(len(near))[:DISTANT_PER_TARGET]
        count("distant", test.of(g, filtered(near[picked], half_life)))
    pairs = {name: (passed, tests) for name, (passed, tests) in counted.items()}
    return Rates(p_shift, pairs["shifts"], pairs["distant"], pairs["permuted"])


def _shifted(worth: Floats, shifts: int, least: int, rng: np.random.Generator) -> Floats:
    """Circular shifts (shift, period) of one source within the span, by at least `least` periods both ways."""
    n = len(worth)
    least = min(least, n // 4)
    allowed = np.arange(least, n - least + 1)
    chosen = rng.choice(allowed, size=min(shifts, len(allowed)), replace=False)
    return np.asarray(worth[(np.arange(n)[None] - chosen[:, None]) % n])


class _Test:
    """Score tests of sources added to a fitted model."""

    def __init__(self, links: Links, at: Joint) -> None:
        self.links, self.at = links, at
        self.told = at.told
        self.covariance = at.covariance(self.told)
        slope = at.by_term - at.with_driver.T @ at.solver.solve(at.by_driver)
        self.left = self.covariance @ slope[self.told]
        self.driver_left = at.solver.solve(at.by_driver)

    def of(self, g: int, sources: Floats) -> Floats:
        """Test statistics (source), standard normal for one that is not answered; nan where nothing is told."""
        links, at = self.links, self.at
        if not len(sources):
            return np.zeros(0)
        target = links.targets[g]
        point = links.point
        loading = float(point.loadings[g])
        rate = rates(target, point.linear[g])
        mean = rate * factors(target, point.logs[g], loading, point.driver)
        size = float(point.sizes[g])
        weight = mean / (1.0 + mean / size)
        score = (target.counts - mean) / (1.0 + mean / size)
        term = sources / rate
        own = np.hstack([target.linear / rate[:, None], target.logs, point.driver[target.blocks][:, None]])
        weighted = term * weight
        first = np.flatnonzero(np.diff(target.blocks, prepend=target.blocks[0] - 1))
        with_driver = np.zeros((len(point.driver), len(sources)))
        with_driver[target.blocks[first]] = loading * np.add.reduceat(weighted, first, axis=1).T
        with_terms = np.zeros((len(self.told), len(sources)))
        with_terms[at.starts[g] : at.starts[g + 1]] = own.T @ weighted.T
        with_terms -= at.through.T @ with_driver
        with_terms = with_terms[self.told]
        information = np.sum(term * weighted, axis=1)
        left = (
            information
            - np.sum(with_driver * at.solver.solve(with_driver), axis=0)
            - np.sum(with_terms * (self.covariance @ with_terms), axis=0)
        )
        effective = term @ score - with_driver.T @ self.driver_left - with_terms.T @ self.left
        held = left > _TOLD * np.maximum(information, 1e-300)
        return np.where(held, effective / np.sqrt(np.where(held, left, 1.0)), np.nan)
