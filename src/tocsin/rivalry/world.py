"""Every theatre of the world at once, and what they show together.

Outbidding in quantity is a few coefficients over all links: the response of one group to another that has nothing to do
with it, and what shared ground, recorded clashes, an alliance, or both fighting a state add to it. Their intervals are
a jackknife over theatres: two theatres hold most links, and links of one theatre are not independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tocsin.digest import Digest
from tocsin.rivalry.fit import SHIFTS, SHOCK, fit_rivalry
from tocsin.rivalry.links import SIGNIFICANT
from tocsin.rivalry.pooling import pool
from tocsin.rivalry.result import NullCheck, PooledTerm, Rivalry, WorldRivalry
from tocsin.rivalry.series import Kind, theatres_with_rivals
from tocsin.scale import run_tasks

Floats = NDArray[np.float64]

TERMS = ("any_pair", "shared_ground", "clashes", "allied", "both_fight_a_state")
LEAST_THEATRES = 3


@dataclass(frozen=True, eq=False)
class _Work:
    digest: Digest
    kind: Kind
    first: date | None
    last: date | None
    shock: float
    shifts: int
    seed: int


def fit_world(
    digest: Digest,
    *,
    kind: Kind = "onesided",
    first: date | None = None,
    last: date | None = None,
    shock: float = SHOCK,
    shifts: int = SHIFTS,
    seed: int = 1,
    workers: int = 1,
    cluster: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> WorldRivalry:
    """Fit every theatre with two or more groups that have enough attacks, and pool what they show.

    Options as in `fit_rivalry`; `workers` processes or the `cluster` at an address share the theatres, with the same
    result. `progress` is told after each theatre how many of how many are done.
    """
    names = theatres_with_rivals(digest, kind, first=first, last=last)
    work = _Work(digest, kind, first, last, shock, shifts, seed)
    found: dict[int, Rivalry] = {}
    for place, rivalry in run_tasks(_one, names, work, workers=workers, cluster=cluster):
        found[place] = rivalry
        if progress is not None:
            progress(len(found), len(names))
    return pool_world(kind, tuple(found[place] for place in range(len(names))))


def _one(work: _Work, theatre: str) -> Rivalry:
    return fit_rivalry(
        work.digest, theatre, kind=work.kind, first=work.first, last=work.last, shock=work.shock, shifts=work.shifts,
        seed=work.seed,
    )  # fmt: skip


def pool_world(kind: Kind, theatres: tuple[Rivalry, ...]) -> WorldRivalry:
    """What fitted theatres show together."""
    gain, se, months = _out_of_sample(theatres)
    return WorldRivalry(kind, theatres, _quantity(theatres), _severity(theatres), _checks(theatres), gain, se, months)


def _quantity(theatres: tuple[Rivalry, ...]) -> tuple[PooledTerm, ...]:
    rows, place = [], []
    for k, rivalry in enumerate(theatres):
        fits = {fit.group: fit for fit in rivalry.group_fits}
        for link in rivalry.links:
            if not np.isfinite(link.minimum_detectable):
                continue
            # As links are pooled within a theatre, see `pooling`.
            source, target = fits[link.source], fits[link.target]
            scale = np.sqrt(max(link.source_attacks, 1) / max(link.target_attacks, 1))
            sd = (link.high - link.estimate) / SIGNIFICANT
            both = bool(source.fights_a_state and target.fights_a_state)
            kinds = [1.0, link.shared_ground, float(link.clashes > 0), float(link.allied), float(both)]
            rows.append([link.estimate * scale, sd * scale, *kinds])
            place.append(k)
    if len(set(place)) < LEAST_THEATRES:
        return ()
    table, of = np.array(rows), np.array(place)
    terms = table[:, 2:]
    told = np.ptp(terms, axis=0) > 0.0
    told[0] = True
    whole, error = _jackknife(table[:, 0], table[:, 1], terms[:, told], of)
    names = [name for name, held in zip(TERMS, told, strict=True) if held]
    average, average_error = _jackknife(table[:, 0], table[:, 1], np.ones((len(of), 1)), of)
    values = [("average_link", average[0], average_error[0])]
    values += list(zip(names, whole, error, strict=True))
    return tuple(_term(name, value, sd, len(of), len(set(place))) for name, value, sd in values)


def _severity(theatres: tuple[Rivalry, ...]) -> PooledTerm | None:
    held = [rivalry.severity for rivalry in theatres if rivalry.severity.log_odds is not None]
    if len(held) < LEAST_THEATRES:
        return None
    value = np.array([found.log_odds for found in held], float)
    error = np.array([((found.high or 0.0) - (found.log_odds or 0.0)) / SIGNIFICANT for found in held])
    pooled = pool(value, error, np.ones((len(held), 1)), unit=10.0)
    return _term("severity", float(pooled.coefficients[0]), float(pooled.coefficients_sd[0]), len(held), len(held))


def _out_of_sample(theatres: tuple[Rivalry, ...]) -> tuple[float | None, float | None, int]:
    """Mean gain a month over the theatres that could be held apart, its standard error, and the months."""
    held = [
        (rivalry.oos_log_score_gain, rivalry.oos_se, rivalry.oos_months)
        for rivalry in theatres
        if rivalry.oos_log_score_gain is not None and rivalry.oos_se is not None
    ]
    months = sum(n for _, _, n in held)
    if not months:
        return None, None, 0
    gain = sum(value * n for value, _, n in held) / months
    return gain, float(np.sqrt(sum((se * n) ** 2 for _, se, n in held))) / months, months


def _checks(theatres: tuple[Rivalry, ...]) -> tuple[NullCheck, ...]:
    out = []
    for name in dict.fromkeys(check.name for rivalry in theatres for check in rivalry.null_checks):
        held = [check for rivalry in theatres for check in rivalry.null_checks if check.name == name]
        tests = sum(check.tests for check in held)
        passed = sum((check.rate or 0.0) * check.tests for check in held)
        out.append(NullCheck(name, passed / tests if tests else None, tests))
    return tuple(out)


def _jackknife(value: Floats, error: Floats, terms: Floats, of: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Pooled coefficients, and their standard errors from leaving out each theatre in turn."""
    whole = pool(value, error, terms).coefficients
    kinds = np.unique(of)
    left = np.array([pool(value[of != k], error[of != k], terms[of != k]).coefficients for k in kinds])
    n = len(kinds)
    return whole, np.sqrt((n - 1) / n * np.sum((left - left.mean(axis=0)) ** 2, axis=0))


def _term(name: str, value: float, sd: float, links: int, theatres: int) -> PooledTerm:
    return PooledTerm(
        name, float(value), float(value - SIGNIFICANT * sd), float(value + SIGNIFICANT * sd), links, theatres
    )
