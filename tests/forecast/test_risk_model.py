"""The boosted model of risk: no look-ahead, figures by hand, and a planted cause that it must find."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from planted_groups import FIRST, digest_of, rivals, use_small_models, with_another_future
from tocsin.errors import NotHeldError
from tocsin.forecast import RiskModel, fit_risk, rank_by_decayed_deaths, risk
from tocsin.panel import Panel, build_panel, feature_array
from tocsin.verify.ranking import average_precision

MONTHS = 300
LAST = FIRST + MONTHS - 1
MONTH = FIRST + 199  # half a planted history to learn from, the rest held apart


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_models(monkeypatch, rounds=25)


@cache
def planted() -> tuple[Panel, np.ndarray]:
    panel = build_panel(digest_of(rivals(months=MONTHS), last=LAST))
    return panel, feature_array(panel)


@cache
def other_future() -> tuple[Panel, np.ndarray]:
    panel = build_panel(digest_of(with_another_future(rivals(months=MONTHS), MONTH, last=LAST), last=LAST))
    return panel, feature_array(panel)


def fit(source: tuple[Panel, np.ndarray] | None = None, **changes: object) -> RiskModel:
    panel, features = source or planted()
    settings: dict[str, object] = {"target": "deaths25", "horizon": 3, "month": MONTH} | changes
    return fit_risk(panel, features, **settings)  # type: ignore[arg-type]


@cache
def fitted() -> RiskModel:
    """The fit on half the planted history that most tests look at; never changed."""
    return fit()


def assert_same(one: RiskModel, other: RiskModel) -> None:
    """Every field of two fitted models is bit-identical."""
    assert one.members == other.members
    assert one.calibrations == other.calibrations
    assert (one.base_rates, one.n_origins, one.n_outcomes) == (other.base_rates, other.n_origins, other.n_outcomes)
    for name, array in vars(one.cases).items():
        np.testing.assert_array_equal(array, getattr(other.cases, name))


@pytest.mark.parametrize("target", risk.TARGETS)
def test_nothing_after_the_month_reaches_the_fit(target: str) -> None:
    calm, wild = planted()[0], other_future()[0]
    later = slice(MONTH - FIRST + 1, None)
    same = wild.index_of("Front 00a @ Mali")
    assert wild.groups[0] == "AAA front @ Afghanistan"
    assert wild.deaths[same, later].sum() > 2 * calm.deaths[calm.index_of("Front 00a @ Mali"), later].sum()
    assert_same(fit(target=target), fit(other_future(), target=target))


def test_the_perturbation_is_strong_enough_to_be_seen_a_year_later() -> None:
    # The test above can only mean something if the changed figures do change a fit that may use them.
    assert fit(month=MONTH + 12).members != fit(other_future(), month=MONTH + 12).members


def test_workers_do_not_change_the_fit() -> None:
    assert_same(fit(workers=1), fitted())


def test_targets_horizons_and_months_are_fitted_apart() -> None:
    assert len({fitted().members, fit(horizon=6).members, fit(month=MONTH - 1).members}) == 3


def test_too_little_history_is_said_with_the_first_possible_month() -> None:
    # 24 months before the first origin, 48 origins, and the horizon: month 24 + 48 + 3 = the 75th, March 1995.
    with pytest.raises(NotHeldError, match=r"too little history.*first possible month is 1995-03"):
        fit(month=FIRST + 73)
    assert fit(month=FIRST + 74).month == FIRST + 74


def test_without_an_outcome_there_is_nothing_to_learn() -> None:
    quiet = [("Mali", FIRST + t, "state", f"g{g}", "Government of Mali", 1) for t in range(120) for g in range(5)]
    panel = build_panel(digest_of(quiet, last=FIRST + 119))
    for target in risk.TARGETS:
        with pytest.raises(NotHeldError, match=f"no {target} outcome"):
            fit((panel, feature_array(panel)), target=target, month=FIRST + 119)


def test_base_rates_by_hand() -> None:
    # Origins 0..135 are over by month 136 + 3; the ten years are origins 16..135 (120 of them).
    # `war` has 30 deaths in every month: ongoing at all 120 origins, always 25 ahead.
    # `late` has one death in month 0 and 30 in month 100: as a new risk at origins 16..99 (84), with 25 ahead within
    # three months at 97, 98, 99; ongoing at 100..111 (12) with none ahead; a new risk again at 112..135 (24).
    # `calm` has one death at the start: a new risk at all 120 origins, never 25 ahead.
    state = "Government of Mali"
    events = [("Mali", FIRST + t, "state", "war", state, 30) for t in range(139)]
    events += [("Mali", FIRST, "state", "late", state, 1), ("Mali", FIRST + 100, "state", "late", state, 30)]
    events += [("Mali", FIRST, "state", "calm", state, 1), ("Mali", FIRST + 138, "state", "calm", state, 1)]
    # Before the ten years: crossings that must not count.
    events += [("Mali", FIRST + 3, "state", "calm", state, 24)]
    panel = build_panel(digest_of(events, last=FIRST + 138))
    model = fit((panel, feature_array(panel)), month=FIRST + 138)
    assert model.base_rates == pytest.approx((3 / (84 + 24 + 120), 120 / 132))
    # Learned from: origins 24..135, three groups each.
    assert (model.n_origins, model.n_outcomes) == (3 * 112, 112 + 3)


def test_probabilities_lie_inside_their_intervals_and_inside_zero_and_one() -> None:
    panel, features = planted()
    model = fitted()
    g, t = np.nonzero(panel.seen)
    p = model.predict(features[g, t], panel.ongoing[g, t])
    assert p.shape == (3, len(g))
    assert ((p > 0) & (p < 1)).all()
    assert ((p[1] <= p[0]) & (p[0] <= p[2])).all()
    members = model.member_probabilities(features[g[:50], t[:50]], panel.ongoing[g[:50], t[:50]])
    assert members.shape == (risk.MEMBERS, 50)
    # Mean and spread on the logit scale, 1.645 standard deviations for 90%.
    score = np.log(members / (1 - members))
    centre, half = score.mean(axis=0), 1.645 * score.std(axis=0, ddof=1)
    np.testing.assert_allclose(
        p[:, :50], 1 / (1 + np.exp(-np.stack([centre, centre - half, centre + half]))), rtol=1e-6
    )


def test_cases_are_past_outcomes_by_the_panel() -> None:
    panel, _ = planted()
    cases = fit(horizon=6, month=LAST).cases
    # 60 calibration months, every group seen at each; the last origin ends at the fit's month.
    last = LAST - FIRST - 6
    g, t = np.nonzero(panel.seen[:, last - 59 : last + 1])
    t += last - 59
    expected = [panel.deaths[a, b + 1 : b + 7].sum() for a, b in zip(g, t, strict=True)]
    np.testing.assert_array_equal(cases.deaths_ahead, expected)
    np.testing.assert_array_equal(cases.ongoing, panel.ongoing[g, t])
    three = np.array([panel.deaths[a, b - 2 : b + 1].sum() for a, b in zip(g, t, strict=True)])
    twelve = np.array([panel.deaths[a, b - 11 : b + 1].sum() for a, b in zip(g, t, strict=True)])
    np.testing.assert_allclose(cases.pace, (three / 3 + twelve / 12) / 2)


def test_a_planted_cause_is_learned() -> None:
    panel, features = planted()
    model = fitted()
    outcome = panel.future_deaths(3) >= 25
    scores, baseline, happened = [], [], []
    for origin in range(MONTH - FIRST, MONTHS - 3):  # all after the fit's month
        rows = np.flatnonzero(panel.seen[:, origin] & ~panel.ongoing[:, origin])
        scores.append(model.predict(features[rows, origin], np.zeros(len(rows), bool))[0])
        baseline.append(rank_by_decayed_deaths(panel.up_to(FIRST + origin))[rows])
        happened.append(outcome[rows, origin])
    y = np.concatenate(happened)
    ours, theirs = (average_precision(np.concatenate(s), y) for s in (scores, baseline))
    assert y.sum() > 100
    # Nothing of a group's own deaths tells of the escalation that its rival's attack brings.
    assert theirs < 2 * y.mean()
    assert ours > 3 * theirs
    # Said as often as it happened, overall: probabilities, not only ranks.
    assert np.concatenate(scores).mean() == pytest.approx(y.mean(), rel=0.35)
