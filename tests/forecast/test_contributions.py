"""Shares of the log-odds: they add up to the model's own probability, and are against the list's active groups."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import logit

from planted_groups import FIRST, digest_of, rivals, use_small_models
from tocsin.errors import InputError
from tocsin.forecast import RiskModel, fit_risk
from tocsin.forecast.contributions import contributions
from tocsin.forecast.model import HORIZONS, Target
from tocsin.panel import FEATURES, History, build_panel

MONTHS = 144


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, rounds=25)


@cache
def history() -> History:
    return History(build_panel(digest_of(rivals(months=MONTHS, pairs=12), last=FIRST + MONTHS - 1)))


@cache
def fitted(target: Target, *, excitation: bool) -> RiskModel:
    return fit_risk(history().up_to(FIRST + 131), target, excitation=excitation)


@pytest.mark.parametrize("horizon", HORIZONS)
@pytest.mark.parametrize("excitation", [True, False])
@pytest.mark.parametrize("target", ["deaths25", "mass_casualty"])
def test_shares_add_up_to_the_probability(target: Target, excitation: bool, horizon: int) -> None:
    model = fitted(target, excitation=excitation)
    found = contributions(model, history(), horizon)
    p = model.predict(history(), horizon)[0]
    inside = (p > 2e-5) & (p < 1 - 2e-5)  # where the model does not cut its scores off
    assert inside.sum() > 15
    np.testing.assert_allclose(found.total[inside], logit(p[inside]), atol=1e-9)
    assert found.features.shape == (len(p), len(FEATURES))
    assert excitation or not found.excitation.any()


def test_the_reference_is_the_mean_of_the_active_groups_of_the_list() -> None:
    found = contributions(fitted("deaths25", excitation=True), history(), 6)
    panel = history().panel
    active = panel.trailing_deaths(12)[:, -1] > 0
    for ongoing in (True, False):
        rows = (panel.ongoing[:, -1] == ongoing) & active
        assert rows.any()
        assert len(np.unique(found.reference[panel.ongoing[:, -1] == ongoing])) == 1
        assert found.reference[rows][0] == pytest.approx(found.total[rows].mean())
        np.testing.assert_allclose(found.features[rows].sum(axis=0), 0.0, atol=1e-9)


def test_a_group_at_the_end_of_a_longer_history_has_the_same_shares() -> None:
    model = fitted("deaths25", excitation=True)
    cut = contributions(model, history().up_to(FIRST + 135), 6)
    again = History(history().panel.up_to(FIRST + 135))
    np.testing.assert_allclose(cut.features, contributions(model, again, 6).features)


def test_a_horizon_the_model_has_not_is_refused() -> None:
    with pytest.raises(InputError, match="a horizon is 3, 6, 12 months, got 5"):
        contributions(fitted("deaths25", excitation=True), history(), 5)
