"""A store of made-up events, some of them tagged as of sources whose terms forbid to pass them on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from planted_groups import FIRST, Event, rivals
from tocsin.countries import iso3_of
from tocsin.digest.tables import prio_grid_cell
from tocsin.events import EVENT_SCHEMA, CheckedFile, Release, validate_events
from tocsin.months import first_day, last_day
from tocsin.settings import Settings
from tocsin.sources.acknowledged import acknowledge
from tocsin.store import Store

MONTHS = 150
LAST = FIRST + MONTHS - 1
END = last_day(LAST)
MARKED = "Marked front @ Peru"
OFFICE, HEADLINE = "Marked office", "Marked headline"
PLACE = (-8.6, -74.3)
CELL = pl.select(prio_grid_cell(pl.lit(PLACE[0]), pl.lit(PLACE[1]))).item()
# Two of each kind, so that sums over 12 months are none of these figures.
ACLED: list[Event] = [
    ("Peru", LAST - 2, "state", "Marked front", "Government of Peru", 7919),
    ("Peru", LAST - 5, "onesided", "Marked front", "Civilians", 6337),
    ("Peru", LAST - 9, "nonstate", "Marked front", "Other marked front", 3571),
]
GTD: list[Event] = [
    ("Peru", LAST - 8, "nonstate", "Marked front", "Other marked front", 5779),
    ("Peru", LAST - 7, "onesided", "Marked front", "Civilians", 4133),
    ("Peru", LAST - 4, "state", "Marked front", "Government of Peru", 4817),
]
# Where an older file of the source begins and ends, inside a month as exports do: days of a first and of a last row.
ROWS_FROM, ROWS_TO = first_day(FIRST).replace(day=9), END.replace(day=23)
DEATHS = tuple(event[5] for event in (*ACLED, *GTD))
# Every sum over the one event of a group in a country of its own is that event. Two groups of one name in two countries
# have to be asked for by name and country; one of another name is at home in one of its countries.
LONE = "Marked lone @ Bolivia"
LONE_MONTH, LONE_DEATHS = LAST - 3, 8887
LONELY: list[Event] = [
    ("Bolivia", LONE_MONTH, "onesided", "Marked lone", "Civilians", LONE_DEATHS),
    ("Chile", LAST - 6, "onesided", "Marked twin", "Civilians", 7),
    ("Uruguay", LAST - 10, "onesided", "Marked twin", "Civilians", 8),
    ("Uruguay", LAST - 11, "state", "Marked front", "Government of Uruguay", 1),
]


def release(source: str, **changes: Any) -> Release:
    """A release of the whole time."""
    given: dict[str, Any] = {
        "source": source, "name": "1", "kind": "yearly", "first_day": first_day(FIRST), "last_day": END,
        "published": date(2002, 1, 1), "published_assumed": False, "rank": (1,), "licence": f"licence of {source}",
        "citation": f"{source} (2002)", "redistributable": True,
    }  # fmt: skip
    return Release(**(given | changes))


def checked(events: Iterable[Event], of: Release) -> CheckedFile:
    """A file of events given as (theatre, month, kind, actor, opponent, deaths), each in the middle of its month."""
    rows = [
        {
            "event_id": f"{of.source}-MARK-{k}" if "arked" in a else f"{of.source}-{k}",
            "source": of.source,
            "vintage": of.vintage,
            "date": first_day(month).replace(day=14),
            "date_end": first_day(month).replace(day=15),
            "date_precision_days": 6,
            "date_precision": 2,
            "lat": PLACE[0] if "arked" in a else 10.1,
            "lon": PLACE[1] if "arked" in a else 20.1,
            "place_precision": 1,
            "clarity": 1,
            "country": iso3_of(theatre),
            "theatre": theatre,
            "kind": kind,
            "actor_a": a,
            "actor_b": b,
            "deaths_low": deaths,
            "deaths_best": deaths,
            "deaths_high": deaths,
            "deaths_civilians": None,
            "preliminary": False,
            "source_office": OFFICE if "arked" in a else None,
            "source_date": "2001-06-20" if "arked" in a else None,
            "source_headline": HEADLINE if "arked" in a else None,
        }
        for k, (theatre, month, kind, a, b, deaths) in enumerate(events)
    ]
    none = pl.DataFrame({"row": [], "reason": []}, schema={"row": pl.String, "reason": pl.String})
    return CheckedFile(
        file=f"{of.source}.csv",
        sha256=of.source,
        release=of,
        events=validate_events(pl.DataFrame(rows, schema=EVENT_SCHEMA)),
        rejected=none,
        questioned=none,
        findings=(),
        notes=(),
        countries=None,
        first_day=of.first_day,
        last_day=of.last_day,
        place_precisions=(1, 2, 3, 4, 5, 6, 7),
    )


def fill(home: Path, *, free: bool = False, pairs: int = 8) -> Settings:
    """A store with rival groups, the marked group's events among them, and the settings to ask it with.

    With `free` all are UCDP's. Without, all are of ACLED, whose terms are acknowledged; beside them lie GTD's, with the
    marked group in them, and UCDP's, without it.
    """
    store, others = Store(home), rivals(months=MONTHS, pairs=pairs)
    source = "ucdp-ged" if free else "acled"
    older = checked(others[:50], release(source, name="0", rank=(0,)))
    store.add(replace(older, file="older.csv", first_day=ROWS_FROM, last_day=ROWS_TO))
    if free:
        store.add(checked([*others, *ACLED, *LONELY, *GTD], release("ucdp-ged")))
        return Settings(home=home)
    store.add(
        checked(others, release("ucdp-ged")),
        checked([*others, *ACLED, *LONELY, *GTD], release("acled", name="2")),
        checked([*others, *GTD], release("gtd", name="3")),
    )
    return asking(home, "acled")


def asking(home: Path, source: str) -> Settings:
    """Settings that use a source whose terms are acknowledged now."""
    acknowledge(home, source, on=date(2002, 1, 2))
    return Settings(home=home, source=source)
