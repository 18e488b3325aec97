"""Skill on the packaged figures, on months the fit could not see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from planted_groups import use_small_models
from tocsin.digest import packaged_digest
from tocsin.forecast import RiskModel, fit_risk, rank_by_decayed_deaths
from tocsin.months import month_id
from tocsin.panel import Panel, build_panel, feature_array
from tocsin.verify.ranking import average_precision

FITTED = month_id(date(2004, 12, 1))
HORIZON = 6
# Origins of three years after the fit, their horizons over by the end of 2007.
ORIGINS = range(FITTED, month_id(date(2007, 12, 1)) - HORIZON + 1)


@dataclass(frozen=True, eq=False)
class HeldApart:
    """Every new-risk group at every origin, pooled."""

    p: np.ndarray  # (3, cell): mean, low, high
    recency: np.ndarray
    outcome: np.ndarray


@pytest.fixture(scope="module")
def world() -> tuple[Panel, np.ndarray, RiskModel]:
    # Nothing after the last outcome is even loaded.
    panel = build_panel(packaged_digest().up_to(ORIGINS[-1] + HORIZON))
    features = feature_array(panel)
    with pytest.MonkeyPatch.context() as patch:
        use_small_models(patch, members=4, early=2, rounds=80)
        return panel, features, fit_risk(panel, features, target="deaths25", horizon=HORIZON, month=FITTED)


@pytest.fixture(scope="module")
def held_apart(world: tuple[Panel, np.ndarray, RiskModel]) -> HeldApart:
    panel, features, model = world
    outcome = panel.future_deaths(HORIZON) >= 25
    cells: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for origin in ORIGINS:
        t = origin - panel.first_month
        rows = np.flatnonzero(panel.seen[:, t] & ~panel.ongoing[:, t])
        known = panel.up_to(origin)
        recency = dict(zip(known.groups, rank_by_decayed_deaths(known), strict=True))
        p = model.predict(features[rows, t], np.zeros(len(rows), bool))
        cells.append((p, np.array([recency[panel.groups[g]] for g in rows]), outcome[rows, t]))
    p, scores, happened = zip(*cells, strict=True)
    return HeldApart(np.concatenate(p, axis=1), np.concatenate(scores), np.concatenate(happened))


def test_new_risk_is_ranked_better_than_by_recent_deaths(held_apart: HeldApart) -> None:
    assert held_apart.outcome.sum() > 100
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


def test_base_rates_are_those_of_the_ten_years_before(world: tuple[Panel, np.ndarray, RiskModel]) -> None:
    panel, _, model = world
    counted = {True: [0, 0], False: [0, 0]}
    last = FITTED - HORIZON - panel.first_month
    deaths = panel.deaths
    for t in range(last - 119, last + 1):
        for g in range(len(panel.groups)):
            if deaths[g, : t + 1].sum() > 0:
                listed = bool(deaths[g, max(0, t - 11) : t + 1].sum() >= 25)
                counted[listed][0] += 1
                counted[listed][1] += int(deaths[g, t + 1 : t + 1 + HORIZON].sum() >= 25)
    assert model.base_rates == pytest.approx([counted[listed][1] / counted[listed][0] for listed in (False, True)])
