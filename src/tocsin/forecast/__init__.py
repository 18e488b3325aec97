"""Forecasts as samples, the baselines, and the boosted model of risk."""

from __future__ import annotations

from tocsin.forecast.baselines import (
    BASELINES,
    Climatology,
    HurdleLognormal,
    LastValue,
    MixedClimatology,
    Zero,
    rank_by_decayed_deaths,
    rank_by_mass_casualty,
)
from tocsin.forecast.forecast import Forecast
from tocsin.forecast.risk import RiskModel, fit_risk

__all__ = [
    "BASELINES",
    "Climatology",
    "Forecast",
    "HurdleLognormal",
    "LastValue",
    "MixedClimatology",
    "RiskModel",
    "Zero",
    "fit_risk",
    "rank_by_decayed_deaths",
    "rank_by_mass_casualty",
]
