"""Countries: what each source calls them, their ISO 3166-1 code, UCDP's region, and the name shown as a theatre.

One packaged table, `data/countries.csv`. Spellings are compared without regard to case, accents and punctuation, so
that `Cote d'Ivoire`, `Côte d'Ivoire` and `COTE DIVOIRE` are the same country. Kosovo has no ISO code; `XKX` is the
one in common use. Regions are the five of UCDP GED; the Middle East is as UCDP draws it, with Egypt, Iran and Turkey.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tocsin.errors import InputError, did_you_mean
from tocsin.settings import packaged_folder

if TYPE_CHECKING:
    import polars as pl

REGIONS = ("Africa", "Americas", "Asia", "Europe", "Middle East")


class Country(NamedTuple):
    """One country: ISO code, the short name used as its theatre, UCDP's region, other spellings in the sources."""

    iso3: str
    name: str
    region: str
    source_names: tuple[str, ...]


@cache
def countries() -> tuple[Country, ...]:
    """All countries, by name."""
    with (packaged_folder() / "countries.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Country(row["iso3"], row["name"], row["region"], tuple(filter(None, row["source_names"].split(";"))))
            for row in csv.DictReader(lines)
        )


def country_table() -> pl.DataFrame:
    """All countries as a table: `iso3, name, region` (String) and `source_names` (List of String), by name."""
    import polars as pl

    return pl.DataFrame(
        [(c.iso3, c.name, c.region, list(c.source_names)) for c in countries()],
        schema={"iso3": pl.String, "name": pl.String, "region": pl.String, "source_names": pl.List(pl.String)},
        orient="row",
    )


def _plain(name: str) -> str:
    """A spelling without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in letters if c.isalnum())


@cache
def _by_spelling() -> dict[str, Country]:
    return {_plain(name): c for c in countries() for name in (c.iso3, c.name, *c.source_names)}


def find_country(name: str) -> Country | None:
    """The country a spelling or an ISO code stands for, or nothing when it is not known."""
    return _by_spelling().get(_plain(name))


def _country(name: str) -> Country:
    found = find_country(name)
    if found is None:
        raise InputError(f"no country is called {name!r}.{did_you_mean(name, _spellings())}")
    return found


@cache
def _spellings() -> tuple[str, ...]:
    return tuple(name for c in countries() for name in (c.name, *c.source_names))


def theatre_of(name: str) -> str:
    """The short name, used as the theatre, for any known spelling or ISO code.

    Raises `InputError`, naming close spellings, when there is no such country.

    >>> theatre_of("DR Congo (Zaire)"), theatre_of("MMR"), theatre_of("cote d'ivoire")
    ('DR Congo', 'Myanmar', 'Ivory Coast')
    """
    return _country(name).name


def iso3_of(theatre: str) -> str:
    """The ISO 3166-1 alpha-3 code of a country under any known spelling; raises `InputError` for an unknown one.

    >>> iso3_of("Yemen (North Yemen)")
    'YEM'
    """
    return _country(theatre).iso3


def region_of(theatre: str) -> str:
    """UCDP's region of a country under any known spelling; raises `InputError` for an unknown one.

    >>> region_of("Turkey"), region_of("Russia"), region_of("Papua New Guinea")
    ('Middle East', 'Europe', 'Asia')
    """
    return _country(theatre).region


def iso3_by_spelling(names: Iterable[str]) -> dict[str, str]:
    """ISO code of each name that is known, for mapping a whole column at once; unknown names are left out.

    >>> iso3_by_spelling(["Myanmar (Burma)", "Atlantis"])
    {'Myanmar (Burma)': 'MMR'}
    """
    found = ((name, find_country(name)) for name in names)
    return {name: country.iso3 for name, country in found if country is not None}


def theatre_by_iso3() -> dict[str, str]:
    """Theatre of each ISO code."""
    return {c.iso3: c.name for c in countries()}
