"""The pool of monthly deaths: weights by hand, draws by weight, and that nothing later is used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import spearmanr

from planted_groups import FIRST, digest_of, panel_of, rivals, use_small_models, with_another_future
from tocsin.errors import NotHeldError
from tocsin.forecast import HORIZONS, Ensemble, Excitation, Forecast, Trees, ensemble, fit_risk
from tocsin.forecast.counts import fit_counts
from tocsin.forecast.ensemble import RIDGE, FittedEnsemble, stacked
from tocsin.forecast.exceedance import LOG_THRESHOLDS, THRESHOLDS, exceedances_of
from tocsin.forecast.model import TARGETS, Fitted, Model, Outlook
from tocsin.panel import History, build_panel

Floats = NDArray[np.float64]
LAST = len(THRESHOLDS) - 1
MONTH, END = FIRST + 131, FIRST + 143


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, rounds=15)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@cache
def planted() -> History:
    return History(build_panel(digest_of(rivals(months=144, pairs=10), last=END)))


@cache
def with_other_future() -> History:
    events = with_another_future(rivals(months=144, pairs=10), MONTH, last=END)
    return History(build_panel(digest_of(events, last=END)))


# Weights


def chances(*deaths: float) -> Floats:
    """Exceedances of forecasts that are sure of one number of deaths each: (cell, step, threshold)."""
    return (np.array(deaths)[:, None, None] > THRESHOLDS).astype(float)


def test_a_member_that_knows_all_beside_one_that_errs_by_hand() -> None:
    came = chances(0, 5, 40)
    # Each scale is relative to the error of the second: its own is 1 on both, so 2 in all; the first one's is 0.
    # Least 2 (1 - w)^2 + 2 RIDGE (w - 1/2)^2 is at w = (2 + RIDGE) / (2 + 2 RIDGE).
    weights = stacked(np.stack([came, chances(3, 5, 0)]), came, against=1)
    expected = (2 + RIDGE) / (2 + 2 * RIDGE)
    np.testing.assert_allclose(weights, [expected, 1 - expected], atol=1e-4)


def test_where_there_is_nothing_to_learn_the_members_have_equal_weights() -> None:
    came = chances(0, 5)
    for said in (np.stack([chances(1, 4)] * 3), np.stack([came] * 3)):
        np.testing.assert_allclose(stacked(said, came, against=2), [1 / 3] * 3, atol=1e-6)


def squared_error(said: Floats, other: Floats, came: Floats) -> tuple[float, float]:
    """Sums of products of two members' errors over cells, steps and thresholds by their widths, on both scales."""
    found = []
    for at, last in ((THRESHOLDS.astype(float), 1500.0), (LOG_THRESHOLDS, np.log(5001 / 3501))):
        total = 0.0
        for k in range(LAST + 1):
            width = at[k + 1] - at[k] if k < LAST else last
            total += width * float(((said - came)[..., k] * (other - came)[..., k]).sum())
        found.append(total)
    return found[0], found[1]


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.floats(0, 1))
def test_two_members_have_the_closed_form_of_the_simplex(seed: int, good: float) -> None:
    made = rng(seed)
    came = (made.integers(0, 60, (6, 2, 1)) > THRESHOLDS).astype(float)
    noise = [np.sort(made.random((6, 2, LAST + 1)), axis=-1)[..., ::-1] for _ in range(2)]
    said = np.stack([good * came + (1 - good) * noise[0], noise[1]])
    # a = first with first, b = first with second, c = second with second, summed over scales relative to the second.
    by_pair = [squared_error(said[i], said[j], came) for i, j in ((0, 0), (0, 1), (1, 1))]
    a, b, c = (sum(pair[s] / by_pair[2][s] for s in (0, 1)) for pair in by_pair)
    # w^2 a + 2 w (1 - w) b + (1 - w)^2 c + 2 RIDGE (w - 1/2)^2 has its least here, or at an end.
    best = np.clip((c - b + RIDGE) / (a - 2 * b + c + 2 * RIDGE), 0, 1)
    weights = stacked(said, came, against=1)
    np.testing.assert_allclose(weights, [best, 1 - best], atol=2e-3)
    assert weights.sum() == pytest.approx(1)


@settings(max_examples=20)
@given(st.integers(0, 2**31))
def test_the_member_nearer_to_what_came_has_more_weight_whatever_its_place(seed: int) -> None:
    made = rng(seed)
    came = (made.integers(0, 60, (20, 2, 1)) > THRESHOLDS).astype(float)
    said = np.stack([np.clip(came + sd * made.standard_normal(came.shape), 0, 1) for sd in (0.1, 0.4, 0.8)])
    weights = stacked(said, came, against=2)
    assert weights[0] > weights[1] > weights[2] - 1e-6
    assert (weights >= 0).all()
    turned = stacked(said[::-1], came, against=0)
    np.testing.assert_allclose(turned[::-1], weights, atol=2e-3)


