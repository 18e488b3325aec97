"""How to cite what is in use: the program, the data in force, the model of the assessment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tocsin.digest import load_digest
from tocsin.forecast.registry import HEADLINE
from tocsin.forecast.risk import MODEL_VERSION
from tocsin.results import Traced
from tocsin.settings import Settings


def cite(settings: Settings, as_of: date | None = None) -> Traced:
    """What there is to cite of a day (default: the end of the data), without a fit. Raises as `load_digest` does."""
    told = load_digest(settings, as_of=as_of).comes_from
    model = f"{HEADLINE} ({MODEL_VERSION})"
    return replace(told, what="Figures and assessments of armed groups", model=model, as_of=as_of or told.as_of)
