"""The files of `static/`: their content, type and version, read once."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache

from tocsin.web.headers import STATIC

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".toml": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class StaticFile:
    """One file; `version` changes with its content, `packed` is its content compressed."""

    content: bytes
    packed: bytes
    media_type: str
    version: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file by its path below `static/`, like `vendor/d3.min.js`."""
    found = {}
    for path in sorted(STATIC.rglob("*")):
        if path.suffix in TYPES:
            content = path.read_bytes()
            version = hashlib.sha256(content).hexdigest()[:12]
            packed = gzip.compress(content, 9, mtime=0)
            found[path.relative_to(STATIC).as_posix()] = StaticFile(content, packed, TYPES[path.suffix], version)
    return found


@cache
def versions() -> dict[str, str]:
    """The version of every file."""
    return {path: file.version for path, file in static_files().items()}
