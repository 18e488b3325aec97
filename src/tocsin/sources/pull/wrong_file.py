"""Whether what came is what was asked for: a zip whose checksums hold, a CSV that ends where a row ends."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from tocsin.errors import DataError
from tocsin.sources.ucdp_checks import REQUIRED
from tocsin.sources.ucdp_release import release_in_file_name
from tocsin.sources.unpacking import MAX_BYTES, MAX_RATIO, first_line

_SMALL = 64 * 2**20
_CHUNK = 2**20


def check_ged_zip(path: Path, release: str) -> None:
    """Raises `DataError` unless `path` is a sound zip of one CSV of this release."""
    name = _name(path)
    _check_begins(path, name)
    try:
        with zipfile.ZipFile(path) as archive:
            tables = [
                info
                for info in archive.infolist()
                if info.filename.lower().endswith(".csv") and not info.filename.startswith("__MACOSX/")
            ]
            if len(tables) != 1:
                raise _changed(name, f"holds {len(tables)} CSV files where one was expected")
            inner = PurePosixPath(tables[0].filename).name
            of = release_in_file_name(inner)
            if of is not None and of != release:
                raise _changed(name, f"holds release {of} where {release} was asked for")
            limit = min(MAX_BYTES, max(_SMALL, MAX_RATIO * path.stat().st_size))
            taken = 0
            with archive.open(tables[0]) as packed:
                header = packed.readline(_CHUNK)
                taken += len(header)
                # To the end, which is where the checksum is looked at.
                while chunk := packed.read(_CHUNK):
                    taken += len(chunk)
                    if taken > limit:
                        raise _changed(name, f"unpacks to more than {limit / 2**20:,.0f} MB: refused as a zip bomb")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        if isinstance(error, DataError):
            raise
        raise _changed(name, f"is no sound zip file ({first_line(error)})") from None
    _check_header(header, name)


def check_ged_csv(path: Path) -> None:
    """Raises `DataError` unless `path` is a CSV with the columns of GED that ends where a row ends."""
    name = _name(path)
    _check_begins(path, name)
    content = path.read_bytes()
    header = content[: content.find(b"\n") + 1] or content
    _check_header(header, name)
    if not content.endswith((b"\n", b"\r")):
        # Published without a last line end, or cut off on the way: then its last row is short.
        _check_last_row(content, name)


def _check_begins(path: Path, name: str) -> None:
    with path.open("rb") as file:
        begins = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not begins:
        raise _changed(name, "is empty")
    if begins.startswith((b"<", b"{")):
        raise _changed(name, "is a web page or a message where a file was expected")


def _check_header(header: bytes, name: str) -> None:
    try:
        fields = next(csv.reader(io.StringIO(header.decode("utf-8-sig", errors="replace"))), [])
    except csv.Error:  # a field longer than any there is
        fields = []
    if fields and fields[0].strip().isdigit():
        return  # Candidate files have been published without a header; the import knows the columns
    missing = [column for column in REQUIRED if column not in {field.strip() for field in fields}]
    if missing:
        raise _changed(name, f"is no table of events: it lacks the columns {', '.join(missing)}")


def _check_last_row(content: bytes, name: str) -> None:
    width, fields = 0, 0
    try:
        for row in csv.reader(io.StringIO(content.decode("utf-8", errors="replace"), newline=""), strict=True):
            width, fields = width or len(row), len(row)
    except csv.Error:
        fields = -1
    if fields != width:
        raise _changed(name, "is cut off in the middle of a row")


def _name(path: Path) -> str:
    return path.name.removesuffix(".part")


def _changed(name: str, what: str) -> DataError:
    return DataError(
        f"{name} as it came {what}. Nothing of it is kept. Try again later; if it stays so the site has changed: "
        "download the file with a browser and bring it in with `tocsin data import FILE`"
    )
