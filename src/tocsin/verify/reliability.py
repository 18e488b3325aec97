"""Are events of probability p as frequent as p? Reliability by classes of probability; the Brier score taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from tocsin.errors import InputError
from tocsin.verify import _checks
from tocsin.verify._checks import FloatArray, IntArray

if TYPE_CHECKING:
    import polars as pl

ClassesBy = Literal["width", "count"]


@dataclass(frozen=True)
class Reliability:
    """A reliability table: one entry for each class of probability that holds a forecast.

    `low` and `high` bound the class, `count` forecasts fell in it with mean `mean_p`, `positives` of their events
    happened, a share of `observed`; `observed_low` to `observed_high` is that share's Wilson interval at `level`. The
    interval takes the cells as independent. Forecasts of the same unit from neighbouring origins are not, so that it is
    then too narrow; `calibration_test` can take the origins into account.
    """

    low: FloatArray
    high: FloatArray
    count: IntArray
    mean_p: FloatArray
    positives: IntArray
    observed: FloatArray
    observed_low: FloatArray
    observed_high: FloatArray
    level: float

    def to_polars(self) -> pl.DataFrame:
        """The table, one row a class; `level` is left out."""
        import polars as pl

        return pl.DataFrame({name: column for name, column in vars(self).items() if name != "level"})


@dataclass(frozen=True)
class BrierDecomposition:
    """`brier = reliability - resolution + uncertainty + within_variance - within_covariance`, exact for any classes.

    `reliability` (0 is best) is the miscalibration of the class means; `resolution` (large is best) how far apart the
    classes' observed shares lie; `uncertainty` the variance of the outcomes. The last two are what the mean over a
    class hides: the variance of the probabilities in it, and twice their covariance with the outcomes.
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float

    @property
    def generalised_resolution(self) -> float:
        """Resolution with both terms within the classes, which depends less on the choice of classes.

        With it `brier = reliability - generalised_resolution + uncertainty`.
        """
        return self.resolution - self.within_variance + self.within_covariance


def reliability(
    p: ArrayLike,
    outcome: ArrayLike,
    *,
    bins: int | Sequence[float] = 10,
    by: ClassesBy = "width",
    level: float = 0.9,
) -> Reliability:
    """Observed shares beside forecast probabilities, with counts and Wilson intervals.

    `p` in [0, 1] and `outcome` 0 or 1, of one shape. `bins` are the edges of the classes, from 0 to 1, or their number:
    of equal width, or (`by="count"`) of about equal count, better where most probabilities are small. Equal
    probabilities are never split between classes; empty classes are left out. Raises `InputError` for values out of
    range, no cells, and edges that do not run from 0 to 1.

    Wilson intervals: Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286.
    """
    chance, happened = (array.reshape(-1) for array in _checks.probabilities(p, outcome))
    edges, place = _classes(chance, bins, by)
    count = np.bincount(place, minlength=edges.size - 1)
    held = np.flatnonzero(count)
    positives = np.bincount(place, weights=happened, minlength=edges.size - 1)[held].astype(np.int64)
    mean_p = np.bincount(place, weights=chance, minlength=edges.size - 1)[held] / count[held]
    low, high = wilson_interval(positives, count[held], level=level)
    return Reliability(
        low=edges[held],
        high=edges[held + 1],
        count=count[held].astype(np.int64),
        mean_p=mean_p,
        positives=positives,
        observed=positives / count[held],
        observed_low=low,
        observed_high=high,
        level=level,
    )


def brier_decomposition(
    p: ArrayLike, outcome: ArrayLike, *, bins: int | Sequence[float] = 10, by: ClassesBy = "width"
) -> BrierDecomposition:
    """The mean Brier score as reliability, resolution and uncertainty, with the two terms within the classes.

    Arrays, classes and errors as in `reliability`. Stephenson, Coelho & Jolliffe 2008, doi:10.1175/2007WAF2006116.1.
    """
    chance, happened = (array.reshape(-1) for array in _checks.probabilities(p, outcome))
    _, place = _classes(chance, bins, by)
    _, place = np.unique(place, return_inverse=True)
    count = np.bincount(place)
    mean_p = np.bincount(place, weights=chance) / count
    mean_y = np.bincount(place, weights=happened) / count
    share, climate = count / chance.size, happened.mean()
    off_p, off_y = chance - mean_p[place], happened - mean_y[place]
    return BrierDecomposition(
        brier=float(np.mean((chance - happened) ** 2)),
        reliability=float(np.sum(share * (mean_p - mean_y) ** 2)),
        resolution=float(np.sum(share * (mean_y - climate) ** 2)),
        uncertainty=float(climate * (1 - climate)),
        within_variance=float(np.mean(off_p**2)),
        within_covariance=float(2 * np.mean(off_p * off_y)),
    )


def wilson_interval(positives: ArrayLike, count: ArrayLike, *, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
    """Wilson's interval of a share, `positives` out of `count` independent cells, as its lower and upper limits.

    Unlike the normal interval it stays within [0, 1] and says something where there were no positives. Raises
    `InputError` for counts below 1, positives outside 0 to `count`, and a level outside (0, 1).

    >>> low, high = wilson_interval(0, 10, level=0.95)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0, 0.2775)
    """
    hits, n = _checks.finite(positives, "positives"), _checks.finite(count, "count")
    _checks.same_shape(positives=hits, count=n)
    if bool(np.any(n < 1)) or bool(np.any((hits < 0) | (hits > n))):
        raise InputError("expected counts of at least 1 with positives between 0 and the count")
    z2 = float(ndtri(0.5 + _checks.share(level, "level") / 2)) ** 2
    centre = (hits + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (hits * (n - hits) / n + z2 / 4)) / (n + z2)
    # At the ends the two terms are equal in exact arithmetic: no event seen leaves 0 possible, and so for all seen.
    return np.where(hits == 0, 0.0, centre - half), np.where(hits == n, 1.0, centre + half)


def _classes(chance: FloatArray, bins: int | Sequence[float], by: ClassesBy) -> tuple[FloatArray, IntArray]:
    """Edges from 0 to 1 and the class of each probability; classes are closed on the left, the last on both sides."""
    if not chance.size:
        raise InputError("p: expected at least one forecast, got none")
    if by not in ("width", "count"):
        raise InputError(f"by: expected 'width' or 'count', got {by!r}")
    if isinstance(bins, int | np.integer):
        number = _checks.whole_number(int(bins), "bins", least=1)
        inner = np.arange(1, number) / number
        if by == "count":
            inner = np.quantile(chance, inner)
        edges = np.concatenate(([0.0], np.unique(inner[(inner > 0) & (inner < 1)]), [1.0]))
    else:
        edges = _checks.finite(bins, "bins", ndim=1)
        if edges.size < 2 or edges[0] != 0 or edges[-1] != 1 or not bool(np.all(np.diff(edges) > 0)):
            raise InputError(f"bins: expected increasing edges from 0 to 1, got {list(bins)!r}")
    return edges, np.clip(np.searchsorted(edges, chance, side="right") - 1, 0, edges.size - 2)
