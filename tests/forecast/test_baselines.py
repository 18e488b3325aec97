"""The baselines by hand-worked case, and that nothing after the month is used."""

from __future__ import annotations

import numpy as np
import pytest

from planted_groups import FIRST, panel_of
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast import (
    BASELINES,
    Climatology,
    HurdleLognormal,
    LastValue,
    MixedClimatology,
    Zero,
    rank_by_decayed_deaths,
    rank_by_mass_casualty,
)
from tocsin.forecast.baselines import Model
from tocsin.panel import Panel

DRAWS = 20_000
NAMES = [model.name for model in BASELINES]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def history() -> Panel:
    """Two groups over 24 months: one that was large before the last year, one that is small and alive."""
    large = [500] * 12 + [0] * 9 + [3, 0, 6]
    small = [1] * 12 + [2, 0] * 6
    return panel_of([large, small])


def test_names_are_distinct() -> None:
    assert NAMES == ["zero", "last_value", "climatology_12", "mixed_climatology_12", "hurdle_lognormal"]


def test_zero_says_zero() -> None:
    assert not Zero().fit(history(), FIRST + 23).predict(6, 50, rng()).samples.any()


def test_last_value_is_poisson_around_the_last_month() -> None:
    samples = LastValue().fit(history(), FIRST + 23).predict(3, DRAWS, rng()).samples
    assert samples.shape == (2, 3, DRAWS)
    # The last months are 6 and 0 deaths. The error of a mean of 60,000 draws is 0.01; mean = variance for Poisson.
    assert samples[0].mean() == pytest.approx(6, abs=0.05)
    assert samples[0].var() == pytest.approx(6, abs=0.2)
    assert not samples[1].any()


def test_climatology_draws_the_last_twelve_months_and_no_other() -> None:
    samples = Climatology().fit(history(), FIRST + 23).predict(4, DRAWS, rng()).samples
    assert set(np.unique(samples[0])) == {0, 3, 6}
    assert set(np.unique(samples[1])) == {0, 2}
    assert (samples[0] == 0).mean() == pytest.approx(10 / 12, abs=0.01)
    assert (samples[0] == 6).mean() == pytest.approx(1 / 12, abs=0.01)


def test_climatology_of_a_short_history_uses_what_there_is() -> None:
    samples = Climatology().fit(panel_of([[4, 8]]), FIRST + 1).predict(1, 1000, rng()).samples
    assert set(np.unique(samples)) == {4, 8}


def test_mixture_draws_the_stated_share_from_all_groups() -> None:
    # The second group's own value is always 1, so that whatever is not 1 is from the pool, half of which is 9.
    panel = panel_of([[9] * 12, [1] * 12])
    samples = MixedClimatology(shared_share=0.2).fit(panel, FIRST + 11).predict(5, DRAWS, rng()).samples
    assert set(np.unique(samples)) == {1, 9}
    assert (samples[1] == 9).mean() == pytest.approx(0.1, abs=0.01)
    assert (samples[0] == 1).mean() == pytest.approx(0.1, abs=0.01)


def test_mixture_without_a_share_is_climatology() -> None:
    ours = MixedClimatology(shared_share=0.0).fit(history(), FIRST + 23).predict(6, 100, rng())
    np.testing.assert_array_equal(ours.samples, Climatology().fit(history(), FIRST + 23).predict(6, 100, rng()).samples)


def test_hurdle_shrinks_by_hand() -> None:
    # 24 months: the first group kills e^2 ~ 7 in 12 of them, the second one in 6 of them.
    panel = panel_of([[0, 7] * 12, [0, 0, 0, 1] * 6])
    samples = HurdleLognormal().fit(panel, FIRST + 23).predict(2, DRAWS, rng()).samples
    # P(any) = (n + 2 x 18/48) / (24 + 2): 12.75 / 26 and 6.75 / 26.
    assert (samples[0] > 0).mean() == pytest.approx(12.75 / 26, abs=0.01)
    assert (samples[1] > 0).mean() == pytest.approx(6.75 / 26, abs=0.01)
    # Mean log over both: 12 ln 7 / 18. The first group's: (12 ln 7 + 2 x that) / 14, the median of its lognormal.
    mean_all = 12 * np.log(7) / 18
    median = np.exp((12 * np.log(7) + 2 * mean_all) / 14)
    assert np.median(samples[0][samples[0] > 0]) == pytest.approx(median, abs=0.6)
    # Rounded to whole deaths, never less than one given any.
    assert samples[samples > 0].min() == 1
    assert (samples == np.rint(samples)).all()


