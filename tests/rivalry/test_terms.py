"""Filters, spans, shock values and log terms, by hand; and that nothing of a period's row lies after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tocsin.rivalry.planted import Situation, plant
from tocsin.rivalry.series import Series
from tocsin.rivalry.terms import (
    OWN_HALF_LIVES_WEEKS,
    filtered,
    filtered_numpy,
    make_terms,
    shock_value,
    span,
)


def series(seed: int = 1, **changes: object) -> Series:
    """A planted theatre whose attacks have deaths and which has clashes."""
    base = plant(Situation(n_groups=3, days=900, background=0.15), np.random.default_rng(seed))
    rng = np.random.default_rng(seed + 1)
    shape = base.attacks.shape
    deaths = rng.poisson(3.0, shape) * base.attacks
    clashes = {name: rng.poisson(0.1, shape).astype(np.int32) for name in ("state_clashes", "group_clashes")}
    return replace(base, deaths=deaths.astype(np.int32), **{**clashes, **changes})  # type: ignore[arg-type]


def test_a_filter_worked_by_hand() -> None:
    # Half-life of one period: an attack counts half in the period after it, then a quarter, and so on.
    found = filtered(np.array([[2.0, 0.0, 0.0, 4.0, 0.0]]), 1.0)
    np.testing.assert_allclose(found, [[0.0, 1.0, 0.5, 0.25, 2.125]])


@given(
    arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 60)), elements=st.integers(0, 9).map(float)),
    st.floats(0.3, 80.0),
)
def test_a_filter_is_its_definition(values: np.ndarray, half_life: float) -> None:
    np.testing.assert_allclose(filtered(values, half_life), filtered_numpy(values, half_life), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("half_life", [0.5, 3.5, 52.0])
def test_a_filter_gives_each_attack_the_weight_1_and_half_of_it_within_its_half_life(half_life: float) -> None:
    one = np.zeros((1, 4000))
    one[0, 10] = 1.0
    found = filtered(one, half_life)[0]
    assert not found[:11].any()
    assert found.sum() == pytest.approx(1.0)
    whole = int(2 * half_life)
    assert found[11 : 11 + whole].sum() == pytest.approx(0.75)


def test_filters_of_a_period_change_only_after_it() -> None:
    before = series()
    changed = before.attacks.copy()
    changed[1, 400] += 5
    terms, other = make_terms(before, shock=0.0), make_terms(replace(before, attacks=changed), shock=0.0)
    np.testing.assert_array_equal(terms.own[:, :, :401], other.own[:, :, :401])
    assert (other.own[:, 1, 401:500] > terms.own[:, 1, 401:500]).all()
    np.testing.assert_array_equal(terms.own[:, [0, 2]], other.own[:, [0, 2]])
    np.testing.assert_array_equal(terms.answered(1.0)[:, :401], other.answered(1.0)[:, :401])
    assert (other.answered(1.0)[1, 401:430] > terms.answered(1.0)[1, 401:430]).all()


@pytest.mark.parametrize("shock", [0.0, 1.5])
def test_nothing_from_the_stop_on_reaches_what_is_fitted(shock: float) -> None:
    before, stop = series(), 600
    after = np.arange(before.n_periods) >= stop
    rng = np.random.default_rng(5)
    future = {
        name: np.where(after, rng.poisson(4.0, before.attacks.shape), getattr(before, name)).astype(np.int32)
        for name in ("attacks", "deaths", "state_clashes", "group_clashes")
    }
    changed = replace(before, first_of_month=before.first_of_month ^ after, **future)
    terms, other = (make_terms(one, shock=shock, stop=stop) for one in (before, changed))
    assert terms.spans == other.spans
    assert max(end for _, end in terms.spans) <= stop
    assert terms.log_names == other.log_names
    np.testing.assert_array_equal(terms.own[:, :, : stop + 1], other.own[:, :, : stop + 1])
    np.testing.assert_array_equal(terms.worth[:, :stop], other.worth[:, :stop])
    for g in range(3):
        one, two = (some.target(g, some.own[:, g], some.answered(1.4)) for some in (terms, other))
        for name in ("counts", "linear", "logs", "blocks"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)


def test_spans_worked_by_hand() -> None:
    weeks = np.zeros(200)
    weeks[[20, 40, 60]] = 1.0
    # From the week after the first attack to 52 weeks after the last one.
    assert span(weeks, 7, 200) == (21, 113)
    assert span(weeks, 7, 100) == (21, 100)
    # Before the stop there is one attack only.
    assert span(weeks, 7, 40) == (21, 40)
    # An attack after the stop does not say that the group was still there before it.
    late = np.zeros(200)
    late[[20, 150]] = 1.0
    assert span(late, 7, 140) == (21, 73)
    days = np.zeros(2000)
    days[[3, 500]] = 2.0
    assert span(days, 1, 2000) == (4, 865)
    # By day and by week the same time.
    assert span(weeks, 7, 200)[1] * 7 == span(np.repeat(weeks, 7) * (np.arange(1400) % 7 == 6), 1, 1400)[1]


def test_shock_values_worked_by_hand() -> None:
    counts = np.array([[1.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    deaths = np.array([[np.e - 1.0, 5.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    # 1 + 3 log(e) = 4, nothing where there is no attack whatever is recorded, and 2: six in all for three attacks.
    np.testing.assert_allclose(shock_value(counts, deaths, 3.0, 4), [[2.0, 0.0, 1.0, 0.0], [0.0] * 4])
    np.testing.assert_array_equal(shock_value(counts, deaths, 0.0, 4), counts)
    # Scaled by the periods before the stop: there, four for one attack.
    np.testing.assert_allclose(shock_value(counts, deaths, 3.0, 2), [[1.0, 0.0, 0.5, 0.0], [0.0] * 4])


def test_log_terms_are_standardised_over_the_span_and_left_out_where_they_tell_nothing() -> None:
    with_clashes = series()
    terms = make_terms(with_clashes, shock=0.0)
    assert terms.log_names == (("state_clashes", "group_clashes", "first_of_month"),) * 3
    for g, (start, stop) in enumerate(terms.spans):
        rows = terms.logs[g][start:stop]
        np.testing.assert_allclose(rows.mean(axis=0), 0.0, atol=1e-9)
        np.testing.assert_allclose(rows[:, :2].std(axis=0), 1.0)
        assert np.ptp(rows[:, 2]) == pytest.approx(1.0)  # a change of the log rate in periods with the first of a month
    none = np.zeros_like(with_clashes.attacks)
    assert make_terms(replace(with_clashes, group_clashes=none), shock=0.0).log_names[0] == (
        "state_clashes",
        "first_of_month",
    )
    # Where clashes with the state are what is fitted, they are no term of themselves.
    assert make_terms(replace(with_clashes, kind="state"), shock=0.0).log_names[0] == (
        "group_clashes",
        "first_of_month",
    )
    quiet = replace(
        with_clashes, group_clashes=none, state_clashes=none, first_of_month=np.zeros(with_clashes.n_periods, bool)
    )
    assert make_terms(quiet, shock=0.0).logs[0].shape == (with_clashes.n_periods, 0)


def test_a_log_term_of_clashes_worked_by_hand() -> None:
    clashes = np.zeros((3, 900), np.int32)
    clashes[1, 300] = 8
    terms = make_terms(series(group_clashes=clashes), shock=0.0)
    assert terms.log_names[0] == ("state_clashes", "first_of_month")
    start, stop = terms.spans[1]
    # Half-life of 28 days: after one day and after 29 the filter has 8 (1 - keep), and half of that.
    keep = 0.5 ** (1 / 28)
    recent = np.zeros(900)
    recent[301:] = np.log1p(8 * (1 - keep) * keep ** np.arange(599))
    expected = (recent - recent[start:stop].mean()) / recent[start:stop].std()
    np.testing.assert_allclose(terms.logs[1][:, 1], expected, rtol=1e-9)


def test_periods_lie_in_weeks_and_half_lives_are_weeks_whatever_the_periods() -> None:
    daily = make_terms(series(), shock=0.0)
    assert daily.blocks[[0, 6, 7, 899]].tolist() == [0, 0, 1, 128]
    assert daily.n_blocks == 129
    np.testing.assert_allclose(daily.answered(2.0), filtered(daily.counts, 14.0))
    for k, weeks in enumerate(OWN_HALF_LIVES_WEEKS):
        np.testing.assert_allclose(daily.own[k], filtered(daily.counts, 7.0 * weeks))
    weekly = make_terms(plant(Situation(n_groups=3, days=900, step_days=7), np.random.default_rng(1)), shock=0.0)
    assert weekly.blocks.tolist() == list(range(128))
    np.testing.assert_allclose(weekly.answered(2.0), filtered(weekly.counts, 2.0))


def test_a_target_is_cut_to_its_span() -> None:
    terms = make_terms(series(), shock=0.0)
    start, stop = terms.spans[2]
    target = terms.target(2, terms.own[:, 2], terms.answered(1.0)[:2])
    assert target.linear.shape == (stop - start, 1 + len(OWN_HALF_LIVES_WEEKS) + 2)
    np.testing.assert_array_equal(target.linear[:, 0], 1.0)
    np.testing.assert_array_equal(target.linear[:, 2], terms.own[1, 2, start:stop])
    np.testing.assert_array_equal(target.counts, terms.counts[2, start:stop])
    np.testing.assert_array_equal(target.blocks, terms.blocks[start:stop])
