"""Models by name, for options and tables."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.errors import InputError, did_you_mean
from tocsin.forecast.baselines import BASELINES
from tocsin.forecast.model import Model

MODELS: dict[str, Model] = {model.name: model for model in BASELINES}


def models_named(names: Sequence[str]) -> tuple[Model, ...]:
    """The models of these names, in this order. Raises `InputError` for an unknown or repeated name."""
    for name in names:
        if name not in MODELS:
            raise InputError(f"no model {name!r}; there are {', '.join(MODELS)}.{did_you_mean(name, MODELS)}")
    if len(set(names)) < len(names):
        raise InputError(f"each model once, got {', '.join(names)}")
    return tuple(MODELS[name] for name in names)
