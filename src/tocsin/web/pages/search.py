"""Search for a group by any name; in a static site the list of all groups with a page, narrowed in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import polars as pl

from tocsin.errors import InputError
from tocsin.groups.names import plain
from tocsin.groups.search import Hit, Match, find_groups, find_theatres, the_one, words_of
from tocsin.settings import Settings
from tocsin.warn.levels import LEVELS
from tocsin.web.asked import Asked
from tocsin.web.links import PATHS, Links
from tocsin.web.page import Download, Found, Page
from tocsin.web.page_sources import of_assessment
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.directory import Directory, DirectoryAnswer, Listed
from tocsin.web.tables import plain_rows

NAME = "search"
MOST_LETTERS = 100
MOST_ROWS = 50
MOST_THEATRES = 3
_BY_NAME: tuple[Match, ...] = ("name", "theatre", "beginning", "member")
EXAMPLES = ("ISIS-K", "Taliban", "JNIM", "Al-Shabaab", "Sahel", "Mexico")


@dataclass(frozen=True)
class Result:
    """A group that was found, how, and the name it was found by where that is not the source's."""

    listed: Listed
    match: Match
    why: str


@dataclass(frozen=True)
class Filed:
    """A group with a page, and the words that it is found by in the browser."""

    listed: Listed
    words: str


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """What `given["q"]` finds. Raises `InputError` for more letters than a name has."""
    words = " ".join(given.get("q", "").split())
    if len(words) > MOST_LETTERS:
        raise InputError(f"a search is for {MOST_LETTERS} letters at most, got {len(words)}")
    assessed, directory = Assessed(asked), Directory(asked)

    def context(found: Found, links: Links) -> dict[str, Any]:
        told, held = found[assessed].assessment, found[directory]
        results, theatres, one = search(words, held) if words else ((), (), None)
        return {
            "title": "Groups with a page" if links.static_site else "Search",
            "words": words,
            "results": results[:MOST_ROWS],
            "count": len(results),
            "alike": bool(results) and results[0].match == "spelling",
            "one": one,
            "theatres": theatres[:MOST_THEATRES],
            "on_level": on_level(held),
            "filed": filed(held, links) if links.static_site else (),
            "of": len(held.groups),
            "examples": () if results else tuple((name, links.to(NAME, q=name)) for name in examples_of(held)),
            "told": told,
            "sources": of_assessment(told),
            "scripts": ("search.js",) if links.static_site else (),
        }

    return Page(
        name=NAME,
        path=PATHS[NAME],
        title="Search",
        template="search.html",
        asked=asked,
        context=context,
        given={"q": words} if words else {},
        needs=(assessed, directory),
        downloads=(
            Download(
                "groups",
                "Every group by name",
                table=lambda found: table_of(found[directory]),
                document=lambda found: {"groups": plain_rows(table_of(found[directory]))},
            ),
        ),
    )


def search(words: str, held: DirectoryAnswer) -> tuple[tuple[Result, ...], tuple[str, ...], Result | None]:
    """The groups and the theatres that the words may mean, the likeliest first; the one group that has that name."""
    settings = _settings(held)
    by_name = {one.group: one for one in held.groups}
    hits = find_groups(words, [one.named for one in held.groups], settings)
    names = [one.theatre for one in held.theatres] + [view.name for view in held.views]
    results = tuple(Result(by_name[hit.named.group], hit.match, _why(hit)) for hit in hits)
    named = the_one(hits)
    one = next((result for result in results if named is not None and result.listed.group == named.group), None)
    return results, find_theatres(words, names, settings), one if one and one.listed.assessed else None


def examples_of(held: DirectoryAnswer) -> tuple[str, ...]:
    """The examples that name a group or a theatre of the figures; where none does, the group with most deaths."""
    names, settings = [one.named for one in held.groups], _settings(held)
    found = [name for name in EXAMPLES if any(hit.match in _BY_NAME for hit in find_groups(name, names, settings))]
    most = max(held.groups, key=lambda one: (one.deaths or 0, one.group), default=None)
    return tuple(found) or ((most.actor,) if most else ())


def on_level(held: DirectoryAnswer) -> tuple[Listed, ...]:
    """The groups on a level, those on warning first, then by recent deaths."""
    there = (one for one in held.groups if one.level != "none")
    return tuple(sorted(there, key=lambda one: (-LEVELS.index(one.level), -(one.deaths_last_12m or 0), one.group)))


def filed(held: DirectoryAnswer, links: Links) -> tuple[Filed, ...]:
    """The groups that have a page, by recent deaths, with what they are found by."""
    there = (one for one in held.groups if one.assessed and links.to("group", name=one.group))
    ordered = sorted(there, key=lambda one: (-(one.deaths_last_12m or 0), one.group))
    return tuple(Filed(one, _words(one)) for one in ordered)


def table_of(held: DirectoryAnswer) -> pl.DataFrame:
    """One row a group, with the fields of `Listed`."""
    schema: dict[str, Any] = {field.name: pl.String for field in fields(Listed)} | {
        "also_called": pl.List(pl.String),
        "members": pl.List(pl.String),
        "assessed": pl.Boolean,
        "deaths_last_12m": pl.Int64,
        "deaths": pl.Int64,
        "events": pl.Int64,
        "last_event": pl.Date,
    }
    rows = [asdict(one) | {"also_called": list(one.also_called), "members": list(one.members)} for one in held.groups]
    return pl.DataFrame(rows, schema=schema).with_columns(
        pl.lit(held.as_of).alias("as_of"), pl.lit(held.data_until).alias("data_until")
    )


def _settings(held: DirectoryAnswer) -> Settings:
    """Settings with the theatres that the answer was given under; own names of groups are among `also_called`."""
    theatres = {name: list(countries) for name, countries in held.own_theatres.items()}
    return Settings.model_construct(theatres=theatres, aliases={})


def _why(hit: Hit) -> str:
    if hit.match == "member":
        return f"a coalition with {hit.matched}"
    if hit.match == "theatre" or plain(hit.matched) == plain(hit.named.actor):
        return ""
    return f"also called {hit.matched}"


def _words(one: Listed) -> str:
    """All names as plain letters: whole, and word by word."""
    names = (one.actor, one.theatre, *one.also_called, *one.members)
    return " ".join(dict.fromkeys(word for name in names for word in (plain(name), *words_of(name))))
