"""From what a user calls a group to the group itself: common names, spellings, and where a name stands for what.

The source's names come first, then the common names of data/aliases.toml; names in the settings come before both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import polars as pl

from tocsin.actors import CIVILIANS, GOVERNMENT, is_named_group, names_nobody
from tocsin.errors import InputError, NotHeldError, did_you_mean
from tocsin.groups.names import actor_facts, group_name, members, plain, split_name
from tocsin.groups.organisations import organisations, same_names
from tocsin.groups.theatres import Theatre, resolve_theatre
from tocsin.months import first_day, month_label
from tocsin.settings import Settings, packaged_folder

# A name alone stands for the actor's home theatre when at least this share of its recorded deaths lie there.
HOME_SHARE = 0.9
_MOST_LISTED = 12


@dataclass(frozen=True)
class Meaning:
    """What a name may stand for: an actor as coded, in these countries only, or wherever it is recorded (`None`)."""

    actor: str
    countries: tuple[str, ...] | None = None


@dataclass(frozen=True)
class GroupName:
    """A group that a name was resolved to; `note` says what was assumed on the way, if anything."""

    actor: str
    theatre: Theatre
    note: str = ""

    @property
    def name(self) -> str:
        """The group's name, `actor @ theatre`."""
        return group_name(self.actor, self.theatre.name)


def resolve_group(name: str, monthly: pl.DataFrame, settings: Settings, *, as_of_month: int) -> GroupName:
    """The group a user means by `X @ Theatre`, `X in Theatre` or `X`.

    `monthly` is the digest's monthly table with countries as theatres (`theatre, actor, period, deaths_best` are
    used), of which only months up to `as_of_month` count. `X` is the source's name or a common one, in any spelling;
    the members of a coalition may stand in any order. `X` alone stands for the one theatre where the actor is recorded,
    for its home (90% of its recorded deaths), or for the first country of a common name that is bound to some.

    Raises `InputError` for a government, the civilians, or a name that may mean several groups (they are listed);
    `NotHeldError` for a group or theatre that is not in the figures, with close names.
    """
    held = _held(monthly, as_of_month)
    readings = split_name(name)
    for words, place in readings:
        _refuse_other_actors(words)
        try:
            theatre = resolve_theatre(place, settings) if place is not None else None
        except NotHeldError:
            if "@" in name:
                raise
            continue  # "in" was part of the actor's name
        meanings = _meanings(words, held, settings)
        if meanings:
            return _placed(words, meanings, theatre, held, as_of_month)
    words = readings[0][0]
    raise NotHeldError(
        f"no group is called {words!r} in the figures up to {month_label(as_of_month)}."
        f"{_close_names(words, held) or ' See the names with: tocsin groups list'}"
    )


def common_names(actor: str, countries: Iterable[str]) -> tuple[str, ...]:
    """Common names, from the shipped table, of an actor in any of these countries.

    >>> common_names("Taleban", ["Afghanistan"])[0]
    'Taliban'
    """
    place = set(countries)
    of_ucdp = {actor, *(name for one in organisations() if plain(actor) in one.called for name in one.names["ucdp"]
                        if not one.theatres or place.intersection(one.theatres))}  # fmt: skip
    return tuple(
        name
        for names, meaning in shipped_aliases()
        if meaning.actor in of_ucdp and (meaning.countries is None or place.intersection(meaning.countries))
        for name in names
        if name != actor
    )


@cache
def shipped_aliases() -> tuple[tuple[tuple[str, ...], Meaning], ...]:
    """The shipped table: common names and what they stand for."""
    rows = tomllib.loads((packaged_folder() / "aliases.toml").read_text(encoding="utf-8"))["alias"]
    return tuple(
        (tuple(row["names"]), Meaning(row["actor"], tuple(row["theatres"]) if "theatres" in row else None))
        for row in rows
    )


