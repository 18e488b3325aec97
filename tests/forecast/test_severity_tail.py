"""The tail of deaths per event: planted tails are recovered, draws follow the stated chances."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from planted_groups import panel_of
from tocsin.forecast.tail import LEAST_EVENTS, MOST_DEATHS, TAIL_DEATHS, SeverityTail, fit_tail

Floats = NDArray[np.float64]
U = TAIL_DEATHS - 0.5  # deaths are whole: at least 20 is more than 19.5
EVENTS = 4000


def tail_of(sizes: Floats) -> SeverityTail:
    """The tail fitted to groups whose largest events of a month have these sizes, and many small ones."""
    whole = np.rint(sizes).astype(int)
    small = np.arange(len(whole)) % TAIL_DEATHS
    months = np.concatenate([whole, small])
    return fit_tail(panel_of(months.reshape(-1, 50).T.tolist()))


def pareto(shape: float, scale: float) -> Callable[[Floats], Floats]:
    return lambda chance: U + scale / shape * (chance**-shape - 1)


def lognormal(mean_log: float, sd_log: float) -> Callable[[Floats], Floats]:
    above = stats.norm.sf((log(U) - mean_log) / sd_log)
    return lambda chance: np.exp(mean_log + sd_log * stats.norm.isf(chance * above))


def even_chances(n: int = EVENTS) -> Floats:
    return (np.arange(n) + 0.5) / n


@pytest.mark.parametrize(("shape", "scale"), [(0.7, 20.0), (0.4, 35.0)])
def test_a_planted_generalised_pareto_is_recovered(shape: float, scale: float) -> None:
    tail = tail_of(pareto(shape, scale)(even_chances()))
    assert tail.events == EVENTS
    assert tail.shape == pytest.approx(shape, abs=0.06)
    assert tail.scale == pytest.approx(scale, rel=0.08)
    # The pure power law, whose scale is 19.5 times its shape, is told from both.
    assert tail.weights[1] < 0.01
    for deaths in (25, 60, 150, 500):
        true = (1 + shape * (deaths - 0.5 - U) / scale) ** (-1 / shape)
        assert tail.exceedance(deaths) == pytest.approx(true, rel=0.08)


def test_a_planted_lognormal_is_recovered() -> None:
    # Most of it at 30 to 100 deaths: neither of the others, which fall from the start, can be like that.
    tail = tail_of(lognormal(4.0, 0.6)(even_chances()))
    assert tail.mean_log == pytest.approx(4.0, abs=0.03)
    assert tail.sd_log == pytest.approx(0.6, abs=0.03)
    assert tail.weights[2] > 0.99
    for deaths in (25, 60, 150):
        true = stats.norm.sf((log(deaths - 0.5) - 4) / 0.6) / stats.norm.sf((log(U) - 4) / 0.6)
        assert tail.exceedance(deaths) == pytest.approx(true, rel=0.06)


def test_a_planted_power_law_is_recovered() -> None:
    tail = tail_of(U * even_chances() ** (-1 / 1.4))
    assert tail.exponent == pytest.approx(1.4, rel=0.03)
    for deaths in (30, 100, 400):
        assert tail.exceedance(deaths) == pytest.approx(((deaths - 0.5) / U) ** -1.4, rel=0.1)


def test_the_exponent_by_hand() -> None:
    # Hill's estimate: the number over the sum of logs, thirty events of 39 (twice 19.5) and ten of 78.
    tail = tail_of(np.array([39] * 30 + [78] * 10 + [39] * 10, float))
    assert tail.exponent == pytest.approx(50 / (40 * log(2) + 10 * log(4)))


def test_events_of_one_size_or_with_a_limit_make_a_tail() -> None:
    for sizes in (np.full(50, 30.0), np.repeat([26.0, 40.0, 59.0, 60.0, 60.0], 10)):
        tail = tail_of(sizes)
        assert tail.shape >= 0
        assert sum(tail.weights) == pytest.approx(1)
        assert np.isfinite(tail.draw(1000, np.random.default_rng(1))).all()


def test_few_large_events_leave_the_stated_default() -> None:
    few = tail_of(np.concatenate([np.full(LEAST_EVENTS - 1, 100.0), np.zeros(21)]))
    assert (few.events, few.weights) == (LEAST_EVENTS - 1, (1.0, 0.0, 0.0))
    assert (few.shape, few.scale) == (0.7, 20.0)
    enough = tail_of(np.concatenate([np.full(LEAST_EVENTS, 100.0), np.zeros(20)]))
    assert enough.events == LEAST_EVENTS
    assert enough.shape != 0.7


tails = st.builds(
    SeverityTail,
    shape=st.floats(0.05, 1.2),
    scale=st.floats(5, 60),
    exponent=st.floats(0.8, 3),
    mean_log=st.floats(-2, 4),
    sd_log=st.floats(0.5, 3),
    weights=st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(lambda w: tuple(x / sum(w) for x in w)),
    events=st.just(100),
)


@settings(max_examples=20)
@given(tails, st.integers(0, 2**31))
def test_draws_follow_the_exceedance(tail: SeverityTail, seed: int) -> None:
    n = 5_000
    drawn = tail.draw(n, np.random.default_rng(seed))
    assert (drawn == np.rint(drawn)).all()
    assert drawn.min() >= TAIL_DEATHS
    assert drawn.max() <= MOST_DEATHS
    for deaths in (20, 21, 25, 40, 100, 400, 2000):
        p = min(float(tail.exceedance(deaths)), 1.0)  # the weights add up to one but for their last bits
        # Five standard errors of a share, and five draws.
        assert (drawn >= deaths).mean() == pytest.approx(p, abs=5 * (p * (1 - p) / n) ** 0.5 + 5 / n)


@settings(max_examples=25)
@given(tails)
def test_the_exceedance_is_one_at_twenty_and_falls(tail: SeverityTail) -> None:
    at = tail.exceedance(np.array([0.0, 10, 20, 21, 30, 100, 1000, 1e5]))
    np.testing.assert_allclose(at[:3], 1.0)
    assert (np.diff(at[2:]) < 0).all()
    assert at[-1] >= 0


def test_the_exceedance_by_hand_averages_over_the_three() -> None:
    tail = SeverityTail(0.5, 10.0, 2.0, log(U), 1.0, (0.5, 0.3, 0.2), 99)
    # At least 39 + 0.5 deaths: 20 above the threshold, and the threshold's 39.5 / 19.5 fold.
    expected = 0.5 * (1 + 0.5 * 20 / 10) ** -2 + 0.3 * (39.5 / 19.5) ** -2
    expected += 0.2 * 2 * stats.norm.sf(log(39.5 / 19.5))
    assert tail.exceedance(40) == pytest.approx(expected)


def test_no_event_is_beyond_any_on_record() -> None:
    heavy = SeverityTail(2.0, 100.0, 0.2, 8.0, 5.0, (0.4, 0.3, 0.3), 99)
    drawn = heavy.draw(5000, np.random.default_rng(2))
    assert drawn.max() == MOST_DEATHS
    assert heavy.draw(0, np.random.default_rng(2)).shape == (0,)
