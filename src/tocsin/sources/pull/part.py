"""What has come of a file that is not yet whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tocsin.sources.pull.record import Version, read_json, write_json


@dataclass
class Part:
    """The part of a file that has come, and the version it is of."""

    path: Path
    url: str
    version: Version = field(default=Version(None, None, None))
    packed: bool = False  # packed on the way, so that a range of it would count other bytes

    @property
    def _beside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    @property
    def bytes(self) -> int:
        """How much of it has come."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def find(self) -> None:
        """Take up what an earlier pull left, if it can be continued."""
        said = read_json(self._beside) or {}
        etag, modified, size = said.get("etag"), said.get("last_modified"), said.get("size")
        self.version = Version(etag, modified, size if isinstance(size, int) else None)
        fits = all(isinstance(text, str | None) for text in (etag, modified)) and said.get("url") == self.url
        if not fits or not self.version.validator or (self.version.size or 0) < self.bytes:
            self.drop()

    def begin(self, version: Version) -> None:
        """Nothing of it has come yet, and it will be of this version."""
        self.drop()
        self.version = version
        write_json(
            self._beside,
            {"url": self.url, "etag": version.etag, "last_modified": version.last_modified, "size": version.size},
        )

    def drop(self) -> None:
        """Throw away what has come."""
        self.path.unlink(missing_ok=True)
        self._beside.unlink(missing_ok=True)
        self.version, self.packed = Version(None, None, None), False

    def forget_version(self) -> None:
        """From now on it cannot be continued by a later pull."""
        self._beside.unlink(missing_ok=True)

    @property
    def continues(self) -> bool:
        """Whether a server may be asked for the rest of it."""
        return self.version.validator is not None and not self.packed
