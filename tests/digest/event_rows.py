"""Made-up event tables, and Hypothesis strategies for them, for the tests of the digest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from tocsin.digest import Digest, Provenance, make_cells, make_digest
from tocsin.events import EVENT_SCHEMA
from tocsin.months import month_id

Row = dict[str, Any]
MALI_STATE, NIGER_STATE = "Government of Mali", "Government of Niger"


def event(day: str, actor_a: str, actor_b: str, best: int, **changes: Any) -> Row:
    """An event; its kind is told from the sides, low and high are best - 1 and best + 2 unless given."""
    if actor_b == "Civilians":
        kind = "onesided"
    elif any(side.startswith("Government of") for side in (actor_a, actor_b)):
        kind = "state"
    else:
        kind = "nonstate"
    when = date.fromisoformat(day)
    row = dict.fromkeys(EVENT_SCHEMA, None) | {
        "source": "made-up",
        "vintage": "made-up 1",
        "date": when,
        "date_end": when,
        "lat": 12.65,
        "lon": -8.0,
        "country": "MLI",
        "theatre": "Mali",
        "kind": kind,
        "actor_a": actor_a,
        "actor_b": actor_b,
        "deaths_low": max(best - 1, 0),
        "deaths_best": best,
        "deaths_high": best + 2,
        "preliminary": False,
    }
    return row | changes


def table(*rows: Row) -> pl.DataFrame:
    """Events as a table, numbered in the order given."""
    numbered = [row | {"event_id": str(i)} for i, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=EVENT_SCHEMA, orient="row")


def digest_of(events: pl.DataFrame, *, first: str = "2015-01-01", last: str = "2016-12-31") -> Digest:
    """The three tables of some events, said to cover the months from `first` to `last`."""
    return Digest(
        monthly=make_digest(events, "month"),
        weekly=make_digest(events, "week"),
        cells=make_cells(events),
        provenance=Provenance(
            vintage="made-up 1",
            source="made-up",
            licence="none",
            citation="nobody",
            first_month=month_id(date.fromisoformat(first)),
            last_month=month_id(date.fromisoformat(last)),
            place_precision="exact",
            notes=("made up",),
        ),
    )


def figures(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """Some figures of one row of a digest."""
    return tuple(row[name] for name in names)


GROUPS = st.sampled_from(["Ansar", "Brigade 9", "Corps", "Ansar, Brigade 9"])
STATES = st.sampled_from([MALI_STATE, NIGER_STATE])
SIDES = st.one_of(
    st.tuples(STATES, GROUPS),
    st.tuples(GROUPS, STATES),
    st.tuples(STATES, STATES).filter(lambda s: s[0] != s[1]),
    st.tuples(GROUPS, GROUPS).filter(lambda s: s[0] != s[1]),
    st.tuples(st.one_of(GROUPS, STATES), st.just("Civilians")),
)


@st.composite
def random_rows(draw: st.DrawFn) -> Row:
    """One event in 2015 or 2016 in one of three theatres."""
    day = date(2015, 1, 1) + timedelta(days=draw(st.integers(0, 730)))
    best = draw(st.sampled_from([0, 1, 2, 7, 19, 20, 21, 400]))
    return event(
        day.isoformat(),
        *draw(SIDES),
        best,
        theatre=draw(st.sampled_from(["Mali", "Niger", "Chad"])),
        deaths_low=draw(st.integers(0, best)),
        deaths_high=best + draw(st.integers(0, 30)),
        deaths_civilians=draw(st.one_of(st.none(), st.integers(0, 40))),
        date_precision_days=draw(st.sampled_from([None, 1, 6, 7, 31, 366])),
        lat=draw(st.sampled_from([12.1, 12.6, 13.4, -4.0])),
        lon=draw(st.sampled_from([-8.1, 0.2, 15.3])),
    )


random_events = st.lists(random_rows(), min_size=1, max_size=25).map(lambda rows: table(*rows))
