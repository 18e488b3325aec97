"""The model of risk: no look-ahead, figures by hand, calibration, and a planted cause that it must find."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from planted_groups import FIRST, Event, digest_of, rivals, use_small_models, with_another_future
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast import HORIZONS, RiskModel, boosters, boosting, fit_risk, rank_by_decayed_deaths, risk
from tocsin.forecast.model import TARGETS, Target
from tocsin.forecast.risk import CALIBRATION_EVERY, EXCITATION_SHARES, early_month_of, excitation_scores
from tocsin.panel import History, build_panel
from tocsin.verify.ranking import average_precision

MONTHS = 300
LAST = FIRST + MONTHS - 1
MONTH = FIRST + 199  # two thirds of a planted history to learn from, the rest held apart
# A short and small history, for what needs no skill: 132 months to learn from of 144.
SHORT, SHORT_MONTH, SHORT_LAST = 144, FIRST + 131, FIRST + 143


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, rounds=25)


def history_of(events: list[Event], last: int) -> History:
    return History(build_panel(digest_of(events, last=last)))


@cache
def planted() -> History:
    return history_of(rivals(months=MONTHS), LAST)


@cache
def short() -> History:
    return history_of(rivals(months=SHORT, pairs=12), SHORT_LAST)


@cache
def short_with_another_future() -> History:
    events = with_another_future(rivals(months=SHORT, pairs=12), SHORT_MONTH, last=SHORT_LAST)
    return history_of(events, SHORT_LAST)


@cache
def fitted() -> RiskModel:
    """The fit on a part of the planted history that most tests look at; never changed."""
    return fit_risk(planted().up_to(MONTH), "deaths25")


def assert_same(one: RiskModel, other: RiskModel) -> None:
    """Every field of two fitted models is bit-identical."""
    assert one.boosters == other.boosters
    assert one.share == other.share
    assert (one.excitation is None) == (other.excitation is None)
    if one.excitation and other.excitation:
        np.testing.assert_array_equal(one.excitation.coefficients, other.excitation.coefficients)
        assert one.excitation.tail == other.excitation.tail
    assert one.horizons.keys() == other.horizons.keys()
    for horizon, at in one.horizons.items():
        its = other.horizons[horizon]
        assert at.calibrations == its.calibrations
        assert at.base_rates == its.base_rates


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_after_the_month_reaches_the_fit_or_what_it_says(target: Target) -> None:
    calm, wild = short(), short_with_another_future()
    later = slice(SHORT_MONTH - FIRST + 1, None)
    name = "Front 00a @ Mali"
    assert wild.panel.groups[0] == "AAA front @ Afghanistan"
    deaths = [h.panel.deaths[h.panel.index_of(name), later].sum() for h in (calm, wild)]
    assert deaths[1] > 2 * deaths[0]
    past = [h.up_to(SHORT_MONTH) for h in (calm, wild)]
    models = [fit_risk(h, target) for h in past]
    assert_same(*models)
    for horizon in HORIZONS:
        said = [model.predict(h, horizon) for model, h in zip(models, past, strict=True)]
        np.testing.assert_array_equal(*said)


def test_the_perturbation_is_strong_enough_to_be_seen_a_year_later() -> None:
    # The test above can only mean something if the changed figures do change a fit that may use them.
    one, other = (fit_risk(h, "deaths25") for h in (short(), short_with_another_future()))
    assert one.boosters.texts != other.boosters.texts


def test_threads_do_not_change_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    models = []
    for threads in (1, 4):
        monkeypatch.setattr(boosters, "THREADS", threads)
        fresh = History(short().panel).up_to(SHORT_MONTH)  # a history of its own, since a fit is made once
        models.append(fit_risk(fresh, "deaths25"))
    assert_same(*models)


def test_other_names_in_the_same_order_change_nothing() -> None:
    events: list[Event] = [
        (e[0], e[1], e[2], e[3].replace("Front", "Army"), e[4].replace("Front", "Army"), e[5])
        for e in rivals(months=SHORT, pairs=12)
    ]
    other = history_of(events, SHORT_LAST).up_to(SHORT_MONTH)
    assert_same(fit_risk(other, "deaths25"), fit_risk(short().up_to(SHORT_MONTH), "deaths25"))


def test_targets_and_months_are_fitted_apart_and_horizons_together() -> None:
    past = short().up_to(SHORT_MONTH)
    models = [fit_risk(past, "deaths25"), fit_risk(past, "mass_casualty"), fit_risk(short(), "deaths25")]
    assert len({model.boosters.texts for model in models}) == 3
    assert [(model.target, model.month) for model in models] == [
        ("deaths25", SHORT_MONTH),
        ("mass_casualty", SHORT_MONTH),
        ("deaths25", SHORT_LAST),
    ]
    p = [models[0].predict(past, horizon)[0] for horizon in HORIZONS]
    assert p[0].mean() < p[1].mean() < p[2].mean()


def test_another_horizon_is_refused() -> None:
    with pytest.raises(InputError, match="a horizon is 3, 6, 12 months, got 5"):
        fitted().at(5)


def test_too_little_history_is_said_with_the_first_possible_month() -> None:
    # The early fit needs 24 months before its first origin, 24 origins and the longest horizon: 60 months. It is made
    # 12 months and a third of the origins before: of 89 months 89 - 12 - (89 - 36) // 3 = 60, of 88 one fewer.
    with pytest.raises(NotHeldError, match=r"too little history.* by 1996-04.*first possible month is 1996-05$"):
        fit_risk(short().up_to(FIRST + 87), "deaths25")
    with pytest.raises(NotHeldError, match=r" by 1989-05.*first possible month is 1996-05$"):
        fit_risk(short().up_to(FIRST + 4), "deaths25")
    assert fit_risk(short().up_to(FIRST + 88), "deaths25").month == FIRST + 88


def test_the_early_fit_is_five_years_back_or_leaves_two_thirds_of_the_origins() -> None:
    assert early_month_of(planted()) == LAST - 60
    assert early_month_of(short()) == SHORT_LAST - 12 - (SHORT - 36) // 3


def test_without_an_outcome_there_is_nothing_to_learn() -> None:
    quiet: list[Event] = [
        ("Mali", FIRST + t, "state", f"g{g}", "Government of Mali", 1) for t in range(132) for g in range(5)
    ]
    for target in TARGETS:
        with pytest.raises(NotHeldError, match=f"no {target} outcome"):
            fit_risk(history_of(quiet, FIRST + 131), target)


def test_probabilities_lie_inside_their_intervals_and_inside_zero_and_one() -> None:
    for past in (planted().up_to(MONTH), planted()):
        for horizon in HORIZONS:
            p = fitted().predict(past, horizon)
            assert p.shape == (3, len(past.panel.groups))
            assert ((p > 0) & (p < 1)).all()
            assert ((p[1] <= p[0]) & (p[0] <= p[2])).all()


def test_the_interval_is_students_over_the_replicates_by_the_logit() -> None:
    past = planted().up_to(MONTH)
    each = fitted().replicates(past, 6)
    assert each.shape == (3, len(past.panel.groups))
    score = np.log(each / (1 - each))
    centre = score.mean(axis=0)
    half = stats.t.ppf(0.95, df=2) * score.std(axis=0, ddof=1)  # three replicates leave two degrees of freedom
    expected = 1 / (1 + np.exp(-np.stack([centre, centre - half, centre + half])))
    np.testing.assert_allclose(fitted().predict(past, 6), expected, rtol=1e-6)


def test_two_views_are_stacked_on_the_logit_scale_by_their_shares() -> None:
    past = planted().up_to(MONTH)
    model = fitted()
    assert model.excitation is not None
    trees = model.boosters.scores(past.features_now)
    said = model.excitation.outlook(past, draws=risk.EXCITATION_DRAWS, rng=np.random.default_rng([MONTH, 1]))
    share = EXCITATION_SHARES["deaths25"]
    least = 0.5 / risk.EXCITATION_DRAWS  # what no draw has shown may yet be half a draw
    for k, horizon in enumerate(HORIZONS):
        p = np.clip(said.probabilities["deaths25", horizon], least, 1 - least)
        expected = (1 - share) * trees + share * np.log(p / (1 - p))
        np.testing.assert_allclose(model.scores(past, horizon), expected, rtol=1e-9)
        np.testing.assert_allclose(excitation_scores(model.excitation, past, "deaths25")[k], np.log(p / (1 - p)))


def test_a_score_of_trees_is_the_mean_over_the_horizons() -> None:
    past = planted().up_to(MONTH)
    model = fit_risk(past, "deaths25", excitation=False)
    assert (model.excitation, model.share) == (None, 0.0)
    assert model.boosters == fitted().boosters  # shared, not fitted again
    each = np.stack([[boosting.scores(text, past.features_now) for text in texts] for texts in model.boosters.texts])
    assert each.shape == (3, 3, len(past.panel.groups))
    for horizon in HORIZONS:
        np.testing.assert_allclose(model.scores(past, horizon), each.mean(axis=1))


def rows_since(past: History, horizon: int) -> list[tuple[int, int]]:
    """Group and origin of what calibrates: every second month from five years back on, while the horizon is over."""
    origins = range(MONTH - FIRST - 60, MONTH - FIRST - horizon + 1, CALIBRATION_EVERY)
    return [(int(g), t) for t in origins for g in np.flatnonzero(past.panel.seen[:, t])]


def test_calibrations_count_the_groups_of_their_list_and_what_came_by_the_panel() -> None:
    past = planted().up_to(MONTH)
    deaths = past.panel.deaths
    for horizon in HORIZONS:
        rows = rows_since(past, horizon)
        came = np.array([deaths[g, t + 1 : t + 1 + horizon].sum() >= 25 for g, t in rows])
        ongoing = np.array([past.panel.ongoing[g, t] for g, t in rows])
        pairs = fitted().at(horizon).calibrations
        assert len(pairs) == 3
        for new, old in pairs:
            assert (new.cells, new.positives) == ((~ongoing).sum(), came[~ongoing].sum())
            assert (old.cells, old.positives) == (ongoing.sum(), came[ongoing].sum())


def test_calibrations_are_fitted_on_what_early_models_said_since(monkeypatch: pytest.MonkeyPatch) -> None:
    past = planted().up_to(MONTH)
    given: list[np.ndarray] = []
    fit = risk.LogitCalibration.fit

    def spy(p: np.ndarray, outcome: np.ndarray, **options: np.ndarray) -> risk.LogitCalibration:
        given.append(p)
        return fit(p, outcome, **options)

    monkeypatch.setattr(risk.LogitCalibration, "fit", spy)
    fit_risk(past, "deaths25")
    early = past.up_to(MONTH - 60)
    trees = boosters.fit_boosters(early, "deaths25", replicates=risk.EARLY_REPLICATES)
    other = risk.Excitation().fit(early)
    expected: dict[bool, list[float]] = {False: [], True: []}
    for t in range(MONTH - FIRST - 60, MONTH - FIRST - 6 + 1, CALIBRATION_EVERY):
        then = past.up_to(FIRST + t)
        score = 0.8 * trees.scores(then.features_now).mean(axis=0) + 0.2 * excitation_scores(other, then, "deaths25")[1]
        for g in np.flatnonzero(then.panel.seen[:, -1]):
            expected[bool(then.panel.ongoing[g, -1])].append(1 / (1 + np.exp(-score[g])))
    # Two lists for each of three replicates and three horizons; those of six months come in the middle.
    assert len(given) == 18
    for place in (6, 8, 10):
        np.testing.assert_allclose(given[place], expected[False])
        np.testing.assert_allclose(given[place + 1], expected[True])


@cache
def held_apart(horizon: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probability, decayed deaths and outcome of new risks at origins after the fit's month."""
    panel = planted().panel
    scores, baseline, happened = [], [], []
    for origin in range(MONTH, LAST - horizon + 1, 3):
        past = planted().up_to(origin)
        rows = np.flatnonzero(past.panel.seen[:, -1] & ~past.panel.ongoing[:, -1])
        scores.append(fitted().predict(past, horizon)[0][rows])
        baseline.append(rank_by_decayed_deaths(past.panel)[rows])
        t = origin - FIRST
        happened.append(panel.deaths[panel.rows_by(origin)[rows], t + 1 : t + 1 + horizon].sum(axis=1) >= 25)
    return np.concatenate(scores), np.concatenate(baseline), np.concatenate(happened)


def test_a_planted_cause_is_learned() -> None:
    p, recency, y = held_apart(3)
    ours, theirs = (average_precision(score, y) for score in (p, recency))
    assert y.sum() > 60
    # Nothing of a group's own deaths tells of the escalation that its rival's attack brings.
    assert theirs < 2 * y.mean()
    assert ours > 3 * theirs


@pytest.mark.parametrize("horizon", HORIZONS)
def test_what_is_said_comes_true_about_as_often(horizon: int) -> None:
    p, _, y = held_apart(horizon)
    assert p.mean() == pytest.approx(y.mean(), rel=0.35)
    # Among the half that is said to be likelier too.
    likely = p > np.median(p)
    assert p[likely].mean() == pytest.approx(y[likely].mean(), rel=0.35)
