"""A comparison of options as one JSON document: all that was asked, all that came of it, what it rests on.

The keys, stable, are in docs/commands.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tocsin import __version__
from tocsin.errors import DataError, InputError, MissingFileError
from tocsin.replay.record import write_whole
from tocsin.whatif.comparison.result import Comparison
from tocsin.whatif.document import plain, scenario_document
from tocsin.whatif.scenario import NOT_A_FORECAST

__all__ = ["comparison_document", "plain", "read_document", "save_document", "scenario_document"]

# What a saved result must hold to be set beside others.
_NEEDED = {"what", "scenario", "draws", "seed", "outcomes", "differences", "choices"}


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as a document of plain values, with the program that made it; a figure not there is null."""
    return {"program": f"tocsin {__version__}", **comparison.to_dict()}


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
