"""The forecasts that every other one must beat, and the two rankings that every alert list must beat.

None has anything to fit: each looks at the history that it forecasts from. No entrant of the 2023/24 VIEWS prediction
challenge beat 12-month climatology on mean CRPS (Hegre et al. 2025, doi:10.1177/00223433241300862), so that these are
no straw men.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError, NotHeldError
from tocsin.forecast.forecast import Forecast, data_of
from tocsin.forecast.model import HORIZONS, STEPS, TARGETS, Model, Outlook, Target, crossing_probabilities
from tocsin.forecast.outcomes import base_rates, outcomes
from tocsin.months import month_label
from tocsin.panel import History, Panel

Draws = NDArray[Any]
Shape = tuple[int, int, int]


@dataclass(frozen=True)
class _SampleBaseline:
    """A baseline that only reads the history it forecasts from: there is nothing to fit."""

    def fit(self, history: History) -> Self:
        """The model itself: all it needs is in the history that `outlook` is given."""
        return self

    def outlook(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Outlook:
        """The samples of `forecast`, and P(at least 25 deaths) from them."""
        forecast = self.forecast(history, draws=draws, rng=rng, steps=steps)
        return Outlook(self.name, forecast, crossing_probabilities(forecast))

    def forecast(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Forecast:
        """Samples for steps 1 to `steps`, each month drawn on its own. Raises `InputError` for no step or no draw."""
        if steps < 1 or draws < 1:
            raise InputError(f"a forecast has at least one step and one draw; got {steps} steps, {draws} draws")
        panel = history.panel
        samples = self._draw(panel, (len(panel.groups), steps, draws), rng)
        return Forecast(samples.astype(np.float32), panel.groups, panel.last_month, self.name, *data_of(panel))

    @property
    def name(self) -> str:
        """The model's name in tables."""
        raise NotImplementedError

    def _draw(self, panel: Panel, shape: Shape, rng: np.random.Generator) -> Draws:
        raise NotImplementedError


def _from_pools(pools: Draws, shape: Shape, rng: np.random.Generator) -> Draws:
    """Values drawn with equal chance from each unit's own pool."""
    pick = rng.integers(pools.shape[1], size=shape)
    return np.asarray(np.take_along_axis(pools[:, None, :], pick, axis=2))


@dataclass(frozen=True)
class Zero(_SampleBaseline):
    """No deaths, ever. Hard to beat for the many groups that have fallen silent."""

    name: str = "zero"

    def _draw(self, panel: Panel, shape: Shape, rng: np.random.Generator) -> Draws:
        return np.zeros(shape, np.float32)


@dataclass(frozen=True)
class LastValue(_SampleBaseline):
    """Poisson draws around the last month's deaths."""

    name: str = "last_value"

    def _draw(self, panel: Panel, shape: Shape, rng: np.random.Generator) -> Draws:
        return rng.poisson(panel.deaths[:, -1, None, None], size=shape)


def _check_pool(months: int, share: float = 0.0) -> None:
    if months < 1 or not 0.0 <= share <= 1.0:
        raise InputError(f"a pool has at least one month and a share in [0, 1]; got {months} months, share {share}")


@dataclass(frozen=True)
class Climatology(_SampleBaseline):
    """Draws from the unit's own last `months` months ("conflictology" in the VIEWS challenge), fewer where the figures
    begin later."""

    months: int = 12

    def __post_init__(self) -> None:
        _check_pool(self.months)

    @property
    def name(self) -> str:
        """The model's name in tables."""
        return f"climatology_{self.months}"

    def _draw(self, panel: Panel, shape: Shape, rng: np.random.Generator) -> Draws:
        return _from_pools(panel.deaths[:, -self.months :], shape, rng)


@dataclass(frozen=True)
class MixedClimatology(_SampleBaseline):
    """Climatology in which a small share of the draws comes from the last months of all units together."""

    months: int = 12
    shared_share: float = 0.05

    def __post_init__(self) -> None:
        _check_pool(self.months, self.shared_share)

    @property
    def name(self) -> str:
        """The model's name in tables."""
        return f"mixed_climatology_{self.months}"

    def _draw(self, panel: Panel, shape: Shape, rng: np.random.Generator) -> Draws:
        own = panel.deaths[:, -self.months :]
        samples = _from_pools(own, shape, rng)
        other = rng.random(shape) < self.shared_share
        samples[other] = rng.choice(own.ravel(), size=int(other.sum()))
        return samples


