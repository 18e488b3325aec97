"""The trees as a scikit-learn estimator: its own checks, splits that respect time, scores that are the project's."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
import sklearn.base
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from planted_groups import FIRST, digest_of, panel_of, rivals
from tocsin.doors import sklearn as door
from tocsin.doors.sklearn import GroupRisk, OriginSplit, RiskCases, risk_cases, scorers
from tocsin.errors import InputError
from tocsin.forecast import boosting
from tocsin.forecast.boosters import PARAMS
from tocsin.months import month_id
from tocsin.panel import FEATURES, History, build_panel

SMALL: dict[str, Any] = {"rounds": 20, "min_data_in_leaf": 20, "random_state": 1}
# LightGBM counts rows, not weights, for leaves and bins, and draws rows for each tree.
EXCEPTIONS = {"check_sample_weight_equivalence_on_dense_data": "rows are counted, not weights"}


@parametrize_with_checks(
    [GroupRisk(rounds=40, min_data_in_leaf=5, random_state=1)], expected_failed_checks=lambda _: EXCEPTIONS
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@cache
def planted() -> RiskCases:
    return risk_cases(build_panel(digest_of(rivals(months=120, pairs=8), last=FIRST + 119)), "deaths25", horizon=6)


def test_cases_by_hand() -> None:
    deaths = [0] * 30 + [30] + [0] * 9
    deaths[0] = 1
    made = risk_cases(panel_of([deaths]), "deaths25", horizon=6)
    # Origins from the 25th month on whose six months are over by the 40th.
    assert made.origins.tolist() == list(range(FIRST + 24, FIRST + 34))
    # 30 deaths in the 31st month come within six months of the 25th to the 30th.
    assert made.y.tolist() == [1] * 6 + [0] * 4
    assert made.names == tuple(feature.name for feature in FEATURES)
    assert made.X.shape == (10, len(FEATURES))
    assert made.X[:, made.names.index("since_death")].tolist() == [24, 25, 26, 27, 28, 29, 0, 1, 2, 3]
    assert set(made.units) == {"g0 @ Mali"}


def test_cases_use_nothing_after_their_origin() -> None:
    whole = History(build_panel(digest_of(rivals(months=120, pairs=4), last=FIRST + 119)))
    cut = risk_cases(whole.up_to(FIRST + 80), horizon=6)
    full = risk_cases(whole, horizon=6)
    early = full.origins <= FIRST + 74
    keys = zip(full.units, full.origins, strict=True)
    there = dict(zip(keys, full.X, strict=True))
    assert early.sum() == len(cut.y)
    for unit, origin, row in zip(cut.units, cut.origins, cut.X, strict=True):
        assert np.array_equal(there[unit, origin], row)


@pytest.mark.parametrize(
    ("panel", "options", "message"),
    [
        ([[1] * 40], {"target": "deaths"}, "a target is deaths25 or mass_casualty"),
        ([[1] * 40], {"horizon": 4}, "a horizon 3, 6, 12 months"),
        ([[1] * 29], {}, "a panel of 29 months has no origin"),
    ],
)
def test_cases_that_cannot_be(panel: list[list[int]], options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        risk_cases(panel_of(panel), **options)


@given(st.integers(1, 5), st.integers(1, 12), st.integers(1, 6), st.integers(0, 1000))
def test_splits_never_learn_what_was_not_known(n: int, horizon: int, months: int, seed: int) -> None:
    origins = np.random.default_rng(seed).permutation(np.repeat(np.arange(300, 380), 3))
    seen: list[int] = []
    for learned, tested in OriginSplit(n, horizon, months).split(origins, groups=origins):
        begin = origins[tested].min()
        # The outcome of an origin is known `horizon` months after it: at the first tested origin at the latest.
        assert (origins[learned] + horizon <= begin).all()
        assert set(learned) == set(np.flatnonzero(origins + horizon <= begin))
        assert np.unique(origins[tested]).tolist() == list(range(begin, begin + months))
        seen += np.unique(origins[tested]).tolist()
    assert seen == list(range(380 - n * months, 380))


def test_splits_that_cannot_be() -> None:
    with pytest.raises(InputError, match=r"groups=cases\.origins"):
        next(OriginSplit().split([1, 2]))
    with pytest.raises(InputError, match="leave nothing to learn"):
        list(OriginSplit(5, 6, 12).split([0] * 50, groups=np.arange(50)))
    with pytest.raises(InputError, match="at least 1"):
        OriginSplit(n_splits=0)


def test_it_finds_a_planted_cause_ahead_of_chance() -> None:
    cases = planted()
    splits = OriginSplit(n_splits=2, horizon=6, test_months=12)
    model = GroupRisk(**SMALL)
    found = cross_val_score(
        model, cases.X, cases.y, groups=cases.origins, cv=splits, scoring=scorers()["average_precision"]
    )
    tested = [test for _, test in splits.split(cases.X, groups=cases.origins)]
    assert (found > [1.3 * cases.y[test].mean() for test in tested]).all()


def test_it_is_the_projects_own_trees() -> None:
    cases = planted()
    model = GroupRisk(**SMALL).fit(cases.X, cases.y)
    params = PARAMS | {"min_data_in_leaf": 20, "seed": int(np.random.RandomState(1).randint(2**31 - 1))}
    data = boosting.dataset(cases.X.astype(float), cases.y.astype(np.float32), max_bin=PARAMS["max_bin"])
    own = boosting.chances(boosting.train(params, data, 20), cases.X.astype(float))
    assert np.array_equal(model.predict_proba(cases.X)[:, 1], own)
    assert model.get_params()["num_leaves"] == PARAMS["num_leaves"]


def test_it_lives_among_scikit_learns_tools() -> None:
    cases = planted()
    X, y, origins = cases.X[::4], cases.y[::4], cases.origins[::4]
    splits = OriginSplit(n_splits=2, horizon=6)
    search = GridSearchCV(GroupRisk(**SMALL), {"num_leaves": [2, 6]}, cv=splits, scoring=scorers())
    search.refit = "log_score"
    search.fit(X, y, groups=origins)
    assert search.best_params_["num_leaves"] in (2, 6)
    assert all((search.cv_results_[f"mean_test_{name}"] < 0).all() for name in ("brier", "log_score"))
    pipe = make_pipeline(StandardScaler(), GroupRisk(**SMALL)).fit(X, y)
    assert pipe.predict_proba(X).shape == (len(X), 2)
    again = sklearn.base.clone(pipe).fit(X, y)
    assert np.array_equal(again.predict_proba(X), pipe.predict_proba(X))
    said = cross_val_predict(GroupRisk(**SMALL), X, y, cv=3, method="predict_proba")
    assert np.allclose(said.sum(axis=1), 1.0)


def test_names_of_features_are_kept_and_asked_for() -> None:
    cases = planted()
    frame = pd.DataFrame(cases.X[::10], columns=list(cases.names))
    model = GroupRisk(**SMALL).fit(frame, cases.y[::10])
    assert model.feature_names_in_.tolist() == list(cases.names)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[frame.columns[::-1]])


@pytest.mark.parametrize(("y", "message"), [([1] * 60, "one class only"), ([0, 1, 2] * 20, "Only binary")])
def test_outcomes_that_cannot_be(y: list[int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        GroupRisk().fit(np.zeros((60, 2)), y)


def test_scores_are_those_of_scikit_learn_where_it_has_them() -> None:
    cases = planted()
    model = GroupRisk(**SMALL).fit(cases.X, cases.y)
    p = model.predict_proba(cases.X)[:, 1]
    said = {name: scorer(model, cases.X, cases.y) for name, scorer in scorers().items()}
    assert said["brier"] == pytest.approx(-brier_score_loss(cases.y, p))
    assert said["average_precision"] == pytest.approx(average_precision_score(cases.y, p), abs=0.01)  # ties
    assert said["log_score"] == pytest.approx(-log_loss(cases.y, np.clip(p, 0.0005, 0.9995)), rel=1e-6)


def test_scores_of_thinned_cases_are_those_of_all_that_they_stand_for() -> None:
    cases = planted()
    rng = np.random.default_rng(1)
    weight = rng.choice([1.0, 5.0], len(cases.y))
    model = GroupRisk(**SMALL).fit(cases.X, cases.y)
    whole = np.repeat(np.arange(len(cases.y)), weight.astype(int))
    for name, scorer in scorers().items():
        thinned = scorer(model, cases.X, cases.y, sample_weight=weight)
        assert thinned == pytest.approx(scorer(model, cases.X[whole], cases.y[whole]), rel=1e-9)
        assert thinned != pytest.approx(scorer(model, cases.X, cases.y), rel=1e-6), name


def test_weights_reach_fits_and_scores_by_metadata_routing() -> None:
    cases = planted()
    weight = np.where(cases.origins % 3 == 0, 5.0, 1.0)
    splits = OriginSplit(n_splits=2, horizon=6, test_months=12)
    by_hand = []
    for learned, tested in splits.split(cases.X, groups=cases.origins):
        model = GroupRisk(**SMALL).fit(cases.X[learned], cases.y[learned], sample_weight=weight[learned])
        scorer = scorers()["brier"]
        by_hand.append(scorer(model, cases.X[tested], cases.y[tested], sample_weight=weight[tested]))
    with sklearn.config_context(enable_metadata_routing=True):
        routed = cross_val_score(
            GroupRisk(**SMALL).set_fit_request(sample_weight=True),
            cases.X,
            cases.y,
            cv=splits,
            scoring=scorers()["brier"].set_score_request(sample_weight=True),
            params={"groups": cases.origins, "sample_weight": weight},
        )
    assert routed.tolist() == by_hand


def test_months_are_those_of_the_project() -> None:
    assert planted().origins.min() == month_id(date(1991, 1, 1))


def test_without_scikit_learn_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    spec = importlib.util.spec_from_file_location("a_copy_of_the_door", door.__file__)
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(InputError, match=r"needs scikit-learn\. Hint: pip install"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