def _held(monthly: pl.DataFrame, as_of_month: int) -> pl.DataFrame:
    """One row per group up to a month: `actor, theatre, deaths, last` (last month with an event), latest first."""
    return (
        monthly.filter((pl.col("period") <= first_day(as_of_month)) & is_named_group(pl.col("actor").cast(pl.String)))
        .group_by(pl.col("actor", "theatre").cast(pl.String))
        .agg(pl.col("deaths_best").sum().alias("deaths"), pl.col("period").max().alias("last"))
        .sort("last", "deaths", "actor", "theatre", descending=[True, True, False, False])
    )


def _refuse_other_actors(words: str) -> None:
    if plain(words).startswith(plain(GOVERNMENT)):
        raise InputError(f"{words!r} is a government: an actor, but not a group. Groups are non-state actors")
    if names_nobody(words):
        raise InputError(f"{words!r} are parties that nobody knows, not a group; they count in a theatre's figures")
    if plain(words) == plain(CIVILIANS):
        raise InputError(f"{words!r} are the victims of one-sided violence, not a group. Groups are non-state actors")


def _meanings(words: str, held: pl.DataFrame, settings: Settings) -> list[Meaning]:
    """What a name may stand for: the user's own names first, then the source's, then the shipped common names."""
    wanted = plain(words)
    if not wanted:
        raise InputError("a group has a name, got none. Expected 'X @ Theatre', 'X in Theatre' or 'X'")
    own = [target for name, target in settings.aliases.items() if plain(name) == wanted]
    if own:
        return _own_meaning(words, own[-1], held, settings)
    if found := _source_meanings(words, held):
        return found
    return _in_these_figures([m for names, m in shipped_aliases() if wanted in map(plain, names)], words, held)


def _in_these_figures(meanings: list[Meaning], words: str, held: pl.DataFrame) -> list[Meaning]:
    """Meanings in the names of the source whose figures these are, where it is not UCDP, whose names the table has."""
    recorded = set(held["actor"])
    if any(meaning.actor in recorded for meaning in meanings):
        return meanings
    found: dict[tuple[str, tuple[str, ...] | None], list[str]] = {}
    for actor, theatre in held.select("actor", "theatre").unique(maintain_order=True).iter_rows():
        for meaning in meanings or [Meaning(words)]:
            if (meaning.countries is None or theatre in meaning.countries) and same_names(
                meaning.actor, [actor], theatre
            ):
                found.setdefault((actor, meaning.countries), []).append(theatre)
    bound = [theatre for one in organisations() if plain(words) in one.called for theatre in one.theatres]
    return [
        # A name that stands for another one in some countries alone does so there alone, the first of them first.
        Meaning(
            actor, countries or tuple(sorted(theatres, key=bound.index)) if set(theatres) <= set(bound) else countries
        )
        for (actor, countries), theatres in found.items()
    ] or meanings


def _source_meanings(words: str, held: pl.DataFrame) -> list[Meaning]:
    wanted, together = plain(words), frozenset(map(plain, members(words)))
    return [
        Meaning(actor)
        for actor in held["actor"].unique(maintain_order=True)
        if plain(actor) == wanted or (together and frozenset(map(plain, members(actor))) == together)
    ]


def _own_meaning(words: str, target: str, held: pl.DataFrame, settings: Settings) -> list[Meaning]:
    """A name from the settings stands for a source's name or a shipped common one, with or without a theatre."""
    shipped_only = settings.model_copy(update={"aliases": {}})
    actor, place = split_name(target)[0]
    countries = resolve_theatre(place, settings).countries if place is not None else None
    found = _meanings(actor, held, shipped_only)
    if not found:
        raise NotHeldError(f"settings: the alias {words!r} stands for {target!r}, which is not in the figures."
                           f"{_close_names(actor, held)}")  # fmt: skip
    return [Meaning(meaning.actor, countries or meaning.countries) for meaning in found]


