"""Outbidding in severity: does the chance that an attack is mass-casualty rise after one by somebody else?

    logit p[g, t] = c[g] + b others[g, t] + d own[g, t] + e slow[t],    mass-casualty attacks ~ Binomial(attacks, p)

`others` and `own` are sums of past mass-casualty attacks that fade with a half-life of eight weeks; `slow`, those of
the whole theatre over two years, is the era. Who attacks at all is taken as it was: only how deadly attacks are is
asked, and a mass-casualty attack is one on civilians with 20 deaths or more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.rivalry.checks import LEAST_SHIFT_WEEKS
from tocsin.rivalry.links import POWER_SD, SIGNIFICANT
from tocsin.rivalry.result import Severity
from tocsin.rivalry.series import Series
from tocsin.rivalry.terms import filtered

Floats = NDArray[np.float64]

HALF_LIFE_WEEKS = 8.0
ERA_WEEKS = 104.0
LEAST_MASS_CASUALTY = 5  # in the theatre, by two groups or more
NOTABLE_LOG_ODDS = float(np.log(2.0))  # a doubled odds is what would matter
# Priors on the logit scale: weakly informative (Gelman et al. 2008, doi:10.1214/08-AOAS191), so that groups without a
# mass-casualty attack do not run away.
_GROUP_SD, _SLOPE_SD = 1.0, 1.0


@dataclass(frozen=True, eq=False)
class _Rows:
    """One row per group and period with attacks: attacks, mass-casualty ones, group, and the terms (row, term)."""

    attacks: Floats
    mass_casualty: Floats
    group: NDArray[np.int64]
    terms: Floats


def fit_severity(series: Series, *, shifts: int, seed: int) -> Severity:
    """The response in severity of one theatre; `series` counts attacks on civilians (kind `onesided`)."""
    found = series.mass_casualty.sum(axis=1)
    total, attacks = int(found.sum()), int(series.attacks.sum())
    if total < LEAST_MASS_CASUALTY or (found > 0).sum() < 2:
        return Severity(None, None, None, None, attacks, total, HALF_LIFE_WEEKS, "cannot_tell")
    mass = series.mass_casualty.astype(float)
    weeks = 7.0 / series.step_days
    value, error = _fit(_rows(series, mass, mass, weeks), series.n_groups)
    rng = np.random.default_rng([seed, series.n_groups])
    n = series.n_periods
    least = min(int(LEAST_SHIFT_WEEKS * weeks), n // 4)
    allowed = np.arange(least, n - least + 1)
    z = []
    for k in rng.choice(allowed, size=min(shifts, len(allowed)), replace=False):
        moved, moved_error = _fit(_rows(series, mass, np.roll(mass, k, axis=1), weeks), series.n_groups)
        z.append(moved / moved_error)
    p_shift = (1 + int(np.sum(np.array(z) >= value / error))) / (1 + len(z))
    low, high = value - SIGNIFICANT * error, value + SIGNIFICANT * error
    if low > 0.0 and p_shift <= 0.05:
        return Severity(value, low, high, p_shift, attacks, total, HALF_LIFE_WEEKS, "answers")
    told = (SIGNIFICANT + POWER_SD) * error <= NOTABLE_LOG_ODDS
    return Severity(value, low, high, p_shift, attacks, total, HALF_LIFE_WEEKS, "no_answer" if told else "cannot_tell")


def _rows(series: Series, own: Floats, others: Floats, weeks: float) -> _Rows:
    """`others` are the mass-casualty attacks that may be answered, `own` those that stand as they were."""
    half = HALF_LIFE_WEEKS * weeks
    per_attack = 1.0 / (1.0 - 0.5 ** (1.0 / half))  # a filter of total weight 1 becomes 1 just after an attack
    answered = filtered(others, half) * per_attack
    terms = [
        answered.sum(axis=0, keepdims=True) - answered,
        filtered(own, half) * per_attack,
        np.broadcast_to(filtered(own.sum(axis=0, keepdims=True), ERA_WEEKS * weeks), own.shape),
    ]
    g, t = np.nonzero(series.attacks)
    columns = np.stack([term[g, t] for term in terms], axis=1)
    # The era in units of its own deviation: its prior should not depend on how violent the theatre is.
    columns[:, 2] = (columns[:, 2] - columns[:, 2].mean()) / max(float(columns[:, 2].std()), 1e-9)
    attacks = series.attacks[g, t].astype(float)
    return _Rows(attacks, np.minimum(series.mass_casualty[g, t], attacks), g, columns)


def _fit(rows: _Rows, n_groups: int) -> tuple[float, float]:
    """Estimate and standard error of the others' term, by Newton on the penalised likelihood."""
    n_terms = rows.terms.shape[1]
    # Group effects around a common level, which has no prior to speak of.
    design = np.zeros((len(rows.attacks), 1 + n_groups + n_terms))
    design[:, 0] = 1.0
    design[np.arange(len(rows.attacks)), 1 + rows.group] = 1.0
    design[:, 1 + n_groups :] = rows.terms
    prior = np.array([1e-4, *[_GROUP_SD**-2] * n_groups, *[_SLOPE_SD**-2] * n_terms])
    share = rows.mass_casualty.sum() / rows.attacks.sum()
    b = np.zeros(design.shape[1])
    b[0] = np.log(share / (1.0 - share)) if share < 1.0 else 5.0
    information = np.diag(prior)
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ b, -30.0, 30.0)))
        slope = design.T @ (rows.mass_casualty - rows.attacks * p) - prior * b
        information = design.T @ (design * (rows.attacks * p * (1.0 - p))[:, None]) + np.diag(prior)
        step = np.linalg.solve(information, slope)
        b = b + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-6:
            break
    error = float(np.sqrt(np.linalg.inv(information)[1 + n_groups, 1 + n_groups]))
    return float(b[1 + n_groups]), error
