"""The curve of reporting lag: shares known after some months, fitted to what is known of each delay.

The distribution of delays is evenly spread between `KNOTS`. Its shares are the mode of the likelihood of the intervals
that the delays lie in, each given that it is not longer than could be seen (the reporting triangle, truncated on the
right; Kalbfleisch & Lawless 1989, Journal of the American Statistical Association 84, 360-372), times a Dirichlet
prior, under which the share known after d months has the prior Beta(n F(d), n (1 - F(d))), F being the curve of the
prior and n its strength in events.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KNOTS = (0, 1, 2, 3, 6, 12, 24, 36, 60, 120)
"""Ends of the spans of months within which delays are taken as evenly spread; none is longer than the last."""

ASSUMED = (0.01, 0.70, 0.74, 0.77, 0.83, 0.90, 0.97, 0.985, 0.995, 1.0)
"""Share known after each of `KNOTS` where nothing is held to estimate it from. An assumption.

Published is (Hegre et al. 2020, doi:10.1177/2053168020935257, and the codebook) that UCDP Candidate comes out monthly,
not more than a month late, so that next to nothing is known at the end of an event's own month; that most of its events
enter the yearly release, and that others are added there; and that the yearly release comes once a year. How many are
added has no published figure: 70% after one month, and what follows, are guesses.
"""

_Z90 = 1.6448536269514722


def cumulative(shares: Floats, months: NDArray[np.int64]) -> Floats:
    """Share known after each of `months`, given those at `KNOTS`: straight between knots, 0 before month 0."""
    found = np.interp(months, KNOTS, shares)
    return np.where(months < 0, 0.0, found)


def _weights(months: NDArray[np.int64]) -> Floats:
    """For each of `months` the part of each span between knots that lies at or before it, (months, spans)."""
    ends = np.array(KNOTS, dtype=np.float64)
    starts = np.concatenate([[-1.0], ends[:-1]])
    within = (months[:, None] - starts[None, :]) / (ends - starts)[None, :]
    return np.asarray(np.clip(within, 0.0, 1.0))


def fit_shares(spans: pl.DataFrame, prior: Floats, strength: float, spread: float) -> tuple[Floats, Floats]:
    """The shares at `KNOTS` at the mode of the posterior, and the matrix of second derivatives there.

    The mode is sought in eta, the chance of a delay in span j being exp(eta_j) / sum exp(eta); the counts of the
    likelihood are divided by `spread` (quasi-likelihood).
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    counted = spans.group_by("after", "upto", "until").agg(pl.col("events").sum()).sort("after", "upto", "until")
    after, upto, until = (counted[name].to_numpy().astype(np.int64) for name in ("after", "upto", "until"))
    n = counted["events"].to_numpy() / spread
    inside, seen = _weights(upto) - _weights(after), _weights(until)
    before = np.diff(prior, prepend=0.0)
    alpha = strength * np.maximum(before, 1e-4)

    def chances(eta: Floats) -> Floats:
        raised = np.exp(eta - eta.max())
        return np.asarray(raised / raised.sum())

    def loss(eta: Floats) -> tuple[float, Floats]:
        p = chances(eta)
        among, whole = inside @ p, seen @ p
        value = float(n @ (np.log(among) - np.log(whole)) + alpha @ np.log(p))
        by_p = inside.T @ (n / among) - seen.T @ (n / whole) + alpha / p
        return -value, -p * (by_p - by_p @ p)

    start = np.log(np.maximum(before, 1e-4))
    # Ten numbers: threads would wait for one another longer than they work.
    with threadpool_limits(limits=1, user_api="blas"):
        options = {"maxiter": 2000, "ftol": 1e-14, "gtol": 1e-7}
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    eta = found.x
    step = 1e-4
    hessian = np.array(
        [(loss(eta + step * unit)[1] - loss(eta - step * unit)[1]) / (2 * step) for unit in np.eye(len(eta))]
    )
    shares = np.append(np.cumsum(chances(eta))[:-1], 1.0)  # all, whatever the sum's last digit
    return shares, (hessian + hessian.T) / 2


def spread_of(seen: pl.DataFrame, shares: Floats) -> float:
    """Pearson's statistic over its degrees of freedom, by release and month of events; at least 1."""
    expected = cumulative(shares, seen["age"].to_numpy()) / np.maximum(
        cumulative(shares, seen["until"].to_numpy()), 1e-9
    )
    n, held = seen["events"].to_numpy(), seen["held"].to_numpy()
    variance = n * expected * (1.0 - expected)
    usable = (n >= 5) & (variance >= 1.0)
    if usable.sum() < 2:
        return 1.0
    pearson = (held - n * expected)[usable] ** 2 / variance[usable]
    return max(1.0, float(pearson.sum() / (usable.sum() - 1)))


def intervals(shares: Floats, hessian: Floats, months: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Share known after each of `months`, and the ends of its 90% interval (normal on the scale of the log odds)."""
    share = cumulative(shares, months)
    p = np.diff(shares, prepend=0.0)
    turned = p[None, :] * (_weights(months) - share[:, None]) / np.maximum(share * (1 - share), 1e-12)[:, None]
    sd = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", turned, np.linalg.pinv(hessian, rcond=1e-10), turned), 0.0))
    logit = np.log(share) - np.log1p(-np.minimum(share, 1 - 1e-12))
    low, high = (1 / (1 + np.exp(-(logit + sign * _Z90 * sd))) for sign in (-1.0, 1.0))
    return share, low, high
