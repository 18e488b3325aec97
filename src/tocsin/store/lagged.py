"""What was known on a past day where no release of the time is held: the as-of mode `lagged`.

Countries and days that a release published by the day covers are as that release has them, exactly as in `strict`. An
event of the newest release that lies elsewhere counts as known once its delay has passed: a number of whole months,
read off the curve of `reporting_lag` at a quantile that a hash of the event's id gives. The delay is thus the same
whenever it is asked for, and what happens to other events does not touch it.

On a day before the first release held was published the curve rests on all of them, a reconstruction; from then on, on
those published by the day alone. Between two days of publication what is known only grows. As the curve may change when
a release comes out, an event that some earlier curve since the first publication had let in stays in; only a release
that speaks for its day takes it away, as in `strict`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from tocsin.countries import country_table, theatre_by_iso3
from tocsin.errors import NotHeldError
from tocsin.months import last_day, last_known_month
from tocsin.store.inforce import EventsInForce, events_in_force, known_day
from tocsin.store.lag_curve import KNOTS
from tocsin.store.lag_looks import covered_by, month_of
from tocsin.store.manifest import Part, vintages_of
from tocsin.store.reporting_lag import LagModel, lag_model

LEAST_SHARE = 0.5
"""Figures end with the last month of which the curve has this share known; later ones would look quiet."""


def lagged_in_force(
    folder: Path, parts: Sequence[Part], *, as_of: date | None, lag_days: int, place_precision_max: int | None
) -> EventsInForce:
    """See `Store.events`; without a day nothing is late, and all that is held comes back."""

    def of(parts: Sequence[Part], day: date | None, coarsest: int | None) -> EventsInForce:
        return events_in_force(
            folder, parts, as_of=day, mode="reconstructed", lag_days=lag_days, place_precision_max=coarsest
        )

    newest = of(parts, as_of, place_precision_max)
    if as_of is None:
        return replace(newest, mode="lagged")
    published = [part for part in parts if part.release.published <= as_of]
    then = _then(of, published, as_of, place_precision_max)
    if then and place_precision_max is None and then.place_precision_max != newest.place_precision_max:
        # What was published then and what stands in for it are used as far as both are placed.
        coarsest = min(then.place_precision_max, newest.place_precision_max)
        newest, then = of(parts, as_of, coarsest), of(published, as_of, coarsest)
    elsewhere = newest.events
    if then:
        elsewhere = elsewhere.filter(~pl.any_horizontal([covered_by(part) for part in published]))
        elsewhere = elsewhere.join(then.events.select("event_id"), on="event_id", how="anti")
    ordered = tuple(sorted(parts, key=lambda part: part.rank))
    models = models_until(folder, ordered, as_of, _earliest_late(elsewhere, last_known_month(as_of)))
    late = elsewhere.filter(_known(elsewhere, models))
    last, last_days = _ends(newest, then, published, models)
    ends = pl.col("theatre").replace_strict(last_days, default=last, return_dtype=pl.Date)
    late = late.filter(pl.col("date_end") <= ends)
    events = pl.concat([then.events, late]) if then else late
    used = set(late["vintage"].unique()) | ({v.label for v in then.vintages} if then else set())
    return EventsInForce(
        events=events.sort("date", "event_id"),
        vintages=vintages_of(part for part in parts if part.release.vintage in used),
        notes=(*_merged(newest, then), *_lag_notes(then, late, models[-1][0], as_of)),
        place_precision_max=newest.place_precision_max,
        first_day=min(newest.first_day, then.first_day) if then else newest.first_day,
        last_day=last,
        as_of=as_of,
        mode="lagged",
        lag_days=lag_days,
        last_days=last_days,
    )


def _then(
    of: Callable[[Sequence[Part], date, int | None], EventsInForce],
    published: Sequence[Part],
    as_of: date,
    coarsest: int | None,
) -> EventsInForce | None:
    """What the releases published by a day say of it; None without any, or where they begin too late for the lag."""
    try:
        return of(published, as_of, coarsest) if published else None
    except NotHeldError:
        return None


def _earliest_late(events: pl.DataFrame, reached: int) -> int:
    """The month of the earliest event that may not be known yet when a month has ended; that month where none is."""
    months = events.select(month=month_of(known_day()))["month"]
    late: list[int] = months.filter(months > reached - KNOTS[-1]).to_list()
    return min(late, default=reached)


def models_until(folder: Path, parts: tuple[Part, ...], as_of: date, since: int) -> list[tuple[LagModel, int]]:
    """The curves in use up to a day in order, each with the last month whose end its time reaches.

    Those whose time ended before the month `since`, when none of the events in question had happened, are left out.
    """
    days = sorted({part.release.published for part in parts if part.release.published <= as_of})
    reached = last_known_month(as_of)
    if not days:
        return [(lag_model(folder, parts), reached)]
    ends = [*(last_known_month(after - timedelta(days=1)) for _, after in pairwise(days)), reached]
    return [(lag_model(folder, parts, day), end) for day, end in zip(days, ends, strict=True) if end >= since]


def _known(events: pl.DataFrame, models: Sequence[tuple[LagModel, int]]) -> pl.Series:
    """Which events some curve let in during its time."""
    table = events.select("country", "kind", month=month_of(known_day())).with_row_index("row")
    table = table.join(country_table().select(country="iso3", region="region"), on="country", how="left")
    # Whatever their delay, older events are known: the longest is the last knot.
    known = (table.sort("row")["month"] + KNOTS[-1] <= models[-1][1]).to_numpy().copy()
    ids = events["event_id"]
    for (region, kind), rows in table.filter(~pl.Series(known)).group_by("region", "kind"):
        at = rows["row"].to_numpy()
        month, quantiles = rows["month"].to_numpy(), quantiles_of(ids[at].to_list())
        for model, reached in models:
            known[at] |= month + model.delays(quantiles, str(region), str(kind)) <= reached
    return pl.Series(known, dtype=pl.Boolean)


def quantiles_of(ids: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A number between 0 and 1 for each id, evenly spread over ids and the same on every machine (BLAKE2b)."""
    hashes = (hashlib.blake2b(name.encode(), digest_size=8, person=b"tocsin-lag").digest() for name in ids)
    return np.array([(int.from_bytes(digest) + 0.5) / 2**64 for digest in hashes])


