"""What is known of a group at the end of a month: when it was seen, how much it fought, and what its name hides.

Everything is computed from the digest's monthly table up to that month; nothing later is used. Deaths of a group are
those of all events with the group as a side, its own dead included (best estimate). A coalition named by its members is
a group of its own: its figures are not in those of its members.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from tocsin.actors import is_named_group
from tocsin.errors import NotHeldError
from tocsin.groups.aliases import common_names
from tocsin.groups.names import actor_facts, group_name, members
from tocsin.groups.relations import (
    Ally,
    Coalition,
    Opponent,
    SharedEnemies,
    allies,
    coalitions,
    opponents,
    relation_rows,
    shared_enemies,
)
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day, last_day, month_label

DEATHS_ARE = "deaths in events with the group as a side, its own dead included (best estimate)"
KINDS = ("state", "nonstate", "onesided")
MONTHS_ACTIVE = 12


@dataclass(frozen=True)
class KindFigures:
    """Events and deaths of one kind: `state` (with a government), `nonstate` (between groups) or `onesided`."""

    kind: str
    events: int
    deaths: int
    deaths_last_12m: int


@dataclass(frozen=True)
class Elsewhere:
    """The same actor in another theatre."""

    group: str
    theatre: str
    events: int
    deaths: int
    deaths_last_12m: int
    first_event: date
    last_event: date


@dataclass(frozen=True)
class GovernmentChange:
    """A day from which `Government of X` is another organisation; `by` names those who took over, as coded."""

    theatre: str
    day: date
    by: tuple[str, ...]
    what: str

    def note(self) -> str:
        """The change as a sentence to put beside figures."""
        return f"{self.day}, {self.theatre}: {self.what} From then on its government is another organisation."


@dataclass(frozen=True)
class Group:
    """What is known of one group at the end of `as_of_month`; counts and deaths as `group_table` gives them.

    Months are given by their first day. `first_seen` and `last_seen` are the first and last month with a recorded
    death, `first_event` and `last_event` those with an event. `also_called` are common names; `members` those of a
    coalition; `elsewhere` the theatres where the same actor is recorded; `other_organisations` the theatres where the
    same name stands for somebody else; `government_changes` those of the theatre up to the end of the month.
    """

    group: str
    actor: str
    theatre: Theatre
    as_of_month: int
    also_called: tuple[str, ...]
    active: bool
    first_event: date
    last_event: date
    first_seen: date | None
    last_seen: date | None
    events: int
    events_last_12m: int
    deaths: int
    deaths_low: int
    deaths_high: int
    deaths_last_12m: int
    largest_event_deaths: int
    mass_casualty_events: int
    by_kind: tuple[KindFigures, ...]
    members: tuple[str, ...]
    opponents: tuple[Opponent, ...]
    allies: tuple[Ally, ...]
    coalitions: tuple[Coalition, ...]
    shared_enemies: tuple[SharedEnemies, ...]
    elsewhere: tuple[Elsewhere, ...]
    other_organisations: tuple[str, ...]
    government_changes: tuple[GovernmentChange, ...]

    def notes(self) -> tuple[str, ...]:
        """What must be said beside the figures, because names hide it."""
        notes = [change.note() for change in self.government_changes]
        if any(self.actor in change.by for change in self.government_changes):
            notes.append(
                f"While {self.actor} held the state, its forces are coded as the government: a gap in its record "
                "is not quiet."
            )
        if self.members:
            notes.append("A coalition is a group of its own: its figures are not in those of its members.")
        if self.coalitions:
            notes.append("Events of the coalitions it is a member of are not in its own figures.")
        if self.other_organisations:
            notes.append(f"In {', '.join(self.other_organisations)} the same name stands for another organisation.")
        return tuple(notes)


def group_table(monthly: pl.DataFrame, as_of_month: int) -> pl.DataFrame:
    """One row per group of a monthly digest table, governments and civilians left out, by theatre and actor.

    Columns: `group, actor, theatre` (String), `coalition, active` (Boolean: a compound name; a death in the last 12
    months), `first_event, last_event, first_seen, last_seen` (Date, first day of the month; seen means a recorded
    death, null without one), `events, events_last_12m, deaths, deaths_low, deaths_high, deaths_last_12m,
    deaths_state, deaths_nonstate, deaths_onesided, largest_event_deaths, mass_casualty_events` (Int64). Months after
    `as_of_month` are not used.
    """
    best = pl.col("deaths_best")
    deadly = pl.col("period").filter(best > 0)
    recent = pl.col("period") > first_day(as_of_month - MONTHS_ACTIVE)
    table = (
        monthly.filter(pl.col("period") <= first_day(as_of_month))
        .with_columns(pl.col("theatre", "actor", "kind").cast(pl.String))
        .filter(is_named_group(pl.col("actor")))
        .group_by("theatre", "actor")
        .agg(
            (best.filter(recent).sum() > 0).alias("active"),
            pl.col("period").min().alias("first_event"),
            pl.col("period").max().alias("last_event"),
            deadly.min().alias("first_seen"),
            deadly.max().alias("last_seen"),
            pl.col("events").sum(),
            pl.col("events").filter(recent).sum().alias("events_last_12m"),
            best.sum().alias("deaths"),
            pl.col("deaths_low", "deaths_high").sum(),
            best.filter(recent).sum().alias("deaths_last_12m"),
            *(best.filter(pl.col("kind") == kind).sum().alias(f"deaths_{kind}") for kind in KINDS),
            pl.col("largest_event_deaths").max(),
            pl.col("mass_casualty_events").sum(),
        )
        .sort("theatre", "actor")
    )
    actors = table["actor"]
    return table.select(
        pl.Series("group", [group_name(a, t) for a, t in zip(actors, table["theatre"], strict=True)], pl.String),
        "actor",
        "theatre",
        pl.Series("coalition", [bool(members(actor)) for actor in actors], pl.Boolean),
        pl.col("active", "first_event", "last_event", "first_seen", "last_seen"),
        pl.col(
            "events",
            "events_last_12m",
            "deaths",
            "deaths_low",
            "deaths_high",
            "deaths_last_12m",
            *(f"deaths_{kind}" for kind in KINDS),
            "largest_event_deaths",
            "mass_casualty_events",
        ).cast(pl.Int64),
    )


def group_facts(monthly: pl.DataFrame, actor: str, theatre: Theatre, as_of_month: int) -> Group:
    """Everything known of one group at the end of a month.

    `monthly` is a digest's monthly table with `theatre.name` among its theatres: for a view of several countries, the
    table in which they are merged. Raises `NotHeldError` when nothing is recorded of the group up to that month.
    """
    known = monthly.filter(pl.col("period") <= first_day(as_of_month))
    table = group_table(known.filter(pl.col("actor").cast(pl.String) == actor), as_of_month)
    own = table.filter(pl.col("theatre") == theatre.name)
    if own.is_empty():
        raise NotHeldError(
            f"nothing is recorded of {group_name(actor, theatre.name)!r} up to {month_label(as_of_month)}"
        )
    row = own.row(0, named=True)
    pairs = relation_rows(known, theatre.name, first_day(as_of_month))
    together = coalitions(pairs, actor)
    others = _other_organisations(actor, theatre)
    return Group(
        **{name: row[name] for name in row if name in Group.__dataclass_fields__ and name != "theatre"},
        theatre=theatre,
        as_of_month=as_of_month,
        also_called=common_names(actor, theatre.countries),
        by_kind=_by_kind(known, actor, theatre.name, as_of_month),
        members=members(actor),
        opponents=opponents(pairs, actor),
        allies=allies(together),
        coalitions=together,
        shared_enemies=shared_enemies(pairs, actor),
        elsewhere=_elsewhere(table.filter(~pl.col("theatre").is_in([theatre.name, *theatre.countries, *others]))),
        other_organisations=tuple(sorted(others & set(table["theatre"]))),
        government_changes=government_changes(theatre.countries, as_of_month),
    )


def government_changes(theatres: tuple[str, ...], as_of_month: int) -> tuple[GovernmentChange, ...]:
    """Days up to the end of a month from which `Government of X` is another organisation, oldest first.

    A naming note: UCDP codes whoever holds the state as its government, so that in a theatre whose rebels took the
    capital the figures of the government are those of two organisations.
    """
    changes = (
        GovernmentChange(row["theatre"], row["day"], tuple(row["by"]), row["what"])
        for row in actor_facts()["government"]
        if row["theatre"] in theatres and row["day"] <= last_day(as_of_month)
    )
    return tuple(sorted(changes, key=lambda change: (change.day, change.theatre)))


def _by_kind(known: pl.DataFrame, actor: str, theatre: str, as_of_month: int) -> tuple[KindFigures, ...]:
    rows = known.with_columns(pl.col("theatre", "actor", "kind").cast(pl.String)).filter(
        (pl.col("actor") == actor) & (pl.col("theatre") == theatre)
    )
    recent = rows.filter(pl.col("period") > first_day(as_of_month - MONTHS_ACTIVE))
    return tuple(
        KindFigures(
            kind,
            int(of_kind["events"].sum()),
            int(of_kind["deaths_best"].sum()),
            int(recent.filter(pl.col("kind") == kind)["deaths_best"].sum()),
        )
        for kind in KINDS
        for of_kind in [rows.filter(pl.col("kind") == kind)]
    )


def _elsewhere(table: pl.DataFrame) -> tuple[Elsewhere, ...]:
    return tuple(
        Elsewhere(*row)
        for row in table.sort("deaths", "theatre", descending=[True, False])
        .select("group", "theatre", "events", "deaths", "deaths_last_12m", "first_event", "last_event")
        .iter_rows()
    )


def _other_organisations(actor: str, theatre: Theatre) -> set[str]:
    """Theatres in which the same name stands for another organisation than it does here."""
    organisations: list[list[str]] = actor_facts()["homonyms"].get(actor, [])
    here = {country for places in organisations if set(places) & set(theatre.countries) for country in places}
    return {country for places in organisations for country in places} - here
