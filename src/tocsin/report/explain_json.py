"""Everything about one group for JSON, under the keys that docs/explain.md documents."""

from __future__ import annotations

from typing import Any

from tocsin.digest.tables import cell_centre
from tocsin.groups import DEATHS_ARE
from tocsin.warn.assessment import plain
from tocsin.warn.explanation import Explanation


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
