"""Assessments made by hand, for the tests of what is said and shown of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from tocsin.warn import Assessment, GroupAssessment
from tocsin.warn.drivers import Driver


def line(group: str = "JNIM @ Mali", **changes: Any) -> GroupAssessment:
    """One group's line, a new risk at rank 1; `changes` override fields."""
    actor, _, theatre = group.rpartition(" @ ")
    fields: dict[str, Any] = {
        "group": group,
        "actor": actor,
        "theatre": theatre,
        "list": "new_risk",
        "previously_crossed": False,
        "resurgent": False,
        "level": "none",
        "level_target": None,
        "level_sentence": "No level: number 1 by the probability. The mark for watch is not reached.",
        "p_deaths25": 0.2,
        "p_deaths25_low": 0.1,
        "p_deaths25_high": 0.4,
        "base_rate_deaths25": 0.015,
        "p_mass_casualty": 0.03,
        "p_mass_casualty_low": 0.01,
        "p_mass_casualty_high": 0.08,
        "base_rate_mass_casualty": 0.0012,
        "expected_deaths": 12.4,
        "expected_deaths_low": 0.0,
        "expected_deaths_high": 1234.0,
        "deaths_last_3m": 3,
        "deaths_last_12m": 1020,
        "p_deaths25_previous": 0.18,
        "rank_new_risk": 1,
        "rank_ongoing": None,
        "rank_mass_casualty": 1,
        "recent_deaths": (0, 1, 8),
        "record_deaths25_n": None,
        "record_deaths25_share": None,
        "record_mass_casualty_n": None,
        "record_mass_casualty_share": None,
        "words_deaths25": "unlikely",
        "words_mass_casualty": "almost no chance",
        "confidence": "low",
        "confidence_deaths25": "moderate",
        "confidence_mass_casualty": "low",
        "confidence_reasons": ("A reason.", "Another."),
        "reference_deaths25": 0.08,
        "reference_mass_casualty": 0.001,
        "drivers_deaths25": (
            Driver("momentum", 2.5, 2.0, ("9 deaths in the last 3 months.",)),
            Driver("rivals", 0.8, None, ("No other group came up.",)),
            Driver("self-exciting model", 1.4, 1.3, ("A second model, with 20% of the weight.",)),
        ),
        "drivers_mass_casualty": (Driver("severity", 12.0, 11.0, ("2 attacks on civilians in the last 12 months.",)),),
        "analogues": None,
    }
    return GroupAssessment(**(fields | changes))


def war(group: str = "IS @ Iraq", **changes: Any) -> GroupAssessment:
    """The line of an ongoing war, at rank 1 of its list and 2 of the mass-casualty view."""
    fields = {"list": "ongoing", "rank_new_risk": None, "rank_ongoing": 1, "rank_mass_casualty": 2}
    return line(group, **(fields | {"base_rate_deaths25": 0.41, "base_rate_mass_casualty": 0.058} | changes))


def assessment(*groups: GroupAssessment, **changes: Any) -> Assessment:
    """An assessment of these lines as of 31 December 2020."""
    fields: dict[str, Any] = {
        "as_of": date(2020, 12, 31),
        "as_of_mode": "reconstructed",
        "lag_days": 0,
        "data_until": date(2020, 12, 31),
        "horizon_months": 6,
        "theatre": None,
        "vintage": "ucdp-ged 21.1",
        "licence": "CC BY 4.0",
        "citation": "A source (2021)",
        "model": "boosted-1, fitted on figures to 2020-12",
        "tree_share_deaths25": 0.8,
        "tree_share_mass_casualty": 0.65,
        "wording": "icd203",
        "language": "en",
        "headline": "The most important thing.",
        "notes": ("A note.",),
        "groups": groups,
        "new_entrants": (),
        "record": None,
    }
    return Assessment(**(fields | changes))
