"""A comparison of options as one JSON document: all that was asked, all that came of it, what it rests on.

The keys, stable, are in docs/commands.md.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tocsin import __version__
from tocsin.errors import DataError, InputError, MissingFileError
from tocsin.months import month_label
from tocsin.replay.record import write_whole
from tocsin.report.whatif_words import reference_of
from tocsin.whatif.comparison import Comparison, Conclusion, Flip
from tocsin.whatif.scenario import NOT_A_FORECAST, Option, Scenario

INTERVAL = 0.9
_TABLES = ("outcomes", "differences", "choices", "decisive")
# What a saved result must hold to be set beside others.
_NEEDED = {"what", "scenario", "draws", "seed", "outcomes", "differences", "choices"}


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as a document of plain values; a figure that is not there is null."""
    scenario = comparison.scenario
    said = {
        "what": NOT_A_FORECAST,
        "program": f"tocsin {__version__}",
        "scenario": scenario_document(scenario),
        "draws": comparison.draws,
        "points": comparison.points,
        "reference": reference_of(scenario),
        "seed": scenario.seed,
        "replicates": comparison.replicates,
        "variants": [{"name": name, "draws": draws} for name, draws in comparison.variants.items()],
        "switched_off": list(scenario.off),
        "left_out": list(comparison.left_out),
        "interval": INTERVAL,
        **{name: [asdict(row) for row in getattr(comparison, name)] for name in _TABLES},
        "flips": [_flip(row) for row in comparison.flips],
        "conclusions": [_conclusion(row) for row in comparison.conclusions],
        "bands": [
            {
                "variant": band.variant,
                "option": band.option,
                "outcome": band.outcome,
                "group": band.group,
                **{name: [float(v) for v in getattr(band, name)] for name in ("mean", "low", "median", "high")},
            }
            for band in comparison.bands
        ],
    }
    found: dict[str, Any] = plain(said)
    return found


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


def save_document(document: dict[str, Any], path: Path) -> None:
    """Write a document whole, or not at all. Raises `InputError` for a path that cannot be written."""
    content = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    try:
        write_whole(path, f"{content}\n".encode())
    except OSError as error:
        raise InputError(f"{path} can not be written: {error.strerror or error}") from None


def read_document(path: Path) -> dict[str, Any]:
    """A document that `comparison_document` made and a run saved.

    Raises `MissingFileError` where there is no file, `DataError` for anything else than such a document.
    """
    if not path.is_file():
        raise MissingFileError(f"there is no file {path}")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path} is no JSON: {error}") from None
    if not isinstance(found, dict) or not set(found).issuperset(_NEEDED) or found["what"] != NOT_A_FORECAST:
        raise DataError(f"{path} is no result of a what-if run. Hint: tocsin whatif run SCENARIO --output {path.name}")
    return found


def _flip(row: Flip) -> dict[str, Any]:
    limits = [{"quantity": name, "low": low, "high": high} for name, (low, high) in row.limits.items()]
    return {**asdict(replace(row, limits={})), "limits": limits}


def _conclusion(row: Conclusion) -> dict[str, Any]:
    rests = [{"quantity": name, "evidence": evidence} for name, evidence in row.rests_on]
    return {**asdict(row), "rests_on": rests}


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "title": option.title,
        "about": option.about,
        "levers": dict(option.levers),
        "from": month_label(option.first),
        "to": month_label(option.last),
    }


def plain(value: Any) -> Any:
    """The value without what JSON has no word for: figures that are none become null, tuples lists."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return plain(value.item()) if hasattr(value, "item") else value