def test_weights_are_learned_from_what_members_fitted_earlier_said_since(monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(planted().panel)  # of its own, since weights are learned once
    given: list[Floats] = []

    def spy(said: Floats, came: Floats, *, against: int) -> Floats:
        given.extend((said, came))
        return stacked(said, came, against=against)

    monkeypatch.setattr(ensemble, "stacked", spy)
    Ensemble().fit(history)
    said, came = given
    panel, deaths = history.panel, history.panel.deaths
    # Origins every six months from the early fit on, whose twelve months are over; every group seen by then.
    early = END - 12 - (144 - 36) // 3
    cells = [
        (origin, int(g))
        for origin in range(early, END - 12 + 1, 6)
        for g in np.flatnonzero(panel.seen[:, origin - FIRST])
    ]
    assert said.shape == (3, len(cells), 12, LAST + 1)
    expected = [deaths[g, t - FIRST + 1 : t - FIRST + 13, None] > THRESHOLDS for t, g in cells]
    np.testing.assert_array_equal(came, np.array(expected, float))
    # Climatology, with one draw in twenty from all groups: each of a group's twelve months as often as any other.
    own = np.array([(deaths[g, t - FIRST - 11 : t - FIRST + 1, None] > THRESHOLDS).mean(axis=0) for t, g in cells])
    everyone = np.array(
        [
            (deaths[panel.rows_by(t), t - FIRST - 11 : t - FIRST + 1, None] > THRESHOLDS).mean(axis=(0, 1))
            for t, _ in cells
        ]
    )
    np.testing.assert_allclose(said[2].mean(axis=1), 0.95 * own + 0.05 * everyone, atol=0.11)
    # The trees' are those of the count model of the early month, which saw nothing of what came.
    chance = [
        fit_counts(history.up_to(early)).exceedances(history.up_to(origin)) for origin in sorted({t for t, _ in cells})
    ]
    assert np.abs(said[0].mean(axis=1) - np.concatenate([c.mean(axis=1) for c in chance])).max() < 0.2


# Draws


@dataclass(frozen=True)
class Sure:
    """A member that says one number of deaths, and is asked for no draws in vain."""

    deaths: int

    def forecast(self, history: History, *, draws: int, rng: np.random.Generator, steps: int = 12) -> Forecast:
        assert draws > 0
        panel = history.panel
        samples = np.full((len(panel.groups), steps, draws), self.deaths, np.float32)
        return Forecast(samples, panel.groups, panel.last_month, "sure", panel.provenance.vintage)


@pytest.mark.parametrize(
    ("weights", "draws", "shares"),
    [
        ((0.5, 0.3, 0.2), 10, [5, 3, 2]),
        ((0.5, 0.3, 0.2), 1000, [500, 300, 200]),
        ((1.0, 0.0, 0.0), 7, [7, 0, 0]),
        # Rounded where shares end, so that they always make up the draws asked for: 1 1/3 and 2 2/3 of four.
        ((1 / 3, 1 / 3, 1 / 3), 4, [1, 2, 1]),
        ((0.4, 0.4, 0.2), 1, [0, 1, 0]),
    ],
)
def test_draws_are_split_by_weight(weights: tuple[float, ...], draws: int, shares: list[int]) -> None:
    history = History(panel_of([[3] * 20, [1] * 20]))
    members = {f"sure {k}": Sure(k) for k in range(3)}
    pool = FittedEnsemble("ensemble", members, np.array(weights), {})  # type: ignore[arg-type]
    samples = pool.forecast(history, draws=draws, rng=rng(), steps=2).samples
    assert samples.shape == (2, 2, draws)
    for cell in samples.reshape(4, draws):
        assert [int((cell == k).sum()) for k in range(3)] == shares


# The whole


def assert_same(one: Outlook, other: Outlook) -> None:
    assert one.forecast is not None
    assert other.forecast is not None
    np.testing.assert_array_equal(one.forecast.samples, other.forecast.samples)
    assert one.probabilities.keys() == other.probabilities.keys()
    for key, p in one.probabilities.items():
        np.testing.assert_array_equal(p, other.probabilities[key])


def fit_and_say(model: Model, history: History, *, draws: int = 40, seed: int = 5) -> tuple[Fitted, Outlook]:
    fitted = model.fit(history)
    return fitted, fitted.outlook(history, draws=draws, rng=rng(seed))


@pytest.mark.parametrize("model", [Ensemble(), Trees()], ids=lambda model: model.name)
def test_nothing_after_the_month_is_used(model: Model) -> None:
    calm, wild = (history.up_to(MONTH) for history in (planted(), with_other_future()))
    (one, ours), (other, theirs) = (fit_and_say(model, history) for history in (calm, wild))
    assert_same(ours, theirs)
    if isinstance(one, FittedEnsemble) and isinstance(other, FittedEnsemble):
        np.testing.assert_array_equal(one.weights, other.weights)
    a, b = (fit_and_say(model, history)[1] for history in (planted(), with_other_future()))
    assert a.probabilities["deaths25", 6].shape != b.probabilities["deaths25", 6].shape  # a year later all is changed


def test_what_the_ensemble_says_and_where_it_is_from() -> None:
    history = planted().up_to(MONTH)
    fitted, said = fit_and_say(Ensemble(), history)
    assert isinstance(fitted, FittedEnsemble)
    assert list(fitted.members) == ["trees", "excitation", "mixed_climatology_12"]
    assert fitted.weights.shape == (3,)
    assert fitted.weights.sum() == pytest.approx(1)
    assert said.forecast is not None
    assert (said.model, said.forecast.model, said.forecast.origin) == ("ensemble", "ensemble", MONTH)
    assert said.forecast.vintage == "planted 1"
    assert said.forecast.samples.shape == (len(history.panel.groups), 12, 40)
    # Probabilities are those of the stacked risk models, not of the samples.
    assert set(said.probabilities) == {(target, horizon) for target in TARGETS for horizon in HORIZONS}
    for target in TARGETS:
        for horizon in HORIZONS:
            expected = fit_risk(history, target).predict(history, horizon)[0]
            np.testing.assert_array_equal(said.probabilities[target, horizon], expected)


@pytest.mark.parametrize("model", [Ensemble(), Trees(), Excitation()], ids=lambda model: model.name)
def test_the_same_generator_gives_the_same_outlook_and_another_another(model: Model) -> None:
    history = planted().up_to(MONTH)
    fitted, first = fit_and_say(model, history)
    assert_same(first, fitted.outlook(history, draws=40, rng=rng(5)))
    other = fitted.outlook(history, draws=40, rng=rng(6)).forecast
    assert first.forecast is not None
    assert other is not None
    assert (other.samples != first.forecast.samples).any()
    if model.name != "excitation":
        # Probabilities do not depend on who asks, nor for how many draws.
        again = fitted.outlook(history, draws=3, rng=rng(6))
        for key, p in first.probabilities.items():
            np.testing.assert_array_equal(p, again.probabilities[key])


def test_a_member_draws_the_same_whatever_the_weights_of_the_others() -> None:
    history = planted().up_to(MONTH)
    fitted = Ensemble().fit(history)
    half, some = (
        replace(fitted, weights=np.array(weights)).forecast(history, draws=40, rng=rng()).samples
        for weights in ((0.5, 0.25, 0.25), (0.5, 0.5, 0.0))
    )
    np.testing.assert_array_equal(half[..., :20], some[..., :20])


@cache
def countries() -> History:
    """Countries stand where groups would, with the same kinds of figures."""
    panel = build_panel(digest_of(rivals(months=144, pairs=10), last=END))
    return History(replace(panel, unit="country")).up_to(MONTH)


@pytest.mark.parametrize("model", [Ensemble(), Trees()], ids=lambda model: model.name)
def test_countries_have_what_their_samples_say(model: Model) -> None:
    history = countries()
    fitted, _ = fit_and_say(model, history)
    if isinstance(fitted, FittedEnsemble):
        assert list(fitted.members) == ["trees", "mixed_climatology_12"]
        assert fitted.risk == {}
    # A year that begins two months after the history ends.
    said = fitted.outlook(history, draws=60, rng=rng(), steps=14)
    assert said.forecast is not None
    assert said.forecast.samples.shape == (len(history.panel.groups), 14, 60)
    assert set(said.probabilities) == {("deaths25", horizon) for horizon in HORIZONS}
    for (_, horizon), p in said.probabilities.items():
        np.testing.assert_array_equal(p, said.forecast.probability(25, horizon))


def test_draws_of_the_trees_have_the_chances_of_the_count_model_and_months_that_hang_together() -> None:
    history = planted().up_to(MONTH)
    forecast = Trees().fit(history).forecast(history, draws=4000, rng=rng(), steps=4)
    expected = fit_counts(history).exceedances(history, 4)
    assert np.abs(exceedances_of(forecast.samples) - expected).max() < 5 * 0.5 / np.sqrt(4000)
    live = int(expected[:, :, 0].mean(axis=1).argmax())
    assert spearmanr(forecast.samples[live, 0], forecast.samples[live, 3]).statistic > 0.15


def test_too_little_history_is_said_of_the_month_that_was_asked_for() -> None:
    for model in (Ensemble(), Trees()):
        with pytest.raises(NotHeldError, match=r"too little history to learn from by 1995-08"):
            model.fit(planted().up_to(FIRST + 79))
