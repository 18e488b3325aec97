"""From forecasts to warnings: levels, lists, the assessment."""

from __future__ import annotations

from tocsin.forecast.model import HORIZONS
from tocsin.warn.assess import assess
from tocsin.warn.assessment import VIEWS, Assessment, GroupAssessment, View
from tocsin.warn.headline import headline, percent
from tocsin.warn.levels import LEVELS, Level, resurgent, view_levels

__all__ = [
    "HORIZONS",
    "LEVELS",
    "VIEWS",
    "Assessment",
    "GroupAssessment",
    "Level",
    "View",
    "assess",
    "headline",
    "percent",
    "resurgent",
    "view_levels",
]
