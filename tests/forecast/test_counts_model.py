"""The trees of monthly deaths: planted rates come back, chances fall with the threshold, and nothing later is used."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from planted_groups import FIRST, digest_of, panel_of, rivals, use_small_models, with_another_future
from tocsin.errors import NotHeldError
from tocsin.forecast import boosting, counts
from tocsin.forecast.cases import FIRST_ORIGIN, SILENT_MONTHS, THINNING
from tocsin.forecast.counts import LEAST_MONTHS, MOST_CASES, SILENT_CASES, fit_counts
from tocsin.forecast.exceedance import THRESHOLDS
from tocsin.panel import FEATURES, History, build_panel

SINCE_DEATH = [feature.name for feature in FEATURES].index("since_death")
RATES = np.repeat([0.05, 0.5, 3.0, 15.0, 60.0], 16)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, rounds=60)


@cache
def poisson() -> History:
    """Eighty groups whose deaths a month are Poisson numbers of one rate each, for ever."""
    rng = np.random.default_rng(3)
    deaths = rng.poisson(RATES[:, None], (len(RATES), 150))
    deaths[:, 0] = np.maximum(deaths[:, 0], 1)
    return History(panel_of(deaths.tolist()))


def test_planted_rates_come_back_as_chances() -> None:
    history = poisson()
    said = fit_counts(history).exceedances(history)
    assert said.shape == (80, 12, len(THRESHOLDS))
    # Panels sort groups by name; `g10` comes before `g2`.
    rate = RATES[[int(group.split(" ")[0][1:]) for group in history.panel.groups]]
    for value in np.unique(RATES):
        true = stats.poisson.sf(THRESHOLDS, value)
        # The chance itself, averaged over the groups of a rate; the trees' steps blur it where it falls from 1 to 0.
        ours = said[rate == value].mean(axis=(0, 1))
        np.testing.assert_allclose(ours, true, atol=0.12)
        assert np.abs(ours - true).mean() < 0.025
        # Their sum by widths is the mean number of deaths.
        mean = float(np.sum(ours[:-1] * np.diff(THRESHOLDS)))
        assert mean == pytest.approx(float(np.sum(true[:-1] * np.diff(THRESHOLDS))), rel=0.2, abs=0.2)


def test_chances_fall_with_the_threshold_and_lie_inside_zero_and_one() -> None:
    for history in (poisson(), planted()):
        said = fit_counts(history).exceedances(history)
        assert (np.diff(said, axis=-1) <= 0).all()
        assert ((said > 0) & (said < 1)).all()


def test_a_more_violent_past_gives_no_smaller_chance_by_its_own_scales() -> None:
    # The columns by which a threshold is measured are monotone by construction: more of each, all else alike.
    model = fit_counts(poisson())
    features = np.zeros((1, len(FEATURES)))
    log_k = np.log1p(12.0)

    def chance(pace: float, share: float) -> float:
        extra = np.array([[1.0, log_k, *[log_k - np.log1p(pace)] * 4, *[share] * len(counts.SPANS)]])
        return float(boosting.chances(model.text, np.concatenate([features, extra], axis=1))[0])

    by_pace = [chance(pace, 0.3) for pace in (0, 1, 5, 12, 30, 100)]
    by_share = [chance(12, share) for share in (0, 0.1, 0.3, 0.6, 1)]
    assert by_pace == sorted(by_pace)
    assert by_share == sorted(by_share)
    assert by_share[-1] > by_share[0] + 0.1


@cache
def planted(month: int = FIRST + 119) -> History:
    return History(build_panel(digest_of(rivals(months=132, pairs=10), last=FIRST + 131))).up_to(month)


@cache
def other_future(month: int = FIRST + 119) -> History:
    events = with_another_future(rivals(months=132, pairs=10), FIRST + 119, last=FIRST + 131)
    return History(build_panel(digest_of(events, last=FIRST + 131))).up_to(month)


def test_nothing_after_the_month_is_used() -> None:
    calm, wild = planted(), other_future()
    one, two = fit_counts(calm), fit_counts(wild)
    assert one == two
    np.testing.assert_array_equal(one.exceedances(calm), two.exceedances(wild))
    later = FIRST + 131
    assert fit_counts(planted(later)).text != fit_counts(other_future(later)).text


def test_other_names_in_the_same_order_change_nothing() -> None:
    renamed = [
        (e[0], e[1], e[2], e[3].replace("Front", "Army"), e[4].replace("Front", "Army"), e[5])
        for e in rivals(months=132, pairs=10)
    ]
    other = History(build_panel(digest_of(renamed, last=FIRST + 131))).up_to(FIRST + 119)
    assert fit_counts(other) == fit_counts(planted())
    np.testing.assert_array_equal(fit_counts(other).exceedances(other), fit_counts(planted()).exceedances(planted()))


def test_steps_between_those_predicted_lie_on_a_line() -> None:
    levels = np.arange(5.0)[None, :, None] ** 2  # 0, 1, 4, 9, 16 at the steps 1, 2, 4, 8, 12
    got = counts._interpolated(levels, [1, 2, 4, 8, 12], 12)[0, :, 0]
    assert got.tolist() == pytest.approx([0, 1, 2.5, 4, 5.25, 6.5, 7.75, 9, 10.75, 12.5, 14.25, 16])
    assert counts._interpolated(np.full((2, 1, 3), 7.0), [1], 1).tolist() == [[[7.0] * 3]] * 2


@pytest.mark.parametrize("steps", [1, 2, 3, 12, 14])
def test_any_number_of_steps_can_be_asked_for(steps: int) -> None:
    said = fit_counts(planted()).exceedances(planted(), steps)
    assert said.shape == (len(planted().panel.groups), steps, len(THRESHOLDS))
    # The first step is the same whoever asks.
    np.testing.assert_allclose(said[:, 0], fit_counts(planted()).exceedances(planted(), 1)[:, 0])


def test_scales_of_a_threshold_by_hand() -> None:
    # Deaths by month; at the end the last month has 9, the last three 12, the last twelve 12 + 8 = 20, all 60 held 20.
    deaths = [0] * 48 + [8] + [0] * 8 + [3, 0, 9]
    panel = panel_of([deaths, [1] * 60])
    now = counts._Scales.now(panel)
    pace = (12 / 3 + 20 / 12) / 2
    np.testing.assert_allclose(now.paces[0], np.log1p([pace, 20 / 60, 9, 20 / 12]))
    k = THRESHOLDS.tolist().index(2)
    # Months with more than 2 deaths: 1 of 1, 2 of 3, 2 of 6, 3 of 12, 3 of 24, 3 of 60; of all there are, too.
    assert counts.SPANS == (1, 3, 6, 12, 24, 60, 600)
    np.testing.assert_allclose(now.shares[0, :, k], [1, 2 / 3, 2 / 6, 3 / 12, 3 / 24, 3 / 60, 3 / 60], rtol=1e-6)
    columns = now.columns(np.array([0]), np.array([k]))[0]
    np.testing.assert_allclose(columns[:6], [0, np.log(3), *(np.log(3) - now.paces[0])], rtol=1e-6)
    np.testing.assert_allclose(columns[6:], now.shares[0, :, k])
    # A past month's are those of the panel that ends with it.
    for t in (3, 20, 57):
        then = counts._Scales.past(panel, np.array([0, 1]), np.array([t, t]))
        cut = counts._Scales.now(panel.up_to(FIRST + t))
        rows = panel.rows_by(FIRST + t)
        np.testing.assert_array_equal(then.paces[rows], cut.paces)
        np.testing.assert_array_equal(then.shares[rows], cut.shares)


def test_long_silent_groups_are_thinned_and_their_kept_origins_count_for_the_others() -> None:
    # One group dies at the start and is silent, one kills every month.
    history = History(panel_of([[5] + [0] * 119, [5] * 120]))
    g, t, weight = counts._cases(history)
    silent = history.features[g, t, SINCE_DEATH] > SILENT_MONTHS
    assert set(g[silent]) == {0}
    months = np.unique(t[silent])
    assert set(np.diff(months)) == {THINNING}
    # Origins 24 to 118. Each origin's cases weigh one together, those kept of the silent ones five.
    for origin in (24, 36, int(months[0]), 118):
        for group in (0, 1):
            here = (g == group) & (t == origin)
            if group == 0 and origin > SILENT_MONTHS:
                assert here.sum() == (SILENT_CASES if origin in months else 0)
                assert weight[here].sum() == pytest.approx(THINNING if origin in months else 0)
            else:
                assert here.sum() == (MOST_CASES if group == 1 else SILENT_CASES)
                assert weight[here].sum() == pytest.approx(1)
    assert t.min() == FIRST_ORIGIN
    assert t.max() == 118


def test_a_fit_is_made_once_a_month() -> None:
    history = planted()
    assert fit_counts(history) is fit_counts(history)
    assert fit_counts(history).month == FIRST + 119


def test_too_little_history_is_said() -> None:
    short = History(panel_of([[3] * (LEAST_MONTHS - 1)] * 3))
    with pytest.raises(NotHeldError, match=r"too little history to learn from by 1993-11.*60 months"):
        fit_counts(short)
    quiet = History(build_panel(digest_of([("Mali", FIRST, "state", "A", "Government of Mali", 0)], last=FIRST + 99)))
    with pytest.raises(NotHeldError, match="some deaths"):
        fit_counts(quiet)
