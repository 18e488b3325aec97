"""The samples object: what it refuses, that it cannot change, and its figures by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tocsin.errors import InputError
from tocsin.forecast import Forecast
from tocsin.results import TRACE

DECEMBER_2020 = 492
# Two units, three steps, four draws.
SAMPLES = np.array(
    [
        [[0, 0, 10, 30], [0, 5, 10, 30], [0, 0, 0, 0]],
        [[1, 1, 1, 1], [2, 2, 2, 2], [25, 0, 0, 0]],
    ],
    np.float32,
)


def forecast(samples: np.ndarray = SAMPLES, units: tuple[str, ...] = ("A @ Mali", "B @ Mali")) -> Forecast:
    return Forecast(samples=samples, units=units, origin=DECEMBER_2020, model="made up", vintage="v1")


@pytest.mark.parametrize(
    ("samples", "units"),
    [
        (SAMPLES[0], ("A", "B")),
        (SAMPLES, ("A",)),
        (SAMPLES[:, :0], ("A", "B")),
        (SAMPLES[:, :, :0], ("A", "B")),
        (SAMPLES[None], ("A",)),
    ],
    ids=["two dimensions", "a unit too few", "no step", "no draw", "four dimensions"],
)
def test_a_shape_that_does_not_fit_is_refused_and_named(samples: np.ndarray, units: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"got shape \("):
        forecast(samples, units)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_samples_that_cannot_be_deaths_are_refused(bad: float) -> None:
    samples = SAMPLES.copy()
    samples[1, 2, 3] = bad
    with pytest.raises(InputError, match="finite and not negative"):
        forecast(samples)


def test_samples_cannot_be_changed_from_inside_or_outside() -> None:
    given_samples = SAMPLES.copy()
    made = forecast(given_samples)
    given_samples[:] = 99
    np.testing.assert_array_equal(made.samples, SAMPLES)
    with pytest.raises(ValueError, match="read-only"):
        made.samples[0, 0, 0] = 1
    with pytest.raises(AttributeError):
        made.model = "other"  # type: ignore[misc]


def test_index_by_hand() -> None:
    made = forecast()
    assert (made.as_of, made.steps, made.samples.dtype) == (date(2020, 12, 31), 3, np.float32)


def test_totals_and_probabilities_by_hand() -> None:
    made = forecast()
    np.testing.assert_array_equal(made.totals(1), SAMPLES[:, 0])
    np.testing.assert_array_equal(made.totals(3), [[0, 5, 20, 60], [28, 3, 3, 3]])
    np.testing.assert_array_equal(made.probability(25, 1), [0.25, 0.0])
    np.testing.assert_array_equal(made.probability(5, 2), [0.75, 0.0])
    np.testing.assert_array_equal(made.probability(28, 3), [0.25, 0.25])


@pytest.mark.parametrize("horizon", [0, 4, -1])
def test_a_horizon_beyond_the_steps_is_refused(horizon: int) -> None:
    with pytest.raises(InputError, match=f"3 steps.*{horizon}"):
        forecast().totals(horizon)


def test_table_by_hand() -> None:
    # Draws 0..20: the 5%, 50% and 95% quantiles are 1, 10 and 19, and the mean is 10.
    ramp = np.arange(21, dtype=np.float32)
    table = forecast(np.stack([[ramp, 2 * ramp], [ramp + 1, ramp * 0]])).to_polars()
    assert table.drop(TRACE).to_dicts() == [
        {"unit": "A @ Mali", "month": date(2021, 1, 1), "step": 1, "mean": 10, "median": 10, "low": 1, "high": 19},
        {"unit": "A @ Mali", "month": date(2021, 2, 1), "step": 2, "mean": 20, "median": 20, "low": 2, "high": 38},
        {"unit": "B @ Mali", "month": date(2021, 1, 1), "step": 1, "mean": 11, "median": 11, "low": 2, "high": 20},
        {"unit": "B @ Mali", "month": date(2021, 2, 1), "step": 2, "mean": 0, "median": 0, "low": 0, "high": 0},
    ]


def test_no_unit_gives_an_empty_table_with_its_columns() -> None:
    table = forecast(np.zeros((0, 3, 4)), ()).to_polars()
    assert table.height == 0
    assert table.columns == ["unit", "month", "step", "mean", "median", "low", "high", *TRACE]
    assert table.schema["unit"] == pl.String


@given(arrays(np.float32, (2, 4, 5), elements=st.integers(0, 1000).map(float)))
def test_more_time_never_lowers_a_probability_and_a_higher_mark_never_raises_it(samples: np.ndarray) -> None:
    made = forecast(samples)
    for horizon in range(1, 4):
        assert (made.probability(25, horizon) <= made.probability(25, horizon + 1)).all()
        assert (made.probability(26, horizon) <= made.probability(25, horizon)).all()
