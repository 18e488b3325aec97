"""The check of a calibrated scenario against its past: bands by hand, and a past that was simulated with it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from tocsin.errors import InputError
from tocsin.whatif.calibration.fit import calibrate
from tocsin.whatif.calibration.past import Past
from tocsin.whatif.calibration.predictive import MEASURES, inside, predictive_check
from whatif.planted_past import past_from, past_of
from whatif.planted_scenario import FIRST, scenario, side

MONTHS = 40


def _counts(attacks: np.ndarray, sides: int = 1) -> np.ndarray:
    counts = np.zeros((len(MEASURES), len(attacks), sides, MONTHS), np.float32)
    counts[0] = attacks[:, None, None] if attacks.ndim == 1 else attacks[:, None]
    return counts


def test_bands_by_hand() -> None:
    simulated = _counts(np.arange(1.0, 101.0))  # the band of 1 to 100 goes from 5 to 95
    attacks = np.full((1, MONTHS), 50)
    attacks[0, :8] = [1, 4, 5, 6, 94, 95, 96, 200]
    row = inside(simulated, past_of(attacks=attacks), "any")[0]
    assert (row.side, row.measure, row.months) == ("A", "attacks", MONTHS)
    assert row.inside == pytest.approx(36 / 40)
    # Of the count at the lower end nothing lies above 5% of runs, all of the one at the upper end lies below 95%.
    assert row.inside_random == pytest.approx(35 / 40)


def test_counts_of_few_are_inside_by_their_part_alone() -> None:
    rng = np.random.default_rng(1)
    simulated = _counts(rng.poisson(0.5, (4000, MONTHS)).astype(float))
    kept = [inside(simulated, _active(rng.poisson(0.5, (1, MONTHS))), "any")[0] for _ in range(200)]
    assert np.mean([row.inside for row in kept]) > 0.95
    assert np.mean([row.inside_random for row in kept]) == pytest.approx(0.9, abs=0.01)


def _active(attacks: np.ndarray) -> Past:
    """A past that is active in each month, whatever its attacks."""
    return past_of(attacks=attacks, clashes=np.ones((1, MONTHS)))


def test_only_active_months_since_a_side_came_count() -> None:
    simulated = _counts(np.arange(1.0, 101.0), sides=2)
    attacks = np.full((2, MONTHS), 50)
    attacks[0, ::8] = 0
    attacks[1, :9] = 1000
    rows = inside(simulated, past_of(attacks=attacks, entered=[0, 9]), "any")
    assert {(row.side, row.months, row.inside) for row in rows if row.measure == "attacks"} == {
        ("A", 35, 1.0),
        ("B", 31, 1.0),
    }
    few = inside(simulated, past_of(attacks=attacks, entered=[0, 11]), "any")
    assert {row.side for row in few} == {"A"}
    state = inside(simulated, past_of(attacks=attacks, fighting=[True, False], entered=[0, 9]), "any")
    assert {row.measure for row in state if row.side == "B"} == {"attacks", "deaths"}


def test_a_past_made_by_the_scenario_lies_in_its_band() -> None:
    base = scenario(
        [side("North", members=5000.0, attack_rate=(4.0, 8.0), clash_rate=(8.0, 20.0), swing_sd=0.4)],
        months=MONTHS,
        quantities={"driver_sd": 0.2},
    )
    made = past_from(base, np.zeros(2), seed=5)
    past = past_of(
        first=FIRST - MONTHS,
        names=("North",),
        **{name: getattr(made, name) for name in ("attacks", "deaths", "mass_casualty", "clashes", "clash_deaths")},
    )
    check = predictive_check(calibrate(base, past, draws=1000, seed=6), replicates=2)
    assert check.draws == 2000
    assert check.low.shape == (len(MEASURES), 1, MONTHS)
    assert bool((check.low <= check.high).all())
    shares = {(row.runs, row.measure): row.inside_random for row in check.rows}
    assert len(shares) == 2 * len(MEASURES)
    # 40 months that hang together: far from a sharp test, but a band that is off by half fails it.
    assert all(share > 0.6 for share in shares.values())
    assert json.loads(json.dumps(check.to_dict()))["level"] == 0.9


def test_the_randomised_check_agrees_with_probabilities() -> None:
    simulated = _counts(stats.poisson.ppf((np.arange(4000) + 0.5) / 4000, 2.0))
    below = {k: stats.poisson.cdf(k - 1, 2.0) for k in range(9)}
    for k in (0, 2, 5, 8):
        row = inside(simulated, _active(np.full((1, MONTHS), k)), "like")[0]
        width = stats.poisson.pmf(k, 2.0)
        part = max(0.0, min(below[k] + width, 0.95) - max(below[k], 0.05)) / width
        assert row.inside_random == pytest.approx(part, abs=0.05)


def test_no_runs_are_refused() -> None:
    base = scenario([side("North", attack_rate=(4.0, 8.0))], months=MONTHS)
    past = past_of(first=FIRST - MONTHS, names=("North",), attacks=np.full((1, MONTHS), 5))
    with pytest.raises(InputError, match="at least one run"):
        predictive_check(calibrate(base, past, draws=1000), replicates=0)
