"""LightGBM (Ke et al. 2017), and the one door to it: every call here is made with a single thread.

LightGBM holds its number of threads once for the whole process and sets it anew with each call that takes settings. A
data set made with its defaults while a model is fitted elsewhere therefore changes the number under that fit's feet,
which sizes its buffers by it, and the process dies. Models run side by side instead, each in one thread; a fit is then
the same on any number of processors.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

ALONE: dict[str, Any] = {"num_threads": 1, "verbose": -1}


def dataset(
    features: NDArray[Any],
    label: NDArray[np.float32] | None = None,
    weight: NDArray[np.float64] | None = None,
    *,
    max_bin: int = 255,
    free_raw_data: bool = True,
) -> Any:
    """A LightGBM data set of features (row, feature); built by the fit that first uses it, with that fit's seed."""
    import lightgbm

    params = ALONE | {"max_bin": max_bin}
    return lightgbm.Dataset(features, label, weight=weight, params=params, free_raw_data=free_raw_data)


def train(params: dict[str, Any], data: Any, rounds: int) -> str:
    """Fit `rounds` trees and return the model as text."""
    import lightgbm

    text: str = lightgbm.train(params | ALONE, data, rounds).model_to_string()
    return text


def scores(text: str, features: NDArray[Any]) -> Scores:
    """Scores of the rows of `features` on the logit scale."""
    return np.asarray(_model(text).predict(features, raw_score=True, **ALONE), np.float64)


def chances(text: str, features: NDArray[Any]) -> Scores:
    """Probabilities of the rows of `features`."""
    return np.asarray(_model(text).predict(features, **ALONE), np.float64)


def shap(text: str, features: NDArray[Any]) -> Scores:
    """TreeSHAP values (row, feature + 1), the last column the expected score."""
    return np.asarray(_model(text).predict(features, pred_contrib=True, **ALONE), np.float64)


@lru_cache(maxsize=512)
def _model(text: str) -> Any:
    import lightgbm

    return lightgbm.Booster(model_str=text)
