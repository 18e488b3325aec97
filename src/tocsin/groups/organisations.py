"""The same organisation under the names of several sources, by data/organisations.toml and by abbreviations."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache

from tocsin.groups.names import plain
from tocsin.settings import packaged_folder


@dataclass(frozen=True)
class Organisation:
    """One line of the table: the names by source, all of them as they are compared, and the countries in which the line
    holds (none: all)."""

    names: dict[str, tuple[str, ...]]
    called: frozenset[str]
    theatres: tuple[str, ...]


@cache
def organisations() -> tuple[Organisation, ...]:
    """The shipped table."""
    rows = tomllib.loads((packaged_folder() / "organisations.toml").read_text(encoding="utf-8"))["organisation"]
    found = []
    for row in rows:
        names = {"ucdp": (row["ucdp"],), "acled": tuple(row.get("acled", ())), "gtd": tuple(row.get("gtd", ()))}
        called = frozenset(plain(name) for each in names.values() for name in each)
        found.append(Organisation(names, called, tuple(row.get("theatres", ()))))
    return tuple(found)


def abbreviations(name: str) -> frozenset[str]:
    """The abbreviation in a name, `ADF: Allied ...` or `Allied ... (ADF)`, or a name that is one, as compared.

    >>> sorted(abbreviations("ADF: Allied Democratic Forces") | abbreviations("Lord's Resistance Army (LRA)"))
    ['adf', 'lra']
    >>> sorted(abbreviations("M23")), sorted(abbreviations("Taliban"))
    (['m23'], [])
    """
    found = [
        match[1] for match in (re.match(r"^([^\s:]{2,12}): ", name), re.search(r" \(([^\s()]{2,12})\)$", name)) if match
    ]
    if re.fullmatch(r"[A-Z0-9/-]{2,12}", name):
        found.append(name)
    return frozenset(plain(one) for one in found if re.search(r"[A-Z].*[A-Z0-9]", one))


@lru_cache(maxsize=512)
def _lines_in(theatre: str) -> tuple[frozenset[str], ...]:
    """The names of each line of the table that holds in a country."""
    return tuple(one.called for one in organisations() if not one.theatres or theatre in one.theatres)


def same_names(name: str, others: Collection[str], theatre: str) -> list[str]:
    """Of the other names in a theatre those that stand for the organisation that `name` does, in their order.

    By the table first; then names that are spelled alike; then those with the same abbreviation.
    """
    wanted = plain(name)
    called = frozenset(known for line in _lines_in(theatre) if wanted in line for known in line)
    if found := [other for other in others if plain(other) in called]:
        return found
    if found := [other for other in others if plain(other) == wanted]:
        return found
    short = abbreviations(name)
    return [other for other in others if short & abbreviations(other)]
