"""What a source of events is to the rest: a name, its terms, how to know its files, how to read one.

A source of someone else's is an object of this kind that a package names under the entry point group `tocsin.sources`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tocsin.events import CheckedFile
from tocsin.sources.terms import Terms


@dataclass(frozen=True)
class ReadOptions:
    """What can be said of a file that it does not say itself; None is for the source to find out.

    release : the name of the release; what names there are is the source's own affair.
    published : the day it became available.
    place_precision_max : the coarsest place precision that the file holds, 1 to 7.
    covers : "world" or "file" (the countries in it).
    covers_until : the last year that the file speaks for.
    strict : refuse the file when any row is rejected or questioned.
    """

    release: str | None = None
    published: date | None = None
    place_precision_max: int | None = None
    covers: str | None = None
    covers_until: int | None = None
    strict: bool = False


@dataclass(frozen=True)
class Source:
    """A source of events.

    name : as it stands in the event table and in settings: lower case, `ucdp-ged`.
    title : as people call it: "UCDP GED".
    terms : what may be shown of it.
    read : a file into checked events. Raises `MissingFileError`, `InputError` or `DataError`, naming file, rows and
        columns; options that this source has no use for are refused with `InputError`.
    recognises : whether a file of this name with these columns is one of the source's, told without reading rows.
    statement : what a user has to acknowledge before anything is computed from its events; empty is nothing.
    """

    name: str
    title: str
    terms: Terms
    read: Callable[[Path, ReadOptions], CheckedFile]
    recognises: Callable[[str, tuple[str, ...]], bool]
    statement: str = ""