def test_hurdle_gives_a_group_without_recent_deaths_a_small_chance() -> None:
    panel = panel_of([[5] + [0] * 30, [5] * 31])
    samples = HurdleLognormal().fit(panel, FIRST + 30).predict(1, DRAWS, rng()).samples
    # (0 + 2 x 24/48) / (24 + 2) = 1/26
    assert (samples[0] > 0).mean() == pytest.approx(1 / 26, abs=0.005)


@pytest.mark.parametrize("model", BASELINES, ids=NAMES)
def test_the_same_generator_gives_the_same_samples_and_another_one_others(model: Model) -> None:
    fitted = model.fit(history(), FIRST + 23)
    first = fitted.predict(3, 200, rng(1))
    np.testing.assert_array_equal(first.samples, fitted.predict(3, 200, rng(1)).samples)
    if model.name != "zero":
        assert (first.samples != fitted.predict(3, 200, rng(2)).samples).any()
    assert (first.model, first.origin, first.units) == (model.name, FIRST + 23, ("g0 @ Mali", "g1 @ Mali"))


@pytest.mark.parametrize("model", BASELINES, ids=NAMES)
def test_nothing_after_the_month_is_used(model: Model) -> None:
    month = FIRST + 20
    past = np.array(history().deaths[:, :21])
    calm = panel_of(np.hstack([past, np.ones((2, 5), int)]))
    # Another future, and a third group that was never heard of at the month.
    wild = panel_of(np.vstack([np.hstack([past, np.full((2, 5), 900)]), [0] * 21 + [800] * 5]))
    first, second = (model.fit(panel, month).predict(6, 300, rng()) for panel in (calm, wild))
    assert first.units == second.units
    np.testing.assert_array_equal(first.samples, second.samples)


@pytest.mark.parametrize("model", BASELINES, ids=NAMES)
@pytest.mark.parametrize(("horizon", "draws"), [(0, 10), (3, 0), (-1, 10)])
def test_no_step_or_no_draw_is_refused(model: Model, horizon: int, draws: int) -> None:
    with pytest.raises(InputError, match=f"horizon {horizon}, draws {draws}"):
        model.fit(history(), FIRST + 23).predict(horizon, draws, rng())


@pytest.mark.parametrize("model", BASELINES, ids=NAMES)
def test_a_month_without_figures_is_refused(model: Model) -> None:
    with pytest.raises(NotHeldError, match="the figures cover"):
        model.fit(history(), FIRST + 24)


def test_ranking_by_decayed_deaths_by_hand() -> None:
    # 8 deaths now count 8; 8 deaths 3 months ago count 4; 40 deaths 9 months ago count 5.
    panel = panel_of(
        [
            [0] * 9 + [8],
            [0] * 6 + [8, 0, 0, 0],
            [40] + [0] * 9,
        ]
    )
    np.testing.assert_allclose(rank_by_decayed_deaths(panel), [8, 4, 5])
    np.testing.assert_allclose(rank_by_decayed_deaths(panel, half_life=9.0)[2], 20)


def test_ranking_by_mass_casualty_counts_events_first_and_deaths_on_ties() -> None:
    from planted_groups import digest_of
    from tocsin.panel import build_panel

    last = FIRST + 20
    state = "Government of Mali"
    panel = build_panel(
        digest_of(
            [
                ("Mali", last, "onesided", "a-one", "Civilians", 20),
                ("Mali", last, "state", "b-war", state, 5000),
                ("Mali", last, "onesided", "c-one-and-war", "Civilians", 20),
                ("Mali", last - 1, "state", "c-one-and-war", state, 300),
                ("Mali", last - 12, "onesided", "d-too-old", "Civilians", 99),
                ("Mali", last - 11, "onesided", "e-in-time", "Civilians", 19),
                ("Mali", last - 11, "onesided", "e-in-time", "Civilians", 30),
            ],
            last=last,
        )
    )
    scores = rank_by_mass_casualty(panel)
    assert [panel.actors[g] for g in np.argsort(-scores)] == [
        "c-one-and-war",
        "e-in-time",
        "a-one",
        "b-war",
        "d-too-old",
    ]
    np.testing.assert_allclose(scores, [1 + 20 / 5001, 5000 / 5001, 1 + 320 / 5001, 0, 1 + 49 / 5001])
