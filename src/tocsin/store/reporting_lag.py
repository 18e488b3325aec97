"""How late events come into the record: the share known so many months after they happened, from the releases held.

`lag_looks` says what the releases held tell of each event's delay, `lag_curve` fits the shares to it. Each region and
kind of violence with events enough gets a curve of its own, drawn to that of all; where there is too little to compare,
the assumed curve is used and said to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tocsin.results import Card, CardTable, Result, Traced, rows_of
from tocsin.store.lag_curve import ASSUMED, KNOTS, Floats, cumulative, fit_shares, intervals, spread_of
from tocsin.store.lag_looks import Looks, looks_of
from tocsin.store.manifest import Part, Vintage, vintages_of

Basis = Literal["estimated", "assumed"]

POINTS = (0, 1, 2, 3, 6, 12, 24)
PRIOR_EVENTS = 20.0
LEAST_EVENTS = 100  # looked at in an older release; with fewer the assumed curve is used
LEAST_AT_POINT = 30  # of these in the span of months that ends with a point, for it to count as estimated
LEAST_OF_KIND = 300  # for a region and kind to have a curve of its own, drawn to that of all by `KIND_PRIOR`
KIND_PRIOR = 50.0


@dataclass(frozen=True)
class LagPoint:
    """Share of events in the record `months` after the month they happened in, with its 90% interval.

    `events` are the looks at an event in an older release at an age between the previous point and this one.
    """

    months: int
    share: float
    low: float
    high: float
    events: int
    basis: Basis


@dataclass(frozen=True)
class LagPair:
    """An older release beside the newer ones: events of these that it covers, how many it held, at what ages."""

    older: str
    newer: str
    events: int
    held: int
    youngest_months: int
    oldest_months: int


@dataclass(frozen=True)
class LagKind:
    """The curve of one region and kind of violence that has events enough; `shares` at `KNOTS`."""

    region: str
    kind: str
    events: int
    shares: tuple[float, ...]


@dataclass(frozen=True)
class LagModel(Result):
    """How late events come into the record, as far as the releases published by `published_by` (None: all) say.

    `shares` are those known after each of `KNOTS` months, of all events together; `kinds` those of regions and kinds of
    their own. `spread` is how many times more the looks differ from month to month than chance alone would make them;
    intervals are widened by it.
    """

    source: str
    basis: Basis
    published_by: date | None
    events: int
    points: tuple[LagPoint, ...]
    shares: tuple[float, ...]
    pairs: tuple[LagPair, ...]
    kinds: tuple[LagKind, ...]
    spread: float
    vintage: str
    licence: str
    citation: str
    notes: tuple[str, ...]

    PARTS: ClassVar[tuple[str, ...]] = ("points", "pairs", "kinds")

    @property
    def comes_from(self) -> Traced:
        """The releases that the curve rests on."""
        return Traced(
            "Share of events known so many months after they happened",
            self.vintage,
            model=f"reporting lag, {self.basis}",
            as_of=self.published_by,
            licence=self.licence,
            citation=self.citation,
        )

    def _table(self, part: str) -> pl.DataFrame:
        if part == "pairs":
            return rows_of(LagPair, self.pairs)
        if part == "kinds":
            rows = [
                (k.region, k.kind, k.events, m, s) for k in self.kinds for m, s in zip(KNOTS, k.shares, strict=True)
            ]
            schema = {
                "region": pl.String,
                "kind": pl.String,
                "events": pl.Int64,
                "months": pl.Int64,
                "share": pl.Float64,
            }
            return pl.DataFrame(rows, schema=schema, orient="row")
        return rows_of(LagPoint, self.points)

    def _card(self) -> Card:
        rows = [(p.months, p.share, p.low, p.high, p.events, p.basis) for p in self.points]
        columns = ("months after", "share known", "low", "high", "events", "basis")
        return Card("Reporting lag", notes=self.notes, tables=(CardTable("Share of events known", columns, rows),))

    def share(self, months: int, region: str | None = None, kind: str | None = None) -> float:
        """Share of events known by the end of the month `months` after their own; 0 before it, 1 after the last knot.

        Of one region and kind where these have a curve of their own, else of all events.
        """
        return float(cumulative(self._shares(region, kind), np.array([months]))[0])

    def delays(self, quantiles: Floats, region: str, kind: str) -> NDArray[np.int64]:
        """The delay in months that each quantile (between 0 and 1) of the events of a region and kind stands for."""
        curve = cumulative(self._shares(region, kind), np.arange(KNOTS[-1] + 1))
        return np.minimum(np.searchsorted(curve, quantiles), KNOTS[-1]).astype(np.int64)

    def _shares(self, region: str | None, kind: str | None) -> Floats:
        own = next((k.shares for k in self.kinds if (k.region, k.kind) == (region, kind)), self.shares)
        return np.array(own)


@lru_cache(maxsize=128)
def lag_model(folder: Path, parts: tuple[Part, ...], published_by: date | None = None) -> LagModel:
    """The reporting lag by the parts of one source, of which only those published by a day are used where one is given.

    `folder` is where the parts' Parquet paths begin. Raises `DataError` for damaged parts; with no part or too few to
    compare, the assumed curve comes back.
    """
    used = tuple(p for p in parts if published_by is None or p.release.published <= published_by)
    return estimate_lag(looks_of(folder, used), vintages_of(used), published_by)


def estimate_lag(looks: Looks, vintages: Sequence[Vintage], published_by: date | None = None) -> LagModel:
    """The curve that the looks at events in older releases say, or the assumed one where these are fewer than 100."""
    informative = looks.spans.filter((pl.col("after") >= 0) | (pl.col("upto") < pl.col("until")))
    events = int(informative["events"].sum())
    assumed = np.array(ASSUMED)
    enough = events >= LEAST_EVENTS
    empty = looks.spans.clear()
    shares, _ = fit_shares(looks.spans if enough else empty, assumed, PRIOR_EVENTS, 1.0)
    spread = spread_of(looks.seen, shares) if enough else 1.0
    shares, hessian = fit_shares(looks.spans if enough else empty, assumed, PRIOR_EVENTS, spread)
    kinds = []
    for (region, kind), rows in looks.spans.group_by("region", "kind", maintain_order=True) if enough else ():
        own = int(rows.join(informative, on=["region", "kind", "after", "upto", "until"], how="semi")["events"].sum())
        if own >= LEAST_OF_KIND:
            curve, _ = fit_shares(rows, shares, KIND_PRIOR, spread)
            kinds.append(LagKind(str(region), str(kind), own, tuple(curve.tolist())))
    citation = "; ".join(dict.fromkeys(v.citation for v in vintages))
    return LagModel(
        source=", ".join(dict.fromkeys(v.source for v in vintages)),
        basis="estimated" if enough else "assumed",
        published_by=published_by,
        events=events,
        points=_points(looks, shares, hessian, enough),
        shares=tuple(shares.tolist()),
        pairs=_pairs(looks.seen),
        kinds=tuple(sorted(kinds, key=lambda k: (k.region, k.kind))),
        spread=spread,
        vintage=", ".join(v.label for v in vintages),
        licence=", ".join(dict.fromkeys(v.licence for v in vintages)),
        citation=citation,
        notes=_notes(vintages, enough, events, published_by),
    )


def _pairs(seen: pl.DataFrame) -> tuple[LagPair, ...]:
    table = seen.group_by("older", "newer").agg(
        pl.col("events", "held").sum(), youngest=pl.col("age").min(), oldest=pl.col("age").max()
    )
    return tuple(LagPair(*row) for row in table.sort("older", "newer").iter_rows())


def _points(looks: Looks, shares: Floats, hessian: Floats, estimated: bool) -> tuple[LagPoint, ...]:
    share, low, high = intervals(shares, hessian, np.array(POINTS))
    ages, counts = looks.seen["age"].to_numpy(), looks.seen["events"].to_numpy()
    at = [
        int(counts[(ages > before) & (ages <= month)].sum()) if estimated else 0
        for before, month in pairwise((-1, *POINTS))
    ]
    return tuple(
        LagPoint(
            month,
            float(share[k]),
            float(low[k]),
            float(high[k]),
            at[k],
            "estimated" if at[k] >= LEAST_AT_POINT else "assumed",
        )
        for k, month in enumerate(POINTS)
    )


def _notes(vintages: Sequence[Vintage], enough: bool, events: int, published_by: date | None) -> tuple[str, ...]:
    notes = []
    if enough:
        notes.append(
            "An event is followed by its id; one that a later release dropped is not counted as known late, nor is one "
            f"that came more than {KNOTS[-1]} months late, which is an older event coded anew."
        )
    else:
        notes.append(
            f"Fewer than {LEAST_EVENTS} events ({events:,}) of one release are covered by an older one held"
            + (f" and published by {published_by}" if published_by else "")
            + ", so that the curve is assumed: by Hegre et al. (2020), doi:10.1177/2053168020935257, a monthly release "
            "comes not more than a month late and most of its events stay; the shares themselves are guesses."
        )
        if any(vintage.source != "ucdp-ged" for vintage in vintages):
            notes.append("What is published is of UCDP; for another source the curve has no ground but likeness.")
    if enough and len({max(vintage.place_precisions) for vintage in vintages}) > 1:
        notes.append(
            "The releases hold different place precisions: an event whose place became known better after an older one "
            "came out looks late, and the share known too small."
        )
    if any(vintage.published_assumed for vintage in vintages):
        notes.append("Some days of publication are assumed, late rather than early.")
    return tuple(notes)
