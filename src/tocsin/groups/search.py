"""Finding groups by whatever a user types: a name, a common name, a member of a coalition, a theatre, a few words.

Ways to match, the surest first (`MATCHES`): a name as a whole, with or without its theatre; a theatre; the beginning of
a name; a member of a coalition; all the words; the beginnings of all the words; letters within a name. Where none of
them finds anything, names that are spelled much alike. Case, accents and punctuation never count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal, get_args

from tocsin.countries import find_country
from tocsin.errors import TocsinError
from tocsin.groups.aliases import HOME_SHARE, shipped_aliases
from tocsin.groups.names import actor_facts, members, plain, split_name
from tocsin.groups.theatres import resolve_theatre
from tocsin.settings import Settings

Match = Literal["name", "theatre", "beginning", "member", "words", "word beginnings", "letters", "spelling"]
MATCHES: tuple[Match, ...] = get_args(Match)

CLOSE, CLOSE_THEATRE = 0.75, 0.82  # of 1: how much alike spellings are taken for each other
_FEWEST_LETTERS = 3  # fewer are found within nearly every name
_MOST_WORDS = 8  # are compared by spelling, which takes its time
_VAGUE = ("word beginnings", "letters")  # left out where a whole name is what was asked
_FILLING = {"in", "the", "of", "and", "at"}


@dataclass(frozen=True)
class Named:
    """A group to be found: the source's name, its theatre (a country), and the common names of it there.

    `weight` orders groups that match alike, the largest first.
    """

    group: str
    actor: str
    theatre: str
    also_called: tuple[str, ...] = ()
    weight: tuple[int, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A group that was found, how, and by which of its names.

    `place` orders the theatres of a common name that is bound to some, from 0; None for other names.
    """

    named: Named
    match: Match
    matched: str
    place: int | None = None


def find_groups(words: str, names: Sequence[Named], settings: Settings) -> tuple[Hit, ...]:
    """The groups that a user may mean, the likeliest first; none for words without a letter or number."""
    asked = _Asked.of(words, settings)
    if not asked.wanted:
        return ()
    found = [hit for named in names if (hit := _match(asked, named)) is not None] or _alike(asked, names)
    if any(hit.match == "name" for hit in found):
        found = [hit for hit in found if hit.match not in _VAGUE]
    return tuple(sorted(found, key=_order))


def the_one(hits: Sequence[Hit]) -> Named | None:
    """The one group that a whole name stands for, by the rules of `resolve_group`; None where it may mean several.

    `hits` are those of `find_groups`, and the last weight of each group its deaths.
    """
    called = [hit for hit in hits if hit.match == "name"]
    actors = {hit.named.actor for hit in called}
    if len(called) == 1:
        return called[0].named
    if len(actors) != 1 or actors & actor_facts()["homonyms"].keys():
        return None
    if called[0].place is not None:
        return called[0].named
    top = max(called, key=lambda hit: hit.named.weight[-1:])
    deaths = sum(sum(hit.named.weight[-1:]) for hit in called)
    return top.named if sum(top.named.weight[-1:]) >= HOME_SHARE * max(deaths, 1) else None


def _order(hit: Hit) -> tuple[int, int, tuple[int, ...], str]:
    return MATCHES.index(hit.match), hit.place or 0, tuple(-w for w in hit.named.weight), hit.named.group


