"""Results as documents of plain values, for JSON: what a scenario is about, and figures that JSON has words for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tocsin.months import month_label
from tocsin.whatif.scenario import Option, Scenario


def scenario_document(scenario: Scenario) -> dict[str, Any]:
    """What a scenario is about: place, days, sides, options; its numbers stay in its file."""
    return {
        "name": scenario.name,
        "title": scenario.title,
        "theatre": scenario.theatre,
        "as_of": scenario.as_of.isoformat(),
        "data_until": None if scenario.data_until is None else scenario.data_until.isoformat(),
        "vintage": scenario.vintage,
        "citation": scenario.citation,
        "notes": list(scenario.notes),
        "from": month_label(scenario.first),
        "to": month_label(scenario.first + scenario.months - 1),
        "months": scenario.months,
        "horizons": list(scenario.horizons),
        "ruler": scenario.ruler,
        "foreign_presence": scenario.foreign_presence,
        "sides": [{"name": side.name, "kind": side.kind} for side in scenario.sides],
        "options": [_option(option) for option in scenario.options],
    }


def plain(value: Any) -> Any:
    """The value without what JSON has no word for: figures that are none become null, tuples and arrays lists.

    Figures are given to six digits.
    """
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return plain(value.tolist()) if hasattr(value, "tolist") else value


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "title": option.title,
        "about": option.about,
        "levers": dict(option.levers),
        "from": month_label(option.first),
        "to": month_label(option.last),
    }
