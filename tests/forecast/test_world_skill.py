"""Skill on the packaged figures, on months the fit could not see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from planted_groups import use_small_models
from tocsin.digest import packaged_digest
from tocsin.forecast import Climatology, Excitation, RiskModel, fit_risk, rank_by_decayed_deaths
from tocsin.forecast.counts import CountModel, fit_counts
from tocsin.forecast.trees import count_forecast
from tocsin.months import month_id
from tocsin.panel import History, build_panel
from tocsin.verify import sample_scores
from tocsin.verify.ranking import average_precision

FITTED = month_id(date(2004, 12, 1))
HORIZON, STEPS = 6, 12
# A quarter's origins of the three years after the fit, and four for the samples; all that came is known by 2008.
ORIGINS = range(FITTED, month_id(date(2007, 12, 1)) - HORIZON + 1, 3)
SAMPLE_ORIGINS = [month_id(date(year, month, 1)) for year, month in ((2006, 1), (2006, 6), (2007, 1), (2007, 6))]


@pytest.fixture(scope="module")
def world() -> History:
    # Nothing after the last outcome is even loaded.
    return History(build_panel(packaged_digest().up_to(SAMPLE_ORIGINS[-1] + STEPS)))


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        use_small_models(patch, members=3, early=2, rounds=60)
        yield


@pytest.fixture(scope="module")
def model(world: History, small: None) -> RiskModel:
    return fit_risk(world.up_to(FITTED), "deaths25")


@pytest.fixture(scope="module")
def counts(world: History, small: None) -> CountModel:
    return fit_counts(world.up_to(FITTED))


@dataclass(frozen=True, eq=False)
class HeldApart:
    """Every new-risk group at every origin, pooled."""

    p: np.ndarray  # (3, cell): mean, low, high
    recency: np.ndarray
    outcome: np.ndarray


@pytest.fixture(scope="module")
def held_apart(world: History, model: RiskModel) -> HeldApart:
    deaths = world.panel.deaths
    cells: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for origin in ORIGINS:
        past = world.up_to(origin)
        rows = np.flatnonzero(past.panel.seen[:, -1] & ~past.panel.ongoing[:, -1])
        t = origin - world.panel.first_month
        came = deaths[world.panel.rows_by(origin)[rows], t + 1 : t + 1 + HORIZON].sum(axis=1) >= 25
        cells.append((model.predict(past, HORIZON)[:, rows], rank_by_decayed_deaths(past.panel)[rows], came))
    p, scores, happened = zip(*cells, strict=True)
    return HeldApart(np.concatenate(p, axis=1), np.concatenate(scores), np.concatenate(happened))


def test_new_risk_is_ranked_better_than_by_recent_deaths(held_apart: HeldApart) -> None:
    assert held_apart.outcome.sum() > 50
    ours = average_precision(held_apart.p[0], held_apart.outcome)
    recency = average_precision(held_apart.recency, held_apart.outcome)
    assert ours > 1.15 * recency, (ours, recency)
    assert ours > 4 * held_apart.outcome.mean()


def test_new_risk_comes_true_about_as_often_as_said(held_apart: HeldApart) -> None:
    ratio = held_apart.p[0].mean() / held_apart.outcome.mean()
    assert 1 / 1.5 < ratio < 1.5, ratio


def test_intervals_hold_the_point_and_no_probability_is_certain(held_apart: HeldApart) -> None:
    point, low, high = held_apart.p
    assert ((low <= point) & (point <= high)).all()
    assert ((held_apart.p > 0) & (held_apart.p < 1)).all()
    assert (high > low).mean() > 0.99


def test_a_longer_horizon_is_no_less_likely(world: History, model: RiskModel) -> None:
    # Each horizon is calibrated on its own, so that nothing but what came keeps them in order.
    p = [model.predict(world.up_to(FITTED + 12), horizon)[0] for horizon in (3, 6, 12)]
    assert (p[0] < p[1] + 0.01).all()
    assert (p[1] < p[2] + 0.01).all()


def test_base_rates_are_those_of_the_ten_years_before(world: History, model: RiskModel) -> None:
    counted = {True: [0, 0], False: [0, 0]}
    last = FITTED - HORIZON - world.panel.first_month
    deaths = world.up_to(FITTED).panel.deaths
    for t in range(last - 119, last + 1):
        for g in range(len(deaths)):
            if deaths[g, : t + 1].sum() > 0:
                listed = bool(deaths[g, max(0, t - 11) : t + 1].sum() >= 25)
                counted[listed][0] += 1
                counted[listed][1] += int(deaths[g, t + 1 : t + 1 + HORIZON].sum() >= 25)
    expected = [counted[listed][1] / counted[listed][0] for listed in (False, True)]
    assert model.at(HORIZON).base_rates == pytest.approx(expected)


def test_monthly_deaths_beat_last_years_months_on_the_log_scale(world: History, counts: CountModel) -> None:
    excitation = Excitation().fit(world.up_to(FITTED))
    scores: dict[str, list[np.ndarray]] = {"trees": [], "excitation": [], "climatology": []}
    for origin in SAMPLE_ORIGINS:
        past = world.up_to(origin)
        rows = np.flatnonzero(past.panel.seen[:, -1])
        t = origin - world.panel.first_month
        came = world.panel.deaths[world.panel.rows_by(origin)[rows], t + 1 : t + 1 + STEPS].astype(float)
        rng = np.random.default_rng(origin)
        forecasts = {
            "trees": count_forecast("trees", counts, past, draws=100, rng=rng, steps=STEPS),
            "excitation": excitation.forecast(past, draws=100, rng=rng),
            "climatology": Climatology().forecast(past, draws=100, rng=rng),
        }
        for name, forecast in forecasts.items():
            scores[name].append(sample_scores(forecast.samples[rows], came).crps_log1p.ravel())
    mean = {name: float(np.concatenate(each).mean()) for name, each in scores.items()}
    assert mean["trees"] < 0.96 * mean["climatology"], mean
    assert mean["excitation"] < 0.97 * mean["climatology"], mean