@dataclass(frozen=True)
class HurdleLognormal(_SampleBaseline):
    """P(any death) and lognormal deaths given any, from the last `months` months, shrunk to the mean of all units.

    `weight` is how many months the mean of all units counts for. The spread of the logarithm is shared by all units;
    a drawn value is rounded, to at least one death.
    """

    months: int = 24
    weight: float = 2.0
    name: str = "hurdle_lognormal"

    def _draw(self, panel: Panel, shape: Shape, rng: np.random.Generator) -> Draws:
        own = panel.deaths[:, -self.months :]
        active = own > 0
        logs = np.log(np.maximum(own, 1))
        n, k = active.sum(axis=1), own.shape[1]
        p_all = active.mean() if own.size else 0.0
        mean_all = logs[active].mean() if active.any() else 0.0
        p_active = (n + self.weight * p_all) / (k + self.weight)
        mean_log = (logs.sum(axis=1) + self.weight * mean_all) / (n + self.weight)
        residual = (logs - mean_log[:, None])[active]
        sd = float(residual.std()) if len(residual) > 1 else 1.0
        drawn = rng.random(shape) < p_active[:, None, None]
        size = np.exp(mean_log[:, None, None] + sd * rng.standard_normal(shape))
        return np.where(drawn, np.maximum(np.rint(size), 1.0), 0.0)


@dataclass(frozen=True)
class Recency:
    """The strong baseline rankings: decayed deaths, and recent mass-casualty events with ties broken by deaths."""

    name: str = "recency"

    def fit(self, history: History) -> Self:
        """The model itself: there is nothing to fit."""
        return self

    def outlook(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Outlook:
        """Rankings only, no probabilities and no samples."""
        panel = history.panel
        return Outlook(
            self.name,
            rankings={"deaths25": rank_by_decayed_deaths(panel), "mass_casualty": rank_by_mass_casualty(panel)},
        )


@dataclass(frozen=True)
class BaseRate:
    """The share of past group-months of the same list (new risk, ongoing) with the outcome, over ten years."""

    name: str = "base_rate"

    def fit(self, history: History) -> FittedBaseRate:
        """Count the shares on the history. Raises `NotHeldError` where no origin's longest horizon is over."""
        panel = history.panel
        if panel.n_months <= max(HORIZONS):
            raise NotHeldError(
                f"too little history for base rates by {month_label(panel.last_month)}: more than {max(HORIZONS)} "
                "months are needed"
            )
        return FittedBaseRate(
            self.name,
            {
                (target, horizon): base_rates(panel, outcomes(panel, target, horizon))
                for target in TARGETS
                for horizon in HORIZONS
            },
        )


@dataclass(frozen=True, eq=False)
class FittedBaseRate:
    """The shares, (new risk, ongoing) by target and horizon."""

    name: str
    rates: dict[tuple[Target, int], tuple[float, float]]

    def outlook(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = STEPS) -> Outlook:
        """Probabilities only: every group of a list has the same."""
        ongoing = history.panel.ongoing[:, -1]
        return Outlook(
            self.name,
            probabilities={key: np.where(ongoing, old, new) for key, (new, old) in self.rates.items()},
        )


BASELINES: tuple[Model, ...] = (
    Zero(),
    LastValue(),
    Climatology(),
    MixedClimatology(),
    HurdleLognormal(),
    Recency(),
    BaseRate(),
)


def rank_by_decayed_deaths(panel: Panel, *, half_life: float = 3.0) -> Draws:
    """Deaths weighted by 0.5 ** (age in months / half-life), the strong baseline ranking for >= 25 deaths: (group,)."""
    age = np.arange(panel.n_months)[::-1]
    return np.asarray(panel.deaths @ (0.5 ** (age / half_life)))


def rank_by_mass_casualty(panel: Panel, *, months: int = 12) -> Draws:
    """Mass-casualty events of the last `months` months, ties broken by deaths in the same months: (group,)."""
    events = panel.mass_casualty[:, -months:].sum(axis=1)
    deaths = panel.deaths[:, -months:].sum(axis=1)
    return np.asarray(events + deaths / (deaths.max(initial=0) + 1.0))
