"""Which warnings flip under a revision: the same as-of day assessed with one release alone, then with another.

A group flips where its level differs, where only one release lists it, or where it is on another list (new risk or
ongoing). Where the releases hold different place precisions, some of that is no revision but what each holds: the day
is then assessed once more, with only such events as are placed as precisely as both hold them, and a flip that goes
away is marked as one of coverage alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Literal

import polars as pl

from tocsin.digest.load import digest_events
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast.model import TARGETS
from tocsin.groups.theatres import resolve_theatre
from tocsin.results import Card, CardTable, Result, Traced, rows_of
from tocsin.settings import Settings
from tocsin.store import Store, Vintage, releases_compared
from tocsin.warn.assess import assess
from tocsin.warn.assessment import Assessment, GroupAssessment
from tocsin.warn.levels import LEVELS, Level

Change = Literal["raised", "lowered", "entered", "left", "moved to ongoing", "moved to new risk"]
CHANGES: tuple[Change, ...] = ("raised", "lowered", "entered", "left", "moved to ongoing", "moved to new risk")
ListName = Literal["new_risk", "ongoing"]


@dataclass(frozen=True)
class Flip:
    """One group that a release told apart from what the other told.

    `changes` are words of `CHANGES`. What the older release alone says ends with `_before`, what the newer alone says
    with `_after`; None where it does not list the group. Probabilities are of the horizon, with the ends of their 90%
    interval and beside them the base rate: that of the list the release has the group on. `coverage_only`: the flip
    goes away with only such events as both releases hold by their place precision; None where these do not differ.
    """

    group: str
    theatre: str
    changes: tuple[Change, ...]
    level_before: Level
    level_after: Level
    list_before: ListName | None
    list_after: ListName | None
    p_deaths25_before: float | None
    p_deaths25_low_before: float | None
    p_deaths25_high_before: float | None
    base_rate_deaths25_before: float | None
    p_deaths25_after: float | None
    p_deaths25_low_after: float | None
    p_deaths25_high_after: float | None
    base_rate_deaths25_after: float | None
    p_mass_casualty_before: float | None
    p_mass_casualty_low_before: float | None
    p_mass_casualty_high_before: float | None
    base_rate_mass_casualty_before: float | None
    p_mass_casualty_after: float | None
    p_mass_casualty_low_after: float | None
    p_mass_casualty_high_after: float | None
    base_rate_mass_casualty_after: float | None
    deaths_last_12m_before: int | None
    deaths_last_12m_after: int | None
    coverage_only: bool | None


@dataclass(frozen=True)
class Stayed:
    """How many groups both releases list on the same level."""

    level: Level
    groups: int


@dataclass(frozen=True)
class Flips(Result):
    """What changed between two assessments of the same day, by the releases `older` and `newer` alone.

    `rows` are the flips: levels first, the highest of either before others. `compared` counts the groups that both
    list, `stayed` those of them on the same level, by level.
    """

    as_of: date
    horizon_months: int
    theatre: str | None
    older: str
    newer: str
    data_until_older: date
    data_until_newer: date
    model_older: str
    model_newer: str
    compared: int
    stayed: tuple[Stayed, ...]
    rows: tuple[Flip, ...]
    licence: str
    citation: str
    notes: tuple[str, ...]

    PARTS: ClassVar[tuple[str, ...]] = ("flips", "stayed")

    @property
    def comes_from(self) -> Traced:
        """The two releases, and the models each was assessed by."""
        models = dict.fromkeys((self.model_older, self.model_newer))
        return Traced(
            f"Levels as of {self.as_of} by {self.older} and by {self.newer}",
            ", ".join(dict.fromkeys((self.older, self.newer))),
            model="; ".join(models),
            as_of=self.as_of,
            data_until=min(self.data_until_older, self.data_until_newer),
            licence=self.licence,
            citation=self.citation,
            horizon=f"within {self.horizon_months} months",
        )

    def _table(self, part: str) -> pl.DataFrame:
        return rows_of(Stayed, self.stayed) if part == "stayed" else rows_of(Flip, self.rows)

    def _card(self) -> Card:
        columns = (
            *("group", "what", "level before", "level after"),
            *("P25 before", "base rate before", "P25 after", "base rate after"),
        )
        rows = [
            (
                f.group,
                ", ".join(f.changes),
                f.level_before,
                f.level_after,
                f.p_deaths25_before,
                f.base_rate_deaths25_before,
                f.p_deaths25_after,
                f.base_rate_deaths25_after,
            )
            for f in self.rows
        ]
        return Card(self.comes_from.what, notes=self.notes, tables=(CardTable("Flips", columns, rows),))

    @property
    def levels_changed(self) -> int:
        """How many groups have another level, none counting as one."""
        return sum(row.level_before != row.level_after for row in self.rows)


def flips(old: Assessment, new: Assessment, same_coverage: tuple[Assessment, Assessment] | None = None) -> Flips:
    """What differs between two assessments of the same day, theatre and horizon, every group in each.

    `same_coverage` are the two made of only such events as both releases hold. Raises `InputError` where days, theatres
    or horizons differ.
    """
    for name in ("as_of", "theatre", "horizon_months"):
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            raise InputError(f"two assessments of the same {name} are compared, got {one} and {other}")
    before, after = _by_name(old), _by_name(new)
    alike = tuple(map(_by_name, same_coverage)) if same_coverage else None
    found = []
    for name in sorted(before.keys() | after.keys()):
        if changes := _changes(before.get(name), after.get(name)):
            only = None if alike is None else not _changes(alike[0].get(name), alike[1].get(name))
            found.append(_flip(before.get(name), after.get(name), changes, only))
    both = before.keys() & after.keys()
    stayed = [
        Stayed(level, sum(before[name].level == after[name].level == level for name in both))
        for level in reversed(LEVELS)
    ]
    return Flips(
        as_of=old.as_of,
        horizon_months=old.horizon_months,
        theatre=old.theatre,
        older=old.vintage,
        newer=new.vintage,
        data_until_older=old.data_until,
        data_until_newer=new.data_until,
        model_older=old.model,
        model_newer=new.model,
        compared=len(both),
        stayed=tuple(stayed),
        rows=tuple(sorted(found, key=_rank)),
        licence=", ".join(dict.fromkeys((old.licence, new.licence))),
        citation="; ".join(dict.fromkeys((old.citation, new.citation))),
        notes=_notes(old, new, found, same_coverage is not None),
    )


def flips_of(
    store: Store,
    *,
    settings: Settings,
    as_of: date,
    older: str | None = None,
    newer: str | None = None,
    theatre: str | None = None,
    horizon: int = 6,
    progress: Callable[[str], None] | None = None,
) -> Flips:
    """Assess a day with each of two releases held alone, and say what differs; by default the two newest that overlap.

    What counts as known on the day is reckoned as `reconstructed`, by the settings' lag. Groups of countries that only
    one of the releases covers are left out. Raises as `assess` and `tocsin.store.compare_releases`, and `InputError`
    for a day that one of the releases does not reach.
    """
    pair = releases_compared(store, older, newer, source=settings.source)
    for vintage in pair:
        if as_of > vintage.last_day:
            raise InputError(
                f"{vintage.label} ends on {vintage.last_day}, so nothing can be said of it as of {as_of}. Hint: "
                f"--as-of {min(v.last_day for v in pair)}"
            )

    def alone(vintage: Vintage, coarsest: int | None) -> Assessment:
        under = settings.model_copy(update={"as_of_mode": "reconstructed", "release": vintage.label})
        digest = None
        if coarsest is not None:
            of = {"source": vintage.source, "release": vintage.label}
            held = store.events(as_of, lag_days=under.lag_days, place_precision_max=coarsest, **of)  # type: ignore[arg-type]
            digest = digest_events(held, fingerprint=f"{store.fingerprint(**of)} {coarsest}")
        told = assess(as_of=as_of, theatre=theatre, horizon=horizon, settings=under, progress=progress, digest=digest)
        return replace(told, groups=tuple(g for g in told.groups if _covered(g, pair, settings)))

    old, new = (alone(vintage, None) for vintage in pair)
    finest = min(max(vintage.place_precisions) for vintage in pair)
    alike = None
    if any(max(vintage.place_precisions) != finest for vintage in pair):
        try:
            alike = tuple(
                whole if max(vintage.place_precisions) == finest else alone(vintage, finest)
                for vintage, whole in zip(pair, (old, new), strict=True)
            )
        except NotHeldError:
            alike = None  # one of them does not say how precisely each event is placed
    found = flips(old, new, alike)  # type: ignore[arg-type]
    return replace(found, notes=(*found.notes, *_coverage_notes(pair)))


def _covered(group: GroupAssessment, pair: Sequence[Vintage], settings: Settings) -> bool:
    """Whether both releases cover the group's country, or every country of a view."""
    countries = set(resolve_theatre(group.theatre, settings).countries)
    return all(vintage.countries == "world" or countries <= set(vintage.countries) for vintage in pair)


