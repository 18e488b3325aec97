"""The store: events as imported, kept in Parquet parts under a manifest.

    home/store/manifest.json            what is held; replacing it is what makes a write count
    home/store/parts/*.parquet          one per imported file, named by its content
    home/store/rejected/*.csv           rows that were rejected or questioned, with line and reason
    home/store/.lock                    held by the one who writes

Readers take no lock: they read the manifest and then the parts it names. A part is deleted only after a manifest that
does not name it is in place; a reader that met the moment in between reads the manifest again.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import TypeVar

import polars as pl
from filelock import FileLock, Timeout
from polars.io.plugins import register_io_source

from tocsin.errors import DataError, InputError, NotHeldError, StoreBusyError, did_you_mean
from tocsin.events import EVENT_SCHEMA, CheckedFile
from tocsin.private import private_folder
from tocsin.settings import load_settings
from tocsin.spreadsheet import csv_text
from tocsin.store.inforce import AsOfMode, EventsInForce, ScannedEvents, events_in_force, scan_in_force
from tocsin.store.manifest import (
    Part,
    Vintage,
    chosen,
    fingerprint_of,
    manifest_text,
    place_synced,
    read_manifest,
    vintages_of,
    write_synced,
)
from tocsin.store.slices import damaged

T = TypeVar("T")

_READ_TRIES = 5
_READ_PAUSE = 0.005  # seconds before the second look, then twice as long each time
_ROW_GROUP = 2**16  # rows; a part is sorted by place, so that one country's rows are found without reading the rest


@dataclass(frozen=True)
class Added:
    """What became of one file: already held, or taken in, and the files of the same release it replaced."""

    part: Part
    unchanged: bool
    replaced: tuple[str, ...]


@dataclass(frozen=True)
class Store:
    """The events held in a folder. Cheap to make; nothing is read or written until asked."""

    home: Path
    lock_seconds: float = 60.0

    @classmethod
    def open(cls, home: Path | None = None) -> Store:
        """The store in `home`, by default in the folder that the settings name."""
        settings = load_settings(**({} if home is None else {"home": home}))
        return cls(settings.home, settings.lock_seconds)

    @property
    def folder(self) -> Path:
        """Where everything of the store lies."""
        return self.home / "store"

    @property
    def _manifest(self) -> Path:
        return self.folder / "manifest.json"

    # --- asking ---------------------------------------------------------------------------------------------------

    def vintages(self) -> tuple[Vintage, ...]:
        """The releases held, in order of precedence, lowest first. Raises `DataError` for a damaged store."""
        return vintages_of(read_manifest(self._manifest))

    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not read_manifest(self._manifest)

    def sources(self) -> tuple[str, ...]:
        """The names of the sources that something is held of, in order."""
        return tuple(sorted({part.release.source for part in read_manifest(self._manifest)}))

    def fingerprint(self, *, source: str | None = None, release: str | None = None) -> str:
        """A hash (64 hexadecimal digits) that changes whenever what is held does, all of it or of one source."""
        return fingerprint_of(chosen(read_manifest(self._manifest), source, release))

    def events(
        self,
        as_of: date | None = None,
        mode: AsOfMode = "reconstructed",
        lag_days: int = 0,
        *,
        source: str | None = None,
        release: str | None = None,
        place_precision_max: int | None = None,
    ) -> EventsInForce:
        """The events that count as known on the day `as_of` (None: all that is held).

        In `reconstructed` mode the newest release held counts for every country and day it covers, and an event is
        known `lag_days` after its last day (after the end of its month where it is dated no finer). In `strict` mode
        only releases published by `as_of` count, the lag as well. Where the releases used hold different place
        precisions the events they have in common are used, and a note says so; `place_precision_max` asks for others.

        Two sources count the same events, so that their events are never put together: `source` says whose are
        meant, and may be left out while only one is held. `release` takes one release of it alone.

        Raises `InputError` when several sources are held and none is named; `NotHeldError` when nothing of it is held,
        nothing was published by then, or nothing that early is held; `DataError` when the store is damaged.
        """
        return self.ask_parts(
            lambda parts: events_in_force(
                self.folder,
                chosen(parts, source, release, one_source=True),
                as_of=as_of,
                mode=mode,
                lag_days=lag_days,
                place_precision_max=place_precision_max,
            )
        )

    def ask(
        self,
        question: Callable[[EventsInForce | ScannedEvents], T],
        as_of: date | None = None,
        mode: AsOfMode = "reconstructed",
        lag_days: int = 0,
        *,
        source: str | None = None,
        release: str | None = None,
        place_precision_max: int | None = None,
    ) -> T:
        """What a function makes of the events that `events` would give, without having all of them in memory.

        The function asks the `lazy()` of what it is handed. It is called again when a writer replaced what it was
        reading. In the mode `lagged` the events are in memory all the same. Raises what `events` does.
        """
        options = {"as_of": as_of, "mode": mode, "lag_days": lag_days, "place_precision_max": place_precision_max}

        def work(parts: tuple[Part, ...]) -> T:
            scan = events_in_force if mode == "lagged" else scan_in_force
            return question(scan(self.folder, chosen(parts, source, release, one_source=True), **options))  # type: ignore[arg-type]

        return self.ask_parts(work)

    def ask_parts(self, work: Callable[[tuple[Part, ...]], T]) -> T:
        """What a function makes of the parts held, of one state of the store.

        The function reads their files in `folder`, and is called again with those held then when a writer replaced
        what it was reading. Raises `DataError` when the store is damaged, and what the function does.
        """
        for tried in range(_READ_TRIES):
            parts = read_manifest(self._manifest)
            try:
                return work(parts)
            except (FileNotFoundError, pl.exceptions.PolarsError) as error:
                same = read_manifest(self._manifest) == parts
                missing = [part.parquet for part in parts if not (self.folder / part.parquet).exists()]
                if same and not missing and not isinstance(error, FileNotFoundError):
                    raise damaged(self.folder, parts, error) from None
                # A writer may just have replaced what we were about to read, and may be putting it back: look again.
                if tried == _READ_TRIES - 1:
                    raise DataError(
                        f"the store is damaged: {', '.join(missing) or error} is missing; remove that release with "
                        "`tocsin data remove` and import it again"
                    ) from None
                time.sleep(_READ_PAUSE * 2**tried)
        raise AssertionError("unreachable")

    # --- writing --------------------------------------------------------------------------------------------------

    def add(self, *files: CheckedFile) -> tuple[Added, ...]:
        """Take files in, all or none. The same file again changes nothing.

        A file replaces those of the same release that it covers wholly (same countries and days) or that bear its name.
        Raises `StoreBusyError` when another process keeps writing, `DataError` for a damaged store.
        """
        with self._writing():
            before = parts = read_manifest(self._manifest)
            added = []
            for file in files:
                result, parts = self._place(file, parts)
                added.append(result)
            if parts != before:
                self._commit(parts)
        return tuple(added)

    def _place(self, file: CheckedFile, parts: tuple[Part, ...]) -> tuple[Added, tuple[Part, ...]]:
        incoming = self.folder / "parts" / ".incoming.tmp"  # cleared by the next writer, should this one be killed
        try:
            packed = _pack(file, incoming)
        except pl.exceptions.PolarsError as error:
            raise _not_written(self.folder, error) from None
        part = _part_of(file, packed, sequence=1 + max((p.sequence for p in parts), default=0))
        held = next((p for p in parts if p.says_the_same_as(part)), None)
        if held is not None:
            incoming.unlink()
            return Added(held, True, ()), parts
        replaced = [
            p
            for p in parts
            if p.release.vintage == part.release.vintage and (p.file == part.file or part.covers_all_of(p))
        ]
        # One release has one day of publication: the one said last.
        kept = [
            replace(p, release=part.release) if p.release.vintage == part.release.vintage else p
            for p in parts
            if p not in replaced
        ]
        place_synced(incoming, self.folder / part.parquet)
        for name, rows in ((part.rejected_file, file.rejected), (part.questioned_file, file.questioned)):
            if name is not None:
                self._write(name, csv_text(rows).encode())
        return Added(part, False, tuple(p.file for p in replaced)), (*kept, part)

    def remove(self, release: str) -> Vintage:
        """Drop a release, named `21.1` or `ucdp-ged 21.1`; gives back what it was. Raises `NotHeldError` if absent."""
        with self._writing():
            parts = read_manifest(self._manifest)
            gone = [p for p in parts if release in (p.release.name, p.release.vintage)]
            if not gone:
                held = [vintage.release for vintage in vintages_of(parts)]
                raise NotHeldError(
                    f"no release {release!r} is held; held: {', '.join(held) or 'none'}.{did_you_mean(release, held)}"
                )
            sources = {p.release.source for p in gone}
            if len(sources) > 1:
                raise InputError(f"{release!r} names a release of {' and of '.join(sorted(sources))}; say which")
            self._commit(tuple(p for p in parts if p not in gone))
        return vintages_of(gone)[0]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """The right to write, alone; leftovers of a write that was killed are cleared first."""
        try:
            for folder in (self.folder, self.folder / "parts", self.folder / "rejected"):
                private_folder(folder)
            lock = FileLock(self.folder / ".lock")
            with lock.acquire(timeout=self.lock_seconds):
                self._clear(read_manifest(self._manifest))
                try:
                    yield
                except BaseException:
                    with suppress(OSError):  # the next writer clears what is still there
                        self._clear(read_manifest(self._manifest))
                    raise
        except Timeout:
            raise StoreBusyError(
                f"another tocsin is writing to the store at {self.folder} and was not done after "
                f"{self.lock_seconds:g} s; try again, or wait longer with TOCSIN_LOCK_SECONDS"
            ) from None
        except OSError as error:
            raise _not_written(self.folder, error) from None

    def _write(self, name: str, content: bytes) -> None:
        write_synced(self.folder / name, content)

    def _commit(self, parts: tuple[Part, ...]) -> None:
        write_synced(self._manifest, manifest_text(parts).encode())
        self._clear(parts)

    def _clear(self, parts: Sequence[Part]) -> None:
        """Delete what the manifest does not name: parts replaced, and what killed writes left."""
        named = {name for p in parts for name in (p.parquet, p.rejected_file, p.questioned_file)}
        for folder in ("parts", "rejected"):
            for path in (self.folder / folder).iterdir():
                if f"{folder}/{path.name}" not in named:
                    path.unlink()
        self._manifest.with_name(f".{self._manifest.name}.tmp").unlink(missing_ok=True)


def _not_written(folder: Path, error: Exception) -> InputError:
    why = getattr(error, "strerror", None) or str(error).splitlines()[0]
    full = isinstance(error, pl.exceptions.PolarsError) or getattr(error, "errno", None) in (ENOSPC, EDQUOT, EFBIG)
    return InputError(
        f"the store at {folder} cannot be written: {why}"
        + (". Make room there, or name another folder in TOCSIN_HOME" if full else "")
    )


def _pack(file: CheckedFile, path: Path) -> tuple[int, str]:
    """Write the events as Parquet, the same bytes for the same events; gives their number and sha256."""

    def pieces(*_: object) -> Iterator[pl.DataFrame]:
        yield from file.rows.in_store_order()

    register_io_source(pieces, schema=EVENT_SCHEMA).sink_parquet(
        path, compression="zstd", row_group_size=_ROW_GROUP, maintain_order=True
    )
    with path.open("rb") as written:
        return path.stat().st_size, hashlib.file_digest(written, "sha256").hexdigest()


def _part_of(file: CheckedFile, packed: tuple[int, str], *, sequence: int) -> Part:
    size, digest = packed
    # What a part speaks for is not in its rows, so its name is made of both file and rows; sidecars follow.
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", Path(file.file).name.split(".")[0])[:60]
    name = f"{file.release.name}-{stem}-{hashlib.sha256((file.sha256 + digest).encode()).hexdigest()[:12]}"
    return Part(
        release=file.release,
        file=file.file,
        file_sha256=file.sha256,
        parquet=f"parts/{file.release.source}-{name}.parquet",
        parquet_bytes=size,
        parquet_sha256=digest,
        rows=file.rows.height,
        rejected=file.rejected.height,
        questioned=file.questioned.height,
        rejected_file=f"rejected/{name}.csv" if file.rejected.height else None,
        questioned_file=f"rejected/{name}-questioned.csv" if file.questioned.height else None,
        countries=file.countries,
        first_day=file.first_day,
        last_day=file.last_day,
        place_precisions=file.place_precisions,
        sequence=sequence,
        begins=file.begins,
    )
