"""Every theatre with a group: levels, deaths of the last 12 months, the chance of a new group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from tocsin.errors import InputError
from tocsin.groups.theatres import Theatre
from tocsin.report.brief.words import whole_month
from tocsin.warn import percent
from tocsin.warn.assessment import Assessment, NewEntrant
from tocsin.warn.headline import counted
from tocsin.web.asked import Asked
from tocsin.web.links import PATHS, Links
from tocsin.web.page import Download, Found, Page
from tocsin.web.page_sources import of_assessment
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.directory import Directory, DirectoryAnswer, TheatreListed
from tocsin.web.tables import plain_rows

NAME = "theatres"
USUAL = "level"
_NAMED = 3


@dataclass(frozen=True)
class Row:
    """One theatre: its figures, groups on warning and on watch, the chance of a new group (None: not known)."""

    listed: TheatreListed
    warnings: int
    watches: int
    entrant: NewEntrant | None


@dataclass(frozen=True)
class ViewRow:
    """A named theatre of several countries: what its countries have together; deaths are None where held back."""

    theatre: Theatre
    deaths_last_12m: int | None
    warnings: int
    watches: int


def _deaths(row: Row) -> int:
    return row.listed.deaths_last_12m or 0


def _chance(row: Row) -> float:
    return row.entrant.p_new_group if row.entrant else -1.0


ORDERS: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "level": ("groups on a level", lambda row: (-row.warnings, -row.watches, -_deaths(row))),
    "deaths": ("deaths, last 12 months", lambda row: -_deaths(row)),
    "new": ("chance of a new group", lambda row: -_chance(row)),
    "name": ("name", lambda row: row.listed.theatre),
}


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The list of theatres. `given["by"]` is level (as usual), deaths, new or name; `InputError` for another one."""
    by = given.get("by", "").strip() or USUAL
    if by not in ORDERS:
        raise InputError(f"by is {' or '.join(ORDERS)}, got {by[:20]!r}")
    assessed, directory = Assessed(asked), Directory(asked)

    def context(found: Found, links: Links) -> dict[str, Any]:
        told, held = found[assessed].assessment, found[directory]
        rows = rows_of(told, held)
        return {
            "told": told,
            "said": sentences(told, rows),
            "rows": sorted(rows, key=lambda row: (ORDERS[by][1](row), row.listed.theatre)),
            "views": views_of(held, rows),
            "orders": tuple(
                (words, links.to(NAME, **({} if value == USUAL else {"by": value})), value == by)
                for value, (words, _) in ORDERS.items()
            ),
            "entrants_known": bool(told.new_entrants),
            "sources": of_assessment(told),
        }

    return Page(
        name=NAME,
        path=PATHS[NAME],
        title="Theatres",
        template="theatres.html",
        asked=asked,
        context=context,
        given={} if by == USUAL else {"by": by},
        needs=(assessed, directory),
        downloads=(
            Download(
                "theatres",
                "Every theatre",
                table=lambda found: table_of(found[assessed].assessment, found[directory]),
                document=lambda found: {"theatres": plain_rows(table_of(found[assessed].assessment, found[directory]))},
            ),
        ),
    )


def rows_of(told: Assessment, held: DirectoryAnswer) -> tuple[Row, ...]:
    """Every theatre, by name."""
    levels = Counter((line.theatre, line.level) for line in told.groups)
    entrants = {entrant.theatre: entrant for entrant in told.new_entrants}
    return tuple(
        Row(one, levels[one.theatre, "warning"], levels[one.theatre, "watch"], entrants.get(one.theatre))
        for one in held.theatres
    )


def views_of(held: DirectoryAnswer, rows: Iterable[Row]) -> tuple[ViewRow, ...]:
    """The named theatres of several countries. An event lies in one country, so that deaths may be added up."""
    by_name = {row.listed.theatre: row for row in rows}
    out = []
    for view in held.views:
        inside = [by_name[country] for country in view.countries if country in by_name]
        if inside:
            held_back = any(row.listed.deaths_last_12m is None for row in inside)
            deaths = None if held_back else sum(map(_deaths, inside))
            levels = (sum(row.warnings for row in inside), sum(row.watches for row in inside))
            out.append(ViewRow(view, deaths, *levels))
    return tuple(out)


def sentences(told: Assessment, rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Where groups are on a level, where most deaths were, where a new group is likeliest."""
    on_level = sum(row.warnings + row.watches > 0 for row in rows)
    warned = sorted((row for row in rows if row.warnings), key=ORDERS["level"][1])
    said = [
        f"{counted(len(rows), 'theatre')} {'has' if len(rows) == 1 else 'have'} a group with a recorded death; "
        f"{on_level or 'none'} {'has' if on_level == 1 else 'have'} one on a level."
    ]
    if warned:
        said[0] += f" Groups on warning: {_listed(f'{r.listed.theatre} ({r.warnings})' for r in warned)}."
    deadly = sorted((row for row in rows if row.listed.deaths_last_12m), key=ORDERS["deaths"][1])[:_NAMED]
    if deadly:
        named = _listed(f"{row.listed.theatre} ({row.listed.deaths_last_12m:,})" for row in deadly)
        said.append(f"Most deaths in events of groups in the 12 months to {whole_month(told.data_until)}: {named}.")
    likely = sorted((row for row in rows if row.entrant), key=ORDERS["new"][1])[:1]
    for entrant in (row.entrant for row in likely):
        assert entrant is not None
        said.append(
            f"A new group with 25 deaths within {entrant.horizon_months} months is likeliest in {entrant.theatre}: "
            f"{percent(entrant.p_new_group)} ({percent(entrant.p_new_group_low)} to "
            f"{percent(entrant.p_new_group_high)}; base rate {percent(entrant.base_rate)})."
        )
    return tuple(said)


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def table_of(told: Assessment, held: DirectoryAnswer) -> pl.DataFrame:
    """One row a theatre: the fields of `TheatreListed`, groups on each level, the chance of a new group."""
    chance = ("p_new_group", "p_new_group_low", "p_new_group_high", "base_rate")
    rows = [
        asdict(row.listed)
        | {"groups_on_warning": row.warnings, "groups_on_watch": row.watches}
        | {name: getattr(row.entrant, name) if row.entrant else None for name in chance}
        for row in rows_of(told, held)
    ]
    schema = {
        "theatre": pl.String,
        **dict.fromkeys(("groups_seen", "groups_active", "events_last_12m"), pl.Int64),
        **dict.fromkeys(("deaths_last_12m", "deaths_12m_before"), pl.Int64),
        "last_event": pl.Date,
        **dict.fromkeys(("groups_on_warning", "groups_on_watch"), pl.Int64),
        **dict.fromkeys(chance, pl.Float64),
    }
    return pl.DataFrame(rows, schema=schema).with_columns(
        pl.lit(told.horizon_months).alias("level_horizon_months"),
        pl.lit(told.as_of).alias("as_of"),
        pl.lit(told.data_until).alias("data_until"),
        pl.lit(told.model).alias("model"),
    )
