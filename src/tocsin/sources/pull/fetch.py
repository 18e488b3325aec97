"""One file from a server to disk: resumed where it stopped, checked, and in place only once it is whole.

What came of a file stands in `NAME.part`, with the version it is of beside it. It is continued (`Range`) only where the
server says by `If-Range` that it still has that version; else it begins again. A file that fails its check is thrown
away, so that nothing is built on it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from tocsin.errors import DataError, InputError, TocsinError
from tocsin.sources.pull.addresses import host_of, shown
from tocsin.sources.pull.connection import asked, is_page
from tocsin.sources.pull.errors import DownloadError, Passing
from tocsin.sources.pull.part import Part
from tocsin.sources.pull.patience import Patience, patiently
from tocsin.sources.pull.record import (
    Record,
    Version,
    held_whole,
    read_record,
    sha256_of,
    write_record,
)
from tocsin.sources.pull.telling import QUIET, Telling

MOST_BYTES = 2 * 2**30
"""No file asked for here is larger: the whole of UCDP GED is some 50 MB, packed."""


@dataclass(frozen=True)
class Fetched:
    """A file on disk, whole and checked. `kept`: it was there already. `last_modified` as the server wrote it."""

    path: Path
    url: str
    bytes: int
    sha256: str
    last_modified: str | None
    kept: bool
    notes: tuple[str, ...] = ()


def version_of(client: httpx2.Client, url: str, patience: Patience, telling: Telling = QUIET) -> Version:
    """What the server says of a file without sending it. Raises `Refused` (404 where there is none), `DataError` where
    a web page stands in its place, `DownloadError`."""

    def ask(method: str) -> Version:
        headers = {"Range": "bytes=0-0"} if method == "GET" else {}
        with asked(client, method, url, patience, headers=headers, fine=_PROBED) as response:
            if response.status_code in _NO_HEAD and method == "HEAD":
                return ask("GET")
            if response.status_code in _NO_HEAD:
                raise DownloadError(f"{shown(url)} answered {response.status_code}: the site may have changed")
            if is_page(response):
                raise DataError(f"{shown(url)} is a web page, not a file")
            return _version(response)

    return patiently(patience, host_of(url), lambda: ask("HEAD"), telling.say)


_NO_HEAD = frozenset({400, 405, 416, 501})  # a server that does not know HEAD, or an empty file
_PROBED = _NO_HEAD | {200, 206}


def fetch(
    client: httpx2.Client,
    url: str,
    path: Path,
    check: Callable[[Path], None],
    patience: Patience,
    telling: Telling = QUIET,
    most_bytes: int = MOST_BYTES,
) -> Fetched:
    """The file at `url` as `path`, which appears only once it has come whole and `check` found nothing wrong.

    A file that is there already, unchanged here and on the server, is not downloaded again. `check` raises `DataError`.
    Raises `Refused`, `DownloadError`, `DataError`, and `InputError` where a file of the user's own is in the way.
    """
    if path.exists() and read_record(path) is None:
        raise InputError(f"{path} is there already and was not downloaded by tocsin; move it away or choose a folder")
    held = held_whole(path, url)
    if held is not None:
        same, note = _still_same(client, url, held, patience, telling)
        if same:
            return Fetched(path, url, held.bytes, held.sha256, held.last_modified, True, note)
    part = Part(path.with_name(f"{path.name}.part"), url)
    part.find()
    state = {"resumed": part.bytes > 0}

    def try_once() -> None:
        if part.bytes:
            state["resumed"] = True
        _take(client, part, patience, telling, path.name, most_bytes)
        try:
            check(part.path)
        except DataError:
            part.drop()
            if state["resumed"]:  # the pieces may not have been of one file
                state["resumed"] = False
                raise Passing("what came in pieces is damaged; all of it again") from None
            raise

    try:
        patiently(patience, path.name, try_once, telling.say, came=lambda: part.bytes)
        version, now = part.version, patience.now()
        record = Record(
            url, part.bytes, sha256_of(part.path), version.etag, version.last_modified,
            now.strftime("%Y-%m-%dT%H:%M:%SZ"), version.size,
        )  # fmt: skip
        write_record(path, record)  # first, so that a file without a record is never ours
        part.path.replace(path)
        part.forget_version()
    except OSError as error:
        if isinstance(error, TocsinError):
            raise
        raise disk_error(error, path) from None
    return Fetched(path, url, record.bytes, record.sha256, record.last_modified, False)


def disk_error(error: OSError, path: Path) -> DownloadError:
    """What it means that a file cannot be written."""
    return DownloadError(
        f"{path.name} cannot be written into {path.parent}: {error.strerror or error}. What has come is kept there; "
        "make room, or choose another folder with --output, and run the same command again"
    )


def _still_same(
    client: httpx2.Client, url: str, held: Record, patience: Patience, telling: Telling
) -> tuple[bool, tuple[str, ...]]:
    try:
        there = version_of(client, url, replace(patience, attempts=min(2, patience.attempts)), telling)
    except (DownloadError, DataError):
        note = f"{host_of(url)} could not be asked whether it has changed; the copy of {held.downloaded} is used"
        return True, (note,)
    return held.version.is_same_as(there), ()


def _version(response: httpx2.Response) -> Version:
    headers, size = response.headers, None
    ranged = _content_range(headers.get("Content-Range"))
    length = headers.get("Content-Length", "")
    if response.status_code == 206 and ranged is not None:
        size = ranged[1]
    elif length.isascii() and length.isdigit() and len(length) < 16 and not _packed(response):
        size = int(length)
    return Version(headers.get("ETag"), headers.get("Last-Modified"), size)


def _packed(response: httpx2.Response) -> bool:
    return response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity")


def _content_range(header: str | None) -> tuple[int, int] | None:
    """First byte and whole size of a `Content-Range`."""
    found = re.fullmatch(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15})", (header or "").strip())
    return (int(found[1]), int(found[2])) if found else None


def _take(client: httpx2.Client, part: Part, patience: Patience, telling: Telling, name: str, most_bytes: int) -> None:
    """One request for what is still missing, written as it comes."""
    have = part.bytes
    if have and not part.continues:
        part.drop()
        have = 0
    if have and have == part.version.size:
        return
    headers = {"Range": f"bytes={have}-", "If-Range": part.version.validator or ""} if have else {}
    with asked(client, "GET", part.url, patience, headers=headers, fine=frozenset({200, 206, 416})) as response:
        if response.status_code == 416:
            part.drop()
            raise Passing(f"{host_of(part.url)} has not so much of it; all of it again")
        if is_page(response):
            raise DataError(
                f"{shown(part.url)} gave a web page where a file was expected: the site may have changed, or this "
                "network asks to log in. Download it with a browser and bring it in with `tocsin data import FILE`"
            )
        version = _version(response)
        if response.status_code == 206:
            ranged = _content_range(response.headers.get("Content-Range"))
            if not have or ranged is None or ranged[0] != have or part.version.differs_from(version):
                part.drop()
                raise Passing(f"{host_of(part.url)} went on with something else; all of it again")
            part.version = Version(part.version.etag, part.version.last_modified, ranged[1])
        else:
            have = 0
            part.begin(version)
        size = part.version.size
        if size is not None:
            _check_size(part.path, size, have, most_bytes)
        _write(response, part, have, patience, lambda came: telling.step(name, came, size, "bytes"), most_bytes)
    if size is not None and part.bytes != size:
        raise Passing(f"{host_of(part.url)} sent {part.bytes:,} of {size:,} bytes")


def _check_size(path: Path, size: int, have: int, most_bytes: int) -> None:
    if size > most_bytes:
        raise DataError(
            f"{path.name.removesuffix('.part')} would have {size / 2**20:,.0f} MB, more than the "
            f"{most_bytes / 2**20:,.0f} MB that any release has: refused. The site may have changed"
        )
    free = shutil.disk_usage(path.parent).free
    if size - have > free:
        raise DownloadError(
            f"{path.name.removesuffix('.part')} needs {(size - have) / 2**20:,.0f} MB more, and {path.parent} has "
            f"{free / 2**20:,.0f} MB left: make room, or choose another folder with --output"
        )


def _write(
    response: httpx2.Response,
    part: Part,
    have: int,
    patience: Patience,
    step: Callable[[int], None],
    most_bytes: int,
) -> None:
    came, since, since_came = have, patience.clock(), have
    # Packed on the way: unpacked here, and not to be continued, since a range would count packed bytes.
    chunks = response.iter_bytes() if _packed(response) else response.iter_raw()
    if _packed(response):
        part.forget_version()
        part.packed = True
    step(came)
    # Unbuffered: whatever interrupts this, what has come is on disk.
    with part.path.open("ab" if have else "wb", buffering=0) as file:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                rest = rest[file.write(rest) :]
            came += len(chunk)
            if came > most_bytes:
                part.drop()
                raise DataError(f"{host_of(part.url)} sent more than {most_bytes / 2**20:,.0f} MB: refused")
            step(came)
            passed = patience.clock() - since
            if passed >= patience.slow_seconds:
                if (came - since_came) / passed < patience.slow_bytes_a_second:
                    raise Passing(
                        f"{host_of(part.url)} sends less than {patience.slow_bytes_a_second:g} bytes a second"
                    )
                since, since_came = patience.clock(), came
        os.fsync(file.fileno())