def _ends(
    newest: EventsInForce, then: EventsInForce | None, published: Sequence[Part], models: Sequence[tuple[LagModel, int]]
) -> tuple[date, dict[str, date]]:
    """The last day whose events are known well enough, of the world or of most countries, and of those that differ."""
    months = [
        end - next((late for late in range(KNOTS[-1]) if model.share(late) >= LEAST_SHARE), KNOTS[-1])
        for model, end in models
    ]
    reached = max(last_day(max(months)), newest.first_day)
    world = any(part.countries is None for part in published)
    covered = {theatre_by_iso3()[iso3] for part in published for iso3 in part.countries or ()}

    def end_of(theatre: str) -> date:
        late = min(reached, newest.last_day_of(theatre))
        return max(late, then.last_day_of(theatre)) if then and (world or theatre in covered) else late

    last = min(reached, newest.last_day)
    if then and world:
        last = max(last, then.last_day)
    theatres = covered | set(newest.last_days) | set(then.last_days if then else ())
    if not any(vintage.countries == "world" for vintage in newest.vintages):
        # Each country stands alone, and the days reach to the last of them.
        held = {theatre for vintage in newest.vintages for theatre in vintage.countries}
        last, theatres = max(end_of(theatre) for theatre in held), held
    return last, {theatre: day for theatre in sorted(theatres) if (day := end_of(theatre)) != last}


def _merged(newest: EventsInForce, then: EventsInForce | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(then.notes if then else ()), *newest.notes)))


def _lag_notes(then: EventsInForce | None, late: pl.DataFrame, model: LagModel, as_of: date) -> tuple[str, ...]:
    """What must be said of figures part of which is estimated to have been known."""
    of = ", ".join(sorted(late["vintage"].unique()))
    shares = ", ".join(f"{model.share(months):.0%} after {months}" for months in (1, 6, 12))
    rests = (
        "an assumed curve"
        if model.basis == "assumed"
        else f"a curve estimated from {_counted(len(model.pairs), 'pair')} of releases"
    )
    notes = []
    if then:
        notes.append(
            f"Days covered by {', '.join(v.label for v in then.vintages)}, published by {as_of}, are as told then."
        )
    if late.height:
        notes.append(
            f"Events elsewhere are those of {of}, with its later corrections, each counted as known once an estimated "
            f"delay had passed, by {rests} (known {shares} months)."
        )
    if late.height and model.published_by is None:
        notes.append(
            f"No release held was published by {as_of}: the delays rest on "
            + ("an assumption." if model.basis == "assumed" else "releases of later days, a reconstruction.")
        )
    return tuple(notes)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
