"""Summary statistics: by hand, the same for observed and simulated, and unmoved by what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.whatif.calibration.summaries import Figures, Statistics, observed_figures, summarise
from whatif.planted_past import past_of

MONTHS = 24


def _only(statistics: Statistics) -> dict[str, float]:
    return dict(zip(statistics.names, statistics.values[0].tolist(), strict=True))


def _counts(seed: int, mean: float = 3.0, sides: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (sides, MONTHS))


def test_statistics_by_hand() -> None:
    attacks = np.tile([0, 4], MONTHS // 2)[None]
    past = past_of(
        attacks=attacks,
        deaths=attacks * 5,
        mass_casualty=attacks // 4,
        clashes=np.repeat([1, 9], MONTHS // 2)[None],
        clash_deaths=np.repeat([3, 27], MONTHS // 2)[None],
        events=np.full((1, MONTHS), 10),
        urban_events=np.repeat([2, 4], MONTHS // 2)[None],
    )
    found = _only(summarise(observed_figures(past), past))
    assert found["A.attacks.level"] == pytest.approx(np.log(2 + 0.5 / 24))
    assert found["A.attacks.bursts"] == pytest.approx(np.log(4.1 / 2.1))
    assert found["A.attacks.quiet"] == 0.5
    assert found["A.attacks.lag_1"] == pytest.approx(-1.0)
    assert found["A.attacks.lag_6"] == pytest.approx(1.0)
    assert found["A.attacks.trend"] == pytest.approx(0.0)
    assert found["A.clashes.trend"] == pytest.approx(np.log(108.5 / 12.5))
    assert found["A.clashes.quiet"] == 0
    assert found["A.together"] == pytest.approx(0.0, abs=1e-12)
    assert found["A.deaths_per_attack"] == pytest.approx(np.log(240.5 / 48.5))
    assert found["A.small_deaths"] == pytest.approx(0.0)  # every attack's month has a mass-casualty one
    assert found["A.mass_casualty"] == pytest.approx(np.log(12.5 / 48.5))
    assert found["A.civilians"] == pytest.approx(np.log(240.5 / 360.5))
    assert found["A.deaths_per_clash"] == pytest.approx(np.log(360.5 / 120.5))
    assert found["A.urban"] == pytest.approx(np.log(72.5 / 168.5))
    assert found["A.urban_trend"] == pytest.approx(np.log(48.5 / 72.5) - np.log(24.5 / 96.5))


def test_deaths_that_vary_more_from_clash_to_clash_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    clashes = np.full((2, 400), 20)
    means = np.array([[2.0], [0.2]]) * clashes  # sizes of the month's deaths: of 0.1 and 0.01 a clash, times 20
    deaths = rng.poisson(rng.gamma(means, 3.0 * clashes / means))
    past = past_of(clashes=clashes, clash_deaths=deaths)
    found = _only(summarise(observed_figures(past), past))
    # Variance over clashes, per squared mean: 1 / mean + 1 / size.
    assert found["A.clash_bursts"] == pytest.approx(np.log(1 / 3 + 1 / 2.0), abs=0.3)
    assert found["B.clash_bursts"] == pytest.approx(np.log(1 / 3 + 1 / 0.2), abs=0.3)


def test_only_months_since_a_side_entered_count() -> None:
    counts = _counts(1)
    late = np.concatenate([np.zeros((2, 6), int), counts], axis=1)
    there = past_of(attacks=counts)
    since = past_of(attacks=late, entered=[6, 6])
    np.testing.assert_allclose(
        summarise(observed_figures(there), there).values, summarise(observed_figures(since), since).values
    )
    gone = past_of(attacks=late, entered=[6, 30])
    assert not [name for name in summarise(observed_figures(gone), gone).names if "B" in name]


def test_a_state_is_compared_by_its_attacks_alone() -> None:
    past = past_of(attacks=_counts(1), clashes=_counts(2), fighting=[True, False])
    names = summarise(observed_figures(past), past).names
    assert {name for name in names if name.startswith("B.")} == {
        *(f"B.attacks.{name}" for name in ("level", "bursts", "quiet", "lag_1", "lag_6", "trend")),
        "B.deaths_per_attack",
        "B.small_deaths",
        "B.mass_casualty",
    }
    assert "A+B.attacks" in names
    assert "A+B.clashes" not in names


@given(st.integers(0, 1000))
def test_sides_in_another_order_have_the_same_statistics(seed: int) -> None:
    attacks, clashes = _counts(seed), _counts(seed + 1, 8.0)
    past = past_of(attacks=attacks, clashes=clashes, deaths=attacks * 2)
    turned = past.only(["B", "A"])
    one, other = _only(summarise(observed_figures(past), past)), _only(summarise(observed_figures(turned), turned))
    for name, value in one.items():
        assert other[name.replace("A+B", "B+A")] == pytest.approx(value)


@given(st.lists(st.integers(0, 3), min_size=MONTHS, max_size=MONTHS))
def test_statistics_are_finite_and_of_many_draws_those_of_each(counts: list[int]) -> None:
    past = past_of(attacks=np.array([counts, counts[::-1]]))
    one = observed_figures(past)
    both = Figures(
        one.sides,
        *(np.repeat(getattr(one, name), 3, axis=0) for name in Figures.__dataclass_fields__ if name != "sides"),
    )
    values = summarise(both, past).values
    assert np.isfinite(values).all()
    np.testing.assert_allclose(values, np.repeat(summarise(one, past).values, 3, axis=0))
