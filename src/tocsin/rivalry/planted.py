"""Made-up theatres in which it is known who answers whom: what an estimate of rivalry is tried on.

    mean[g, t] = background * exp(loading[g] u[t] - (loading[g] driver_sd)^2 / 2) + sum_h cross[g, h] F[h](t)

by day, `F` the exponential filter of the attacks before, `u` a driver that all groups share: an Ornstein-Uhlenbeck
process, whose correlation falls to 1/e in `driver_days`. Of what happens a part is reported, and of that some is coded
to another group. Nothing in it is of a real group or place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import inf, log

import numpy as np
from numpy.typing import NDArray

from tocsin.digest import Provenance
from tocsin.errors import InputError
from tocsin.months import month_id
from tocsin.rivalry.relations import Relations
from tocsin.rivalry.series import Series
from tocsin.rivalry.simulate import simulate_paths

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST = date(2001, 1, 1)  # a Monday
QUARTER_DAYS = 91
PLACE = "Planted"


@dataclass(frozen=True)
class Situation:
    """What holds in a made-up theatre of `n_groups` groups over `days` days.

    `background`: attacks a day and group of its own accord. `own`: further attacks per own attack. `link`: per attack
    of the group after it in a ring, the only one that a group answers. `half_life_days` of every response. `driver_sd`:
    standard deviation of the log driver, `loadings` how much each group follows it (default 1). `size`: of the negative
    binomial of a day, inf for Poisson. `reported`: the chance that an attack is reported, times a log-normal factor of
    log standard deviation `reporting_sd` that is common to all groups and new each quarter of 91 days, at most 1.
    `misattributed`: the chance that a reported attack is coded to another group, whichever. `step_days`: periods of the
    series, 1 or 7.
    """

    n_groups: int = 6
    days: int = 3652
    background: float = 0.12
    own: float = 0.30
    link: float = 0.0
    half_life_days: float = 7.0 * log(2.0)
    driver_sd: float = 0.0
    driver_days: float = 60.0
    loadings: tuple[float, ...] | None = None
    size: float = inf
    reported: float = 1.0
    reporting_sd: float = 0.0
    misattributed: float = 0.0
    step_days: int = 1

    @property
    def links(self) -> Floats:
        """The planted links (target, source), zero on the diagonal."""
        planted = np.zeros((self.n_groups, self.n_groups))
        groups = np.arange(self.n_groups)
        planted[groups, (groups + 1) % self.n_groups] = self.link
        return planted


def plant(situation: Situation, rng: np.random.Generator) -> Series:
    """The counts of one made-up theatre, in the order of the ring; deaths and clashes are 0, the first day is a Monday.

    Driver, attacks, reporting and misattribution each have their own stream of `rng`, so that what is changed about one
    leaves the chance of the others as it is. Raises `InputError` for a situation that cannot be.
    """
    _check(situation)
    driver, attacks, reporting, coding = rng.spawn(4)
    happened = _attacks(situation, log_driver(situation, driver), attacks)
    counts = _coded(situation, _reported(situation, happened, reporting), coding)
    return _series(situation, counts)


def log_driver(situation: Situation, rng: np.random.Generator) -> Floats:
    """The log of the driver by day (day), of mean 0 and standard deviation `driver_sd` on each."""
    keep = np.exp(-1.0 / situation.driver_days)
    steps = rng.normal(size=situation.days) * np.sqrt(1.0 - keep**2)
    level = rng.normal()
    path = np.empty(situation.days)
    for day, step in enumerate(steps):
        path[day] = level
        level = keep * level + step
    return situation.driver_sd * path


def _attacks(situation: Situation, driver: Floats, rng: np.random.Generator) -> Ints:
    """What happens (group, day). The filters begin at their mean, so that the first days are like all others."""
    n = situation.n_groups
    loadings = np.ones(n) if situation.loadings is None else np.array(situation.loadings)
    # The mean of each group's background stays what it is, however it follows the driver.
    shift = np.outer(loadings, driver) - 0.5 * np.square(loadings * situation.driver_sd)[:, None]
    cross = situation.links + situation.own * np.eye(n)
    mean = np.linalg.solve(np.eye(n) - cross, np.full(n, situation.background))
    keep = 0.5 ** (1.0 / situation.half_life_days)
    paths = simulate_paths(
        situation.background * np.exp(shift),
        cross,
        [1.0],
        [keep],
        situation.size,
        draws=1,
        rng=rng,
        start=mean[None],
        threads=1,
    )
    return np.asarray(paths[0], np.int64)


def _reported(situation: Situation, happened: Ints, rng: np.random.Generator) -> Ints:
    quarter = np.arange(situation.days) // QUARTER_DAYS
    factor = np.exp(situation.reporting_sd * rng.normal(size=int(quarter[-1]) + 1))
    chance = np.minimum(situation.reported * factor, 1.0)
    return np.asarray(rng.binomial(happened, chance[quarter]), np.int64)


def _coded(situation: Situation, reported: Ints, rng: np.random.Generator) -> Ints:
    n = situation.n_groups
    moved = rng.binomial(reported, situation.misattributed)
    coded = reported - moved
    for g in range(n):
        coded[np.arange(n) != g] += rng.multinomial(moved[g], np.full(n - 1, 1.0 / (n - 1))).T
    return coded


def _series(situation: Situation, counts: Ints) -> Series:
    """The series of counts (group, day); days after the last whole period are left out."""
    n, step = situation.n_groups, situation.step_days
    periods = situation.days // step
    days = np.datetime64(FIRST, "D") + np.arange(periods * step)
    opens = days == days.astype("datetime64[M]").astype("datetime64[D]")
    none = np.zeros((n, periods), np.int32)
    return Series(
        theatre=PLACE,
        kind="onesided",
        groups=tuple(f"Group {g + 1} @ {PLACE}" for g in range(n)),
        first=FIRST,
        step_days=step,
        attacks=counts[:, : periods * step].reshape(n, periods, step).sum(axis=2).astype(np.int32),
        deaths=none,
        mass_casualty=none,
        state_clashes=none,
        group_clashes=none,
        first_of_month=opens.reshape(periods, step).any(axis=1),
        relations=Relations(np.zeros((n, n), np.int32), np.zeros((n, n)), np.zeros((n, n), bool)),
        left_out=(),
        provenance=Provenance(
            vintage="planted",
            source="planted",
            licence="CC0",
            citation="Simulated by tocsin; no real events",
            first_month=month_id(FIRST),
            last_month=month_id(days[-1].item()),
            place_precision="no places",
            covers_world=False,
        ),
    )


def _check(situation: Situation) -> None:
    if situation.n_groups < 2 or situation.step_days not in (1, 7) or situation.days < situation.step_days:
        raise InputError(
            f"a planted theatre has two groups or more, and days or weeks for periods, got {situation.n_groups} "
            f"groups, {situation.days} days and step_days {situation.step_days}"
        )
    if situation.loadings is not None and len(situation.loadings) != situation.n_groups:
        raise InputError(f"{situation.n_groups} groups need as many loadings, got {len(situation.loadings)}")
    if not (situation.own >= 0 and situation.link >= 0 and situation.own + situation.link < 1):
        raise InputError(
            f"own and link are 0 or more and below 1 together, or attacks would never cease to grow, got "
            f"{situation.own} and {situation.link}"
        )
    if not (situation.half_life_days > 0 and situation.driver_days > 0 and situation.background >= 0):
        raise InputError(
            f"half_life_days and driver_days are above 0 and background 0 or more, got {situation.half_life_days}, "
            f"{situation.driver_days} and {situation.background}"
        )
    if not (situation.driver_sd >= 0 and situation.reporting_sd >= 0):
        raise InputError(f"log deviations are 0 or more, got {situation.driver_sd} and {situation.reporting_sd}")
    if not (0 <= situation.reported <= 1 and 0 <= situation.misattributed <= 1):
        raise InputError(
            f"reported and misattributed are chances from 0 to 1, got {situation.reported} and "
            f"{situation.misattributed}"
        )