def find_theatres(words: str, names: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """Those of the theatres named that the words may mean, the likeliest first."""
    wanted, known = plain(words), list(dict.fromkeys(names))
    if not wanted:
        return ()
    place = _countries(words, settings)
    same = [name for name in known if plain(name) == wanted or (place and _countries(name, settings) == place)]
    begin = [name for name in known if len(wanted) > 1 and plain(name).startswith(wanted)]
    inside = [name for name in known if any(word.startswith(wanted) for word in words_of(name))]
    close = []
    if not (same or begin or inside):
        by_plain = {plain(name): name for name in known}
        close = [by_plain[name] for name in get_close_matches(wanted, by_plain, n=3, cutoff=CLOSE_THEATRE)]
    return tuple(dict.fromkeys([*same, *begin, *inside, *close]))


@lru_cache(maxsize=16_384)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, each without case and accents.

    >>> words_of("Al-Shabaab (Harakat) Cártel")
    ('al', 'shabaab', 'harakat', 'cartel')
    """
    # Apostrophes of transliterated names stand within a word.
    parts = re.split(r"[\s\-–—/,.;:()+@&]+", name)
    return tuple(word for part in parts if (word := plain(part)))


@dataclass(frozen=True)
class _Asked:
    """What was typed, read in every way: `readings` are (actor, countries or None), `place` countries of all of it."""

    wanted: str
    words: tuple[str, ...]
    readings: tuple[tuple[str, frozenset[str], frozenset[str] | None], ...]
    place: frozenset[str]

    @classmethod
    def of(cls, words: str, settings: Settings) -> _Asked:
        readings = []
        for actor, place in split_name(_composed(words)):
            where = _countries(place, settings) if place is not None else None
            if plain(actor) and (where is None or where):
                readings.append((plain(actor), frozenset(map(plain, members(actor))), where))
        parts = words_of(_composed(words))
        return cls(
            wanted=plain(words),
            words=tuple(word for word in parts if word not in _FILLING) or parts,
            readings=tuple(readings),
            place=_countries(words, settings),
        )


def _composed(words: str) -> str:
    return unicodedata.normalize("NFKC", words)


def _countries(words: str, settings: Settings) -> frozenset[str]:
    """The countries of the theatre that words name; none where they name none."""
    try:
        return frozenset(resolve_theatre(words, settings).countries)
    except TocsinError:
        return frozenset()


def _match(asked: _Asked, named: Named) -> Hit | None:
    called = (named.actor, *named.also_called)
    parts = members(named.actor)
    for actor, together, where in asked.readings:
        if where is not None and named.theatre not in where:
            continue
        for name in called:
            if plain(name) == actor:
                return Hit(named, "name", name, _place(name, named) if where is None else None)
        if together and together == frozenset(map(plain, parts)):
            return Hit(named, "name", named.actor)
    if named.theatre in asked.place:
        return Hit(named, "theatre", named.theatre)
    for name in called:
        if len(asked.wanted) > 1 and plain(name).startswith(asked.wanted):
            return Hit(named, "beginning", name)
    for actor, _, where in asked.readings:
        for part in parts:
            if plain(part) == actor and (where is None or named.theatre in where):
                return Hit(named, "member", part)
    return _by_words(asked, named, called)


def _place(name: str, named: Named) -> int | None:
    """Which of the countries that a common name is bound to the group's is."""
    for names, meaning in shipped_aliases():
        bound = meaning.countries or ()
        if meaning.actor == named.actor and named.theatre in bound and plain(name) in map(plain, names):
            return bound.index(named.theatre)
    return None


def _by_words(asked: _Asked, named: Named, called: tuple[str, ...]) -> Hit | None:
    place = _words_of_place(named.theatre)
    for name in called:
        if all(word in words_of(name) or word in place for word in asked.words):
            return Hit(named, "words", name)
    for name in called:
        held = (*words_of(name), *place)
        if all(any(one.startswith(word) for one in held) for word in asked.words):
            return Hit(named, "word beginnings", name)
    for name in called:
        if len(asked.wanted) >= _FEWEST_LETTERS and asked.wanted in plain(name):
            return Hit(named, "letters", name)
    return None


@lru_cache(maxsize=1024)
def _words_of_place(theatre: str) -> tuple[str, ...]:
    country = find_country(theatre)
    spellings = (theatre, country.iso3, *country.source_names) if country else (theatre,)
    return tuple(dict.fromkeys(word for name in spellings for word in words_of(name)))


def _alike(asked: _Asked, names: Sequence[Named]) -> list[Hit]:
    """Groups with a name spelled much like the words, or with words much like each of them."""
    by_plain: dict[str, list[tuple[Named, str]]] = {}
    vocabulary: set[str] = set()
    for named in names:
        vocabulary.update(_words_of_place(named.theatre))
        for name in (named.actor, *named.also_called):
            by_plain.setdefault(plain(name), []).append((named, name))
            vocabulary.update(words_of(name))
    close = [pair for name in get_close_matches(asked.wanted, by_plain, n=5, cutoff=CLOSE) for pair in by_plain[name]]
    near = [{word, *get_close_matches(word, vocabulary, n=4, cutoff=CLOSE)} for word in asked.words[:_MOST_WORDS]]
    for named in names:
        for name in (named.actor, *named.also_called):
            own, place = set(words_of(name)), set(_words_of_place(named.theatre))
            # A theatre alone, nearly spelled, is for `find_theatres`.
            if all((own | place) & words for words in near) and any(own & words for words in near):
                close.append((named, name))
                break
    found: dict[str, Hit] = {}
    for named, name in close:
        found.setdefault(named.group, Hit(named, "spelling", name))
    return list(found.values())
