"""How it is done, in plain words: what is counted, how it is judged, what it cannot know, what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.digest import MASS_CASUALTY_DEATHS
from tocsin.digest.load import PACKAGED_SOURCE
from tocsin.forecast import deaths_ahead, newcomers
from tocsin.forecast.boosters import REPLICATES
from tocsin.forecast.model import HORIZONS
from tocsin.forecast.outcomes import BASE_RATE_MONTHS
from tocsin.forecast.risk import CALIBRATION_MONTHS, EXCITATION_SHARES, MODEL_VERSION
from tocsin.months import first_day, last_day
from tocsin.panel import CROSSING_DEATHS
from tocsin.panel.features import FEATURES
from tocsin.report.brief.end import METHOD, NOT_FOR, reading, what_came, wording_table
from tocsin.rivalry import fit, result
from tocsin.warn import confidence
from tocsin.warn.analogues import BEFORE, CASES, SHOWN
from tocsin.warn.assess import DEATHS_NOTE, SELECTION_NOTE
from tocsin.warn.drivers import THEMES
from tocsin.warn.explain import CELL_MONTHS
from tocsin.warn.level_record import HORIZON
from tocsin.warn.levels import HOLD_MONTHS, MEANING, VIEW_WORDS, WARNING_PROBABILITY, WARNING_RATIO, WATCH_RATIO
from tocsin.warn.lines import DEATHS_DRAWS
from tocsin.warn.past import lead_curve
from tocsin.web.asked import Asked
from tocsin.web.links import PATHS, Links
from tocsin.web.page import Found, Page
from tocsin.web.page_sources import of_provenance
from tocsin.web.questions.method import InForce, InForceAnswer
from tocsin.web.words import JANUARY_WORDS
from tocsin.whatif.catalogue import VARIANT_NAMES
from tocsin.whatif.files.reading import packaged_scenarios

NAME = "method"
# Every number of the text, by the name that the template calls it.
FIGURES: Mapping[str, Any] = {
    "crossing": CROSSING_DEATHS,
    "massive": MASS_CASUALTY_DEATHS,
    "horizons": HORIZONS,
    "watch_ratio": WATCH_RATIO,
    "warning_ratio": WARNING_RATIO,
    "warning_probability": WARNING_PROBABILITY,
    "hold_months": HOLD_MONTHS,
    "model": MODEL_VERSION,
    "features": len(FEATURES),
    "themes": THEMES,
    "shares": EXCITATION_SHARES,
    "replicates": REPLICATES,
    "calibration_years": CALIBRATION_MONTHS // 12,
    "base_rate_years": BASE_RATE_MONTHS // 12,
    "draws": DEATHS_DRAWS,
    "deaths_interval": deaths_ahead.LEVEL,
    "entrant_months": newcomers.HORIZON,
    "cases": CASES,
    "cases_shown": SHOWN,
    "case_months": BEFORE,
    "cell_months": CELL_MONTHS,
    "narrow": confidence.NARROW,
    "wide": confidence.WIDE,
    "many": confidence.MANY_CASES,
    "few": confidence.FEW_CASES,
    "long_known": confidence.LONG_KNOWN,
    "just_seen": confidence.JUST_SEEN,
    "link_interval": result.INTERVAL,
    "notable_response": fit.NOTABLE_RESPONSE,
    "notable_share": fit.NOTABLE_SHARE,
    "shifts": fit.SHIFTS,
    "variants": VARIANT_NAMES,
    "record_horizon": HORIZON,
}


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The page; the settings and the figures named on it are those of the day asked for."""
    in_force = InForce(asked)

    def context(found: Found, links: Links) -> dict[str, Any]:
        held: InForceAnswer = found[in_force]
        return {
            "held": held,
            "figures": FIGURES,
            "outcomes": VIEW_WORDS,
            "first_day": first_day(held.provenance.first_month),
            "last_day": last_day(held.provenance.last_month),
            "meaning": MEANING,
            "in_short": reading(f"within {asked.horizon} months"),
            "made": METHOD,
            "deaths_note": DEATHS_NOTE,
            "selection_note": SELECTION_NOTE if held.provenance.source == PACKAGED_SOURCE else "",
            "january": JANUARY_WORDS,
            "caveat": confidence.CAVEAT,
            "words": wording_table(held.wording, held.language),
            "came": what_came(held.levels) if held.levels else None,
            "leads": lead_curve(held.levels) if held.levels else None,
            "scenarios": packaged_scenarios(),
            "not_for": NOT_FOR,
            "sources": of_provenance(held.provenance, held.as_of, held.as_of_mode),
        }

    return Page(
        name=NAME,
        path=PATHS[NAME],
        title="Method, in plain words",
        template="method.html",
        asked=asked,
        context=context,
        needs=(in_force,),
    )
