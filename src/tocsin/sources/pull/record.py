"""Where a downloaded file is from: a small JSON file beside it, by which a later pull knows it again.

ged241-csv.zip                     the file
ged241-csv.zip.source.json         address, size, hash, what the server said of its version
ged241-csv.zip.part (.part.json)   what came of one not yet whole, and of which version
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Version:
    """What a server said of the version of a file; `etag` and `last_modified` as it wrote them."""

    etag: str | None
    last_modified: str | None
    size: int | None  # bytes

    @property
    def validator(self) -> str | None:
        """What `If-Range` may be asked with: a strong ETag, else the date (RFC 9110, 13.1.5)."""
        strong = self.etag if self.etag and not self.etag.startswith("W/") else None
        # What a server wrote with other letters cannot be sent back.
        return next(
            (text for text in (strong, self.last_modified) if text and text.isascii() and text.isprintable()), None
        )

    def differs_from(self, other: Version) -> bool:
        """Whether two answers were surely about two versions; what only one of them says decides nothing."""
        pairs = ((self.etag, other.etag), (self.last_modified, other.last_modified), (self.size, other.size))
        return any(a is not None and b is not None and a != b for a, b in pairs)

    def is_same_as(self, other: Version) -> bool:
        """Whether two answers were surely about the same version."""
        named = (self.etag and self.etag == other.etag) or (
            self.last_modified and self.last_modified == other.last_modified
        )
        return bool(named) and not self.differs_from(other)


@dataclass(frozen=True)
class Record:
    """Where a file on disk is from."""

    url: str
    bytes: int
    sha256: str
    etag: str | None
    last_modified: str | None
    downloaded: str  # day and time, UTC
    size_on_server: int | None = None

    @property
    def version(self) -> Version:
        """The version the server gave."""
        return Version(self.etag, self.last_modified, self.size_on_server)


def record_path(path: Path) -> Path:
    """The record of a downloaded file."""
    return path.with_name(f"{path.name}.source.json")


def write_record(path: Path, record: Record) -> None:
    """Write the record that stands beside `path`."""
    write_json(record_path(path), asdict(record))


def read_record(path: Path) -> Record | None:
    """The record beside `path`, None where there is none that can be read."""
    content = read_json(record_path(path))
    try:
        return Record(**content) if content is not None else None
    except TypeError:
        return None


def held_whole(path: Path, url: str) -> Record | None:
    """The record of a file that is on disk just as it came from `url`; None for any other."""
    record = read_record(path)
    if record is None or record.url != url or not path.is_file() or path.stat().st_size != record.bytes:
        return None
    return record if sha256_of(path) == record.sha256 else None


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object from a file of ours; None where there is none, or it was cut off."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON object, all of it or nothing."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)
