"""What the figures of a theatre say of its sides in the last months: counts, from which a scenario's numbers come.

An attack is an attack on civilians, a clash any other event a side is in. A clash of two sides that are both in the
scenario counts half for each, so that none counts twice; one with a state counts wholly for the group.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from tocsin.actors import AGAINST_CIVILIANS, GOVERNMENT, STATE, is_government, is_group, is_named_group
from tocsin.countries import find_country
from tocsin.digest import Digest
from tocsin.digest.load import urban_cells
from tocsin.groups.names import members
from tocsin.groups.theatres import Theatre
from tocsin.months import first_day, month_id

RATE_MONTHS = 36
LATEST_MONTHS = 12
ACTIVE_MONTHS = 24
ELSEWHERE_MONTHS = 120
LEAST_MONTHS = 12  # a group that is younger is still not judged by less


@dataclass(frozen=True)
class Figures:
    """The figures of one theatre up to the month `last`; `world` are those of everywhere up to then.

    `monthly` and `cells` are of the theatre, with names as text.
    """

    theatre: Theatre
    first: int
    last: int
    monthly: pl.DataFrame
    cells: pl.DataFrame
    world: pl.DataFrame

    def since(self, months: int) -> pl.DataFrame:
        """The theatre's monthly rows of the last so many months."""
        return self.monthly.filter(pl.col("period") >= first_day(self.last - months + 1))


@dataclass(frozen=True)
class Counts:
    """Counts of one side over `months` months; those that end with `_latest` over the last 12 (or `months`, if fewer).

    `mass_casualty` of the `attacks` had 20 deaths or more. `small_attacks` are those whose deaths, `small_deaths`, can
    be told from the figures to be fewer. `clashes` are in halves where both sides are in the scenario; `clash_events`
    and `clash_deaths` are whole. `urban_events` of `located_events` lie in half-degree cells with a city.
    """

    months: int
    attacks: int
    attacks_latest: int
    mass_casualty: int
    small_attacks: int
    small_deaths: int
    clashes: float
    clashes_latest: float
    clash_events: int
    clash_deaths: int
    events_latest: int
    urban_events: int
    located_events: int

    @property
    def latest_months(self) -> int:
        """How many months the latest counts are of."""
        return min(LATEST_MONTHS, self.months)


def figures_of(digest: Digest, theatre: Theatre, last: int) -> Figures:
    """The theatre's part of the figures up to a month."""
    cut = digest.up_to(last)
    seen = cut.seen_as(theatre.name, theatre.countries) if theatre.is_view else cut
    here = pl.col("theatre").cast(pl.String) == theatre.name
    names = pl.col("actor", "opponent").cast(pl.String)
    return Figures(
        theatre=theatre,
        first=cut.provenance.first_month,
        last=last,
        monthly=seen.monthly.filter(here).with_columns(names, pl.col("kind").cast(pl.String)),
        cells=seen.cells.filter(here).with_columns(pl.col("actor").cast(pl.String)),
        world=cut.monthly.with_columns(names, pl.col("theatre", "kind").cast(pl.String)),
    )


def active_groups(figures: Figures, least_events: int, least_deaths: int) -> list[str]:
    """Groups with that many events or deaths in the last two years, the most active first; no coalitions."""
    rows = (
        figures.since(ACTIVE_MONTHS)
        .filter(is_named_group(pl.col("actor")))
        .group_by("actor")
        .agg(pl.col("events", "deaths_best").sum())
        .filter((pl.col("events") >= least_events) | (pl.col("deaths_best") >= least_deaths))
        .sort("events", "deaths_best", "actor", descending=[True, True, False])
    )
    return [actor for actor in rows["actor"].to_list() if not members(actor)]


def governments(figures: Figures) -> list[str]:
    """The governments of the theatre's own countries, as coded, that are in its figures."""
    coded = figures.monthly.filter(is_government(pl.col("actor")))["actor"].unique().to_list()
    return sorted(name for name in coded if _country(name) in figures.theatre.countries)


