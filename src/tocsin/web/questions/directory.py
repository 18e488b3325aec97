"""The groups and theatres there are on a day, for search and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import polars as pl

from tocsin.errors import TocsinError
from tocsin.groups import common_names, group_table, members, named_theatres, resolve_theatre
from tocsin.groups.names import plain, split_name
from tocsin.groups.search import Named
from tocsin.groups.theatres import Theatre
from tocsin.settings import Settings
from tocsin.warn.levels import Level
from tocsin.warn.lines import read_months, standing_levels
from tocsin.warn.situation import Situation, check_horizon
from tocsin.warn.theatre import deaths_by_theatre
from tocsin.web.asked import Asked
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import situation_of


@dataclass(frozen=True)
class Listed:
    """One group of the figures. `last_event` is the first day of the month of its last recorded event.

    Figures and `last_event` are None where the terms of a source hold them back.

    `assessed` is whether it has a recorded death, without which nothing is said of what is to come: then there is no
    page of it, `level` is none, and `list` is None.
    """

    group: str
    actor: str
    theatre: str
    also_called: tuple[str, ...]
    members: tuple[str, ...]
    assessed: bool
    list: str | None
    level: Level
    deaths_last_12m: int | None
    deaths: int | None
    events: int | None
    last_event: date | None

    @property
    def named(self) -> Named:
        """The group as search takes it: of groups that match alike, the deadliest of late comes first."""
        weight = (int(self.assessed), self.deaths_last_12m or 0, self.deaths or 0)
        return Named(self.group, self.actor, self.theatre, self.also_called, weight)


@dataclass(frozen=True)
class TheatreListed:
    """One theatre with a group that has a recorded death; deaths of its groups with every event counted once.

    Figures of events and deaths, and `last_event`, are None where the terms of a source hold them back.
    """

    theatre: str
    groups_seen: int
    groups_active: int
    events_last_12m: int | None
    deaths_last_12m: int | None
    deaths_12m_before: int | None
    last_event: date | None


@dataclass(frozen=True)
class DirectoryAnswer:
    """`groups` by theatre and name, `theatres` by name, and `views`: theatres of several countries that have a name.

    `own_theatres` are those of the settings, by name, with their countries.
    """

    groups: tuple[Listed, ...]
    theatres: tuple[TheatreListed, ...]
    views: tuple[Theatre, ...]
    own_theatres: Mapping[str, tuple[str, ...]]
    as_of: date
    data_until: date
    as_of_mode: str
    vintage: str
    licence: str
    citation: str


@dataclass(frozen=True)
class Directory:
    """Every group and every theatre by name, with the level it stands on and its recent deaths."""

    asked: Asked
    lane: ClassVar[Lane] = "figures"

    def answer(self, settings: Settings, tell: Tell) -> DirectoryAnswer:
        """Raises as `tocsin.assess`."""
        check_horizon(self.asked.horizon)
        situation = situation_of(self.asked, None, settings, tell)
        digest, under = situation.digest, situation.settings
        held = set(digest.monthly["theatre"].cast(pl.String).unique())
        return DirectoryAnswer(
            groups=_groups(situation, self.asked.horizon),
            theatres=tuple(TheatreListed(*row) for row in deaths_by_theatre(digest).iter_rows()),
            own_theatres={name: tuple(countries) for name, countries in under.theatres.items()},
            views=tuple(view for view in named_theatres(under) if held.intersection(view.countries)),
            as_of=situation.as_of,
            data_until=situation.data_until,
            as_of_mode=under.as_of_mode,
            vintage=digest.provenance.vintage,
            licence=digest.provenance.licence,
            citation=digest.provenance.citation,
        )


def _groups(situation: Situation, horizon: int) -> tuple[Listed, ...]:
    now, *earlier = read_months(situation, horizon)
    stands = standing_levels(now, earlier)
    own = _own_names(situation.settings)
    rows = []
    for row in group_table(situation.digest.monthly, situation.month).iter_rows(named=True):
        place = now.place.get(row["group"])
        entered = None if place is None else stands[place]
        called = common_names(row["actor"], [row["theatre"]])
        rows.append(
            Listed(
                group=row["group"],
                actor=row["actor"],
                theatre=row["theatre"],
                also_called=tuple(dict.fromkeys((*_called(row["actor"], called, row["theatre"], own), *called))),
                members=members(row["actor"]),
                assessed=place is not None,
                list=None if place is None else "ongoing" if now.ongoing[place] else "new_risk",
                level=entered.level if entered else "none",
                deaths_last_12m=row["deaths_last_12m"],
                deaths=row["deaths"],
                events=row["events"],
                last_event=row["last_event"],
            )
        )
    return tuple(rows)


OwnName = tuple[str, str, tuple[str, ...] | None]


def _own_names(settings: Settings) -> list[OwnName]:
    """The user's own names: name, what it stands for in plain letters, and the countries where it does (None: all)."""
    found: list[OwnName] = []
    for name, target in settings.aliases.items():
        actor, place = split_name(target)[0]
        try:
            found.append((name, plain(actor), resolve_theatre(place, settings).countries if place else None))
        except TocsinError:
            continue  # a name that stands for nothing finds nothing; asking for it says what is wrong
    return found


def _called(actor: str, called: tuple[str, ...], theatre: str, own: list[OwnName]) -> list[str]:
    spellings = {plain(actor), *map(plain, called)}
    return [name for name, target, places in own if target in spellings and (places is None or theatre in places)]
