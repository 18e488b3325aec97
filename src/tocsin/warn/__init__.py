"""From forecasts to warnings: levels, lists, the assessment."""

from __future__ import annotations

from tocsin.forecast.model import HORIZONS
from tocsin.warn.analogues import Analogue, Analogues, find_analogues
from tocsin.warn.assess import assess
from tocsin.warn.assessment import VIEWS, Assessment, GroupAssessment, NewEntrant, View
from tocsin.warn.brief import Brief, make_brief
from tocsin.warn.confidence import CONFIDENCES, Confidence, Weighed, weigh
from tocsin.warn.drivers import THEMES, Driver, leading
from tocsin.warn.explain import explain
from tocsin.warn.explanation import CellFigures, Explanation, MonthAhead, MonthFigures
from tocsin.warn.headline import headline, percent, shown
from tocsin.warn.levels import LEVELS, MEANING, Level, resurgent, view_levels
from tocsin.warn.record import Record, packaged_record
from tocsin.warn.wording import Wording, likelihood_words, load_wording

__all__ = [
    "CONFIDENCES",
    "HORIZONS",
    "LEVELS",
    "MEANING",
    "THEMES",
    "VIEWS",
    "Analogue",
    "Analogues",
    "Assessment",
    "Brief",
    "CellFigures",
    "Confidence",
    "Driver",
    "Explanation",
    "GroupAssessment",
    "Level",
    "MonthAhead",
    "MonthFigures",
    "NewEntrant",
    "Record",
    "View",
    "Weighed",
    "Wording",
    "assess",
    "explain",
    "find_analogues",
    "headline",
    "leading",
    "likelihood_words",
    "load_wording",
    "make_brief",
    "packaged_record",
    "percent",
    "resurgent",
    "shown",
    "view_levels",
    "weigh",
]
