"""Everything about one group for JSON, under the keys that docs/explain.md documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from typing import Any

from tocsin.groups import DEATHS_ARE
from tocsin.warn.explanation import Explanation

_CELLS_A_ROW = 720


def explanation_dict(explanation: Explanation) -> dict[str, Any]:
    """Plain values under the documented keys, dates as ISO strings, numbers that are none as null.

    What the assessment holds of the day, the data and the models stands first, the group's line under `line`.
    """
    head = plain(explanation.assessment)
    for not_of_one_group in ("groups", "new_entrants", "headline"):
        head.pop(not_of_one_group)
    facts = plain(explanation.facts)
    del facts["as_of_month"]  # `data_until` in the head
    facts |= {"theatre": explanation.facts.theatre.name, "countries": list(explanation.facts.theatre.countries)}
    facts["notes"] = list(explanation.facts.notes())
    return {
        **head,
        "theatre": explanation.line.theatre,
        "line": plain(explanation.line),
        "facts": facts,
        "deaths_are": DEATHS_ARE,
        "history": [{**plain(month), "deaths": month.deaths} for month in explanation.history],
        "ahead": plain(explanation.ahead),
        "cells": [
            {"cell": at.cell, "lat": lat, "lon": lon, "events": at.events, "deaths": at.deaths}
            for at in explanation.cells
            for lat, lon in [cell_centre(at.cell)]
        ],
        "offshoots": plain(explanation.offshoots),
        "rivalry": None if explanation.rivalry is None else explanation.rivalry.to_dict(),
    }


def cell_centre(cell: int) -> tuple[float, float]:
    """Latitude and longitude of the centre of a half-degree cell, from its PRIO-GRID number.

    >>> cell_centre(1), cell_centre(360 * 720), cell_centre(180 * 720 + 361)
    ((-89.75, -179.75), (89.75, 179.75), (0.25, 0.25))
    """
    row, column = divmod(cell - 1, _CELLS_A_ROW)
    return row / 2 - 89.75, column / 2 - 179.75


def plain(value: Any) -> Any:
    """Dataclasses as objects, sequences as lists, days as ISO strings, numbers that JSON has no word for as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, tuple | list):
        return [plain(held) for held in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value
