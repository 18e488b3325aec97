"""What every exported file says of itself, and how it gets onto the disk."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import polars as pl

from tocsin import __version__
from tocsin.digest import Provenance
from tocsin.errors import InputError
from tocsin.forecast import Forecast
from tocsin.spreadsheet import csv_text


def origin_of(forecast: Forecast, provenance: Provenance | None) -> dict[str, str]:
    """Where a forecast comes from, as text: model, day, vintage, draws, version; licence and citation if known.

    Those of `provenance` go before those of the forecast itself.
    """
    told = {
        "model": forecast.model,
        "as_of": forecast.as_of.isoformat(),
        "vintage": forecast.vintage,
        "draws": str(forecast.samples.shape[2]),
        "made_with": f"tocsin {__version__}",
    }
    if provenance is None:
        known = {"licence": forecast.licence, "citation": forecast.citation}
        return told | {name: text for name, text in known.items() if text}
    told |= {"licence": provenance.licence, "citation": provenance.citation}
    return told | ({"notes": " ".join(provenance.notes)} if provenance.notes else {})


def write_table(table: pl.DataFrame, path: Path, told: Mapping[str, str]) -> None:
    """Write Parquet (with where it comes from in the file's own metadata) or CSV, all of it or nothing."""
    if path.suffix == ".csv":
        _written(path, lambda half: half.write_text(csv_text(table), encoding="utf-8", newline=""))
    else:
        _written(path, lambda half: table.write_parquet(half, metadata=dict(told)))


def write_text(text: str, path: Path) -> None:
    """Write a text file, all of it or nothing."""
    _written(path, lambda half: half.write_text(text, encoding="utf-8"))


def as_yaml(values: Mapping[str, str]) -> str:
    """Lines of YAML; a string as JSON has it is one that YAML reads."""
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())


def file_word(name: str, what: str) -> str:
    """A name of letters, digits and underscores, for others' rules on file names; other characters become underscores.

    Raises `InputError` where nothing is left.
    """
    word = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
    if not word:
        raise InputError(f"{what} is a name of letters and digits, got {name!r}")
    return word


def _written(path: Path, write: Callable[[Path], object]) -> None:
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(half)
        half.replace(path)
    except OSError as error:
        raise InputError(f"{path} can not be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):  # its folder may not be one
            half.unlink(missing_ok=True)
