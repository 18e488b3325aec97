"""The errors tocsin raises on purpose: one root, a few kinds, each also a standard type.

A message says what was got, what was expected, and a hint. On the command line each ends in one clear line on
standard error and exit code 2; anything else that escapes is a bug in tocsin.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from tocsin.plain import printable_lines

_MOST_COMPARED, _LONGEST_COMPARED = 20_000, 200


class TocsinError(Exception):
    """Root of every error tocsin raises on purpose.

    What it says may quote a file, so that its text is shown without characters that steer a terminal.
    """

    def __str__(self) -> str:
        return printable_lines(super().__str__())


class InputError(TocsinError, ValueError):
    """A value or an option that cannot be used as given."""


class DataError(TocsinError, ValueError):
    """A data file whose content cannot be used."""


class NotHeldError(TocsinError, LookupError):
    """Something asked for is not in the store or in the figures (a group, a theatre, a release, a month)."""


class MissingFileError(TocsinError, FileNotFoundError):
    """A file or folder that should be there is not."""

    def __str__(self) -> str:
        return printable_lines(str(self.args[0])) if self.args else ""


class StoreBusyError(TocsinError, RuntimeError):
    """Another process is writing to the store and did not finish in time."""


def did_you_mean(word: str, known: Iterable[str], *, most: int = 3) -> str:
    """A hint naming the closest known words, or an empty string when none is close.

    >>> did_you_mean("Afganistan", ["Afghanistan", "Albania"])
    ' Did you mean Afghanistan?'
    >>> did_you_mean("zzzz", ["Afghanistan"])
    ''
    """
    # A file may hold any number of names of any length, and likeness is slow to tell.
    by_lower = {name.lower(): name for name in islice(known, _MOST_COMPARED) if len(name) <= _LONGEST_COMPARED}
    if len(word) > _LONGEST_COMPARED:
        return ""
    close = get_close_matches(word.lower(), list(by_lower), n=most, cutoff=0.6)
    return f" Did you mean {' or '.join(by_lower[name] for name in close)}?" if close else ""
