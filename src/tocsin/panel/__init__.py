"""The digest as dense arrays at an as-of day, and the features computed from them."""

from __future__ import annotations

from tocsin.panel.country import CountryActuals, read_country_actuals, read_country_months
from tocsin.panel.features import FEATURES, Feature, feature_array
from tocsin.panel.history import History
from tocsin.panel.panel import CROSSING_DEATHS, Panel, build_panel

__all__ = [
    "CROSSING_DEATHS",
    "FEATURES",
    "CountryActuals",
    "Feature",
    "History",
    "Panel",
    "build_panel",
    "feature_array",
    "read_country_actuals",
    "read_country_months",
]
