"""What the figures are of: the releases held, and how many events of which theatre and year they count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

import polars as pl

from tocsin.countries import countries, find_country
from tocsin.digest import Provenance, theatre_totals
from tocsin.digest.load import PACKAGED_PUBLISHED, packaged_digest
from tocsin.events import ReleaseKind
from tocsin.months import first_day, last_day
from tocsin.settings import Settings
from tocsin.sources.terms import terms_of
from tocsin.store import Store, Vintage
from tocsin.web.asked import Asked
from tocsin.web.question import Lane, Tell
from tocsin.web.questions.situations import situation_of


@dataclass(frozen=True)
class VintageHeld:
    """A release as held. `rows`, `rejected` and `questioned` are None for the packaged figures, which hold no events,
    and where the terms of a source hold them back; `first_day` and `last_day` are then those of their months.

    `place_precision_max` is the coarsest place precision of its events; `countries` are theatres. `in_use` is whether
    it has a part in the figures of the as-of day; `terms` says in a sentence what its terms allow.
    """

    label: str
    source: str
    release: str
    kind: ReleaseKind
    packaged: bool
    in_use: bool
    published: date
    published_assumed: bool
    files: tuple[str, ...]
    rows: int | None
    rejected: int | None
    questioned: int | None
    first_day: date
    last_day: date
    countries: Literal["world"] | tuple[str, ...]
    place_precision_max: int
    licence: str
    citation: str
    redistributable: bool
    terms: str


@dataclass(frozen=True)
class TheatreYears:
    """Events a year in one theatre, in the order of `Covered.years`, every event counted once."""

    theatre: str
    region: str
    events: tuple[int, ...]


@dataclass(frozen=True)
class Covered:
    """What the figures of a day are of. `theatres` have events, the most first; `without` are countries that have none.

    The last of `years` may be cut short by the day the figures end, `data_until`. `held_back` says why `theatres` is
    empty where the terms of a source forbid to show how many events there were, and is empty otherwise.
    """

    as_of: date
    as_of_mode: str
    first_day: date
    data_until: date
    provenance: Provenance
    vintages: tuple[VintageHeld, ...]
    years: tuple[int, ...]
    theatres: tuple[TheatreYears, ...]
    without: tuple[str, ...]
    held_back: str = ""


@dataclass(frozen=True)
class Coverage:
    """What the figures of a day are of."""

    asked: Asked
    lane: ClassVar[Lane] = "quick"

    def answer(self, settings: Settings, tell: Tell) -> Covered:
        """Raises as `load_situation`."""
        situation = situation_of(self.asked, None, settings, tell)
        provenance = situation.digest.provenance
        first = first_day(provenance.first_month)
        years = tuple(range(first.year, situation.data_until.year + 1))
        theatres = yearly_events(situation.digest.monthly, years)
        named = {one.theatre for one in theatres}
        return Covered(
            as_of=situation.as_of,
            as_of_mode=situation.settings.as_of_mode,
            first_day=first,
            data_until=situation.data_until,
            provenance=provenance,
            vintages=vintages_held(Store(settings.home, settings.lock_seconds), provenance, settings.source),
            years=years,
            theatres=theatres,
            without=tuple(country.name for country in countries() if country.name not in named),
        )


def yearly_events(monthly: pl.DataFrame, years: Sequence[int]) -> tuple[TheatreYears, ...]:
    """Events a year of each theatre of a digest's monthly table, every event counted once, most events first."""
    totals = theatre_totals(monthly).select(
        pl.col("theatre").cast(pl.String), pl.col("period").dt.year().alias("year"), "events"
    )
    held: dict[str, dict[int, int]] = {}
    for theatre, year, events in totals.group_by("theatre", "year").agg(pl.col("events").sum()).iter_rows():
        held.setdefault(theatre, {})[year] = events
    found = [
        TheatreYears(
            theatre,
            country.region if (country := find_country(theatre)) else "",
            tuple(by_year.get(year, 0) for year in years),
        )
        for theatre, by_year in held.items()
    ]
    return tuple(sorted(found, key=lambda one: (-sum(one.events), one.theatre)))


def vintages_held(store: Store, provenance: Provenance, source: str) -> tuple[VintageHeld, ...]:
    """The releases of a source that a store holds, or the packaged one where it holds none, newest first."""
    used = set(provenance.vintage.split(", "))
    held = tuple(vintage for vintage in store.vintages() if vintage.source == source)
    if not held:
        return (_packaged(provenance),)
    return tuple(_of_store(vintage, in_use=vintage.label in used) for vintage in reversed(held))


def _of_store(vintage: Vintage, *, in_use: bool) -> VintageHeld:
    return VintageHeld(
        label=vintage.label,
        source=vintage.source,
        release=vintage.release,
        kind=vintage.kind,
        packaged=False,
        in_use=in_use,
        published=vintage.published,
        published_assumed=vintage.published_assumed,
        files=tuple(file.name for file in vintage.files),
        rows=vintage.rows,
        rejected=vintage.rejected,
        questioned=vintage.questioned,
        first_day=vintage.first_day,
        last_day=vintage.last_day,
        countries=vintage.countries,
        place_precision_max=max(vintage.place_precisions),
        licence=vintage.licence,
        citation=vintage.citation,
        redistributable=vintage.redistributable,
        terms=terms_of(vintage.source, redistributable=vintage.redistributable).why,
    )


def _packaged(provenance: Provenance) -> VintageHeld:
    whole = packaged_digest().provenance
    source, _, release = whole.vintage.rpartition(" ")
    return VintageHeld(
        label=whole.vintage,
        source=source,
        release=release,
        kind="yearly",
        packaged=True,
        in_use=True,
        published=PACKAGED_PUBLISHED,
        published_assumed=True,
        files=(),
        rows=None,
        rejected=None,
        questioned=None,
        first_day=first_day(whole.first_month),
        last_day=last_day(whole.last_month),
        countries="world" if whole.covers_world else (),
        place_precision_max=2,
        licence=provenance.licence,
        citation=provenance.citation,
        redistributable=provenance.redistributable,
        terms=terms_of(source, redistributable=whole.redistributable).why,
    )
