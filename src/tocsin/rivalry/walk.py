"""The random walk that the shared driver is: its precision, and solutions of systems that hold it.

The walk has no level of its own (its sum is zero): the level is in the groups' rates. Its precision is tridiagonal, so
that a system of any length is solved in one sweep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded

Floats = NDArray[np.float64]

# Keeps the level's precision above rounding; the level is fixed by the constraint.
_LEVEL = 1e-4


@dataclass(frozen=True, eq=False)
class Walk:
    """Precision of a random walk of `n` steps with standard deviation `step_sd` each: `bands` (2, n), upper form."""

    bands: Floats

    @classmethod
    def of(cls, n: int, step_sd: float) -> Walk:
        """The walk of `n` blocks."""
        q = 1.0 / step_sd**2
        diagonal = np.full(n, 2.0 * q)
        diagonal[[0, -1]] = q if n > 1 else 0.0
        above = np.full(n, -q)
        above[0] = 0.0
        return cls(np.vstack([above, diagonal + _LEVEL]))

    def times(self, u: Floats) -> Floats:
        """Precision times a walk (block)."""
        above, diagonal = self.bands
        out = diagonal * u
        out[1:] += above[1:] * u[:-1]
        out[:-1] += above[1:] * u[1:]
        return np.asarray(out)

    def with_information(self, diagonal: Floats) -> Solver:
        """The walk's precision plus what the counts tell of each block, ready to be solved."""
        bands = self.bands.copy()
        bands[1] += diagonal
        return Solver.of(bands)


@dataclass(frozen=True, eq=False)
class Solver:
    """A factorised precision, under the constraint that the walk sums to zero."""

    factor: Floats
    level: Floats

    @classmethod
    def of(cls, bands: Floats) -> Solver:
        """Factorise bands in upper form."""
        factor = cholesky_banded(bands)
        return cls(factor, cho_solve_banded((factor, False), np.ones(bands.shape[1])))

    def solve(self, right: Floats) -> Floats:
        """Covariance under the constraint, times the columns of `right` (block, column) or (block)."""
        found = cho_solve_banded((self.factor, False), right)
        return np.asarray(found - np.multiply.outer(self.level, found.sum(axis=0) / self.level.sum()))

    def log_determinant(self) -> float:
        """Of the precision on the walks that sum to zero."""
        return float(2.0 * np.sum(np.log(self.factor[1])) + np.log(self.level.sum()) - np.log(len(self.level)))

    def variances(self) -> Floats:
        """Variance of each block (block)."""
        n = len(self.level)
        # The diagonal of a tridiagonal inverse, from the last block to the first.
        above, diagonal = self.factor
        inverse = np.empty(n)
        inverse[-1] = 1.0 / diagonal[-1] ** 2
        for i in range(n - 2, -1, -1):
            ratio = above[i + 1] / diagonal[i]
            inverse[i] = 1.0 / diagonal[i] ** 2 + ratio**2 * inverse[i + 1]
        return np.asarray(inverse - self.level**2 / self.level.sum())
