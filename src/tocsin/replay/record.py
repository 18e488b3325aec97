"""A replay on disk: one directory, filled part by part, that an interrupted replay goes on with.

`replay.json` says what the replay is of, `parts/YYYY-MM.parquet` holds the cells of one fit month, `summary.json` what
they come to once all are there. Every file is put in place whole. Nothing in it can run code when read.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from filelock import FileLock, Timeout

from tocsin.errors import DataError, InputError, MissingFileError, StoreBusyError
from tocsin.months import month_label
from tocsin.private import private_folder

MANIFEST, SUMMARY, PARTS, LOCK = "replay.json", "summary.json", "parts", ".lock"
FORMAT = 1
# What must be the same for an interrupted replay to go on, in words.
_IDENTITY = {
    "format": "the layout of the directory",
    "tocsin": "the version of tocsin",
    "plan": "the plan",
    "sha256": "the figures",
    "models": "the models' versions",
}


def default_directory(home: Path, manifest: Mapping[str, Any]) -> Path:
    """The folder of a replay in the store's folder: a readable name, and a hash of what makes the replay."""
    told = json.dumps({name: manifest[name] for name in _IDENTITY}, sort_keys=True)
    plan, key = manifest["plan"], hashlib.sha256(told.encode()).hexdigest()[:10]
    return home / "replays" / f"{plan['unit']}-{plan['from']}-to-{plan['to']}-{key}"


@contextmanager
def opened(directory: Path, manifest: Mapping[str, Any]) -> Iterator[None]:
    """Hold the directory of this replay, made where there is none.

    Raises `InputError` where it holds another replay or something else, `StoreBusyError` where a process is at it.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError(f"{directory} is a file; a replay is saved as a folder")
    path = directory / MANIFEST
    if directory.is_dir() and not path.exists() and any(p.name != LOCK for p in directory.iterdir()):
        raise InputError(f"{directory} holds other things than a replay. Hint: name an empty or a new folder")
    private_folder(directory / PARTS)
    try:
        with FileLock(directory / LOCK, timeout=0):
            if path.exists():
                _check_same(read_json(path), manifest, directory)
            else:
                write_whole(path, _json(manifest))
            yield
    except Timeout:
        raise StoreBusyError(f"another process is at work on the replay in {directory}") from None


def _check_same(held: dict[str, Any], manifest: Mapping[str, Any], directory: Path) -> None:
    for name, words in _IDENTITY.items():
        old, new = held.get(name), manifest[name]
        if old == new:
            continue
        detail = ""
        if isinstance(old, dict) and isinstance(new, dict):
            keys = sorted(key for key in old | new if old.get(key) != new.get(key))
            detail = ": " + "; ".join(
                f"{key} {_short(old.get(key))} there, {_short(new.get(key))} here" for key in keys
            )
        raise InputError(
            f"{directory} holds another replay: it differs in {words}{detail}. Hint: name another folder, or delete "
            "this one"
        )


def _short(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def part_path(directory: Path, month: int) -> Path:
    """Where the cells of a fit month lie."""
    return directory / PARTS / f"{month_label(month)}.parquet"


def read_part(directory: Path, month: int, origins: Sequence[int]) -> pl.DataFrame | None:
    """The cells of a fit month; None where they are not there whole, for these origins."""
    try:
        cells = pl.read_parquet(part_path(directory, month))
        return cells if cells["origin"].unique().sort().to_list() == list(origins) else None
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def write_part(directory: Path, month: int, cells: pl.DataFrame) -> None:
    """Put the cells of a fit month in place."""
    packed = io.BytesIO()
    cells.write_parquet(packed, compression="zstd")
    write_whole(part_path(directory, month), packed.getvalue())


def read_json(path: Path) -> dict[str, Any]:
    """One of the directory's JSON files. Raises `MissingFileError` or `DataError` with its name."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingFileError(f"{path}: not there, so {path.parent} holds no replay") from None
    except (ValueError, OSError, RecursionError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from None
    if not isinstance(raw, dict):
        raise DataError(f"{path}: is not what a replay writes there")
    return raw


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Put a JSON file in place."""
    write_whole(path, _json(content))


def _json(content: Mapping[str, Any]) -> bytes:
    """JSON with a row to a line: tables of thousands of rows are read by people too."""
    parts = []
    for name, value in content.items():
        told = [_one_line(item) for item in value] if isinstance(value, list) else []
        listed = "[\n  " + ",\n  ".join(told) + "\n ]" if told else _one_line(value)
        parts.append(f" {_one_line(name)}: {listed}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that a reader finds the old content or the new one, never a part."""
    temporary = path.with_name(f".new-{os.getpid()}-{path.name}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
