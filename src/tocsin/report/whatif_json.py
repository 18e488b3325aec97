"""A comparison of options as one JSON document: all that was asked, all that came of it, what it rests on.

The keys, stable, are in docs/commands.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tocsin import __version__
from tocsin.errors import InputError
from tocsin.replay.record import write_whole
from tocsin.whatif.comparison.result import Comparison
from tocsin.whatif.document import plain, scenario_document

__all__ = ["comparison_document", "plain", "save_document", "scenario_document"]


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
