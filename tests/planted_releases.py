"""A made-up history of events with a known law of delay, and the releases that a source would make of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import polars as pl

from tocsin.events import EVENT_SCHEMA, CheckedFile
from tocsin.months import first_day, month_id
from tocsin.sources.ucdp_release import ged_release

PLACES = (("MLI", "Mali"), ("NER", "Niger"), ("COL", "Colombia"), ("IRQ", "Iraq"))
LAW = {1: 0.55, 2: 0.65, 3: 0.72, 6: 0.84, 12: 0.92, 24: 0.98, 36: 1.0}
"""Share known after each of so many months; straight between them, nothing at the end of the month itself."""


def share_known(months: int) -> float:
    """The law of `LAW`."""
    return float(np.interp(months, [0, *LAW], [0.0, *LAW.values()]))


def event(number: int | str, day: date, **changes: object) -> dict[str, object]:
    """A sound event on a day; `changes` override its fields."""
    row: dict[str, object] = dict.fromkeys(EVENT_SCHEMA)
    row |= {
        "event_id": str(number),
        "source": "ucdp-ged",
        "date": day,
        "date_end": day,
        "date_precision_days": 1,
        "date_precision": 1,
        "lat": 15.25,
        "lon": 1.25,
        "place_precision": 1,
        "clarity": 1,
        "country": "MLI",
        "theatre": "Mali",
        "kind": "state",
        "actor_a": "Government of Mali",
        "actor_b": "JNIM",
        "deaths_low": 3,
        "deaths_best": 3,
        "deaths_high": 3,
        "deaths_civilians": 0,
        "preliminary": False,
    }
    return row | changes


def release_of(
    name: str,
    events: Iterable[Mapping[str, object]],
    *,
    countries: tuple[str, ...] | None = None,
    published: date | None = None,
    place_precision_max: int = 7,
    last: date | None = None,
) -> CheckedFile:
    """A file of a release that speaks for the world, or for `countries`, from its first to its last day."""
    release = ged_release(name, published)
    table = pl.DataFrame(list(events), schema=EVENT_SCHEMA, orient="row").with_columns(
        vintage=pl.lit(release.vintage), preliminary=pl.lit(release.kind == "candidate")
    )
    none = pl.DataFrame(schema={"row": pl.Int64, "reason": pl.String})
    return CheckedFile(
        file=f"{name}-{'-'.join(countries or ('world',))}.csv",
        sha256=hashlib.sha256(f"{name} {table.rows()}".encode()).hexdigest(),
        release=release,
        events=table,
        rejected=none,
        questioned=none,
        findings=(),
        notes=(),
        countries=countries,
        first_day=release.first_day,
        last_day=last or release.last_day,
        place_precisions=tuple(range(1, place_precision_max + 1)),
    )


def history(seed: int, *, first: int, last: int, a_month: int) -> list[tuple[int, dict[str, object]]]:
    """Events of the months `first` to `last`, each with the delay in whole months that `LAW` gave it."""
    rng = np.random.default_rng(seed)
    known = np.array([share_known(months) for months in range(37)])
    found = []
    for month in range(first, last + 1):
        for k in range(a_month):
            iso3, theatre = PLACES[int(rng.integers(len(PLACES)))]
            day = first_day(month).replace(day=int(rng.integers(1, 29)))
            row = event(
                f"{month}{k:03d}",
                day,
                country=iso3,
                theatre=theatre,
                actor_a=f"Government of {theatre}",
                kind=("state", "nonstate")[int(rng.integers(2))],
            )
            found.append((int(np.searchsorted(known, rng.random())), row))
    return found


def released(past: Iterable[tuple[int, Mapping[str, object]]], name: str) -> CheckedFile:
    """The release of that name: what had come in by the month it was published, of the months that it covers."""
    release = ged_release(name)
    out = month_id(release.published)
    rows = [
        row
        for delay, row in past
        if month_id(row["date"]) + delay <= out and release.first_day <= row["date"] <= release.last_day  # type: ignore[arg-type, operator]
    ]
    return release_of(name, rows)
