"""The events of a group one by one, from the user's own import and where the terms of every release allow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import polars as pl

from tocsin.digest.tables import by_side, prio_grid_cell
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.warn.situation import Situation
from tocsin.web.asked import Asked
from tocsin.web.gate import terms_held
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.group import group_asked

MONTHS = 12
# Codes of UCDP: up to a second-order division the half-degree cell means something.
PLACED_IN_CELL = 3

NOTHING_IMPORTED = (
    "Events one by one come from your own import only, and nothing is imported here: the packaged figures are "
    "aggregates. Bring a release in with: tocsin data import FILE"
)


@dataclass(frozen=True)
class EventRow:
    """One event with the group as a side, no finer than a month and a half-degree cell (PRIO-GRID number).

    `month` is the first day of the month of its last day. `cell` is None where the source places it no better than to a
    province. `opponent` is as in the digest. `source_office` names who reported it, as the release has it; by
    `event_id` the rest is to be found in the release itself. Headlines are left out, since they may name persons.
    """

    event_id: str
    vintage: str
    month: date
    country: str
    cell: int | None
    kind: str
    opponent: str
    deaths_low: int
    deaths_best: int
    deaths_high: int
    preliminary: bool
    source_office: str | None


@dataclass(frozen=True)
class GroupEvents:
    """The events from `first` to `until`, the latest first; none where `why_none` says why they are not listed."""

    group: str
    first: date
    until: date
    events: tuple[EventRow, ...]
    why_none: str


@dataclass(frozen=True)
class EventsOfGroup:
    """The events of the last 12 months of a group, by any name that `resolve_group` takes."""

    asked: Asked
    name: str
    lane: ClassVar[Lane] = "figures"

    def answer(self, settings: Settings, tell: Tell) -> GroupEvents:
        """Raises as `load_situation` and `resolve_group`."""
        situation, found = group_asked(self.asked, self.name, settings, tell)
        first, until = first_day(situation.month - MONTHS + 1), situation.data_until
        store, terms = Store(settings.home, settings.lock_seconds), terms_held(settings)
        nothing = settings.source not in store.sources()
        if nothing or not terms.event_rows:
            why = NOTHING_IMPORTED if nothing else terms.why
            return GroupEvents(found.name, first, until, (), why)
        rows = events_between(store, situation, found.actor, found.theatre, first, until)
        return GroupEvents(found.name, first, until, rows, "" if rows else "No event is recorded in these months.")


def events_between(
    store: Store, situation: Situation, actor: str, theatre: Theatre, first: date, until: date
) -> tuple[EventRow, ...]:
    """The events of a group known on the day of a situation whose last day lies between two days, the latest first.

    They are those its figures count: of the releases in force, from the first day covered on.
    """
    under = situation.settings
    held = store.events(
        situation.as_of, under.as_of_mode, under.lag_days, source=under.source, release=under.release or None
    )
    own = by_side(
        held.events.filter(
            pl.col("theatre").is_in(theatre.countries),
            pl.col("date_end").is_between(max(first, held.first_day), until),
        )
    ).filter(pl.col("actor") == actor)
    rows = own.sort("date_end", "event_id", descending=[True, False]).select(
        "event_id",
        "vintage",
        pl.col("date_end").dt.month_start().alias("month"),
        pl.col("theatre").alias("country"),
        pl.when(pl.col("place_precision").fill_null(1) <= PLACED_IN_CELL)
        .then(prio_grid_cell(pl.col("lat"), pl.col("lon")))
        .alias("cell"),
        "kind",
        "opponent",
        "deaths_low",
        "deaths_best",
        "deaths_high",
        "preliminary",
        "source_office",
    )
    return tuple(EventRow(*row) for row in rows.iter_rows())
