"""An explanation made by hand, for the tests of what is printed and written of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from planted_groups import Event, digest_of
from planted_lines import assessment, line, war
from planted_rivalry import ANSWERS, planted_rivalry
from tocsin.groups import Theatre, group_facts
from tocsin.groups.offshoots import Offshoot
from tocsin.months import first_day, month_id
from tocsin.warn.analogues import Analogue, Analogues
from tocsin.warn.assessment import GroupAssessment
from tocsin.warn.drivers import Driver
from tocsin.warn.explanation import CellFigures, Explanation, MonthAhead, MonthFigures

NOW = month_id(date(2020, 12, 1))
ON_DEATHS = "Watch (prepare): number 7 by the probability of 25 deaths or more within 6 months."
ON_MASS = "Warning (act): number 2 by the probability of a mass-casualty attack within 6 months."
REASONS: dict[str, Any] = {
    "level_sentence": ON_DEATHS,
    "reference_deaths25": 0.06,
    "reference_mass_casualty": 0.004,
    "drivers_deaths25": (
        Driver("momentum", 2.34, 1.9, ("Deaths rose.", "Twice those of before.")),
        Driver("rivals", 0.434, None, ("A rival's attack in May 2020.",)),
        Driver("age", 1.02, 1.02, ("It is old.",)),
        Driver("self-exciting model", 1.05, 1.05, ()),
    ),
    "drivers_mass_casualty": (Driver("severity", 12.6, 12.6, ("One attack with 30 deaths.",)),),
    "analogues": Analogues(
        nearest=(
            Analogue("MNLM @ Niger", date(2009, 6, 30), 0.817, (0,) * 12 + (1,) * 12, (40,) + (0,) * 11, 1),
            Analogue("FLM @ Mali", date(2016, 6, 30), 0.5, (2,) * 24, (0,) * 12, 0),
        ),
        n=30,
        came_deaths25=12,
        came_mass_casualty=3,
        base_rate_deaths25=0.05,
        base_rate_mass_casualty=0.011,
        pool="new_risk",
    ),
}
EVENTS: list[Event] = [
    ("Mali", NOW - 40, "state", "JNIM", "Government of Mali", 6),
    ("Mali", NOW - 3, "nonstate", "JNIM", "IS", 8),
    ("Mali", NOW - 2, "nonstate", "AQIM", "IS", 3),
    ("Mali", NOW - 1, "state", "AQIM, JNIM", "Government of Mali", 5),
]


def explanation(on: GroupAssessment | None = None, **changes: Any) -> Explanation:
    """JNIM in Mali as of the end of 2020, on watch; `changes` override fields, `on` the line."""
    shown = on or line(level="watch", record_deaths25_n=143, record_deaths25_share=0.22, **REASONS)
    fields: dict[str, Any] = {
        "assessment": assessment(shown, tree_share_deaths25=0.72, tree_share_mass_casualty=1.0),
        "facts": group_facts(digest_of(EVENTS, last=NOW).monthly, "JNIM", Theatre("Mali", ("Mali",)), NOW),
        "history": tuple(
            MonthFigures(first_day(NOW - ago), 6 * (ago == 40), 8 * (ago == 3), 0, int(ago in (3, 40)), 0)
            for ago in reversed(range(120))
        ),
        "ahead": tuple(
            MonthAhead(first_day(NOW + step), 3.21 * step, 0.0, 1.0, 12.0, 0.67, 0.0, 8.0) for step in range(1, 7)
        ),
        "cells": (CellFigures(180 * 720 + 361, 2, 1), CellFigures(1, 3, 8)),
        "offshoots": (
            Offshoot("JNIM @ Mali", "FLM @ Mali", date(2017, 3, 1), 0.875, ("IS", "state"), clashed=False),
            Offshoot("IS @ Mali", "JNIM @ Mali", date(2019, 3, 1), 0.5, ("state",), clashed=True),
        ),
        "rivalry": planted_rivalry(("JNIM", "IS", "AQIM"), {(1, 0): ANSWERS}, theatre="Mali"),
    }
    return Explanation(**(fields | changes))


def at_war(**changes: Any) -> GroupAssessment:
    """The line of an ongoing war with its reasons."""
    return war("JNIM @ Mali", **(REASONS | {"level": "warning", "level_sentence": ON_MASS} | changes))
