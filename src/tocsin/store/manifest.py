"""The manifest: which files the store holds, of which release each is, and what it speaks for.

One JSON file, replaced as a whole: that replacement is the moment an import counts. What is not named in it is not in
the store, whatever lies beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from tocsin.countries import theatre_by_iso3
from tocsin.errors import DataError, InputError, NotHeldError, did_you_mean
from tocsin.events import PLACE_PRECISIONS, Release, ReleaseKind
from tocsin.sources.terms import terms_of
from tocsin.typed import typed

FORMAT = 1
"""Version of the manifest's layout. A change that an older tocsin cannot read raises it by one."""


@dataclass(frozen=True)
class Part:
    """One imported file: its rows as a Parquet file, and what it speaks for."""

    release: Release
    file: str  # name of the file imported
    file_sha256: str
    parquet: str  # path below the store's folder
    parquet_bytes: int
    parquet_sha256: str
    rows: int
    rejected: int
    questioned: int
    rejected_file: str | None  # path below the store's folder
    questioned_file: str | None
    countries: tuple[str, ...] | None  # ISO codes; None is the whole world
    first_day: date
    last_day: date
    place_precisions: tuple[int, ...]
    sequence: int  # order of import; of two parts of a release that cover the same day and country the later counts
    begins: tuple[tuple[str, date], ...] = ()  # see `CheckedFile`; older manifests lack it

    @property
    def rank(self) -> tuple[tuple[int, ...], int]:
        """Parts of one source in order of precedence, the highest in force."""
        return (self.release.rank, self.sequence)

    def covers_all_of(self, other: Part) -> bool:
        """Whether every country and day the other part speaks for is covered by this one."""
        in_time = self.first_day <= other.first_day and other.last_day <= self.last_day
        if self.countries is None or other.countries is None:
            return in_time and self.countries is None
        return in_time and set(other.countries) <= set(self.countries)

    def says_the_same_as(self, other: Part) -> bool:
        """Whether the same file was taken in the same way, only perhaps at another time."""
        unlike = {"sequence", "parquet", "rejected_file", "questioned_file", "file", "release"}
        alike = all(getattr(self, f.name) == getattr(other, f.name) for f in fields(self) if f.name not in unlike)
        release = self.release
        if release.published_assumed and other.release.published_assumed:
            # Assumed may be the day on which it was taken in; the first of these stands.
            release = replace(release, published=other.release.published)
        return alike and release == other.release


@dataclass(frozen=True)
class VintageFile:
    """A file of a vintage: its name and the sha256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Vintage:
    """One release of a source as held: what was imported of it, and what it speaks for."""

    release: str
    source: str
    kind: ReleaseKind
    published: date
    published_assumed: bool
    files: tuple[VintageFile, ...]
    rows: int
    rejected: int
    questioned: int
    first_day: date
    last_day: date
    countries: Literal["world"] | tuple[str, ...]  # theatres
    place_precisions: tuple[int, ...]  # those that every file of it holds
    licence: str
    citation: str
    redistributable: bool
    rejected_files: tuple[str, ...] = ()
    questioned_files: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Source and release, as events carry it: `ucdp-ged 21.1`."""
        return f"{self.source} {self.release}"


def vintages_of(parts: Iterable[Part]) -> tuple[Vintage, ...]:
    """The parts gathered by release, in order of precedence, lowest first."""
    groups: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda p: p.rank):
        groups.setdefault(part.release.vintage, []).append(part)
    return tuple(_vintage(group) for group in groups.values())


def _vintage(parts: list[Part]) -> Vintage:
    release = parts[-1].release
    theatres = theatre_by_iso3()
    countries = {iso3 for part in parts for iso3 in part.countries or ()}
    world = any(part.countries is None for part in parts)
    return Vintage(
        release=release.name,
        source=release.source,
        kind=release.kind,
        published=release.published,
        published_assumed=release.published_assumed,
        files=tuple(VintageFile(part.file, part.file_sha256) for part in parts),
        rows=sum(part.rows for part in parts),
        rejected=sum(part.rejected for part in parts),
        questioned=sum(part.questioned for part in parts),
        first_day=min(part.first_day for part in parts),
        last_day=max(part.last_day for part in parts),
        countries="world" if world else tuple(sorted(theatres[iso3] for iso3 in countries)),
        place_precisions=min((part.place_precisions for part in parts), key=len),
        licence=release.licence,
        citation=release.citation,
        redistributable=terms_of(release.source, redistributable=release.redistributable).open,
        rejected_files=tuple(part.rejected_file for part in parts if part.rejected_file),
        questioned_files=tuple(part.questioned_file for part in parts if part.questioned_file),
    )


