"""Severity: a planted change of the odds is recovered, and none is found where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planted_series import series_of
from tocsin.rivalry.series import Series
from tocsin.rivalry.severity import HALF_LIFE_WEEKS, _rows, fit_severity

KEEP = 0.5 ** (1 / HALF_LIFE_WEEKS)


def planted(seed: int, slope: float, weeks: int = 700, n: int = 3) -> Series:
    """Each attack is mass-casualty with log odds -3.5, and `slope` more for each of the others' that has not faded."""
    rng = np.random.default_rng([21, seed])
    attacks = rng.poisson(0.8, (n, weeks))
    mass = np.zeros((n, weeks), np.int32)
    level = np.zeros(n)
    for t in range(weeks):
        others = level.sum() - level
        mass[:, t] = rng.binomial(attacks[:, t], 1 / (1 + np.exp(3.5 - slope * others)))
        level = KEEP * level + mass[:, t]
    return replace(series_of(attacks), mass_casualty=mass)


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_a_planted_slope_is_recovered(slope: float) -> None:
    found = [fit_severity(planted(seed, slope), shifts=19, seed=1) for seed in range(8)]
    estimates = np.array([each.log_odds for each in found], float)
    errors = np.array([(each.high - each.low) / 2 / 1.645 for each in found], float)  # type: ignore[operator]
    z = (estimates - slope) / errors
    assert np.abs(z).max() < 3.0
    assert abs(z.mean()) < 3.0 / np.sqrt(8)
    if not slope:
        assert np.mean([each.label == "answers" for each in found]) <= 0.25
        assert np.mean([each.p_shift for each in found]) > 0.25  # type: ignore[misc]


def test_one_groups_bouts_that_another_answers_are_found() -> None:
    # Bouts of mass-casualty attacks by group 1; those of group 2 are likelier by 0.5 for each that has not faded.
    for seed in range(4):
        rng = np.random.default_rng([22, seed])
        attacks = rng.poisson(2.0, (2, 500))
        bout = np.repeat(rng.random(125) < 0.1, 4)
        mass = np.zeros((2, 500), np.int32)
        mass[0] = rng.binomial(attacks[0], np.where(bout, 0.5, 0.01))
        level = 0.0
        for t in range(500):
            mass[1, t] = rng.binomial(attacks[1, t], 1 / (1 + np.exp(4.0 - 0.5 * level)))
            level = KEEP * level + mass[0, t]
        found = fit_severity(replace(series_of(attacks), mass_casualty=mass), shifts=99, seed=1)
        assert found.label == "answers"
        assert found.log_odds is not None
        assert found.p_shift is not None
        assert 0.1 < found.log_odds < 0.6  # one slope for both, and group 1 answers nobody
        assert found.p_shift <= 0.05


def test_its_figures_hold_together() -> None:
    series = planted(1, 0.3)
    found = fit_severity(series, shifts=39, seed=1)
    assert found.low is not None
    assert found.high is not None
    assert found.log_odds == pytest.approx((found.low + found.high) / 2)
    assert (found.attacks, found.mass_casualty) == (series.attacks.sum(), series.mass_casualty.sum())
    assert found.p_shift == pytest.approx(round(40 * found.p_shift) / 40)  # type: ignore[operator]
    assert fit_severity(series, shifts=39, seed=1) == found
    assert fit_severity(series, shifts=39, seed=2).log_odds == found.log_odds


def test_groups_in_another_order_give_the_same() -> None:
    series = planted(2, 0.3)
    one = fit_severity(series, shifts=19, seed=1)
    other = fit_severity(series.only(series.groups[::-1]), shifts=19, seed=1)
    assert other.log_odds == pytest.approx(one.log_odds, rel=1e-6)
    assert other.high == pytest.approx(one.high, rel=1e-6)
    assert other.p_shift == one.p_shift


@pytest.mark.parametrize("mass", [[4, 0, 0], [9, 0, 0], [3, 1, 0]])
def test_too_few_mass_casualty_attacks_or_one_groups_alone_tell_nothing(mass: list[int]) -> None:
    series = series_of(np.ones((3, 120)))
    casualty = np.zeros((3, 120), np.int32)
    for g, count in enumerate(mass):
        casualty[g, 10 : 10 + 3 * count : 3] = 1
    found = fit_severity(replace(series, mass_casualty=casualty), shifts=19, seed=1)
    assert (found.log_odds, found.low, found.high, found.p_shift) == (None,) * 4
    assert found.label == "cannot_tell"
    assert (found.attacks, found.mass_casualty) == (360, sum(mass))


def test_five_of_two_groups_are_an_estimate_and_cannot_tell() -> None:
    casualty = np.zeros((3, 120), np.int32)
    casualty[0, [10, 40, 80]] = 1
    casualty[1, [50, 100]] = 1
    found = fit_severity(replace(series_of(np.ones((3, 120))), mass_casualty=casualty), shifts=19, seed=1)
    assert found.log_odds is not None
    assert np.isfinite([found.low, found.high, found.p_shift]).all()  # type: ignore[list-item]
    assert found.label == "cannot_tell"


def test_every_attack_mass_casualty_is_no_accident() -> None:
    series = series_of(np.ones((2, 120)))
    found = fit_severity(replace(series, mass_casualty=series.attacks), shifts=19, seed=1)
    assert np.isfinite([found.log_odds, found.low, found.high]).all()  # type: ignore[list-item]


def test_an_attack_fades_by_half_in_eight_weeks_and_is_not_its_own_cause() -> None:
    series = series_of(np.ones((2, 60)))
    mass = np.zeros((2, 60))
    mass[1, 10] = 1.0
    rows = _rows(series, mass, mass, 1.0)
    others, own, era = (rows.terms[:, k].reshape(2, 60) for k in range(3))
    assert others[0, : 10 + 1].tolist() == [0.0] * 11  # not yet in the week itself
    assert others[0, 11] == pytest.approx(1.0)
    assert others[0, 19] == pytest.approx(0.5)
    assert others[0, 27] == pytest.approx(0.25)
    assert not others[1].any()
    np.testing.assert_allclose(own[1], others[0])
    assert not own[0].any()
    np.testing.assert_allclose(era[0], era[1])
    assert era.std() == pytest.approx(1.0)
