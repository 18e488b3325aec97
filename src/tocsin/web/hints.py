"""Hints of errors in the words of who reads them: a page and a program have no options of the command line."""

from __future__ import annotations

import re

_LISTED = "See the names with: tocsin groups list"
_MODE = re.compile(r"\buse (?:--as-of-mode |the as-of mode ')(?P<mode>strict|reconstructed|lagged)\b'?")
_DAY = re.compile(r"--as-of ([0-9]{4}-[0-9]{2}-[0-9]{2}|YYYY-MM-DD)\b")
# What the field at the head of a page calls each way of knowing.
_MODES_ON_A_PAGE = {
    "strict": "'releases of that day'",
    "reconstructed": "'newest release'",
    "lagged": "'estimated delays'",
}


def for_page(said: str) -> str:
    """What an error says, with hints for a visitor.

    >>> for_page("Hint: --as-of 2020-12-31, or wait")
    "Hint: choose 'As of' 2020-12-31 at the head of the page, or wait"
    """
    said = _MODE.sub(lambda got: f"choose {_MODES_ON_A_PAGE[got['mode']]} at the head of the page", said)
    said = said.replace(_LISTED, "The search finds groups by any of their names")
    return _DAY.sub(r"choose 'As of' \1 at the head of the page", said)


def for_program(said: str) -> str:
    """What an error says, with hints for a program that asks the API.

    >>> for_program("Hint: --as-of 2020-12-31, or wait")
    'Hint: as_of=2020-12-31, or wait'
    """
    said = _MODE.sub(r"use mode=\g<mode>", said).replace(_LISTED, "/groups lists the names")
    return _DAY.sub(r"as_of=\1", said)