def chosen(
    parts: Sequence[Part], source: str | None, release: str | None, *, one_source: bool = False
) -> tuple[Part, ...]:
    """The parts of one source (None: of all), and of one release of it where that is named (`24.1`, `ucdp-ged 24.1`).

    Raises `NotHeldError` where parts are held but none of these; `InputError` with `one_source` and several sources.
    """
    of_source = tuple(part for part in parts if source is None or part.release.source == source)
    held = sorted({part.release.source for part in parts})
    if parts and not of_source:
        raise NotHeldError(
            f"no events of {source!r} are held; held: {', '.join(held)}.{did_you_mean(source or '', held)}"
        )
    found = tuple(p for p in of_source if not release or release in (p.release.name, p.release.vintage))
    if of_source and not found:
        names = [vintage.release for vintage in vintages_of(of_source)]
        raise NotHeldError(
            f"no release {release!r} is held; held: {', '.join(names)}.{did_you_mean(release or '', names)}"
        )
    several = sorted({part.release.source for part in found})
    if one_source and len(several) > 1:
        raise InputError(f"events of several sources are held ({', '.join(several)}); say whose are meant")
    return found


# --- on disk ----------------------------------------------------------------------------------------------------------


def read_manifest(path: Path) -> tuple[Part, ...]:
    """The parts the store holds; none when nothing was ever imported.

    Raises `DataError` when the file is damaged or was written by a newer tocsin.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except NotADirectoryError:
        raise DataError(f"{path.parent.parent} is no folder. Hint: name another one in TOCSIN_HOME") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(_damaged(path, str(error))) from None
    try:
        content = json.loads(text)
        version = content["format"]
        if isinstance(version, int) and version > FORMAT:
            raise DataError(
                f"the store at {path.parent} is of a newer tocsin (format {version}, this one reads {FORMAT}); "
                "update tocsin, or name another folder in TOCSIN_HOME"
            )
        if version != FORMAT:
            raise ValueError(f"unknown format {version!r}")
        parts = tuple(_part(entry) for entry in content["parts"])
        if len({part.parquet for part in parts}) < len(parts) or len({part.sequence for part in parts}) < len(parts):
            raise ValueError("a part is named twice")
        return parts
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(_damaged(path, f"{type(error).__name__}: {error}")) from None


def _damaged(path: Path, how: str) -> str:
    return f"the store's list {path} is damaged ({how}); move the folder {path.parent} away and import your files again"


def manifest_text(parts: Iterable[Part]) -> str:
    """The manifest as JSON, the same text for the same parts."""
    entries = [asdict(part) for part in sorted(parts, key=lambda p: p.sequence)]
    return json.dumps({"format": FORMAT, "parts": entries}, default=date.isoformat, indent=1, sort_keys=True) + "\n"


def fingerprint_of(parts: Iterable[Part]) -> str:
    """A hash that changes whenever what the store holds does (sha256, hexadecimal)."""
    return hashlib.sha256(manifest_text(parts).encode()).hexdigest()


def _part(entry: Any) -> Part:
    """The part that an entry describes; raises `ValueError` for what no part can be."""
    part = typed(Part, entry)
    theatres = theatre_by_iso3()
    names = {"parts": (part.parquet,), "rejected": (part.rejected_file, part.questioned_file)}
    if not all(re.fullmatch(rf"{folder}/[^/\\\0]+", name) for folder, held in names.items() for name in held if name):
        raise ValueError("a file outside the store's folders")
    if not all(iso3 in theatres for iso3 in part.countries or ()) or part.countries == ():
        raise ValueError("a country that is none")
    if not all(iso3 in theatres for iso3, _ in part.begins):
        raise ValueError("a first day of a country that is none")
    if not part.place_precisions or not set(part.place_precisions) <= set(PLACE_PRECISIONS):
        raise ValueError("a place precision that is none")
    if part.first_day > part.last_day or min(part.rows, part.rejected, part.questioned) < 0:
        raise ValueError("a period or a count that cannot be")
    return part


def write_synced(path: Path, content: bytes) -> None:
    """Put a file in place so that it is either wholly there or not at all, whatever happens meanwhile."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def place_synced(temporary: Path, path: Path) -> None:
    """The same for a file that is written already, in the same folder."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last, where the platform lets one ask for that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
