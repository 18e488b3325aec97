"""The trees of the risk model as a scikit-learn estimator, with cases to fit it on and splits that respect time.

    cases = risk_cases(build_panel(load_digest(load_settings())), "deaths25", horizon=6)
    for learned, tested in OriginSplit(horizon=6).split(cases.X, groups=cases.origins):
        model = GroupRisk().fit(cases.X[learned], cases.y[learned], sample_weight=cases.weight[learned])
        scorers()["brier"](model, cases.X[tested], cases.y[tested], sample_weight=cases.weight[tested])

Cases are thinned: of long silent groups one month in five is kept, and counts fivefold. So scores want the weights as
much as fits do; without them silent groups count for a fifth, and the outcome looks more usual than it is.
`cross_val_score` passes weights on to scorers only with scikit-learn's metadata routing (docs/doors.md has it).

It is the part of the model that scikit-learn has words for: one set of trees for one outcome and horizon, on the
features of the panel. The model of `tocsin assess` also averages horizons and bootstrap replicates, mixes in the
self-exciting model and calibrates on earlier years; its record is not that of this estimator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.forecast import boosting
from tocsin.forecast.boosters import PARAMS, ROUNDS
from tocsin.forecast.cases import FIRST_ORIGIN, learning_cases
from tocsin.forecast.model import HORIZONS, TARGETS, Target
from tocsin.forecast.outcomes import last_origin, outcomes
from tocsin.panel import FEATURES, History, Panel
from tocsin.verify import average_precision, brier, log_score

try:
    _base: Any = import_module("sklearn.base")
    _validation: Any = import_module("sklearn.utils.validation")
    _utils: Any = import_module("sklearn.utils")
    _multiclass: Any = import_module("sklearn.utils.multiclass")
    _routing: Any = import_module("sklearn.utils.metadata_routing")
except ModuleNotFoundError:
    raise InputError("tocsin.doors.sklearn needs scikit-learn. Hint: pip install scikit-learn") from None

Floats = NDArray[np.float64]
# Half a draw of a thousand, as in the replay: a probability of 0 is never meant.
LOG_SCORE_FLOOR = 0.0005


@dataclass(frozen=True, eq=False)
class RiskCases:
    """Group-months with what was known at each and what came: the table that a classifier takes.

    `X` is float32 (case, feature), `names` its columns; `y` is 1 where the outcome came within the horizon; `origins`
    are months as months.py numbers them, `units` the groups, `weight` what each case counts for in fits and in scores
    (long silent groups are thinned to one in five months, the kept ones counting fivefold).
    """

    X: NDArray[np.float32]
    y: NDArray[np.int64]
    names: tuple[str, ...]
    origins: NDArray[np.int64]
    units: tuple[str, ...]
    weight: Floats
    target: Target
    horizon: int
    vintage: str


def risk_cases(history: History | Panel, target: Target = "deaths25", *, horizon: int = 6) -> RiskCases:
    """The cases of a panel whose outcome is known by its end, those that the risk model itself learns from.

    Origins begin two years after the panel. Raises `InputError` for a target or horizon that there is not, or a panel
    too short to have an origin.
    """
    if target not in TARGETS or horizon not in HORIZONS:
        raise InputError(
            f"a target is {' or '.join(TARGETS)} and a horizon {', '.join(map(str, HORIZONS))} months; "
            f"got {target!r}, {horizon!r}"
        )
    history = History(history) if isinstance(history, Panel) else history
    panel = history.panel
    last = last_origin(panel, horizon)
    if last < FIRST_ORIGIN:
        raise InputError(
            f"a panel of {panel.n_months} months has no origin with {FIRST_ORIGIN} months before it and {horizon} after"
        )
    g, t, weight = learning_cases(history, last)
    return RiskCases(
        X=history.features[g, t],
        y=outcomes(panel, target, horizon)[g, t].astype(np.int64),
        names=tuple(feature.name for feature in FEATURES),
        origins=(t + panel.first_month).astype(np.int64),
        units=tuple(panel.groups[row] for row in g),
        weight=weight,
        target=target,
        horizon=horizon,
        vintage=panel.provenance.vintage,
    )


@dataclass(frozen=True)
class OriginSplit:
    """Splits by origin, forward in time: learned is only from origins whose outcome was known at the first one tested.

    The tested origins are the last `n_splits` runs of `test_months` months, the earliest first. `groups` are the
    origins (as `RiskCases.origins`), `horizon` the months until an outcome is known.
    """

    n_splits: int = 5
    horizon: int = 6
    test_months: int = 12

    def __post_init__(self) -> None:
        if min(self.n_splits, self.horizon, self.test_months) < 1:
            raise InputError(
                "n_splits, horizon and test_months are at least 1; "
                f"got {self.n_splits}, {self.horizon}, {self.test_months}"
            )

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many splits there are."""
        return self.n_splits

    def get_metadata_routing(self) -> Any:
        """With scikit-learn's metadata routing, `groups` (the origins) are passed on to `split`."""
        request = _routing.MetadataRequest(owner=self)
        request.split.add_request(param="groups", alias=True)
        return request

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Places of what is learned from and of what is tested. Raises `InputError` where nothing is left to learn."""
        if groups is None:
            raise InputError("splits by origin need the origins. Hint: groups=cases.origins")
        origins = np.asarray(groups)
        first = int(origins.max()) + 1 - self.n_splits * self.test_months
        for k in range(self.n_splits):
            begin = first + k * self.test_months
            learned = np.flatnonzero(origins + self.horizon <= begin)
            tested = np.flatnonzero((origins >= begin) & (origins < begin + self.test_months))
            if not learned.size or not tested.size:
                raise InputError(
                    f"{self.n_splits} splits of {self.test_months} months leave nothing to learn from or to test in "
                    f"origins {int(origins.min())} to {int(origins.max())}"
                )
            yield learned, tested


def _weights(given: Any, X: Floats) -> Floats:
    """One weight a case; a single number is that of all. Raises `InputError` (a `ValueError`) for another shape."""
    if isinstance(given, int | float | np.number):
        return np.full(len(X), float(given))
    weight: Floats = _validation.check_array(given, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weight.ndim != 1:
        raise InputError(f"sample_weight is one number for each case, got an array of shape {weight.shape}")
    _validation.check_consistent_length(X, weight)
    if not weight.any():
        raise InputError("Sample weights must contain at least one non-zero number.")
    return weight


class GroupRisk(_base.ClassifierMixin, _base.BaseEstimator):  # type: ignore[misc]
    """The boosted trees of the risk model for one outcome, as a binary classifier.

    By default the settings of the risk model (chosen on origins of 2000-2009). One thread; the same `random_state`
    gives the same trees. Missing values (nan) are allowed. LightGBM counts rows, not weights, for the least size of a
    leaf and for bins, and draws rows for each tree: a row of weight two is not quite that row twice.
    """

    def __init__(
        self,
        *,
        rounds: int = ROUNDS,
        num_leaves: int = PARAMS["num_leaves"],
        learning_rate: float = PARAMS["learning_rate"],
        min_data_in_leaf: int = PARAMS["min_data_in_leaf"],
        feature_fraction: float = PARAMS["feature_fraction"],
        bagging_fraction: float = PARAMS["bagging_fraction"],
        lambda_l2: float = PARAMS["lambda_l2"],
        random_state: Any = None,
    ) -> None:
        self.rounds = rounds
        self.num_leaves = num_leaves
        self.learning_rate = learning_rate
        self.min_data_in_leaf = min_data_in_leaf
        self.feature_fraction = feature_fraction
        self.bagging_fraction = bagging_fraction
        self.lambda_l2 = lambda_l2
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> GroupRisk:
        """Fit on features (case, feature) and outcomes of two classes. Raises `InputError` (a `ValueError`) for one."""
        X, y = _validation.validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        _multiclass.check_classification_targets(y)
        if (kind := _multiclass.type_of_target(y)) != "binary":
            raise InputError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_, label = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(f"outcomes are of one class only ({self.classes_[0]}): nothing can be learned from them")
        weight = None if sample_weight is None else _weights(sample_weight, X)
        params = PARAMS | {
            "num_leaves": self.num_leaves,
            "learning_rate": self.learning_rate,
            "min_data_in_leaf": self.min_data_in_leaf,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "lambda_l2": self.lambda_l2,
            "seed": int(_utils.check_random_state(self.random_state).randint(2**31 - 1)),
        }
        data = boosting.dataset(X, label.astype(np.float32), weight, max_bin=PARAMS["max_bin"])
        self.trees_ = boosting.train(params, data, self.rounds)
        return self

    def predict_proba(self, X: Any) -> Floats:
        """The probability of each class, in the order of `classes_`: (case, 2)."""
        _validation.check_is_fitted(self)
        X = _validation.validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        p = boosting.chances(self.trees_, X)
        return np.column_stack([1.0 - p, p])

    def decision_function(self, X: Any) -> Floats:
        """The log odds of the second class."""
        _validation.check_is_fitted(self)
        X = _validation.validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return boosting.scores(self.trees_, X)

    def predict(self, X: Any) -> NDArray[Any]:
        """The likelier class of each case; a warning goes by the probability and not by this."""
        second = self.decision_function(X) > 0  # first, since it says where nothing was fitted
        likelier: NDArray[Any] = self.classes_[second.astype(int)]
        return likelier

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags


def mean_brier(y: Any, p: Any, sample_weight: Any = None) -> float:
    """Mean Brier score of probabilities of the outcome 1, each case weighted; see `tocsin.verify.brier`."""
    return float(np.average(brier(np.asarray(p, float), np.asarray(y, float)), weights=sample_weight))


def mean_log_score(y: Any, p: Any, sample_weight: Any = None) -> float:
    """Mean log score (natural), each case weighted, probabilities kept away from 0 and 1.

    See `tocsin.verify.log_score`.
    """
    said = log_score(np.asarray(p, float), np.asarray(y, float), floor=LOG_SCORE_FLOOR)
    return float(np.average(said, weights=sample_weight))


def ranked(y: Any, score: Any, sample_weight: Any = None) -> float:
    """Average precision of a ranking, each case weighted, ties shared; see `tocsin.verify.average_precision`."""
    return float(average_precision(np.asarray(score, float), np.asarray(y, float), weight=sample_weight))


def scorers() -> dict[str, Any]:
    """The project's scores for `scoring=` of scikit-learn, higher is better: Brier and log score come negated.

    Each takes `sample_weight`, and wants that of `RiskCases`, since its cases are thinned.
    """
    make: Any = import_module("sklearn.metrics").make_scorer
    return {
        "brier": make(mean_brier, response_method="predict_proba", greater_is_better=False),
        "log_score": make(mean_log_score, response_method="predict_proba", greater_is_better=False),
        "average_precision": make(ranked, response_method="predict_proba"),
    }
