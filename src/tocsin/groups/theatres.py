"""Theatres: a country, a named set of countries, or countries joined by a plus sign."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import NoReturn

from tocsin.countries import countries, find_country
from tocsin.errors import InputError, NotHeldError, did_you_mean
from tocsin.groups.names import plain
from tocsin.settings import Settings, packaged_folder


@dataclass(frozen=True)
class Theatre:
    """Where groups compete: its name, and the short names of its countries in alphabetical order."""

    name: str
    countries: tuple[str, ...]

    @property
    def is_view(self) -> bool:
        """Whether several countries are seen as one: a view on request, no part of the world list."""
        return self.countries != (self.name,)


def resolve_theatre(name: str, settings: Settings) -> Theatre:
    """The theatre a user means: a country under any known spelling or ISO code, a named theatre, or `A+B+C`.

    Names of `settings.theatres` come before the shipped ones, and may not be a country's. The order around a plus sign
    does not matter: `Pakistan+Afghanistan` is `Afghanistan+Pakistan`. Raises `NotHeldError` for an unknown theatre,
    naming close ones; `InputError` when the settings name a country that does not exist.
    """
    known = _named(settings)
    found = _resolve(name, known)
    if found is None and "+" in name:
        parts = [part.strip() for part in name.split("+")]
        found = _joined([_resolve(part, known) or _unknown(part, known) for part in parts], known)
    return found or _unknown(name, known)


def named_theatres(settings: Settings) -> tuple[Theatre, ...]:
    """The theatres of several countries that have a name, shipped and from the settings, by name."""
    return tuple(sorted(set(_named(settings).values()), key=lambda theatre: theatre.name))


def _resolve(name: str, known: dict[str, Theatre]) -> Theatre | None:
    # A plus sign joins; it is not punctuation to be overlooked.
    country = find_country(name) if "+" not in name else None
    return Theatre(country.name, (country.name,)) if country else known.get(plain(name))


def _joined(parts: list[Theatre], known: dict[str, Theatre]) -> Theatre:
    members = tuple(sorted({country for part in parts for country in part.countries}))
    same = [theatre for theatre in known.values() if "+" in theatre.name and theatre.countries == members]
    return same[0] if same else Theatre("+".join(members), members)


def _unknown(name: str, known: dict[str, Theatre]) -> NoReturn:
    names = [country.name for country in countries()] + [theatre.name for theatre in known.values()]
    raise NotHeldError(
        f"no theatre is called {name!r}: a theatre is a country, a named theatre "
        f"({', '.join(sorted({theatre.name for theatre in known.values()}))}), or countries joined by '+'."
        f"{did_you_mean(name, names)}"
    )


def _named(settings: Settings) -> dict[str, Theatre]:
    """Every named theatre under each of its spellings."""
    known = dict(_shipped())
    for name, given in settings.theatres.items():
        if find_country(name) is not None:
            raise InputError(f"settings: the theatre {name!r} has the name of a country; give it another name")
        if not given:
            raise InputError(f"settings: the theatre {name!r} has no countries")
        found = {country: find_country(country) for country in given}
        for country, match in found.items():
            if match is None:
                hint = did_you_mean(country, (c.name for c in countries()))
                raise InputError(f"settings: the theatre {name!r} names an unknown country {country!r}.{hint}")
        known[plain(name)] = Theatre(name, tuple(sorted({match.name for match in found.values() if match})))
    return known


@cache
def _shipped() -> dict[str, Theatre]:
    table = tomllib.loads((packaged_folder() / "theatres.toml").read_text(encoding="utf-8"))["theatre"]
    return {
        plain(spelling): Theatre(row["name"], tuple(sorted(row["countries"])))
        for row in table
        for spelling in (row["name"], *row["aliases"])
    }