def _placed(
    words: str, meanings: list[Meaning], theatre: Theatre | None, held: pl.DataFrame, as_of_month: int
) -> GroupName:
    """The one group that these meanings leave, in the theatre asked for or wherever the actor is recorded."""
    rows = [_rows(meaning, held) for meaning in meanings]
    together = pl.concat(rows).unique(maintain_order=True)
    if theatre is not None:
        inside = together.filter(pl.col("theatre").is_in(theatre.countries))
        found = [GroupName(actor, theatre) for actor in inside["actor"].unique(maintain_order=True)]
    else:
        found = [group for meaning, r in zip(meanings, rows, strict=True) for group in _at_home(words, meaning, r)]
    if not found:
        raise _not_there(words, meanings, together, theatre, as_of_month)
    if len({group.name for group in found}) > 1:
        raise _ambiguous(words, {group.name for group in found}, together)
    return found[0]


def _rows(meaning: Meaning, held: pl.DataFrame) -> pl.DataFrame:
    rows = held.filter(pl.col("actor") == meaning.actor)
    return rows if meaning.countries is None else rows.filter(pl.col("theatre").is_in(meaning.countries))


def _at_home(words: str, meaning: Meaning, rows: pl.DataFrame) -> list[GroupName]:
    """The group a name without a theatre stands for, or all that it may stand for."""
    places: list[str] = rows["theatre"].to_list()
    if len(places) > 1 and meaning.countries is not None:
        home = next(country for country in meaning.countries if country in places)
        others = sorted({*places} - {home})
        together = group_name(meaning.actor, "+".join(sorted(places)))
        note = f"{words!r} is taken as {group_name(meaning.actor, home)}; it is also recorded in {_and(others)}"
        return [GroupName(meaning.actor, Theatre(home, (home,)), f"{note} (together: {together!r}).")]
    if len(places) > 1 and meaning.actor not in actor_facts()["homonyms"]:
        top = rows.sort("deaths", descending=True).row(0, named=True)
        share = top["deaths"] / max(rows["deaths"].sum(), 1)
        if share >= HOME_SHARE:
            home = group_name(meaning.actor, top["theatre"])
            note = (
                f"{words!r} is taken as {home}, where {100 * share:.0f}% of its recorded deaths lie; it is "
                f"also recorded in {_and(sorted({*places} - {top['theatre']}))}."
            )
            return [GroupName(meaning.actor, Theatre(top["theatre"], (top["theatre"],)), note)]
    return [GroupName(meaning.actor, Theatre(place, (place,))) for place in places]


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _ambiguous(words: str, names: set[str], rows: pl.DataFrame) -> InputError:
    latest = rows.sort("last", "deaths", "actor", "theatre", descending=[True, True, False, False])
    months = {group_name(r["actor"], r["theatre"]): f"{r['last']:%Y-%m}" for r in latest.iter_rows(named=True)}
    # In a view of several countries a group has no single last month here, and is listed by its name alone.
    ordered = [f"{name} (last recorded {month})" for name, month in months.items() if name in names]
    ordered += sorted(names - months.keys())
    more = f", and {len(ordered) - _MOST_LISTED} more" if len(ordered) > _MOST_LISTED else ""
    return InputError(f"{words!r} may mean {len(ordered)} groups; say which: {', '.join(ordered[:_MOST_LISTED])}{more}")


def _not_there(
    words: str, meanings: list[Meaning], rows: pl.DataFrame, theatre: Theatre | None, as_of_month: int
) -> NotHeldError:
    coded = " or ".join(dict.fromkeys(meaning.actor for meaning in meanings))
    name = f"{words!r}" if plain(words) == plain(coded) else f"{words!r} ({coded} in the source)"
    where = f" in {theatre.name}" if theatre is not None else ""
    places = sorted(set(rows["theatre"]))
    hint = f" It is recorded in {_and(places)}" if places else ""
    return NotHeldError(f"nothing is recorded of {name}{where} up to {month_label(as_of_month)}.{hint}")


def _close_names(words: str, held: pl.DataFrame) -> str:
    actors = set(held["actor"])
    names = sorted(actors) + [name for shown, meaning in shipped_aliases() if meaning.actor in actors for name in shown]
    wanted = plain(words)
    begin = sorted((name for name in names if plain(name).startswith(wanted)), key=len)[:3] if len(wanted) > 2 else []
    return f" Did you mean {' or '.join(begin)}?" if begin else did_you_mean(words, names)
