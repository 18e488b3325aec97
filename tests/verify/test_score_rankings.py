"""Average precision, and precision and recall at an alert budget."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from tocsin.errors import InputError
from tocsin.verify import alert_shares, average_precision, precision_at, recall_at

# Few distinct scores, so that ties are the rule.
tied = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=40)
placed = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(400, 403)), min_size=1, max_size=40)


@given(tied, st.randoms(use_true_random=False))
def test_average_precision_against_scikit_learn(data, random) -> None:
    score, y = map(np.array, zip(*data, strict=True))
    weight = np.array([random.choice([0, 1, 2, 5]) for _ in data])
    found = average_precision(score, y)
    if not y.any():
        assert np.isnan(found)
        return
    assert 0 <= found <= 1
    assert found == pytest.approx(average_precision_score(y, score))
    if (weight * y).any():
        expected = average_precision_score(y, score, sample_weight=weight)
        assert average_precision(score, y, weight=weight) == pytest.approx(expected)


def test_average_precision_by_hand() -> None:
    # Positives at places 1 and 4 of 5: (1/1 + 2/4) / 2.
    assert average_precision([5, 4, 3, 2, 1], [1, 0, 0, 1, 0]) == pytest.approx(0.75)
    assert average_precision([1, 1, 1, 1], [1, 0, 0, 0]) == pytest.approx(0.25)
    assert np.isnan(average_precision([], []))
    assert np.isnan(average_precision([1, 2], [0, 0]))


@given(tied)
def test_only_the_order_counts(data) -> None:
    score, y = map(np.array, zip(*data, strict=True))
    np.testing.assert_equal(average_precision(np.exp(score) - 7, y), average_precision(score, y))
    np.testing.assert_equal(average_precision(score[::-1], y[::-1]), average_precision(score, y))


@given(tied, st.integers(1, 3))
def test_a_weight_is_a_repetition(data, times: int) -> None:
    score, y = map(np.array, zip(*data, strict=True))
    weight = np.where(np.arange(len(score)) % 2, times, 1)
    repeated = average_precision(np.repeat(score, weight), np.repeat(y, weight))
    assert average_precision(score, y, weight=weight) == pytest.approx(repeated, nan_ok=True)


@given(placed, st.integers(1, 12))
def test_shares_fill_the_budget_and_follow_the_order(data, k: int) -> None:
    score, _, month = map(np.array, zip(*data, strict=True))
    shares = alert_shares(score, month, k=k)
    assert np.all((shares >= 0) & (shares <= 1))
    for origin in np.unique(month):
        here = month == origin
        assert shares[here].sum() == pytest.approx(min(k, here.sum()))
        for value in np.unique(score[here]):
            assert len(set(shares[here & (score == value)])) == 1
            if (shares[here & (score == value)] > 0).any():
                assert np.all(shares[here & (score > value)] == 1)


@given(placed, st.integers(1, 12), st.randoms(use_true_random=False))
def test_rows_may_come_in_any_order(data, k: int, random) -> None:
    score, y, month = map(np.array, zip(*data, strict=True))
    rows = np.arange(len(data))
    random.shuffle(rows)
    for measure in (precision_at, recall_at):
        shuffled = measure(score[rows], y[rows], month[rows], k=k)
        assert shuffled == pytest.approx(measure(score, y, month, k=k), nan_ok=True)


def test_ties_give_the_mean_over_all_orders() -> None:
    score, y, k = np.array([3, 2, 2, 2, 1]), np.array([0, 1, 0, 1, 1]), 3
    hits = []
    for order in permutations(range(5)):
        chosen = sorted(order, key=lambda i: -score[i])[:k]  # a stable sort keeps the order drawn among the tied
        hits.append(y[chosen].sum())
    assert precision_at(score, y, np.zeros(5), k=k) == pytest.approx(np.mean(hits) / k)
    assert recall_at(score, y, np.zeros(5), k=k) == pytest.approx(np.mean(hits) / 3)


def test_origins_are_pooled_not_averaged() -> None:
    # Origin 1: two alerts, both right, of three positives. Origin 2: one cell only, wrong.
    score, y, month = [9, 8, 7, 1], [1, 1, 1, 0], [1, 1, 1, 2]
    assert precision_at(score, y, month, k=2) == pytest.approx(2 / 3)
    assert recall_at(score, y, month, k=2) == pytest.approx(2 / 3)
    assert np.isnan(recall_at([1], [0], [1], k=1))
    assert np.isnan(precision_at([], [], [], k=1))


def test_a_budget_for_all_finds_all() -> None:
    rng = np.random.default_rng(0)
    y, month = rng.random(200) < 0.1, rng.integers(0, 5, 200)
    assert recall_at(rng.random(200), y, month, k=200) == 1
    assert precision_at(rng.random(200), y, month, k=200) == pytest.approx(y.mean())


def test_errors() -> None:
    with pytest.raises(InputError, match="k: expected a whole number of at least 1, got 0"):
        precision_at([1], [1], [1], k=0)
    with pytest.raises(InputError, match="origin: expected one for each of 2 rows, got 1"):
        recall_at([1, 2], [1, 0], [1], k=1)
    with pytest.raises(InputError, match="whole months"):
        alert_shares([1, 2], [1.5, 2], k=1)
    with pytest.raises(InputError, match="values are missing"):
        average_precision([np.nan], [1])
    with pytest.raises(InputError, match="expected 1 dimension"):
        average_precision([[1.0]], [[1]])
    with pytest.raises(InputError, match="weight: expected numbers of at least 0"):
        average_precision([1, 2], [0, 1], weight=[1, -1])
