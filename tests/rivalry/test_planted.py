"""Made-up theatres: their rates, driver, reporting and coding are what the situation says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from tocsin.errors import InputError
from tocsin.rivalry.planted import QUARTER_DAYS, Situation, log_driver, plant

LONG = Situation(days=40_000, background=0.2)


def attacks(situation: Situation, seed: int = 1) -> np.ndarray:
    return plant(situation, np.random.default_rng(seed)).attacks


def test_links_are_a_ring() -> None:
    expected = [[0, 0.15, 0], [0, 0, 0.15], [0.15, 0, 0]]
    np.testing.assert_array_equal(Situation(n_groups=3, link=0.15).links, expected)


def test_a_series_by_day_and_by_week() -> None:
    daily, weekly = (plant(Situation(step_days=step), np.random.default_rng(3)) for step in (1, 7))
    assert (daily.first, daily.last, daily.n_periods) == (date(2001, 1, 1), date(2010, 12, 31), 3652)
    assert (weekly.first.weekday(), weekly.last, weekly.n_periods) == (0, date(2010, 12, 26), 521)
    np.testing.assert_array_equal(weekly.attacks, daily.attacks[:, :3647].reshape(6, 521, 7).sum(axis=2))
    assert daily.first_of_month.sum() == 120
    assert daily.first_of_month[[0, 31, 59]].all()
    # 1 January and 1 February 2001 lie in the weeks numbered 0 and 4.
    assert np.flatnonzero(weekly.first_of_month)[:2].tolist() == [0, 4]
    assert (daily.provenance.first_month, daily.provenance.last_month) == (253, 372)
    for name in ("deaths", "mass_casualty", "state_clashes", "group_clashes"):
        assert not getattr(daily, name).any()
    assert daily.attacks.dtype == np.int32


@pytest.mark.parametrize(("own", "link"), [(0.0, 0.0), (0.3, 0.0), (0.3, 0.15)])
def test_attacks_come_at_the_rate_of_their_kind_of_process(own: float, link: float) -> None:
    # Each attack has own + link attacks as children, whose children follow: background / (1 - own - link).
    counts = attacks(replace(LONG, own=own, link=link))
    assert counts.mean() == pytest.approx(0.2 / (1 - own - link), rel=0.03)


def test_the_first_days_are_like_all_others() -> None:
    starts = [attacks(Situation(days=7, background=0.5, own=0.6, n_groups=50), seed) for seed in range(40)]
    assert np.mean(starts) == pytest.approx(0.5 / 0.4, rel=0.04)


def test_a_group_answers_the_one_after_it_and_no_other() -> None:
    counts = attacks(replace(LONG, own=0.0, link=0.4, half_life_days=1.0, n_groups=4)).astype(float)
    lagged = np.corrcoef(np.vstack([counts[:, 1:], counts[:, :-1]]))[:4, 4:]  # (target, source the day before)
    answered = np.array([[g == (h - 1) % 4 for h in range(4)] for g in range(4)])
    assert lagged[answered].min() > 0.1
    assert np.abs(lagged[~answered & ~np.eye(4, dtype=bool)]).max() < 0.03


def test_the_driver_has_its_deviation_and_correlation() -> None:
    paths = np.array(
        [log_driver(Situation(days=120, driver_sd=0.8), np.random.default_rng(seed)) for seed in range(4000)]
    )
    np.testing.assert_allclose(paths[:, [0, 60, 119]].mean(axis=0), 0.0, atol=0.05)
    np.testing.assert_allclose(paths[:, [0, 60, 119]].std(axis=0), 0.8, rtol=0.05)
    assert np.corrcoef(paths[:, 10], paths[:, 70])[0, 1] == pytest.approx(np.exp(-1), abs=0.04)


def test_a_driver_moves_groups_together_by_their_loadings_and_leaves_their_means() -> None:
    loadings = (0.0, 1.0, 1.0, 2.0)
    situation = Situation(
        n_groups=4, days=200_000, background=1.0, own=0.0, driver_sd=0.5, driver_days=20.0, loadings=loadings
    )
    counts = attacks(situation).astype(float)
    np.testing.assert_allclose(counts.mean(axis=1), 1.0, rtol=0.06)
    # Of two log-normal rates of mean 1 the covariance is exp(loading * loading * sd^2) - 1.
    expected = np.expm1(0.25 * np.outer(loadings, loadings))
    apart = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(np.cov(counts)[apart], expected[apart], rtol=0.15, atol=0.02)


def test_overdispersed_days() -> None:
    counts = attacks(Situation(days=40_000, background=1.0, own=0.0, size=2.0))
    assert counts.var() == pytest.approx(1.0 + 1.0 / 2.0, rel=0.05)


def test_reporting_swings_are_common_to_all_groups_and_change_by_quarter() -> None:
    whole = Situation(n_groups=50, days=40 * QUARTER_DAYS, background=5.0)
    swings = replace(whole, reported=0.5, reporting_sd=0.8)
    share = attacks(swings).reshape(50, 40, QUARTER_DAYS).sum(axis=2) / attacks(whole).reshape(50, 40, -1).sum(axis=2)
    # Shares of hundreds of attacks: groups differ by little in a quarter, quarters by much.
    assert share.std(axis=0).max() < 0.06
    assert share.mean(axis=0).std() > 0.15
    assert share.max() <= 1.0
    assert np.median(share.mean(axis=0)) == pytest.approx(0.5, abs=0.15)


def test_half_reported_is_a_thinning() -> None:
    whole, half = attacks(LONG), attacks(replace(LONG, reported=0.5))
    assert (half <= whole).all()
    assert half.sum() / whole.sum() == pytest.approx(0.5, abs=0.01)


def test_misattributed_attacks_are_the_others_and_none_is_lost() -> None:
    situation = Situation(n_groups=3, days=20_000, background=0.5)
    true, coded = attacks(situation), attacks(replace(situation, misattributed=0.3))
    np.testing.assert_array_equal(coded.sum(axis=0), true.sum(axis=0))
    # All of one day's attacks being one group's, the coded ones show where they went.
    alone = (true[0] > 0) & (true[1:].sum(axis=0) == 0)
    assert coded[0, alone].sum() / true[0, alone].sum() == pytest.approx(0.7, abs=0.03)
    assert coded[1, alone].sum() / true[0, alone].sum() == pytest.approx(0.15, abs=0.03)


def test_the_chance_of_what_happens_is_its_own() -> None:
    # A driver of no strength is drawn all the same, however long it lasts: the attacks stay as they are.
    np.testing.assert_array_equal(attacks(LONG), attacks(replace(LONG, driver_days=9.0)))
    # More days leave those that were there.
    np.testing.assert_array_equal(attacks(Situation(days=500)), attacks(Situation(days=900))[:, :500])
    assert (attacks(LONG) != attacks(LONG, seed=2)).any()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"n_groups": 1}, "two groups"),
        ({"step_days": 30}, "step_days 30"),
        ({"days": 3, "step_days": 7}, "3 days"),
        ({"loadings": (1.0, 2.0)}, "6 groups need as many loadings, got 2"),
        ({"own": 0.9, "link": 0.1}, "got 0.9 and 0.1"),
        ({"link": -0.1}, "own and link"),
        ({"half_life_days": 0.0}, "half_life_days"),
        ({"background": -0.1}, "background"),
        ({"driver_sd": -1.0}, "got -1.0"),
        ({"reported": 1.2}, "chances from 0 to 1"),
        ({"misattributed": float("nan")}, "chances from 0 to 1"),
    ],
)
def test_a_situation_that_cannot_be(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plant(Situation(**wrong), np.random.default_rng(1))
