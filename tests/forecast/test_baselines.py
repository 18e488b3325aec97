"""The baselines by hand-worked case, and that nothing after the month is used."""

from __future__ import annotations

import numpy as np
import pytest

from planted_groups import FIRST, panel_of
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast import (
    BASELINES,
    BaseRate,
    Climatology,
    Forecast,
    HurdleLognormal,
    LastValue,
    MixedClimatology,
    Zero,
    rank_by_decayed_deaths,
    rank_by_mass_casualty,
)
from tocsin.forecast.baselines import Recency
from tocsin.forecast.model import Model, Outlook
from tocsin.panel import History, Panel

DRAWS = 20_000
NAMES = [model.name for model in BASELINES]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def outlook(model: Model, panel: Panel, *, steps: int = 12, draws: int = 1, seed: int = 1) -> Outlook:
    """What the model, fitted on all of the panel, says at its end."""
    history = History(panel)
    return model.fit(history).outlook(history, draws=draws, rng=rng(seed), steps=steps)


def forecast(model: Model, panel: Panel, steps: int, draws: int, *, seed: int = 1) -> Forecast:
    made = outlook(model, panel, steps=steps, draws=draws, seed=seed).forecast
    assert made is not None
    return made


def planted() -> Panel:
    """Two groups over 24 months: one that was large before the last year, one that is small and alive."""
    large = [500] * 12 + [0] * 9 + [3, 0, 6]
    small = [1] * 12 + [2, 0] * 6
    return panel_of([large, small])


def test_names_are_distinct() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {"zero", "last_value", "climatology_12", "mixed_climatology_12", "hurdle_lognormal", "recency"} <= set(NAMES)


def test_zero_says_zero() -> None:
    assert not forecast(Zero(), planted(), 6, 50).samples.any()


def test_last_value_is_poisson_around_the_last_month() -> None:
    samples = forecast(LastValue(), planted(), 3, DRAWS).samples
    assert samples.shape == (2, 3, DRAWS)
    # The last months are 6 and 0 deaths. The error of a mean of 60,000 draws is 0.01; mean = variance for Poisson.
    assert samples[0].mean() == pytest.approx(6, abs=0.05)
    assert samples[0].var() == pytest.approx(6, abs=0.2)
    assert not samples[1].any()


def test_climatology_draws_the_last_twelve_months_and_no_other() -> None:
    samples = forecast(Climatology(), planted(), 4, DRAWS).samples
    assert set(np.unique(samples[0])) == {0, 3, 6}
    assert set(np.unique(samples[1])) == {0, 2}
    assert (samples[0] == 0).mean() == pytest.approx(10 / 12, abs=0.01)
    assert (samples[0] == 6).mean() == pytest.approx(1 / 12, abs=0.01)


def test_climatology_of_a_short_history_uses_what_there_is() -> None:
    samples = forecast(Climatology(), panel_of([[4, 8]]), 1, 1000).samples
    assert set(np.unique(samples)) == {4, 8}


def test_mixture_draws_the_stated_share_from_all_groups() -> None:
    # The second group's own value is always 1, so that whatever is not 1 is from the pool, half of which is 9.
    panel = panel_of([[9] * 12, [1] * 12])
    samples = forecast(MixedClimatology(shared_share=0.2), panel, 5, DRAWS).samples
    assert set(np.unique(samples)) == {1, 9}
    assert (samples[1] == 9).mean() == pytest.approx(0.1, abs=0.01)
    assert (samples[0] == 1).mean() == pytest.approx(0.1, abs=0.01)


def test_mixture_without_a_share_is_climatology() -> None:
    ours = forecast(MixedClimatology(shared_share=0.0), planted(), 6, 100)
    np.testing.assert_array_equal(ours.samples, forecast(Climatology(), planted(), 6, 100).samples)


def test_hurdle_shrinks_by_hand() -> None:
    # 24 months: the first group kills e^2 ~ 7 in 12 of them, the second one in 6 of them.
    panel = panel_of([[0, 7] * 12, [0, 0, 0, 1] * 6])
    samples = forecast(HurdleLognormal(), panel, 2, DRAWS).samples
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
    samples = forecast(HurdleLognormal(), panel, 1, DRAWS).samples
    # (0 + 2 x 24/48) / (24 + 2) = 1/26
    assert (samples[0] > 0).mean() == pytest.approx(1 / 26, abs=0.005)


