"""Small digests for the tests of the panel: one worked by hand throughout, and random ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
from hypothesis import strategies as st

from tocsin.digest import Digest, Provenance, make_cells, make_digest
from tocsin.months import first_day, month_id

FIRST = month_id(first_day(421))  # January 2015
MALI_STATE = "Government of Mali"
# Cells 147945 (Bamako, a city) and 160915 (21.7 N 4.3 W, open desert).
CITY, DESERT = (12.65, -8.0), (21.7, -4.3)


class Happened(NamedTuple):
    """One event: months after January 2015, the two sides, deaths, theatre, place."""

    t: int
    a: str
    b: str
    deaths: int
    theatre: str = "Mali"
    place: tuple[float, float] = DESERT


def digest_of(events: Sequence[Happened], n_months: int) -> Digest:
    """The digest of some events over so many months from January 2015 on."""
    kinds = ["onesided" if e.b == "Civilians" else "state" if "Government" in e.a + e.b else "nonstate" for e in events]
    table = pl.DataFrame(
        {
            "theatre": [e.theatre for e in events],
            "kind": kinds,
            "actor_a": [e.a for e in events],
            "actor_b": [e.b for e in events],
            "date_end": [first_day(FIRST + e.t) for e in events],
            "date_precision_days": [1] * len(events),
            **{f"deaths_{name}": [e.deaths for e in events] for name in ("low", "best", "high")},
            "deaths_civilians": [None] * len(events),
            "lat": [e.place[0] for e in events],
            "lon": [e.place[1] for e in events],
        },
        schema={
            "theatre": pl.String,
            "kind": pl.String,
            "actor_a": pl.String,
            "actor_b": pl.String,
            "date_end": pl.Date,
            "date_precision_days": pl.Int16,
            **dict.fromkeys(("deaths_low", "deaths_best", "deaths_high", "deaths_civilians"), pl.Int32),
            "lat": pl.Float64,
            "lon": pl.Float64,
        },
    )
    return Digest(
        monthly=make_digest(table, "month"),
        weekly=make_digest(table, "week"),
        cells=make_cells(table),
        provenance=Provenance(
            vintage="made-up 1",
            source="made-up",
            licence="none",
            citation="nobody",
            first_month=FIRST,
            last_month=FIRST + n_months - 1,
            place_precision="exact",
        ),
    )


WORKED = (
    Happened(0, MALI_STATE, "X", 4, place=CITY),
    Happened(2, "X", "Civilians", 30),
    Happened(2, "X", "Y", 6, place=CITY),
    Happened(3, "X, Z", MALI_STATE, 7),
    Happened(3, MALI_STATE, "Civilians", 11),
    Happened(3, "W", "V", 9, theatre="Nigeria"),
    Happened(3, "F", "Civilians", 50, theatre="Colombia"),
    Happened(4, "X", "Civilians", 20, theatre="Niger"),
    Happened(5, "Y", "Civilians", 25),
    Happened(14, "X", "Civilians", 1, place=CITY),
)
"""Ten events: X and Y fight in Mali, X is in Niger too, X and Z have a coalition; Nigeria and Colombia lie apart."""
WORKED_MONTHS = 16
WORKED_GROUPS = (
    "F @ Colombia",
    "V @ Nigeria",
    "W @ Nigeria",
    "X @ Mali",
    "X @ Niger",
    "X, Z @ Mali",
    "Y @ Mali",
)


def worked() -> Digest:
    """The digest of `WORKED`."""
    return digest_of(WORKED, WORKED_MONTHS)


RANDOM_MONTHS = 40
NAMES = ("Ansar", "Brigade", "Corps", "Ansar, Brigade")
THEATRES = ("Mali", "Niger", "Iraq")


@st.composite
def _random_event(draw: st.DrawFn) -> Happened:
    a = draw(st.sampled_from([*NAMES, MALI_STATE]))
    b = draw(st.sampled_from([*NAMES, MALI_STATE, "Civilians"]).filter(lambda other: other != a))
    return Happened(
        t=draw(st.integers(0, RANDOM_MONTHS - 1)),
        a=a,
        b=b,
        deaths=draw(st.sampled_from([0, 1, 3, 12, 24, 25, 90])),
        theatre=draw(st.sampled_from(THEATRES)),
        place=draw(st.sampled_from([CITY, DESERT, (13.1, 2.2)])),
    )


random_events = st.lists(_random_event(), min_size=1, max_size=30)
