"""The forecasts that every other one must beat, and the two rankings that every alert list must beat.

Each is a frozen object with `fit(panel, month) -> fitted` and `fitted.predict(horizon, draws, rng) -> Forecast`, where
`month` is the last month that may be used. No entrant of the 2023/24 VIEWS prediction challenge beat 12-month
climatology on mean CRPS (Hegre et al. 2025, doi:10.1177/00223433241300862), so that these are no straw men.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.forecast.forecast import Forecast
from tocsin.panel import Panel

Draws = NDArray[np.floating] | NDArray[np.integer]


class Fitted(Protocol):
    """What a model is after fitting."""

    def predict(self, horizon: int, draws: int, rng: np.random.Generator) -> Forecast:
        """Samples for steps 1 to `horizon`."""
        ...


class Model(Protocol):
    """What every model of monthly deaths offers."""

    @property
    def name(self) -> str:
        """The model's name in tables."""
        ...

    def fit(self, panel: Panel, month: int) -> Fitted:
        """Fit on the figures up to and including `month`."""
        ...


@dataclass(frozen=True, eq=False)
class _Pools:
    """Fitted baseline: per group a pool of values, and a share of draws that come from a pool of all groups."""

    name: str
    panel: Panel
    pools: Draws
    shared: Draws
    shared_share: float
    poisson: bool = False

    def predict(self, horizon: int, draws: int, rng: np.random.Generator) -> Forecast:
        """Samples for steps 1 to `horizon`, each month drawn on its own."""
        _check(horizon, draws)
        n = len(self.pools)
        pick = rng.integers(self.pools.shape[1], size=(n, horizon, draws))
        samples = np.take_along_axis(self.pools[:, None, :], pick, axis=2).astype(np.float64)
        if self.poisson:
            samples = rng.poisson(samples).astype(np.float64)
        if self.shared_share:
            other = rng.random(samples.shape) < self.shared_share
            samples[other] = rng.choice(self.shared, size=int(other.sum()))
        return _forecast(self.name, self.panel, samples)


@dataclass(frozen=True)
class Zero:
    """No deaths, ever. Hard to beat for the many groups that have fallen silent."""

    name: str = "zero"

    def fit(self, panel: Panel, month: int) -> Fitted:
        """Nothing to fit but which groups there are."""
        past = panel.up_to(month)
        return _Pools(self.name, past, np.zeros((len(past.groups), 1)), np.zeros(1), 0.0)


@dataclass(frozen=True)
class LastValue:
    """Poisson draws around the last month's deaths."""

    name: str = "last_value"

    def fit(self, panel: Panel, month: int) -> Fitted:
        """The mean of every step is the last month's value."""
        past = panel.up_to(month)
        return _Pools(self.name, past, past.deaths[:, -1:], np.zeros(1), 0.0, poisson=True)


def _check_pool(months: int, share: float = 0.0) -> None:
    if months < 1 or not 0.0 <= share <= 1.0:
        raise InputError(f"a pool has at least one month and a share in [0, 1]; got {months} months, share {share}")


@dataclass(frozen=True)
class Climatology:
    """Draws from the group's own last `months` months ("conflictology" in the VIEWS challenge)."""

    months: int = 12

    def __post_init__(self) -> None:
        _check_pool(self.months)

    @property
    def name(self) -> str:
        """The model's name in tables."""
        return f"climatology_{self.months}"

    def fit(self, panel: Panel, month: int) -> Fitted:
        """The pool of a group is its last `months` months, fewer where the figures begin later."""
        past = panel.up_to(month)
        return _Pools(self.name, past, past.deaths[:, -self.months :], np.zeros(1), 0.0)


@dataclass(frozen=True)
class MixedClimatology:
    """Climatology in which a small share of the draws comes from the last months of all groups together."""

    months: int = 12
    shared_share: float = 0.05

    def __post_init__(self) -> None:
        _check_pool(self.months, self.shared_share)

    @property
    def name(self) -> str:
        """The model's name in tables."""
        return f"mixed_climatology_{self.months}"

    def fit(self, panel: Panel, month: int) -> Fitted:
        """The shared pool holds the last `months` months of every group seen so far."""
        past = panel.up_to(month)
        own = past.deaths[:, -self.months :]
        shared = own.ravel() if own.size else np.zeros(1)
        return _Pools(self.name, past, own, shared, self.shared_share)


@dataclass(frozen=True, eq=False)
class _FittedHurdle:
    name: str
    panel: Panel
    p_active: Draws
    mean_log: Draws
    sd_log: float

    def predict(self, horizon: int, draws: int, rng: np.random.Generator) -> Forecast:
        """Samples for steps 1 to `horizon`: zero, or a lognormal value rounded up to at least one death."""
        _check(horizon, draws)
        shape = (len(self.p_active), horizon, draws)
        active = rng.random(shape) < self.p_active[:, None, None]
        size = np.exp(self.mean_log[:, None, None] + self.sd_log * rng.standard_normal(shape))
        return _forecast(self.name, self.panel, np.where(active, np.maximum(np.rint(size), 1.0), 0.0))


@dataclass(frozen=True)
class HurdleLognormal:
    """P(any death) and lognormal deaths given any, from the last `months` months, shrunk to the mean of all groups.

    `weight` is how many months the mean of all groups counts for. The spread of the logarithm is shared by all groups.
    """

    months: int = 24
    weight: float = 2.0
    name: str = "hurdle_lognormal"

    def fit(self, panel: Panel, month: int) -> Fitted:
        """Shrunken shares and mean logs per group."""
        past = panel.up_to(month)
        own = past.deaths[:, -self.months :]
        active = own > 0
        logs = np.log(np.maximum(own, 1))
        n, k = active.sum(axis=1), own.shape[1]
        p_all = active.mean() if own.size else 0.0
        mean_all = logs[active].mean() if active.any() else 0.0
        p_active = (n + self.weight * p_all) / (k + self.weight)
        mean_log = (logs.sum(axis=1) + self.weight * mean_all) / (n + self.weight)
        residual = (logs - mean_log[:, None])[active]
        sd = float(residual.std()) if len(residual) > 1 else 1.0
        return _FittedHurdle(self.name, past, p_active, mean_log, sd)


BASELINES: tuple[Model, ...] = (Zero(), LastValue(), Climatology(), MixedClimatology(), HurdleLognormal())


def rank_by_decayed_deaths(panel: Panel, *, half_life: float = 3.0) -> Draws:
    """Deaths weighted by 0.5 ** (age in months / half-life), the strong baseline ranking for >= 25 deaths: (group,)."""
    age = np.arange(panel.n_months)[::-1]
    return np.asarray(panel.deaths @ (0.5 ** (age / half_life)))


def rank_by_mass_casualty(panel: Panel, *, months: int = 12) -> Draws:
    """Mass-casualty events of the last `months` months, ties broken by deaths in the same months: (group,)."""
    events = panel.mass_casualty[:, -months:].sum(axis=1)
    deaths = panel.deaths[:, -months:].sum(axis=1)
    return np.asarray(events + deaths / (deaths.max(initial=0) + 1.0))


def _check(horizon: int, draws: int) -> None:
    if horizon < 1 or draws < 1:
        raise InputError(f"a forecast has at least one step and one draw; got horizon {horizon}, draws {draws}")


def _forecast(name: str, panel: Panel, samples: Draws) -> Forecast:
    return Forecast(
        samples=samples.astype(np.float32),
        units=panel.groups,
        origin=panel.last_month,
        model=name,
        vintage=panel.provenance.vintage,
    )