def arrays(said: Outlook) -> dict[str, np.ndarray]:
    """Everything an outlook says, by name."""
    samples = {} if said.forecast is None else {"samples": said.forecast.samples}
    chances = {f"{target} {horizon}": p for (target, horizon), p in said.probabilities.items()}
    return samples | chances | {f"ranking {target}": score for target, score in said.rankings.items()}


def assert_same(first: Outlook, second: Outlook) -> None:
    a, b = arrays(first), arrays(second)
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


@pytest.mark.parametrize("model", BASELINES, ids=NAMES)
def test_the_same_generator_gives_the_same_outlook(model: Model) -> None:
    first = outlook(model, planted(), steps=3, draws=200)
    assert first.model == model.name
    assert arrays(first)
    assert_same(first, outlook(model, planted(), steps=3, draws=200))
    if first.forecast is not None:
        made = first.forecast
        assert (made.model, made.origin, made.units) == (model.name, FIRST + 23, ("g0 @ Mali", "g1 @ Mali"))
        if model.name != "zero":
            assert (made.samples != forecast(model, planted(), 3, 200, seed=2).samples).any()


@pytest.mark.parametrize("model", BASELINES, ids=NAMES)
def test_probabilities_are_those_of_the_samples(model: Model) -> None:
    said = outlook(model, planted(), steps=6, draws=500)
    if said.forecast is None:
        return
    assert {horizon for target, horizon in said.probabilities if target == "deaths25"} == {3, 6}
    for horizon in (3, 6):
        totals = said.forecast.samples[:, :horizon].sum(axis=1)
        np.testing.assert_array_equal(said.probabilities["deaths25", horizon], (totals >= 25).mean(axis=1))


@pytest.mark.parametrize("model", BASELINES, ids=NAMES)
def test_nothing_after_the_month_is_used(model: Model) -> None:
    month = FIRST + 20
    past = np.array(planted().deaths[:, :21])
    calm = History(panel_of(np.hstack([past, np.ones((2, 5), int)]))).up_to(month)
    # Another future, and a third group that was never heard of at the month.
    wild = History(panel_of(np.vstack([np.hstack([past, np.full((2, 5), 900)]), [0] * 21 + [800] * 5]))).up_to(month)
    assert calm.panel.groups == wild.panel.groups
    first, second = (model.fit(known).outlook(known, draws=300, rng=rng(), steps=6) for known in (calm, wild))
    assert_same(first, second)


@pytest.mark.parametrize("model", BASELINES, ids=NAMES)
@pytest.mark.parametrize(("steps", "draws"), [(0, 10), (3, 0), (-1, 10)])
def test_no_step_or_no_draw_is_refused(model: Model, steps: int, draws: int) -> None:
    if outlook(model, planted()).forecast is None:
        return  # no samples, so that there is nothing to draw
    with pytest.raises(InputError, match=f"{steps} steps, {draws} draws"):
        outlook(model, planted(), steps=steps, draws=draws)


def test_recency_ranks_and_says_no_more() -> None:
    said = outlook(Recency(), planted())
    assert (said.forecast, said.probabilities) == (None, {})
    np.testing.assert_array_equal(said.rankings["deaths25"], rank_by_decayed_deaths(planted()))
    np.testing.assert_array_equal(said.rankings["mass_casualty"], rank_by_mass_casualty(planted()))
    assert said.score_of("deaths25", 6) is said.rankings["deaths25"]


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


def test_base_rates_are_the_shares_of_each_list() -> None:
    # Origins 0..23 are over by month 24 + 12. `war` has 30 deaths a month: ongoing and above at all of them; `calm` one
    # death at the start: a new risk at all of them and never above.
    last = 35
    panel = panel_of([[30] * (last + 1), [1] + [0] * last])
    history = History(panel)
    said = BaseRate().fit(history).outlook(history, draws=1, rng=rng()).probabilities
    assert set(said) == {(target, horizon) for target in ("deaths25", "mass_casualty") for horizon in (3, 6, 12)}
    assert said["deaths25", 6].tolist() == [1.0, 0.0]
    assert said["mass_casualty", 12].tolist() == [0.0, 0.0]


def test_base_rates_need_an_origin_whose_longest_horizon_is_over() -> None:
    with pytest.raises(NotHeldError, match="more than 12 months are needed"):
        BaseRate().fit(History(panel_of([[1] * 12])))
    assert BaseRate().fit(History(panel_of([[1] * 13]))).name == "base_rate"
