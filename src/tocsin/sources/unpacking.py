"""Packed files from elsewhere: gzip streams, and zips of one CSV, unpacked chunk by chunk and trusted in nothing."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from tocsin.errors import DataError, InputError, MissingFileError

MAX_BYTES = 4 * 2**30
MAX_RATIO = 200
"""A packed file may hold at most so many bytes and, above a small size, so many times its own size."""

_SMALL = 64 * 2**20
_CHUNK = 16 * 2**20


def check_file(path: Path) -> None:
    """Raises `MissingFileError` where nothing bears this name, `InputError` where it is no file (a pipe has no end)."""
    if not path.exists():
        raise MissingFileError(f"there is no file {path}")
    if not path.is_file():
        raise InputError(f"{path} is {'a folder; name the files in it' if path.is_dir() else 'not a file'}")


def unpacked_gzip(path: Path) -> Iterator[bytes]:
    """What a gzip file holds; raises `DataError` when it is cut off, damaged or too large to be honest."""
    try:
        with gzip.open(path, "rb") as packed:
            yield from _chunks(packed, path, path.stat().st_size)
    except EOFError:
        raise DataError(
            f"{path.name} is cut off: its gzip stream ends before its end mark; download it again"
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path.name} is a damaged gzip file ({first_line(error)}); download it again") from None


def unpacked_zip(path: Path) -> tuple[str, Callable[[], Iterator[bytes]]]:
    """Name of the one CSV in a zip, and a way to its content; raises `DataError` for any other zip.

    Nothing is written to disk. Going through the content raises `DataError` when it is damaged or too large.
    """
    with _telling_damage(path), zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        tricks = [name for name in names if _leaves_folder(name)]
        if tricks:
            raise DataError(f"{path.name} holds a file with a path outside its own folder ({tricks[0]!r}): refused")
        if "xl/workbook.xml" in names:
            raise DataError(f"{path.name} is an Excel workbook; save the sheet as CSV (UTF-8) and import that")
        tables = tables_in(archive)
        if len(tables) != 1:
            few = (tables or names)[:5]
            held = ", ".join([*few, *(["..."] if len(tables or names) > len(few) else [])]) or "nothing"
            raise DataError(f"{path.name} holds {len(tables)} CSV files where one was expected (it holds: {held})")
        info = archive.getinfo(tables[0])
        if info.flag_bits & 0x1:
            raise DataError(f"{path.name} is encrypted; unpack it and import the CSV inside")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError(f"{path.name} is packed in an unusual way; unpack it and import the CSV inside")
    return PurePosixPath(tables[0]).name, partial(_unpacked_member, path, tables[0])


def tables_in(archive: zipfile.ZipFile) -> list[str]:
    """The CSV files in a zip, among whatever else; what a Mac puts beside each is none."""
    names = (info.filename for info in archive.infolist() if not info.is_dir())
    return [name for name in names if name.lower().endswith(".csv") and not name.startswith("__MACOSX/")]


def _unpacked_member(path: Path, member: str) -> Iterator[bytes]:
    with _telling_damage(path), zipfile.ZipFile(path) as archive:
        info = archive.getinfo(member)
        with archive.open(info) as packed:
            yield from _chunks(packed, path, info.compress_size)


@contextmanager
def _telling_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DataError(f"{path.name} is a damaged zip file ({first_line(error)}); download it again") from None


def _leaves_folder(name: str) -> bool:
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    return posix.is_absolute() or bool(windows.drive) or windows.is_absolute() or ".." in (*posix.parts, *windows.parts)


def _chunks(packed: IO[bytes] | gzip.GzipFile, path: Path, packed_size: int) -> Iterator[bytes]:
    """The bytes of a packed stream, or `DataError` as soon as they are too many to be honest."""
    limit = min(MAX_BYTES, max(_SMALL, MAX_RATIO * packed_size))
    taken = 0
    while chunk := packed.read(_CHUNK):
        taken += len(chunk)
        if taken > limit:
            raise DataError(
                f"{path.name} unpacks to more than {limit / 2**20:,.0f} MB from {packed_size / 2**20:,.1f} MB: refused "
                "as a likely zip bomb; unpack it yourself and import the CSV if you trust it"
            )
        yield chunk


def first_line(error: BaseException) -> str:
    """The first line of what a library says, short enough for a message."""
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