def count(figures: Figures, actors: Collection[str], sides: Collection[str], *, is_state: bool) -> Counts:
    """Count what a side did: `actors` are its names in the figures, `sides` the groups of the scenario.

    A group first seen within the last three years is counted from then on, but over a year at least. A state's clashes
    stand with the groups it clashed with, so it has none here.
    """
    own = figures.monthly.filter(pl.col("actor").is_in(list(actors)))
    months = min(RATE_MONTHS, figures.last - figures.first + 1)
    if not is_state and own.height:
        since = figures.last - min(month_id(day) for day in own["period"].to_list()) + 1
        months = min(months, max(since, LEAST_MONTHS))
    rows = own.filter(pl.col("period") >= first_day(figures.last - months + 1))
    begin = first_day(figures.last - min(LATEST_MONTHS, months) + 1)
    on_civilians = pl.col("kind") == "onesided"
    attacks = rows.filter(on_civilians & (pl.col("opponent") == AGAINST_CIVILIANS))
    clashes = rows.filter(~on_civilians & (not is_state)).with_columns(
        weight=pl.when(pl.col("opponent").is_in(list(sides)) & (pl.col("opponent") != STATE)).then(0.5).otherwise(1.0)
    )
    # A month's row tells the small attacks apart where it has at most one large one, which is then the largest.
    told = attacks.filter(pl.col("mass_casualty_events") <= 1)
    large = (pl.col("mass_casualty_events") == 1).cast(pl.Int64)
    cells = figures.cells.filter(
        pl.col("actor").is_in(list(actors)) & (pl.col("period") >= first_day(figures.last - months + 1))
    )
    latest = pl.col("period") >= begin
    weighted = (pl.col("events") * pl.col("weight")).sum()
    return Counts(
        months=months,
        attacks=_total(attacks, pl.col("events").sum()),
        attacks_latest=_total(attacks.filter(latest), pl.col("events").sum()),
        mass_casualty=_total(attacks, pl.col("mass_casualty_events").sum()),
        small_attacks=_total(told, (pl.col("events") - large).sum()),
        small_deaths=_total(told, (pl.col("deaths_best") - large * pl.col("largest_event_deaths")).sum()),
        clashes=float(clashes.select(weighted).item()),
        clashes_latest=float(clashes.filter(latest).select(weighted).item()),
        clash_events=_total(clashes, pl.col("events").sum()),
        clash_deaths=_total(clashes, pl.col("deaths_best").sum()),
        events_latest=_total(rows.filter(latest), pl.col("events").sum()),
        urban_events=_total(cells.filter(pl.col("cell").is_in(list(urban_cells()))), pl.col("events").sum()),
        located_events=_total(cells, pl.col("events").sum()),
    )


def mass_casualty_share(rows: pl.DataFrame) -> tuple[int, int]:
    """Attacks on civilians by groups with 20 deaths or more, and all of them, in monthly rows."""
    attacks = rows.filter((pl.col("kind") == "onesided") & is_group(pl.col("actor")))
    return _total(attacks, pl.col("mass_casualty_events").sum()), _total(attacks, pl.col("events").sum())


def countries_elsewhere(figures: Figures, actor: str) -> int:
    """In how many countries outside the theatre the actor was in an event in the last ten years."""
    rows = figures.world.filter(
        (pl.col("actor") == actor)
        & (pl.col("period") >= first_day(figures.last - ELSEWHERE_MONTHS + 1))
        & ~pl.col("theatre").is_in(list(figures.theatre.countries))
    )
    return int(rows["theatre"].n_unique())


def _country(government: str) -> str | None:
    found = find_country(government.removeprefix(GOVERNMENT).strip())
    return found.name if found else None


def _total(rows: pl.DataFrame, total: pl.Expr) -> int:
    return int(rows.select(total).item() or 0)
