"""Forecasts as samples, the baselines, the learned models, and the headline model that stacks them."""

from __future__ import annotations

from tocsin.forecast.baselines import (
    BASELINES,
    BaseRate,
    Climatology,
    HurdleLognormal,
    LastValue,
    MixedClimatology,
    Recency,
    Zero,
    rank_by_decayed_deaths,
    rank_by_mass_casualty,
)
from tocsin.forecast.ensemble import Ensemble
from tocsin.forecast.excitation import Excitation
from tocsin.forecast.forecast import Forecast
from tocsin.forecast.model import HORIZONS, TARGETS, Fitted, Model, Outlook, Target
from tocsin.forecast.registry import HEADLINE, MODELS, learned_for, models_named
from tocsin.forecast.risk import RiskModel, fit_risk
from tocsin.forecast.trees import Trees

__all__ = [
    "BASELINES",
    "HEADLINE",
    "HORIZONS",
    "MODELS",
    "TARGETS",
    "BaseRate",
    "Climatology",
    "Ensemble",
    "Excitation",
    "Fitted",
    "Forecast",
    "HurdleLognormal",
    "LastValue",
    "MixedClimatology",
    "Model",
    "Outlook",
    "Recency",
    "RiskModel",
    "Target",
    "Trees",
    "Zero",
    "fit_risk",
    "learned_for",
    "models_named",
    "rank_by_decayed_deaths",
    "rank_by_mass_casualty",
]
