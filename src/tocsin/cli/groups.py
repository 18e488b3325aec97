"""`tocsin groups`: who is who. Looks up, prints; the facts are made in `tocsin.groups`.

Keys of the JSON, stable. Both commands: `as_of` (day asked for), `as_of_month` (last month used), `as_of_mode`,
`lag_days`, `vintage`, `source`, `licence`, `deaths_are` (what a death is counted for), `notes`. Months are `YYYY-MM`.

list
    `theatre` and `countries` (null for the world), `active_only`, `groups`: the columns of `tocsin.groups.group_table`.
show
    the fields of `tocsin.groups.Group`, with `theatre` as its name and `countries` beside it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from tocsin.cli.app import app, say_json
from tocsin.cli.asked import day_of

if TYPE_CHECKING:
    from tocsin.digest import Digest
    from tocsin.groups import Theatre
    from tocsin.settings import Settings

groups_app = typer.Typer(no_args_is_help=True)
app.add_typer(groups_app, name="groups", help="Who is who: armed groups, their names, whom they fight.")


class ListFormat(StrEnum):
    """How a list is printed."""

    table = "table"
    json = "json"
    csv = "csv"


class ShowFormat(StrEnum):
    """How one group is printed."""

    table = "table"
    json = "json"


_AS_OF = typer.Option(None, "--as-of", metavar="DAY", help="What was known on this day (YYYY-MM-DD). Default: all.")
_AS_OF_MODE = typer.Option(None, "--as-of-mode", metavar="MODE", help="'reconstructed', 'strict' or 'lagged'.")
_LAG_DAYS = typer.Option(None, "--lag-days", metavar="N", help="Days after which an event counts as known.")


@groups_app.command("list")
def list_groups(
    theatre: str | None = typer.Option(
        None, "--theatre", help="A country, a named theatre (Sahel), or countries joined by '+'. Default: the world."
    ),
    as_of: str | None = _AS_OF,
    active: bool = typer.Option(False, "--active", help="Only groups with a recorded death in the last 12 months."),
    as_of_mode: str | None = _AS_OF_MODE,
    lag_days: int | None = _LAG_DAYS,
    output: ListFormat = typer.Option(ListFormat.table, "--format", help="How to print the list."),
) -> None:
    """List the groups of a theatre or of the world, the deadliest of the last 12 months first."""
    import polars as pl

    from tocsin.cli.groups_text import show_list
    from tocsin.groups import group_table, resolve_theatre
    from tocsin.spreadsheet import csv_text

    settings, day = _settings(as_of_mode, lag_days), day_of(as_of)
    place = resolve_theatre(theatre, settings) if theatre is not None else None
    digest = _seen_as(_load(settings, day), place)
    table = group_table(digest.monthly, digest.provenance.last_month)
    if place is not None:
        table = table.filter(pl.col("theatre") == place.name)
    if active:
        table = table.filter("active")
    table = table.sort("deaths_last_12m", "deaths", "group", descending=[True, True, False])
    head = _head(digest, settings, day)
    if output is ListFormat.csv:
        # A table of its own: the day and the vintage stand in every row, so that they cannot get lost.
        stamped = table.with_columns(pl.lit(head["as_of"]).alias("as_of"), pl.lit(head["vintage"]).alias("vintage"))
        typer.echo(csv_text(stamped.with_columns(pl.col(pl.Date).dt.strftime("%Y-%m"))), nl=False)
    elif output is ListFormat.json:
        asked = {"theatre": place.name if place else None, "countries": list(place.countries) if place else None}
        _print_json({**head, **asked, "active_only": active, "groups": list(table.iter_rows(named=True))})
    else:
        show_list(table, place.name if place else "the world", active, head)


@groups_app.command("show")
def show_group(
    name: str = typer.Argument(help="'IS @ Afghanistan', 'ISIS-K', 'Islamic State in Mali', 'Taliban', ..."),
    as_of: str | None = _AS_OF,
    as_of_mode: str | None = _AS_OF_MODE,
    lag_days: int | None = _LAG_DAYS,
    output: ShowFormat = typer.Option(ShowFormat.table, "--format", help="How to print the facts."),
) -> None:
    """Show what is known of one group: names, figures, opponents, allies, the same actor elsewhere."""
    from tocsin.cli.groups_text import show_facts
    from tocsin.groups import group_facts, resolve_group

    settings, day = _settings(as_of_mode, lag_days), day_of(as_of)
    digest = _load(settings, day)
    month = digest.provenance.last_month
    found = resolve_group(name, digest.monthly, settings, as_of_month=month)
    group = group_facts(_seen_as(digest, found.theatre).monthly, found.actor, found.theatre, month)
    head = _head(digest, settings, day)
    head["notes"] += [found.note] * bool(found.note) + list(group.notes())
    if output is ShowFormat.json:
        facts = asdict(group)
        del facts["as_of_month"]  # in the head, as a label
        for change in facts["government_changes"]:
            change["day"] = change["day"].isoformat()  # a day, where all other dates are months
        _print_json({**head, **facts, "theatre": group.theatre.name, "countries": group.theatre.countries})
    else:
        show_facts(group, head)


# --- where from ------------------------------------------------------------------------------------------------------


def _settings(as_of_mode: str | None, lag_days: int | None) -> Settings:
    from tocsin.settings import load_settings

    given = {"as_of_mode": as_of_mode, "lag_days": lag_days}
    return load_settings(**{name: value for name, value in given.items() if value is not None})


def _load(settings: Settings, day: date | None) -> Digest:
    from tocsin.digest import load_digest

    return load_digest(settings, as_of=day)


def _seen_as(digest: Digest, theatre: Theatre | None) -> Digest:
    if theatre is None or not theatre.is_view:
        return digest
    return digest.seen_as(theatre.name, theatre.countries)


def _head(digest: Digest, settings: Settings, day: date | None) -> dict[str, Any]:
    """What every output begins with: the day, what counts as known, where the figures come from."""
    from tocsin.groups import DEATHS_ARE
    from tocsin.months import first_day, last_day, last_known_month, month_label

    origin = digest.provenance
    month = origin.last_month
    notes = list(origin.notes)
    if day is not None and last_known_month(day, lag_days=settings.lag_days) > month:
        notes.append(f"The figures end with {month_label(month)}; what came between then and {day} is not in them.")
    elif day is not None and day + timedelta(days=1) != first_day(month + 1):
        notes.append(f"Whole months only: the last one used is {month_label(month)}.")
    return {
        "as_of": (day or last_day(month)).isoformat(),
        "as_of_month": month_label(month),
        "as_of_mode": settings.as_of_mode,
        "lag_days": settings.lag_days,
        "vintage": origin.vintage,
        "source": origin.source,
        "licence": origin.licence,
        "deaths_are": DEATHS_ARE,
        "notes": notes,
    }


def _print_json(answer: dict[str, Any]) -> None:
    import json

    def month(value: object) -> str:
        if isinstance(value, date):
            return f"{value:%Y-%m}"
        raise TypeError(f"not for JSON: {value!r}")

    say_json(json.dumps(answer, indent=2, ensure_ascii=False, default=month))
