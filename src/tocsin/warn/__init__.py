"""From forecasts to warnings: levels, lists, the assessment."""

from __future__ import annotations

from tocsin.forecast.model import HORIZONS
from tocsin.warn.assess import assess
from tocsin.warn.assessment import VIEWS, Assessment, GroupAssessment, NewEntrant, View
from tocsin.warn.headline import headline, percent
from tocsin.warn.levels import LEVELS, Level, resurgent, view_levels
from tocsin.warn.record import Record, packaged_record

__all__ = [
    "HORIZONS",
    "LEVELS",
    "VIEWS",
    "Assessment",
    "GroupAssessment",
    "Level",
    "NewEntrant",
    "Record",
    "View",
    "assess",
    "headline",
    "packaged_record",
    "percent",
    "resurgent",
    "view_levels",
]
