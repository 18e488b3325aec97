"""Who is best and by how much, by hand; and how chance is told from parameters, on planted truths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.whatif.comparison.choices import choices_of, least_regretted, p_best, regrets
from tocsin.whatif.comparison.points import at_points
from tocsin.whatif.comparison.reduce import Reduced, Row

ROW = Row("civilian_deaths", None)
# Options by point.
BY_HAND = np.array([[0.0, 0.0, 0.0, 0.0], [-2.0, 1.0, 0.0, 3.0], [-1.0, -1.0, 2.0, 3.0]])


def test_p_best_shares_ties() -> None:
    # Best: 1 at the first point, 2 at the second, 0 and 1 at the third, 0 at the fourth.
    assert p_best(BY_HAND).tolist() == [(0.5 + 1) / 4, (1 + 0.5) / 4, 1 / 4]
    assert p_best(np.zeros((4, 3))).tolist() == [0.25] * 4
    assert p_best(np.array([[3.0, 1.0]])).tolist() == [1.0]


def test_regret_is_to_the_best_at_the_same_point() -> None:
    assert regrets(BY_HAND).tolist() == [[2, 1, 0, 0], [0, 2, 0, 3], [1, 0, 2, 3]]


def _choices(expected: np.ndarray, replicates: int) -> list:
    runs = [Reduced(np.zeros((1, 0, 1), np.float32), x[None, None], x[None, None]) for x in expected]
    names = [f"option {k}" for k in range(len(runs))]
    return choices_of("fitted", names, [ROW], [12], runs, replicates, [ROW])


def test_choices_by_hand_where_there_is_no_chance() -> None:
    found = _choices(np.repeat(BY_HAND + 10, 2, axis=1), 2)
    assert [c.expected for c in found] == [10.0, 10.5, 10.75]
    assert [c.p_best for c in found] == [0.375, 0.375, 0.25]
    assert [c.regret_mean for c in found] == [0.75, 1.25, 1.5]
    assert [c.regret_most for c in found] == [2, 3, 3]
    assert [c.regret_high for c in found] == pytest.approx([1.85, 2.85, 2.85])
    # Four points cannot bound what is exceeded at one in twenty.
    assert [c.least_regret for c in found] == [True, True, True]
    assert [c.noise for c in found] == [None, 0.0, 0.0]
    assert [c.resolved for c in found] == [None, 1.0, 1.0]


def test_one_option_alone_is_best_and_never_regretted() -> None:
    (only,) = _choices(np.array([[1.0, 2.0, 3.0, 4.0]]), 2)
    assert (only.p_best, only.regret_most, only.least_regret) == (1.0, 0.0, True)


def test_options_that_are_the_same_tie_in_everything() -> None:
    rng = np.random.default_rng(3)
    nothing = rng.normal(size=200)
    better = nothing - 1 + rng.normal(size=200)
    found = _choices(np.stack([nothing, nothing, better, better]), 10)
    for one, other in ((found[0], found[1]), (found[2], found[3])):
        assert (one.p_best, one.regret_most, one.least_regret) == (other.p_best, other.regret_most, other.least_regret)
    assert sum(c.p_best for c in found) == pytest.approx(1.0)


def test_the_least_regretted_is_marked_where_it_can_be_told() -> None:
    """Planted: regrets of which 5% are above 5, 20 and 5.1; of 1,000 points only the second is told from the least."""
    rng = np.random.default_rng(4)
    regret = np.array([[1.0], [4.0], [1.02]]) * rng.exponential(5 / np.log(20), size=(3, 1000))
    assert least_regretted(regret).tolist() == [True, False, True]
    assert least_regretted(regret[:2]).tolist() == [True, False]
    # The largest of 10 tells nothing of a quantile that half of such samples do not reach.
    assert least_regretted(regret[:, :10]).all()


def test_bounds_of_the_95_percent_regret_are_order_statistics() -> None:
    # In 90% of samples of 100, the 91st value is below the 95% quantile and the 99th above it.
    one, other = np.arange(1.0, 101), np.full(100, 99.0)
    assert least_regretted(np.stack([one, other])).tolist() == [True, True]
    assert least_regretted(np.stack([one, other + 0.5])).tolist() == [True, False]
    assert least_regretted(np.stack([one + 9, np.full(100, 100.0)])).tolist() == [True, True]
    assert least_regretted(np.stack([one + 9.5, np.full(100, 100.0)])).tolist() == [False, True]


def test_chance_is_told_from_what_parameters_do() -> None:
    """Planted: the difference varies over points with standard deviation 2, and chance adds 3 to each run."""
    rng = np.random.default_rng(11)
    truth = rng.normal(1.0, 2.0, size=(2000, 1))
    runs = np.stack([np.zeros(20_000), (truth + rng.normal(0, 3.0, size=(2000, 10))).ravel()])
    found = at_points(runs, 10)
    assert found.noise[1] == pytest.approx(3 / np.sqrt(10), rel=0.03)
    assert found.resolved[1] == pytest.approx(4 / 4.9, abs=0.03)
    assert found.cleared[1].std() == pytest.approx(2.0, rel=0.06)
    assert found.means[1].std() > found.cleared[1].std()
    # P(best) of the option is the share of points with a truth below 0.
    assert p_best(found.cleared)[1] == pytest.approx((truth < 0).mean(), abs=0.02)


def test_regret_is_not_made_of_chance() -> None:
    """Planted: two options that are equal everywhere; a point's regret is chance alone, and must go away."""
    rng = np.random.default_rng(12)
    runs = np.stack([np.zeros(10_000), rng.normal(0, 5.0, size=10_000)])
    raw, cleared = at_points(runs, 10).means, at_points(runs, 10).cleared
    assert regrets(raw).max() > 4.0
    assert regrets(cleared).max() < 0.4 * regrets(raw).max()


def test_what_cannot_be_told_is_left_as_it_is() -> None:
    for replicates, runs in ((1, 5), (5, 5)):
        found = at_points(np.arange(2.0 * runs).reshape(2, runs) ** 2, replicates)
        assert np.isnan(found.noise).all()
        assert (found.cleared == found.means).all()


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_adding_an_option_changes_no_other_option(seed: int, options: int) -> None:
    runs = np.random.default_rng(seed).gamma(2.0, size=(options + 1, 40))
    fewer, more = at_points(runs[:-1], 5), at_points(runs, 5)
    assert np.array_equal(fewer.cleared, more.cleared[:-1])
    assert (regrets(more.cleared)[:-1] >= regrets(fewer.cleared)).all()
    assert p_best(more.cleared).sum() == pytest.approx(1.0)
