"""Models by name, for options and tables."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.errors import InputError, did_you_mean
from tocsin.forecast.baselines import BASELINES
from tocsin.forecast.ensemble import Ensemble
from tocsin.forecast.excitation import Excitation
from tocsin.forecast.model import Model
from tocsin.forecast.trees import Trees

LEARNED: tuple[Model, ...] = (Trees(), Excitation(), Ensemble())
# Tried against the model they vary, and no part of the headline model; scored when they are named.
VARIANTS: tuple[Model, ...] = (Excitation("excitation_cross", "excitation_cross-1", cross=True),)
MODELS: dict[str, Model] = {model.name: model for model in (*BASELINES, *LEARNED, *VARIANTS)}
# The model whose record is told beside what `assess` says.
HEADLINE = "ensemble"
# Models of single events, which a file of countries does not have.
_OF_GROUPS_ONLY = frozenset({"excitation"})


def learned_for(unit: str) -> tuple[str, ...]:
    """Names of the learned models that can forecast a `group` or a `country`."""
    return tuple(model.name for model in LEARNED if unit == "group" or model.name not in _OF_GROUPS_ONLY)


def models_named(names: Sequence[str]) -> tuple[Model, ...]:
    """The models of these names, in this order. Raises `InputError` for an unknown or repeated name."""
    for name in names:
        if name not in MODELS:
            raise InputError(f"no model {name!r}; there are {', '.join(MODELS)}.{did_you_mean(name, MODELS)}")
    if len(set(names)) < len(names):
        raise InputError(f"each model once, got {', '.join(names)}")
    return tuple(MODELS[name] for name in names)