def _by_name(assessment: Assessment) -> dict[str, GroupAssessment]:
    return {group.group: group for group in assessment.groups}


def _changes(before: GroupAssessment | None, after: GroupAssessment | None) -> tuple[Change, ...]:
    if before is None or after is None:
        there = before or after
        listed: Change = "entered" if before is None else "left"
        level: tuple[Change, ...] = ()
        if there is not None and there.level != "none":
            level = ("raised",) if before is None else ("lowered",)
        return (*level, listed) if there is not None else ()
    changes: list[Change] = []
    step = LEVELS.index(after.level) - LEVELS.index(before.level)
    if step:
        changes.append("raised" if step > 0 else "lowered")
    if before.list != after.list:
        changes.append("moved to ongoing" if after.list == "ongoing" else "moved to new risk")
    return tuple(changes)


def _flip(
    before: GroupAssessment | None, after: GroupAssessment | None, changes: tuple[Change, ...], only: bool | None
) -> Flip:
    there = after or before
    assert there is not None
    told = {
        f"{name}_{when}": getattr(group, name) if group else None
        for when, group in (("before", before), ("after", after))
        for name in _TOLD
    }
    return Flip(
        group=there.group,
        theatre=there.theatre,
        changes=changes,
        level_before=before.level if before else "none",
        level_after=after.level if after else "none",
        list_before=before.list if before else None,
        list_after=after.list if after else None,
        coverage_only=only,
        **told,
    )


