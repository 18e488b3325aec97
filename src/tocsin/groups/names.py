"""How names are compared, taken apart and put together. Names are the source's own; spellings are the users'."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from typing import Any

from tocsin.settings import packaged_folder

_TIE = " @ "
# Letters and numbers, but no modifier letters: they are the apostrophes of transliterated Arabic.
_KEPT = {"Lu", "Ll", "Lo", "Nd", "No"}
# Letters with a stroke or without a dot, which Unicode does not take apart.
_UNDECOMPOSED = {"ı": "i", "ø": "o", "ł": "l", "đ": "d"}


@lru_cache(maxsize=16_384)  # every name in the figures is compared with what a user typed, each time
def plain(name: str) -> str:
    """A spelling without case, accents, punctuation, spaces and a leading article: what spellings are compared by.

    >>> plain("Al-Shabaab") == plain("al Shabaab"), plain("Los Zetas - Cártel"), plain("the Taliban")
    (True, 'loszetascartel', 'taliban')
    """
    letters = unicodedata.normalize("NFKD", re.sub(r"^\s*the\s+", "", name, flags=re.IGNORECASE)).casefold()
    return "".join(_UNDECOMPOSED.get(c, c) for c in letters if unicodedata.category(c) in _KEPT)


def group_name(actor: str, theatre: str) -> str:
    """The name of a group: its actor and its theatre.

    >>> group_name("IS", "Afghanistan")
    'IS @ Afghanistan'
    """
    return f"{actor}{_TIE}{theatre}"


def split_name(name: str) -> list[tuple[str, str | None]]:
    """The ways a user's words can be read as actor and theatre, most likely first.

    `X @ T` has one reading; `X in T` may be the whole name of an actor or an actor and a theatre.

    >>> split_name("IS @ Mali"), split_name("Islamic State in Mali")
    ([('IS', 'Mali')], [('Islamic State in Mali', None), ('Islamic State', 'Mali')])
    """
    actor, tie, theatre = name.rpartition("@")
    if tie:
        return [(actor.strip(), theatre.strip())]
    readings: list[tuple[str, str | None]] = [(name.strip(), None)]
    halves = re.split(r"\s+in\s+", name.strip(), flags=re.IGNORECASE)
    # The last "in" first: actors have "in" in their names more often than countries have.
    readings += [(" in ".join(halves[:at]), " in ".join(halves[at:])) for at in range(len(halves) - 1, 0, -1)]
    return readings


def members(actor: str) -> tuple[str, ...]:
    """The members of a coalition that the source names by its members; empty for an actor that stands alone.

    A comma in parentheses does not part members, nor does one in the few single names that contain a comma
    (`single_names` in data/actors.toml).

    >>> members("Ahrar al-Sham, HTS"), members("CNDD-FDD , Mayi Mayi"), members("IS")
    (('Ahrar al-Sham', 'HTS'), ('CNDD-FDD', 'Mayi Mayi'), ())
    >>> members("Military Junta for the Consolidation of Democracy, Peace and Justice")
    ()
    """
    if actor in actor_facts()["single_names"]:
        return ()
    parts = tuple(filter(None, (part.strip() for part in re.split(r",(?![^(]*\))", actor))))
    return parts if len(parts) > 1 else ()


@cache
def actor_facts() -> dict[str, Any]:
    """What names alone do not tell: data/actors.toml."""
    return tomllib.loads((packaged_folder() / "actors.toml").read_text(encoding="utf-8"))