_TOLD = (
    *(f"p_{target}{end}" for target in TARGETS for end in ("", "_low", "_high")),
    *(f"base_rate_{target}" for target in TARGETS),
    "deaths_last_12m",
)


def _rank(flip: Flip) -> tuple[bool, int, float, str]:
    highest = max(LEVELS.index(flip.level_before), LEVELS.index(flip.level_after))
    p = max(value or 0.0 for value in (flip.p_deaths25_before, flip.p_deaths25_after))
    return (flip.level_before == flip.level_after, -highest, -p, flip.group)


def _notes(old: Assessment, new: Assessment, found: Sequence[Flip], looked: bool) -> tuple[str, ...]:
    notes = [
        "Each release is assessed alone, by models fitted on its own figures where it covers the world for ten years: "
        "a flip may come from the revised group, from others that it is ranked among, or from the models."
    ]
    if old.data_until != new.data_until:
        notes.append(
            f"The figures of {old.vintage} end on {old.data_until}, those of {new.vintage} on {new.data_until}."
        )
    coverage = sum(flip.coverage_only is True for flip in found)
    if looked:
        notes.append(
            f"The releases hold different place precisions; with only such events as both hold, {coverage} of "
            f"{len(found)} flips go away and are of coverage alone."
        )
    return tuple(notes)


def _coverage_notes(pair: Sequence[Vintage]) -> tuple[str, ...]:
    return tuple(
        f"{vintage.label} covers only {', '.join(vintage.countries[:5])}"
        f"{' and others' if len(vintage.countries) > 5 else ''}: groups elsewhere are left out, and levels "
        "of the two are given among different groups."
        for vintage in pair
        if vintage.countries != "world" and any(other.countries != vintage.countries for other in pair)
    )
